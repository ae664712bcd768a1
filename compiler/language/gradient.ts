/** `grad` as a model file calls it. */

import { AdjointError, activeDiagnostics } from "../diagnostics/error.ts";
import { gradients } from "../gradient/grad.ts";
import { poison } from "../graph/node.ts";
import { asNode } from "../ops/leaf.ts";
import type { Operand, Tensor } from "./types.ts";

export interface GradOptions {
  /** Values that are held constant: the gradient does not pass through them. */
  readonly considerConstant?: readonly Operand[];
}

/**
 * Symbolic gradient of a scalar cost: `grad(cost, W)`, or of several: `const [dW, db] = grad(cost, [W, b])`.
 * The result is an expression like any other, so it can be differentiated again.
 *
 * @throws ADJ2001 when the cost is not a float scalar, ADJ2002 when it does not depend on a variable
 */
export function grad(cost: Operand, wrt: Tensor | number, options?: GradOptions): Tensor;
export function grad(
  cost: Operand,
  wrt: readonly (Tensor | number)[],
  options?: GradOptions,
): Tensor[];
export function grad(
  cost: Operand,
  wrt: Tensor | number | readonly (Tensor | number)[],
  { considerConstant = [] }: GradOptions = {},
): Tensor | Tensor[] {
  const many = Array.isArray(wrt);
  const list = (many ? wrt : [wrt]) as readonly Operand[];
  let results: unknown[];
  try {
    results = gradients(
      asNode(cost),
      list.map((x) => asNode(x)),
      { considerConstant: considerConstant.map((x) => asNode(x)) },
    );
  } catch (error) {
    const diagnostics = activeDiagnostics();
    if (!diagnostics || !(error instanceof AdjointError)) throw error;
    diagnostics.report(error);
    results = list.map(() => poison());
  }
  return (many ? results : results[0]) as Tensor | Tensor[];
}
