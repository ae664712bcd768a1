import { fn, scalar } from "adjoint";

const x = scalar(;
export const f = fn([x], x * 2);
