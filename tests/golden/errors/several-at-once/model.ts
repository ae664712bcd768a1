import { dot, fn, grad, matrix, mean, shared, zeros } from "adjoint";

const x = matrix(20, 784);
const W = shared(zeros(500, 10));
const b = shared(zeros(10));
const cost = mean(x + b);
const p = dot(x, W);
export const f = fn([x], [p, grad(x, W)]);
