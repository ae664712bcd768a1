import { grad, slice, type Tensor } from "adjoint";

/** Steps against the gradient: w ← w − rate·∂cost/∂w for each parameter. */
export function gradientDescent(cost: number, parameters: readonly Tensor[], rate: number) {
  return parameters.map((w) => [w, w - rate * grad(cost, w)] as const);
}

/** Rows index·size … index·size + size of a data set. */
export function batchOf(set: Tensor, index: number, size: number): Tensor {
  return slice(set, index * size, (index + 1) * size);
}
