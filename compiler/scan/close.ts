/** Closing a step: what it mentions from outside becomes an operand of the loop. */

import { type Node, topological } from "../graph/node.ts";
import { substitute } from "../graph/substitute.ts";
import { isTable, symbol } from "../ops/leaf.ts";
import type { Bound } from "../ops/scan.ts";
import { dependents } from "../ops/vectorise.ts";

/**
 * The results over formals only. Whatever does not depend on the step – the largest such expressions –
 * is computed once, outside of the loop; what is made of constants alone stays where it is.
 */
export function captured(
  results: readonly Node[],
  formals: readonly Node[],
): { results: readonly Node[]; invariants: readonly Bound[] } {
  const inside = dependents(results, formals);
  const ofConstants = new Set<Node>();
  for (const node of topological(results)) {
    const isFree = node.op.leaf
      ? node.op.name === "constant" && !isTable(node)
      : node.inputs.every((i) => ofConstants.has(i));
    if (isFree) ofConstants.add(node);
  }
  const replacements = new Map<Node, Node>();
  const invariants: Bound[] = [];
  const capture = (node: Node): void => {
    if (inside.has(node) || ofConstants.has(node) || replacements.has(node)) return;
    // An arrangement costs nothing inside, and its source may be needed there as well.
    if (node.op.movement) {
      node.inputs.forEach(capture);
      return;
    }
    const formal = symbol(node.type.dtype, node.shape);
    formal.label = node.label;
    replacements.set(node, formal);
    invariants.push({ formal, operand: node });
  };
  for (const node of topological(results)) if (inside.has(node)) node.inputs.forEach(capture);
  results.forEach(capture);
  return { results: substitute(results, replacements).roots, invariants };
}
