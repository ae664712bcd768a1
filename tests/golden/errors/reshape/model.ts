import { fn, matrix, reshape } from "adjoint";

const x = matrix(3, 4);
export const f = fn([x], reshape(x, [5, 2]));
