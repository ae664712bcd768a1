/** Training steps on batches of a number that is in the code, and of one that is only known when they run. */

import {
  categoricalCrossentropy,
  conv2d,
  type Dim,
  dot,
  fn,
  imatrix,
  ivector,
  matrix,
  maxPool2d,
  mean,
  reshape,
  scan,
  shared,
  softmax,
  type Tensor,
  tanh,
  tensor3,
  zeros,
} from "adjoint";
import { descend } from "./layers/training.ts";

/** 784 → 500 tanh → softmax 10. */
function mlp(batch: Dim) {
  const x = matrix(batch, 784);
  const y = ivector(batch);
  const W1 = shared(zeros(784, 500));
  const b1 = shared(zeros(500));
  const W2 = shared(zeros(500, 10));
  const b2 = shared(zeros(10));
  const p = softmax(dot(tanh(dot(x, W1) + b1), W2) + b2);
  const cost = mean(categoricalCrossentropy(p, y));
  return fn([x, y], cost, { updates: descend(cost, [W1, b1, W2, b2], 0.01) });
}

const convolution = (x: Tensor | number, W: Tensor, b: Tensor, filters: number) =>
  tanh(maxPool2d(conv2d(x, W, { flip: true }), 2) + reshape(b, [filters, 1, 1]));

/** The tutorial's LeNet. */
function lenet(batch: Dim) {
  const x = matrix(batch, 784);
  const y = ivector(batch);
  const W1 = shared(zeros(20, 1, 5, 5));
  const b1 = shared(zeros(20));
  const W2 = shared(zeros(50, 20, 5, 5));
  const b2 = shared(zeros(50));
  const W3 = shared(zeros(800, 500));
  const b3 = shared(zeros(500));
  const W4 = shared(zeros(500, 10));
  const b4 = shared(zeros(10));
  const maps1 = convolution(reshape(x, [batch, 1, 28, 28]), W1, b1, 20);
  const maps2 = convolution(maps1, W2, b2, 50);
  const h = tanh(dot(reshape(maps2, [batch, 800]), W3) + b3);
  const p = softmax(dot(h, W4) + b4);
  const cost = mean(categoricalCrossentropy(p, y));
  return fn([x, y], cost, { updates: descend(cost, [W1, b1, W2, b2, W3, b3, W4, b4], 0.1) });
}

/** An Elman net over 100 steps: 50 → 200 tanh, recurrent → softmax 10 at each step. */
function elman(batch: Dim) {
  const xs = tensor3(100, batch, 50);
  const y = imatrix(100, batch);
  const U = shared(zeros(50, 200));
  const W = shared(zeros(200, 200));
  const b = shared(zeros(200));
  const V = shared(zeros(200, 10));
  const c = shared(zeros(10));
  const h0 = shared(zeros(200));
  const [[, costs]] = scan({
    fn: (x: Tensor, labels: Tensor, before: Tensor) => {
      const h = tanh(dot(x, U) + dot(before, W) + b);
      return [h, mean(categoricalCrossentropy(softmax(dot(h, V) + c), labels))];
    },
    sequences: [xs, y],
    outputsInfo: [zeros(batch, 200) + h0, null],
  });
  const cost = mean(costs);
  return fn([xs, y], cost, { updates: descend(cost, [U, W, b, V, c, h0], 0.1) });
}

export const mlp128 = mlp(128);
export const mlpOfRows = mlp("rows");
export const lenet128 = lenet(128);
export const lenetOfRows = lenet("rows");
export const elman16 = elman(16);
export const elmanOfRows = elman("rows");
