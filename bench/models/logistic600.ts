/** 784 → softmax 10 on batches of 600: the tutorial's logistic regression. */

import { data, dot, fn, ivector, matrix, shared, softmax, zeros } from "adjoint";
import { batchOf, descend, index, negativeLogLikelihood } from "./layers/training.ts";

const batch = 600;
const x = matrix(batch, 784);
const y = ivector(batch);
export const W = shared(zeros(784, 10));
export const b = shared(zeros(10));
export const images = data("samples", 784);
export const labels = data("samples", { dtype: "int32" });

const p = softmax(dot(x, W) + b);
const cost = negativeLogLikelihood(p, y, batch);

export const train = fn([index], cost, {
  givens: [batchOf(x, images, batch), batchOf(y, labels, batch)],
  updates: descend(cost, [W, b], 0.13),
});
