/** Values with margins of zeros around what lies in memory. */

import type { Node } from "../../graph/node.ts";
import type { Stage } from "../lower.ts";
import { constant, indexSub, rewrite, type Scalar } from "../scalar.ts";

export type Load = Extract<Scalar, { kind: "load" }>;

/** The kernel that computes a value. */
export type DefinitionOf = (node: Node) => Stage | undefined;

/** What is read of a value that has zeros around what lies in memory, and in the gaps between. */
export interface Spread {
  /** The element in memory, where there is one. */
  readonly inner: Load;
  /** For each dimension the place behind the margin: the index of the element, this many times. */
  readonly places: readonly Scalar[];
  readonly steps: readonly number[];
}

/** What a load reads of a value with margins of zeros. */
export function spreadOf(value: Load, definitionOf: DefinitionOf): Spread | undefined {
  const margins = value.node.op.margins?.(value.node.attrs);
  const stage = margins && definitionOf(value.node);
  if (!stage || margins.value !== 0) return undefined;
  const { body } = stage;
  if (body.kind !== "call" || body.fn !== "where" || body.args[1].kind !== "load") return undefined;
  const [, element] = body.args as [Scalar, Load];
  const at = new Map(stage.axes.map((axis, dim) => [axis, value.index[dim]]));
  const inner = rewrite(element, (s) => (s.kind === "axis" ? at.get(s.axis) : undefined));
  if (inner.kind !== "load") return undefined;
  const places = value.index.map((i, d) => indexSub(i, constant(margins.before[d], "int32")));
  return { inner, places, steps: margins.step };
}

/** The element inside of margins of zeros that a load reads, where there are no gaps. */
export function insideOf(value: Load, definitionOf: DefinitionOf): Load | undefined {
  const found = spreadOf(value, definitionOf);
  return found?.steps.every((s) => s === 1) ? found.inner : undefined;
}
