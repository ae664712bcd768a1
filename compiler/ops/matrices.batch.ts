/** Matrices with one more axis in front: how ops of linear algebra are done for all steps at once. */

import { type Attrs, makeNode, type Node } from "../graph/node.ts";
import type { Stacked } from "./op.ts";
import { dimshuffle, repeated, reshape } from "./shape.ts";

/** One more axis of the batch. */
export function inBatch(
  operands: readonly Stacked[],
  attrs: Attrs,
  { op: self }: Node,
): Node | undefined {
  const steps = operands.find(({ stacked }) => stacked)?.node.shape[0];
  if (steps === undefined) return undefined;
  return makeNode(
    self,
    operands.map((operand) => repeated(operand, steps)),
    attrs,
  );
}

/** Many right sides of one matrix are columns, so that it is eliminated once. */
export function manySides(
  operands: readonly Stacked[],
  attrs: Attrs,
  node: Node,
): Node | undefined {
  const [{ node: a, stacked }, { node: b }] = operands;
  const [steps, ...sides] = b.shape.map((dim) => (typeof dim === "number" ? dim : Number.NaN));
  if (stacked || a.shape.length !== 2 || Number.isNaN(steps)) return inBatch(operands, attrs, node);
  const [rows, columns = 1] = sides;
  const flat = reshape(dimshuffle(b, [1, 0, ...(b.shape.length === 3 ? [2] : [])]), [
    rows,
    steps * columns,
  ]);
  const x = reshape(makeNode(node.op, [a, flat], attrs), [rows, steps, ...sides.slice(1)]);
  return dimshuffle(x, [1, 0, ...(b.shape.length === 3 ? [2] : [])]);
}
