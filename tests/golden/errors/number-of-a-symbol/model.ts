import { fn, scalar } from "adjoint";

const x = scalar();
const twice = Number(x) * 2;
export const f = fn([x], x + twice);
