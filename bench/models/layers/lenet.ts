/** The tutorial's LeNet for any batch size: convolutions that flip their filters, bias and tanh after pooling. */

import {
  conv2d,
  data,
  dot,
  fn,
  ivector,
  matrix,
  maxPool2d,
  reshape,
  shared,
  softmax,
  type Tensor,
  tanh,
  zeros,
} from "adjoint";
import { batchOf, descend, index, negativeLogLikelihood } from "./training.ts";

/** tanh of the maxima of 2×2 of the maps, with a bias a filter. */
const convolution = (x: Tensor | number, W: Tensor, b: Tensor, filters: number) =>
  tanh(maxPool2d(conv2d(x, W, { flip: true }), 2) + reshape(b, [filters, 1, 1]));

export function lenet(batch: number) {
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
  const images = data("samples", 784);
  const labels = data("samples", { dtype: "int32" });

  const maps1 = convolution(reshape(x, [batch, 1, 28, 28]), W1, b1, 20);
  const maps2 = convolution(maps1, W2, b2, 50);
  const h = tanh(dot(reshape(maps2, [batch, 800]), W3) + b3);
  const p = softmax(dot(h, W4) + b4);
  const cost = negativeLogLikelihood(p, y, batch);

  const train = fn([index], cost, {
    givens: [batchOf(x, images, batch), batchOf(y, labels, batch)],
    updates: descend(cost, [W1, b1, W2, b2, W3, b3, W4, b4], 0.1),
  });
  return { W1, b1, W2, b2, W3, b3, W4, b4, images, labels, train };
}
