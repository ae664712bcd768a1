import { fn, grad, matrix, shared, zeros } from "adjoint";

const W = shared(zeros(3, 3));
const x = matrix(3, 3);
const y = x * W;
export const f = fn([x], grad(y, W));
