/** What passes over loops have in common: they go into the graphs inside of loops, and keep names. */

import { atSite } from "../graph/context.ts";
import { bodyOf, type Node, topological, withBody } from "../graph/node.ts";

/** What a pass made of the roots, and of the values below them that it replaced. */
export interface Passed {
  readonly roots: readonly Node[];
  readonly mapped: ReadonlyMap<Node, Node>;
}

export const unchanged = (roots: readonly Node[]): Passed => ({ roots, mapped: new Map() });

/** One pass after another, as one. */
export function after(first: Passed, second: Passed): Passed {
  const mapped = new Map(second.mapped);
  for (const [from, to] of first.mapped) mapped.set(from, second.mapped.get(to) ?? to);
  return { roots: second.roots, mapped };
}

/** Applies a pass to the graphs inside ops first, then to the roots. */
export function everywhere(
  roots: readonly Node[],
  pass: (roots: readonly Node[]) => Passed,
): Passed {
  const replaced = new Map<Node, Node>();
  for (const node of topological(roots)) {
    const body = bodyOf(node);
    const inputs = node.inputs.map((input) => replaced.get(input) as Node);
    const inner = body ? everywhere(body.results, pass) : unchanged([]);
    for (const [from, to] of inner.mapped) replaced.set(from, to);
    replaced.set(node, withLabels(withBody(node, inputs, inner.roots), node));
  }
  const made = roots.map((root) => replaced.get(root) as Node);
  return after({ roots: made, mapped: replaced }, pass(made));
}

/** Makes nodes where `node` stands in the model. */
export const placed = <T>(node: Node, make: () => T): T =>
  node.site ? atSite(node.site, make) : make();

export function withLabels(to: Node, from: Node): Node {
  to.label ??= from.label;
  to.derivative ??= from.derivative;
  to.role ??= from.role;
  return to;
}
