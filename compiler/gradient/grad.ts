/** Reverse-mode differentiation of graphs: one sweep, which knows no op by name. */

import { fail } from "../diagnostics/error.ts";
import { isPoison, type Node, topological } from "../graph/node.ts";
import { formatShape, isFloat, type Shape, sameShape } from "../graph/types.ts";
import { add } from "../ops/arithmetic.ts";
import { literal } from "../ops/leaf.ts";
import { sum } from "../ops/reduction.ts";
import { broadcastTo, fill } from "../ops/shape.ts";
import { spellings } from "../simplify/rules.ts";
import { simplifyNodes } from "../simplify/simplify.ts";

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
  const seed = fill(stable, literal(1, cost.type.dtype));
  const cotangents = sweep(stable, seed, wrt, considerConstant, cost);
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

/**
 * Cotangents of `root` for everything between it and `wrt`, from the cotangent of `root` itself.
 *
 * @param of what the gradients are said to be of
 */
export function sweep(
  root: Node,
  seed: Node,
  wrt: readonly Node[],
  constants: readonly Node[] = [],
  of: Node = root,
): Map<Node, Node> {
  const held = new Set(constants);
  const order = topological([root]);
  const reaches = new Set<Node>(wrt);
  for (const node of order) {
    if (!held.has(node) && node.inputs.some((input) => reaches.has(input))) reaches.add(node);
  }
  const cotangents = new Map<Node, Node>([[root, seed]]);
  const settle = (by: Node, cotangent: Node): void => {
    // A cotangent that passes through several values unchanged is called after the first named one.
    if (!cotangent.derivative || (!cotangent.derivative.by.label && by.label)) {
      cotangent.derivative = { of, by };
    }
  };
  const asked = new Set(wrt);
  for (const node of order.reverse()) {
    const dy = cotangents.get(node);
    if (!dy || !reaches.has(node) || held.has(node)) continue;
    if (node !== root) settle(node, dy);
    if (asked.has(node) && !node.inputs.some((input) => reaches.has(input))) continue;
    const { gradient } = node.op;
    if (typeof gradient !== "function") {
      fail("ADJ2003", `grad: ${node.op.name} has no gradient: ${gradient.none}`, {
        site: node.site,
      });
    }
    const parts = gradient({ dy, y: node, inputs: node.inputs, attrs: node.attrs });
    for (const [i, input] of node.inputs.entries()) {
      const part = parts[i];
      if (!part || !reaches.has(input) || held.has(input) || !isFloat(input.type.dtype)) continue;
      const shaped = matchShape(part, input.shape);
      const before = cotangents.get(input);
      cotangents.set(input, before ? add(before, shaped) : shaped);
    }
  }
  return cotangents;
}

/** Undoes broadcasting, in one place for all ops: repeated elements add up, missing ones are repeated. */
function matchShape(cotangent: Node, shape: Shape): Node {
  if (sameShape(cotangent.shape, shape)) return cotangent;
  const extra = cotangent.shape.length - shape.length;
  const lead = extra > 0 ? Array.from({ length: extra }, (_, i) => i) : [];
  const reduced = lead.length > 0 ? sum(cotangent, lead) : cotangent;
  const repeated = shape.flatMap((dim, i) => (dim === 1 && reduced.shape[i] !== 1 ? [i] : []));
  const summed = repeated.length > 0 ? sum(reduced, repeated, { keepdims: true }) : reduced;
  return broadcastTo(summed, shape);
}
