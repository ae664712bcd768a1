// @ts-nocheck: what the type checker would refuse

import { fn, grad, mean, shared, vector, zeros } from "adjoint";

const x = vector(3);
const W = shared(zeros(3));
const cost = mean((x - W) ** 2);
W -= 0.1 * grad(cost, W);
export const train = fn([x], cost);
