// @ts-nocheck: what the type checker would refuse

import {
  at, cast, clip, conv2d, dropout, fn, grad, maxPool2d, normal, oneHot, randomStream, reshape, shared, split, sum,
  tensor4, uniform, vector, zeros,
} from "adjoint";

const x = vector(3);
const images = tensor4(20, 1, 8, 8);
const w = shared(zeros(3));
const rng = randomStream(1);
const settings = { rate: 0.1 };
const cost = sum((x * w) ** 2);
export const train = fn([x], cost, {
  updates: [[w, w - Number(settings.learningRate) * grad(cost, w, { disconnectedInputs: "ignor" })]],
});
export const named = fn([x], cost, { name: 3 });
const start = shared(NaN);
const kept = sum(x, 0, { keepdims: "no" });
const pooled = maxPool2d(images, 2, { padding: 2 });
const turned = conv2d(images, zeros(4, 1, 3, 3), { flip: 1 });
const dropped = dropout(x, NaN, rng);
const drawn = rng.multinomial([5], { p: [0.5, 0.9] });
const [low, spread] = [uniform([3], { low: 1, high: 0 }), normal([3], { std: -1 })];
const rows = oneHot(at([0, 1], 0), -1);
const flat = reshape(x, -1);
const parts = split(x, [-1, 4]);
const bounded = clip(x, 1, -1);
const missing = cast(x);
const mixed = shared([1, "2"]);
