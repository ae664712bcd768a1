/**
 * A multilayer perceptron on MNIST: 784 → 500 tanh → 10, trained by stochastic gradient descent on batches of
 * 20 with a penalty on large weights. The second chapter of the Deep Learning Tutorial, with its settings.
 */

import { abs, argmax, data, fn, ivector, lscalar, matrix, sum, type Tensor } from "adjoint";
import { HiddenLayer } from "./layers/hidden-layer.ts";
import {
  LogisticRegression,
  negativeLogLikelihood,
  zeroOneLoss,
} from "./layers/logistic-regression.ts";
import { batchOf, gradientDescent, penalised } from "./layers/training.ts";

const batchSize = 20;
const hiddenUnits = 500;
const rate = 0.01;
const L1_weight = 0;
const L2_weight = 0.0001;

const index = lscalar();
const x = matrix(batchSize, 784);
const y = ivector(batchSize);

export const hidden = new HiddenLayer(784, hiddenUnits);
export const output = new LogisticRegression(hiddenUnits, 10);

const h = hidden.output(x);
const p = output.probabilities(h);
const L1 = sum(abs(hidden.W)) + sum(abs(output.W));
const L2 = sum(hidden.W ** 2) + sum(output.W ** 2);
const cost = penalised(negativeLogLikelihood(p, y, batchSize), [L1_weight, L1], [L2_weight, L2]);
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

export const train = fn([index], cost, {
  givens: batch(trainX, trainY),
  updates: gradientDescent(cost, [hidden.W, hidden.b, output.W, output.b], rate),
});
export const validate = fn([index], errors, { givens: batch(validX, validY) });
export const test = fn([index], errors, { givens: batch(testX, testY) });

const images = matrix("rows", 784);
const features = hidden.output(images);
const scores = output.probabilities(features);
export const probabilities = fn([images], scores);
export const predict = fn([images], argmax(scores, 1));
