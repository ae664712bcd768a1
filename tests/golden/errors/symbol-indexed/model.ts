import { fn, matrix } from "adjoint";

const x = matrix(3, 4);
export const f = fn([x], x[0] * 2);
