/** Which values are kept in memory, and which are computed where they are read. */

import { type Node, topological } from "../graph/node.ts";
import { isFloat, roughVolume } from "../graph/types.ts";
import { constantValue } from "../ops/leaf.ts";

/** Recomputing this many additions an element is cheaper than a pass through memory. */
const recomputeLimit = 4;

/** Expressions of more operations than this are cut in two: a kernel should read as one formula. */
const longestExpression = 48;

interface Reader {
  readonly node: Node;
  /** How often each element of the value is read for one whole computation of the reader. */
  readonly times: number;
}

/**
 * The values that kernels write: the roots, and every intermediate whose recomputation at each place
 * where it is read would cost more than storing it. A reduction that is read once, where it is needed,
 * stays inside its reader: that is how an update fuses with the product that it uses.
 *
 * @param roots outputs and updates of a function, expanded and simplified
 * @param asked other values that are to be seen in memory
 */
export function chooseStored(
  roots: readonly Node[],
  asked: (node: Node) => boolean = () => false,
): ReadonlySet<Node> {
  const order = topological(roots);
  const readers = readersOf(order);
  const costs = inlineCosts(order, readers);
  const conditions = order.flatMap((node) => (node.op.lazy ? [node.inputs[0]] : []));
  const stored = new Set(
    [...roots, ...conditions, ...order.filter((node) => node.op.stored || asked(node))].filter(
      (node) => !node.op.leaf && !isPlace(node),
    ),
  );
  for (const node of order)
    if (node.op.tuple) for (const input of node.inputs) storeOperand(input, stored);
  for (const node of order)
    for (const i of node.op.compares ?? []) storeCompared(node.inputs[i], stored);
  choose({ order, readers, costs, stored, products: new Set() });
  // What is computed along with a product depends on where the expressions above it end.
  choose({ order, readers, costs, stored, products: withProduct(order, stored) });
  splitSums(order, stored);
  cutLong(order, stored);
  return stored;
}

/** Memory of a loop, or the loop itself. */
const isPlace = (node: Node): boolean => node.op.tuple !== undefined || node.op.part === true;

/** What a loop reads at each step is computed before it, but for what is free to compute. */
function storeOperand(node: Node, stored: Set<Node>): void {
  if (node.op.leaf || isPlace(node)) return;
  if (node.op.movement || node.op.cost === 0) {
    for (const input of node.inputs) storeOperand(input, stored);
  } else if (isWorthStoring(node) || node.op.reduces) stored.add(node);
}

/** What is looked for bit for bit has the digits that memory has: it lies there, or is chosen from there. */
function storeCompared(node: Node, stored: Set<Node>): void {
  if (node.op.leaf || isPlace(node) || stored.has(node) || node.type.dtype !== "float32") return;
  const passes = node.op.movement || node.op.chooses || node.op.cost === 0;
  if (passes && !node.inputs.some(isRounded))
    for (const input of node.inputs) storeCompared(input, stored);
  else stored.add(node);
}

/** A constant such as 0.1, which is another number in memory. */
function isRounded(node: Node): boolean {
  if (node.op.movement) return isRounded(node.inputs[0]);
  const value = constantValue(node);
  return value !== undefined && !Object.is(Math.fround(value), value);
}

interface Choice {
  readonly order: readonly Node[];
  readonly readers: ReadonlyMap<Node, readonly Reader[]>;
  readonly costs: ReadonlyMap<Node, number>;
  readonly stored: Set<Node>;
  readonly products: ReadonlySet<Node>;
}

/** Goes from the results back: how often a value is read is known once its readers are decided. */
function choose({ order, readers, costs, stored, products }: Choice): void {
  const reads = new Map<Node, number>();
  const insideReduction = new Set<Node>();
  for (const node of [...order].reverse()) {
    let total = 0;
    for (const { node: reader, times } of readers.get(node) ?? []) {
      const inline = !stored.has(reader);
      total += (inline ? (reads.get(reader) as number) : 1) * times;
      if (reader.op.reduces || (inline && insideReduction.has(reader))) insideReduction.add(node);
    }
    reads.set(node, total);
    if (stored.has(node) || node.op.leaf || node.op.movement || isPlace(node)) continue;
    // A product keeps its schedule, and what follows it elementwise is computed along with it.
    if (insideReduction.has(node) && products.has(node)) stored.add(node);
    else if (node.op.reduces) {
      if (total > 1) stored.add(node);
    } else if (isWorthStoring(node) && (total - 1) * (costs.get(node) as number) > recomputeLimit) {
      stored.add(node);
    }
  }
}

function readersOf(order: readonly Node[]): Map<Node, Reader[]> {
  const readers = new Map<Node, Reader[]>();
  for (const node of order) {
    if (node.op.shapeOnly) continue;
    const types = node.inputs.map((input) => input.type);
    for (const [i, input] of node.inputs.entries()) {
      const times =
        node.op.reads?.(types, node.attrs, i) ??
        roughVolume(node.shape) / Math.max(1, roughVolume(input.shape));
      const list = readers.get(input);
      if (list) list.push({ node, times });
      else readers.set(input, [{ node, times }]);
    }
  }
  return readers;
}

/** Cost of one element with the operands that only this value reads; others will lie in memory. */
function inlineCosts(
  order: readonly Node[],
  readers: ReadonlyMap<Node, readonly Reader[]>,
): Map<Node, number> {
  const costs = new Map<Node, number>();
  for (const node of order) {
    let cost = node.op.leaf ? 0 : (node.op.cost ?? 1);
    for (const input of node.inputs) {
      const all = readers.get(input) ?? [];
      if (all.length === 1 && all[0].times <= 1) cost += costs.get(input) as number;
    }
    costs.set(node, Math.min(1e9, cost));
  }
  return costs;
}

/** Values that are elementwise in a product which is computed in place. */
function withProduct(order: readonly Node[], stored: ReadonlySet<Node>): ReadonlySet<Node> {
  const found = new Set<Node>();
  for (const node of order) {
    const inside = node.inputs.some((input) => found.has(input) && !stored.has(input));
    if (node.op.reduces === "product" || (inside && node.op.elementwise)) found.add(node);
  }
  return found;
}

/** Truth values and index arithmetic are cheaper to compute again than to read. */
function isWorthStoring(node: Node): boolean {
  if (node.inputs.every((input) => constantValue(input) !== undefined)) return false;
  return isFloat(node.type.dtype) || (node.op.cost ?? 1) > 4;
}

/** A scalar made of several reductions is put together last: each can then share the loops of others. */
function splitSums(order: readonly Node[], stored: Set<Node>): void {
  const found = new Map<Node, Node[]>();
  for (const node of order) {
    const inside = node.inputs.flatMap((input) =>
      stored.has(input) ? [] : (found.get(input) ?? []),
    );
    const own = node.op.reduces && node.shape.length === 0 ? [node] : inside;
    const parts = [...new Set(own)];
    found.set(node, parts);
    if (stored.has(node) && !node.op.reduces && parts.length > 1)
      for (const part of parts) stored.add(part);
  }
}

/** Stores a value wherever an expression grows too long. */
function cutLong(order: readonly Node[], stored: Set<Node>): void {
  const lengths = new Map<Node, number>();
  for (const node of order) {
    if (isPlace(node)) {
      lengths.set(node, 0);
      continue;
    }
    let length = 1;
    for (const input of node.inputs)
      length += stored.has(input) ? 0 : (lengths.get(input) as number);
    if (length > longestExpression && !node.op.movement && !node.op.leaf) {
      stored.add(node);
      length = 0;
    }
    lengths.set(node, length);
  }
}
