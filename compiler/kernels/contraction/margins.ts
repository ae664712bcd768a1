/** Values with margins of zeros around what lies in memory. */

import type { Node } from "../../graph/node.ts";
import type { Stage } from "../lower.ts";
import { rewrite, type Scalar } from "../scalar.ts";

export type Load = Extract<Scalar, { kind: "load" }>;

/** The kernel that computes a value. */
export type DefinitionOf = (node: Node) => Stage | undefined;

/** The element inside of margins of zeros that a load reads. */
export function insideOf(value: Load, definitionOf: DefinitionOf): Load | undefined {
  const margins = value.node.op.margins?.(value.node.attrs);
  const stage = margins && definitionOf(value.node);
  if (!stage || margins.value !== 0 || margins.step.some((s) => s !== 1)) return undefined;
  const { body } = stage;
  if (body.kind !== "call" || body.fn !== "where" || body.args[1].kind !== "load") return undefined;
  const [, element] = body.args as [Scalar, Load];
  const at = new Map(stage.axes.map((axis, dim) => [axis, value.index[dim]]));
  const moved = rewrite(element, (s) => (s.kind === "axis" ? at.get(s.axis) : undefined));
  return moved.kind === "load" ? moved : undefined;
}
