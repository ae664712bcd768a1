import { fn, matrix, sum } from "adjoint";

const x = matrix(3, 4);
export const f = fn([x], sum(x, 2));
