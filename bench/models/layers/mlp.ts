/** 784 → 500 tanh → softmax 10 with weight decay: the tutorial's multilayer perceptron, for any batch size. */

import { data, dot, fn, ivector, matrix, shared, softmax, sum, tanh, zeros } from "adjoint";
import { batchOf, descend, index, negativeLogLikelihood } from "./training.ts";

export function mlp(batch: number) {
  const x = matrix(batch, 784);
  const y = ivector(batch);
  const W1 = shared(zeros(784, 500));
  const b1 = shared(zeros(500));
  const W2 = shared(zeros(500, 10));
  const b2 = shared(zeros(10));
  const images = data("samples", 784);
  const labels = data("samples", { dtype: "int32" });

  const h = tanh(dot(x, W1) + b1);
  const p = softmax(dot(h, W2) + b2);
  const cost = negativeLogLikelihood(p, y, batch) + 0.0001 * (sum(W1 ** 2) + sum(W2 ** 2));

  const train = fn([index], cost, {
    givens: [batchOf(x, images, batch), batchOf(y, labels, batch)],
    updates: descend(cost, [W1, b1, W2, b2], 0.01),
  });
  return { W1, b1, W2, b2, images, labels, train };
}
