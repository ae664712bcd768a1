/**
 * Logistic regression on MNIST: 784 → 10, trained by stochastic gradient descent on batches of 600.
 * The first chapter of the Deep Learning Tutorial (Theano), with its settings.
 */

import {
  arange,
  argmax,
  at,
  data,
  dot,
  fn,
  grad,
  ivector,
  log,
  lscalar,
  matrix,
  mean,
  shared,
  slice,
  softmax,
  type Tensor,
  zeros,
} from "adjoint";

const batchSize = 600;
const rate = 0.13;

const index = lscalar();
const x = matrix(batchSize, 784);
const y = ivector(batchSize);

export const W = shared(zeros(784, 10));
export const b = shared(zeros(10));

const p = softmax(dot(x, W) + b);
const cost = -mean(log(at(p, arange(batchSize), y))); // negative log-likelihood
const errors = mean(argmax(p, 1) !== y);

export const trainX = data("trainSamples", 784);
export const trainY = data("trainSamples", { dtype: "int32" });
export const validX = data("validSamples", 784);
export const validY = data("validSamples", { dtype: "int32" });
export const testX = data("testSamples", 784);
export const testY = data("testSamples", { dtype: "int32" });

/** The batch that `index` counts, from images X and labels Y. */
const batch = (X: Tensor, Y: Tensor) =>
  [
    [x, slice(X, index * batchSize, (index + 1) * batchSize)],
    [y, slice(Y, index * batchSize, (index + 1) * batchSize)],
  ] as const;

export const train = fn([index], cost, {
  givens: batch(trainX, trainY),
  updates: [
    [W, W - rate * grad(cost, W)],
    [b, b - rate * grad(cost, b)],
  ],
});
export const validate = fn([index], errors, { givens: batch(validX, validY) });
export const test = fn([index], errors, { givens: batch(testX, testY) });

const images = matrix("rows", 784);
const scores = softmax(dot(images, W) + b);
export const probabilities = fn([images], scores);
export const predict = fn([images], argmax(scores, 1));
