import { grad, slice, type Tensor } from "adjoint";

/** Steps against the gradient: w ← w − rate·∂cost/∂w for each parameter. */
export function gradientDescent(cost: number, parameters: readonly Tensor[], rate: number) {
  return parameters.map((w) => [w, w - rate * grad(cost, w)] as const);
}

/** Rows index·size … index·size + size of a data set. */
export function batchOf(set: Tensor, index: number, size: number): Tensor {
  return slice(set, index * size, (index + 1) * size);
}

/** A cost with penalties by their weights. Those of weight 0 are left out, for 0·∞ is no number, and not 0. */
export function penalised(
  cost: number,
  ...penalties: readonly (readonly [weight: number, penalty: number])[]
): number {
  return penalties
    .filter(([weight]) => weight !== 0)
    .reduce((sum, [weight, penalty]) => sum + weight * penalty, cost);
}
