/** Replaces composite ops by the simpler ones that they are made of, keeping track of what is what. */

import { atSite } from "../graph/context.ts";
import { bodyOf, type Node, topological, withBody } from "../graph/node.ts";
import { inherit } from "../graph/substitute.ts";

/**
 * The roots with every op that has an expansion expanded.
 *
 * @param loops whether expansions may be loops over time
 */
export function expandNodes(
  roots: readonly Node[],
  loops = true,
): {
  readonly roots: readonly Node[];
  readonly mapped: ReadonlyMap<Node, Node>;
} {
  const mapped = new Map<Node, Node>();
  for (const root of roots) expandInto(root, mapped, loops);
  return { roots: roots.map((root) => mapped.get(root) as Node), mapped };
}

function expandInto(root: Node, mapped: Map<Node, Node>, loops: boolean): void {
  for (const node of topological([root])) {
    if (mapped.has(node)) continue;
    const inputs = node.inputs.map((input) => mapped.get(input) as Node);
    const remake = (): Node => {
      const body = bodyOf(node);
      for (const result of body?.results ?? []) expandInto(result, mapped, loops);
      const expand = (loops ? undefined : node.op.unrolled) ?? node.op.expand;
      if (!expand) {
        return withBody(node, inputs, body?.results.map((r) => mapped.get(r) as Node) ?? []);
      }
      const result = expand(inputs, node.attrs);
      if (!result.op.leaf && !inputs.includes(result)) result.meaning ??= node.meaning ?? node.op;
      nameParts(result, inputs, node);
      // An expansion may use ops that have expansions themselves.
      expandInto(result, mapped, loops);
      return mapped.get(result) as Node;
    };
    const result = node.site ? atSite(node.site, remake) : remake();
    inherit(result, node);
    mapped.set(node, result);
  }
}

/** Intermediates of an expansion are called after the value that they make: `p_max`, `p_logits`. */
function nameParts(result: Node, operands: readonly Node[], whole: Node): void {
  const outside = new Set(operands);
  const stack = [result];
  const seen = new Set<Node>();
  for (let part = stack.pop(); part; part = stack.pop()) {
    if (outside.has(part) || seen.has(part)) continue;
    seen.add(part);
    if (part.role && isBetter(whole, part.role.of)) part.role = { name: part.role.name, of: whole };
    stack.push(...part.inputs, ...(bodyOf(part)?.results ?? []));
  }
  for (const [i, operand] of operands.entries()) {
    const name = whole.op.roles?.[i];
    if (name && isBetter(whole, operand.role?.of)) operand.role = { name, of: whole };
  }
}

/** A part of several values is called after the first that the model names. */
function isBetter(whole: Node, before: Node | undefined): boolean {
  return before === undefined || (before.label === undefined && whole.label !== undefined);
}
