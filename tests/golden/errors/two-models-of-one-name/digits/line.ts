import { fn, scalar } from "adjoint";

const x = scalar();
export const f = fn([x], 2 * x + 1);
