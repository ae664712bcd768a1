import { fn, scalar } from "adjoint";

const x = scalar();
const half = 1 + (x >> 1);
export const f = fn([x], half);
