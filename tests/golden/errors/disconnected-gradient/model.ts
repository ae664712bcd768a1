import { fn, grad, matrix, mean, shared, zeros } from "adjoint";

const W = shared(zeros(3, 3));
const V = shared(zeros(3, 3));
const x = matrix(3, 3);
const cost = mean(x * W);
export const f = fn([x], cost, { updates: [[V, V - grad(cost, V)]] });
