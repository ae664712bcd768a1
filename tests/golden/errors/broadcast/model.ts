import { fn, matrix, vector } from "adjoint";

const x = matrix(4, 3);
const y = vector(4);
export const total = fn([x, y], x + y);
