/**
 * 784 ↔ 500 with tied weights, sigmoid both ways, batches of 20: the tutorial's denoising autoencoder. What
 * corrupts the images is data, so that every system corrupts the same pixels.
 */

import { data, dot, fn, log, matrix, mean, shared, sigmoid, sum, transpose, zeros } from "adjoint";
import { batchOf, descend, index } from "./layers/training.ts";

const batch = 20;
const x = matrix(batch, 784);
const kept = matrix(batch, 784);
export const W = shared(zeros(784, 500));
export const b = shared(zeros(500));
export const c = shared(zeros(784));
export const images = data("samples", 784);
export const mask = data("samples", 784);

const h = sigmoid(dot(x * kept, W) + b);
const z = sigmoid(dot(h, transpose(W)) + c);
const cost = mean(-sum(x * log(z) + (1 - x) * log(1 - z), 1));

export const train = fn([index], cost, {
  givens: [batchOf(x, images, batch), batchOf(kept, mask, batch)],
  updates: descend(cost, [W, b, c], 0.1),
});
