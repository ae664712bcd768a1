/** Reverse-mode differentiation of graphs: one sweep, which knows no op by name. */

import { fail } from "../diagnostics/error.ts";
import { type Node, topological } from "../graph/node.ts";
import { isFloat, type Shape, sameShape } from "../graph/types.ts";
import { add } from "../ops/arithmetic.ts";
import { sum } from "../ops/reduction.ts";
import { broadcastTo } from "../ops/shape.ts";

export interface SweepOptions {
  /** Values that the sweep does not pass through. */
  readonly constants?: readonly Node[];
  /** Values whose cotangents are the given ones, whatever else reads them. */
  readonly sealed?: readonly Node[];
  /** Values that get a cotangent and pass nothing on. */
  readonly ends?: readonly Node[];
  /** What the cotangents are derivatives of, for their names. */
  readonly of?: Node;
}

/** Cotangents of everything between the keys of `seeds`, whose cotangents are given, and `wrt`. */
export function sweep(
  seeds: ReadonlyMap<Node, Node>,
  wrt: readonly Node[],
  { constants = [], sealed = [], ends = [], of }: SweepOptions = {},
): Map<Node, Node> {
  const held = new Set(constants);
  const closed = new Set(sealed);
  const last = new Set(ends);
  const order = topological([...seeds.keys()]);
  const reaches = new Set<Node>(wrt);
  for (const node of order) {
    if (!held.has(node) && node.inputs.some((input) => reaches.has(input))) reaches.add(node);
  }
  const cotangents = new Map(seeds);
  const parts = new Map<Node, Map<Node, Node>>();
  const passes = (input: Node): boolean => reaches.has(input) && !held.has(input);
  const give = (input: Node, part: Node | undefined): void => {
    if (!part || !passes(input) || closed.has(input) || !isFloat(input.type.dtype)) return;
    const shaped = matchShape(part, input.shape);
    const before = cotangents.get(input);
    cotangents.set(input, before ? add(before, shaped) : shaped);
  };
  const settle = (by: Node, cotangent: Node): void => {
    // A cotangent that passes through several values unchanged is called after the first named one.
    if (of && (!cotangent.derivative || (!cotangent.derivative.by.label && by.label)))
      cotangent.derivative = { of, by };
  };
  const asked = new Set(wrt);
  for (const node of order.reverse()) {
    if (!passes(node)) continue;
    const ofParts = parts.get(node);
    if (ofParts && node.op.tuple) {
      const given = node.op.tuple.gradient(node, ofParts, passes);
      for (const [i, input] of node.inputs.entries()) give(input, given[i]);
      continue;
    }
    const dy = cotangents.get(node);
    if (!dy) continue;
    if (!seeds.has(node)) settle(node, dy);
    if (last.has(node)) continue;
    if (asked.has(node) && !node.inputs.some((input) => reaches.has(input))) continue;
    if (node.op.part) {
      const [whole] = node.inputs;
      parts.set(whole, (parts.get(whole) ?? new Map<Node, Node>()).set(node, dy));
      continue;
    }
    const { gradient } = node.op;
    if (typeof gradient !== "function") {
      fail("ADJ2003", `grad: ${node.op.name} has no gradient: ${gradient.none}`, {
        site: node.site,
      });
    }
    const given = gradient({ dy, y: node, inputs: node.inputs, attrs: node.attrs });
    for (const [i, input] of node.inputs.entries()) give(input, given[i]);
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
