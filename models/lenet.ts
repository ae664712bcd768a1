/**
 * LeNet on MNIST: 20 and 50 filters of 5 × 5, each followed by pooling, 500 tanh units, 10 classes; trained by
 * stochastic gradient descent on batches of 500. The third chapter of the Deep Learning Tutorial, with its settings.
 */

import {
  argmax,
  type Dim,
  data,
  flatten,
  fn,
  ivector,
  lscalar,
  matrix,
  type Operand,
  reshape,
  type Tensor,
} from "adjoint";
import { HiddenLayer } from "./layers/hidden-layer.ts";
import { LeNetConvPoolLayer } from "./layers/lenet-conv-pool-layer.ts";
import {
  LogisticRegression,
  negativeLogLikelihood,
  zeroOneLoss,
} from "./layers/logistic-regression.ts";
import { batchOf, gradientDescent } from "./layers/training.ts";

const batchSize = 500;
const rate = 0.1;

const index = lscalar();
const x = matrix(batchSize, 784);
const y = ivector(batchSize);

export const layer0 = new LeNetConvPoolLayer({ channels: 1, filters: 20, side: 5, pool: 2 });
export const layer1 = new LeNetConvPoolLayer({ channels: 20, filters: 50, side: 5, pool: 2 });
export const hidden = new HiddenLayer(50 * 4 * 4, 500);
export const output = new LogisticRegression(500, 10);

/** Probability of each class for images of 784 pixels a row. */
function classify(images: Operand, rows: Dim): Tensor {
  const h0 = layer0.output(reshape(images, [rows, 1, 28, 28])); // 24 × 24, pooled to 12 × 12
  const h1 = layer1.output(h0); // 8 × 8, pooled to 4 × 4
  const h2 = hidden.output(flatten(h1, 2));
  return output.probabilities(h2);
}

const p = classify(x, batchSize);
const cost = negativeLogLikelihood(p, y, batchSize);
const errors = zeroOneLoss(p, y);

export const trainX = data("trainSamples", 784);
export const trainY = data("trainSamples", { dtype: "int32" });
export const validX = data("validSamples", 784);
export const validY = data("validSamples", { dtype: "int32" });
export const testX = data("testSamples", 784);
export const testY = data("testSamples", { dtype: "int32" });

const batch = (X: Tensor, Y: Tensor) =>
  [
    [x, batchOf(X, index, batchSize)],
    [y, batchOf(Y, index, batchSize)],
  ] as const;

const parameters = [layer0, layer1, hidden, output].flatMap(({ W, b }) => [W, b]);
export const train = fn([index], cost, {
  givens: batch(trainX, trainY),
  updates: gradientDescent(cost, parameters, rate),
});
export const validate = fn([index], errors, { givens: batch(validX, validY) });
export const test = fn([index], errors, { givens: batch(testX, testY) });

const images = matrix("rows", 784);
const scores = classify(images, "rows");
export const probabilities = fn([images], scores);
export const predict = fn([images], argmax(scores, 1));
