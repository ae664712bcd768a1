/** What is known of a value's sign from how it is computed. */

import type { Node } from "../graph/node.ts";
import { abs, add, div, mul, sqrt, square } from "./arithmetic.ts";
import { castOp } from "./elementwise.ts";
import { exp, sigmoid, softplus } from "./exponential.ts";
import { prodOp } from "./factors.ts";
import { constantValue } from "./leaf.ts";
import { maxOp, meanOp, minOp, sumOp } from "./reduction.ts";
import { softmaxOp } from "./softmax.ts";

const always = new Set([abs, square, sqrt, exp, sigmoid, softplus].map((b) => b.op)).add(softmaxOp);
/** Nonnegative where every operand is. */
const inherited = new Set([add, mul, div].map((b) => b.op));
for (const op of [castOp, sumOp, prodOp, meanOp, maxOp, minOp]) inherited.add(op);

/** Whether a value is ≥ 0 (or NaN) whatever its operands are. Looks a few steps down only. */
export function isNonnegative(node: Node, depth = 0): boolean {
  if (node.type.dtype === "bool" || always.has(node.op)) return true;
  const value = constantValue(node);
  if (value !== undefined) return value >= 0;
  if (depth > 4) return false;
  const passes = node.op.movement === true || inherited.has(node.op);
  const operands = node.op.movement ? node.inputs.slice(0, 1) : node.inputs;
  return passes && operands.every((input) => isNonnegative(input, depth + 1));
}
