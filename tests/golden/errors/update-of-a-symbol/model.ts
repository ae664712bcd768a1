import { fn, scalar } from "adjoint";

const x = scalar();
const y = scalar();
export const f = fn([x], x, { updates: [[y, x]] });
