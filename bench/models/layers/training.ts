/** What all measured models share: a batch of a data set, the cost of a classifier, plain gradient descent. */

import { arange, at, grad, log, lscalar, mean, slice, type Tensor } from "adjoint";

/** Which batch a step is for. */
export const index = lscalar();

/** Batch `index` of a data set as what stands for it in the formulas. */
export const batchOf = (symbol: Tensor, samples: Tensor, batch: number) =>
  [symbol, slice(samples, index * batch, (index + 1) * batch)] as const;

/** Mean negative log-likelihood of `rows` labels under probabilities p. */
export const negativeLogLikelihood = (p: Tensor | number, y: Tensor, rows: number) =>
  -mean(log(at(p, arange(rows), y)));

/** Each parameter a step down the gradient. */
export const descend = (cost: Tensor | number, parameters: readonly Tensor[], rate: number) =>
  parameters.map((parameter) => [parameter, parameter - rate * grad(cost, parameter)] as const);
