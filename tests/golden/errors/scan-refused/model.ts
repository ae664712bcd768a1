// @ts-nocheck: what the type checker would refuse

import { at, concatenate, dot, fn, grad, mean, reduce, scan, shared, sum, vector, zeros } from "adjoint";

const xs = vector(5);
const W = shared(zeros(3, 3));
const [h] = scan({ fn: (x, h) => dot(h, W), sequences: xs, outputsInfo: zeros(4) });
const last = at(h, -1);
const [[a, b]] = scan({ fn: (x, y) => [x + y, y], sequences: h, outputsInfo: [zeros(3), h] });
const total = reduce((x, sum) => x + sum, h, zeros(4));
const cost = mean(sum(h, 1)) + mean(concatenate([last, a, h[0]])) + sum(total * b);
const start = shared(last);
export const train = fn([xs], cost, {
  updates: [
    [W, W - grad(cost, W)],
    [start, last],
  ],
});
