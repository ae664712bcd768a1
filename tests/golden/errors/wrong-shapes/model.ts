import { dot, fn, matrix, shared, zeros } from "adjoint";

const x = matrix(600, 784);
const W = shared(zeros(500, 10));
export const predict = fn([x], dot(x, W));
