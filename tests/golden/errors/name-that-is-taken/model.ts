import { fn, scalar } from "adjoint";

const x = scalar();
export const destroy = fn([x], x * 2);
