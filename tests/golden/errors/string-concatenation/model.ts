import { fn, scalar } from "adjoint";

const x = scalar();
const message = "x is " + x;
export const f = fn([x], x, { name: message });
