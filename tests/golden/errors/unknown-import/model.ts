import { fn, scalar, softmx } from "adjoint";

const x = scalar();
export const f = fn([x], softmx(x));
