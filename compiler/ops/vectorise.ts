/** A graph over one step's values, applied to all steps at once: a leading axis is carried along. */

import { bodyOf, makeNode, type Node, topological } from "../graph/node.ts";
import type { Stacked } from "./op.ts";
import { aligned } from "./shape.ts";

/** One node for all steps; undefined where its op does not know how. */
export function vectoriseNode(node: Node, operands: readonly Stacked[]): Node | undefined {
  if (node.op.vectorise) return node.op.vectorise(operands, node.attrs, node);
  if (!node.op.elementwise || bodyOf(node)) return undefined;
  return makeNode(
    node.op,
    operands.map((operand) => aligned(operand, node.shape.length)),
    node.attrs,
  );
}

/**
 * `roots` for all steps at once. Each result is stacked if it depends on a stacked binding; undefined
 * if an op on the way does not know how to.
 *
 * @param bindings what stands in for nodes of the graph of one step
 * @param loops whether recurrences are done for all at once too, with all their states side by side
 */
export function vectorise(
  roots: readonly Node[],
  bindings: ReadonlyMap<Node, Stacked>,
  { loops = false }: { readonly loops?: boolean } = {},
): (Stacked | undefined)[] {
  const done = new Map<Node, Stacked | undefined>(bindings);
  const stack = [...roots];
  for (let node = stack.at(-1); node; node = stack.at(-1)) {
    if (done.has(node)) {
      stack.pop();
      continue;
    }
    const waiting = node.inputs.filter((input) => !done.has(input));
    if (waiting.length > 0) stack.push(...waiting);
    else done.set(node, node.op.tuple && !loops ? fixed(node, done) : one(node, done));
  }
  return roots.map((root) => done.get(root));
}

/** The node itself, if it is the same at all steps. */
function fixed(node: Node, done: ReadonlyMap<Node, Stacked | undefined>): Stacked | undefined {
  const isFixed = node.inputs.every((input) => done.get(input)?.stacked === false);
  return isFixed ? one(node, done) : undefined;
}

function one(node: Node, done: ReadonlyMap<Node, Stacked | undefined>): Stacked | undefined {
  const operands = node.inputs.map((input) => done.get(input));
  if (operands.some((operand) => operand === undefined)) return undefined;
  const known = operands as Stacked[];
  if (known.every(({ stacked }) => !stacked)) {
    const inputs = known.map((operand) => operand.node);
    const same = inputs.every((input, i) => input === node.inputs[i]);
    return { node: same ? node : makeNode(node.op, inputs, node.attrs), stacked: false };
  }
  const made = vectoriseNode(node, known);
  if (!made) return undefined;
  made.derivative ??= node.derivative;
  made.label ??= node.label;
  return { node: made, stacked: true };
}

/** Nodes that depend on one of `sources`. */
export function dependents(roots: readonly Node[], sources: Iterable<Node>): Set<Node> {
  const found = new Set<Node>(sources);
  for (const node of topological(roots))
    if (node.inputs.some((input) => found.has(input))) found.add(node);
  return found;
}
