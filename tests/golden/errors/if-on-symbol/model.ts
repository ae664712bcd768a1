import { fn, scalar } from "adjoint";

const x = scalar();
let y = x;
if (x > 0) y = -x;
export const f = fn([x], y);
