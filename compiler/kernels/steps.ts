/** What the steps of a loop have to do with each other: whether they may run at the same time. */

import type { Node } from "../graph/node.ts";
import { staticSize } from "../graph/types.ts";
import type { Nest, Statement } from "./loops.ts";
import { type Axis, type Scalar, walk } from "./scalar.ts";

type Loop = Extract<Statement, { kind: "loop" }>;

/** Whether a value of the nest is needed within a step of its outermost loop only. */
export const isPerStep = (nest: Nest, node: Node): boolean => (nest.dropped.get(node) ?? 0) > 0;

/** Elements of such a value; NaN where they are not known. */
export const perStep = (nest: Nest, node: Node): number =>
  staticSize(node.shape.filter((dim) => dim !== 1).slice(nest.dropped.get(node))) ?? Number.NaN;

/**
 * Whether each store inside a loop goes to a place of its own at each of its steps, as do reads of it.
 *
 * @param isOwn memory that each unit has for itself
 */
export function storesApart(loop: Loop, isOwn: (node: Node) => boolean): boolean {
  const stored = new Map<Node, Scalar>();
  let apart = true;
  const visit = (s: Statement): void => {
    if (s.kind === "loop") s.body.forEach(visit);
    if (s.kind === "store" && !isOwn(s.into)) {
      apart &&= uses(s.offset, loop.axis);
      stored.set(s.into, s.offset);
    }
  };
  loop.body.forEach(visit);
  const reads = (s: Statement): void => {
    if (s.kind === "loop") s.body.forEach(reads);
    const values =
      s.kind === "let" || s.kind === "store" || s.kind === "accumulate" ? walk(s.value) : [];
    for (const part of values)
      if (part.kind === "element" && stored.has(part.node)) apart &&= uses(part.offset, loop.axis);
  };
  loop.body.forEach(reads);
  return apart;
}

const uses = (s: Scalar, axis: Axis): boolean =>
  walk(s).some((part) => part.kind === "axis" && part.axis === axis);

/** The one loop of a nest, if its steps have nothing to do with each other. */
export function independentLoop(nest: Nest): Loop | undefined {
  const [loop, ...others] = nest.body;
  if (loop?.kind !== "loop" || others.length > 0 || nest.results.length > 0) return undefined;
  for (const { into, axes } of nest.stages) {
    if (isPerStep(nest, into)) return undefined;
    if (nest.memory.includes(into) && !axes.some((axis) => axis.extent === loop.axis.extent))
      return undefined;
  }
  return storesApart(loop, () => false) ? loop : undefined;
}
