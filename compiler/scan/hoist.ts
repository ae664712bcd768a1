/**
 * Products that do not depend on a loop's states are done for all steps at once, where they are one large
 * product instead of many small ones (Theano's push-out optimisations).
 */

import { type Node, topological } from "../graph/node.ts";
import { substitute } from "../graph/substitute.ts";
import { symbol } from "../ops/leaf.ts";
import type { Stacked } from "../ops/op.ts";
import { afterSteps, type Bound, beforeSteps, collectedOf, type Scan } from "../ops/scan.ts";
import { dependents, vectorise } from "../ops/vectorise.ts";

const resultsOf = (scan: Scan): Node[] => [
  ...scan.states.map((s) => s.result),
  ...scan.outputs,
  ...(scan.until ? [scan.until] : []),
];

/** Operands stacked or fixed, by the symbols that stand for them. */
function outside({ sequences, invariants }: Scan): Map<Node, Stacked> {
  const bind =
    (stacked: boolean) =>
    ({ formal, operand }: Bound): [Node, Stacked] => [formal, { node: operand, stacked }];
  return new Map([...sequences.map(bind(true)), ...invariants.map(bind(false))]);
}

/** Products of entries of sequences with what stays the same become sequences of their own. */
export function hoistProducts(scan: Scan): Scan {
  const results = resultsOf(scan);
  const ofStates = dependents(
    results,
    scan.states.map((s) => s.formal),
  );
  const ofSequences = dependents(
    results,
    scan.sequences.map((s) => s.formal),
  );
  const order = topological(results);
  const hasProduct = containing(order);
  const candidates = order.filter(
    (node) => ofSequences.has(node) && !ofStates.has(node) && hasProduct.has(node),
  );
  const readByOther = (node: Node): boolean =>
    results.includes(node) ||
    order.some((reader) => reader.inputs.includes(node) && !candidates.includes(reader));
  const replacements = new Map<Node, Node>();
  const added: Bound[] = [];
  for (const node of candidates.filter(readByOther)) {
    const [made] = vectorise([node], outside(scan));
    if (!made?.stacked) continue;
    const formal = symbol(node.type.dtype, node.shape);
    formal.label = node.label;
    formal.derivative = node.derivative;
    formal.role = node.role;
    replacements.set(node, formal);
    added.push({ formal, operand: made.node });
  }
  if (added.length === 0) return scan;
  const replaced = substitute(results, replacements).roots;
  const { states, outputs, until } = scan;
  return {
    ...scan,
    sequences: [...scan.sequences, ...added],
    states: states.map((s, i) => ({ ...s, result: replaced[i] })),
    outputs: replaced.slice(states.length, states.length + outputs.length),
    until: until && replaced.at(-1),
  };
}

/** Nodes with a product among their operands. */
function containing(order: readonly Node[]): Set<Node> {
  const found = new Set<Node>();
  for (const node of order) {
    if (node.op.reduces === "product" || node.inputs.some((input) => found.has(input)))
      found.add(node);
  }
  return found;
}

/** How an output is read from the scan. */
export type ReadOutput = (scan: Node) => Node;

/**
 * Outputs that no state needs, and that have a product in them or are of no state, are computed from what
 * they are made of when the loop is done; outputs that are states or entries of sequences need no memory
 * of their own.
 */
export function pushOutputs(scan: Scan): {
  readonly scan: Scan;
  readonly outputs: readonly ReadOutput[];
} {
  const kept: Node[] = [];
  const keep = (node: Node): ReadOutput => {
    const state = scan.states.findIndex((s) => s.result === node);
    if (state >= 0) return (made) => afterSteps(made, state);
    const before = scan.states.findIndex((s) => s.formal === node);
    if (before >= 0) return (made) => beforeSteps(made, before);
    const sequence = scan.sequences.find((s) => s.formal === node);
    if (sequence && !scan.until) return () => sequence.operand;
    if (!kept.includes(node)) kept.push(node);
    const index = kept.indexOf(node);
    return (made) => collectedOf(made, index);
  };
  const core = new Set(
    topological([...scan.states.map((s) => s.result), ...(scan.until ? [scan.until] : [])]),
  );
  const moving = dependents(
    scan.outputs,
    [...scan.sequences, ...scan.states].map((b) => b.formal),
  );
  const hasProduct = containing(topological(scan.outputs));
  const ofStates = dependents(
    scan.outputs,
    scan.states.map((s) => s.formal),
  );
  const outputs = scan.outputs.map((output): ReadOutput => {
    const isWorth = hasProduct.has(output) || !ofStates.has(output);
    // How long the outputs of a loop with `until` are, only the loop itself can say.
    const isOwn = !scan.until && !core.has(output) && isWorth && moving.has(output);
    const needs = isOwn ? frontier(output, core, moving) : [];
    const reads = needs.map(() => symbol("float32", []));
    const possible =
      isOwn && vectorise([output], bindings(scan, needs, reads))[0]?.stacked === true;
    if (!possible) return keep(output);
    const readers = needs.map(keep);
    return (made) => {
      const bound = bindings(
        scan,
        needs,
        readers.map((read) => read(made)),
      );
      return (vectorise([output], bound)[0] as Stacked).node;
    };
  });
  return { scan: { ...scan, outputs: kept }, outputs };
}

/**
 * The values that the states need anyway, and symbols, at which an output's own part ends. Of a loop that
 * the states need the part that is read: the loop itself is no value.
 */
function frontier(output: Node, core: ReadonlySet<Node>, moving: ReadonlySet<Node>): Node[] {
  const found = new Set<Node>();
  const visit = (node: Node): void => {
    if (!moving.has(node)) return;
    const isPart = node.op.part === true && core.has(node.inputs[0]);
    if (core.has(node) || isPart || node.op.leaf) found.add(node);
    else node.inputs.forEach(visit);
  };
  visit(output);
  return [...found];
}

function bindings(scan: Scan, needs: readonly Node[], values: readonly Node[]): Map<Node, Stacked> {
  const bound = outside(scan);
  for (const [i, node] of needs.entries()) {
    const stand =
      values[i].shape.length === node.shape.length + 1
        ? values[i]
        : symbol(node.type.dtype, [scan.steps, ...node.shape]);
    bound.set(node, { node: stand, stacked: true });
  }
  return bound;
}
