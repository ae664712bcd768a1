/** Gradients of a scalar cost. */

import { fail } from "../diagnostics/error.ts";
import { isPoison, type Node } from "../graph/node.ts";
import { formatShape, isFloat } from "../graph/types.ts";
import { literal } from "../ops/leaf.ts";
import { fill } from "../ops/shape.ts";
import { spellings } from "../simplify/rules.ts";
import { simplifyNodes } from "../simplify/simplify.ts";
import { sweep } from "./sweep.ts";

export interface GradOptions {
  /** Values through which the gradient does not pass: they are held constant. */
  readonly considerConstant?: readonly Node[];
}

/**
 * ∂cost/∂x for each x of `wrt`. Spellings that overflow, such as eˣ/Σeˣ, are recognised first: their
 * derivatives as written would overflow as well.
 *
 * @throws ADJ2001 when the cost is not a float scalar, ADJ2002 when it does not depend on an x,
 *   ADJ2003 when an op on the way has no gradient
 */
export function gradients(
  cost: Node,
  wrt: readonly Node[],
  { considerConstant = [] }: GradOptions = {},
): Node[] {
  if (isPoison(cost) || wrt.some(isPoison)) return wrt.map((x) => (isPoison(cost) ? cost : x));
  const what = cost.label?.name ?? "the cost";
  if (cost.shape.length > 0) {
    fail("ADJ2001", `grad: ${what} must be a scalar, but it is ${formatShape(cost.shape)}`, {
      hint: `take ${cost.label ? `mean(${what}) or sum(${what})` : "its mean(…) or sum(…)"}`,
    });
  }
  if (!isFloat(cost.type.dtype)) {
    fail("ADJ2001", `grad: ${what} is ${cost.type.dtype}; only floats have a gradient`);
  }
  for (const x of wrt) {
    if (!isFloat(x.type.dtype)) {
      fail("ADJ2003", `grad: ${nameOf(x)} is ${x.type.dtype}; only floats can be differentiated`);
    }
  }
  const keep = new Set([...wrt, ...considerConstant]);
  const [stable] = keep.has(cost)
    ? [cost]
    : simplifyNodes([cost], { rules: spellings, keep }).roots;
  const seeds = new Map([[stable, fill(stable, literal(1, cost.type.dtype))]]);
  const cotangents = sweep(seeds, wrt, { constants: considerConstant, of: cost });
  return wrt.map(
    (x) =>
      cotangents.get(x) ??
      fail("ADJ2002", `grad: ${what} does not depend on ${nameOf(x)}`, {
        hint: "check that it is used, and that no comparison, integer or considerConstant stands between",
        related: x.site ? [{ message: `${nameOf(x)} is defined here`, site: x.site }] : [],
      }),
  );
}

const nameOf = (x: Node): string =>
  x.label?.name ?? `an expression of shape ${formatShape(x.shape)}`;
