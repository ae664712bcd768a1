/** Replacing values of a graph by others: what `givens` do. */

import { atSite } from "./context.ts";
import { makeNode, type Node, topological } from "./node.ts";

/** Carries what the model says of a value (its name, what it derives) over to what takes its place. */
export function inherit(to: Node, from: Node): void {
  if (to === from) return;
  to.label ??= from.label;
  to.derivative ??= from.derivative;
  to.arrangedAs ??= from.arrangedAs;
  to.role ??= from.role;
  if (!to.op.leaf) to.meaning ??= from.meaning;
}

/** The roots with every node of `replacements` replaced, and all that depends on them rebuilt. */
export function substitute(
  roots: readonly Node[],
  replacements: ReadonlyMap<Node, Node>,
): { roots: Node[]; mapped: Map<Node, Node> } {
  const mapped = new Map<Node, Node>(replacements);
  for (const node of topological(roots)) {
    if (mapped.has(node)) continue;
    const inputs = node.inputs.map((input) => mapped.get(input) as Node);
    if (inputs.every((input, i) => input === node.inputs[i])) {
      mapped.set(node, node);
      continue;
    }
    const remake = () => makeNode(node.op, inputs, node.attrs);
    const copy = node.site ? atSite(node.site, remake) : remake();
    inherit(copy, node);
    mapped.set(node, copy);
  }
  for (const [, copy] of mapped) {
    // A part or a gradient of the original is, in the copy, that of the copies.
    const { derivative, role } = copy;
    const whole = role?.of && mapped.get(role.of);
    if (role && whole) copy.role = { ...role, of: whole };
    if (!derivative) continue;
    const of = mapped.get(derivative.of);
    const by = mapped.get(derivative.by);
    if (of && by) copy.derivative = { ...derivative, of, by };
  }
  return { roots: roots.map((root) => mapped.get(root) as Node), mapped };
}
