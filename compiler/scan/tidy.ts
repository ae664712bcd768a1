/** Passes over scans: loops over the same values become one, and each computes only what has to be in it. */

import { atSite } from "../graph/context.ts";
import { bodyOf, makeNode, type Node, sizeMakers, topological, withBody } from "../graph/node.ts";
import { substitute } from "../graph/substitute.ts";
import { affineOf } from "../ops/index-range.ts";
import { concatenate } from "../ops/joining.ts";
import { constantValue, literal } from "../ops/leaf.ts";
import {
  type Bound,
  carryOp,
  collectedOf,
  collectedOp,
  entryAt,
  makeScan,
  openScan,
  type Scan,
  statesOf,
  statesOp,
} from "../ops/scan.ts";
import { broadcastTo, dimshuffle, lengthOf } from "../ops/shape.ts";
import { sliceOp } from "../ops/slicing.ts";
import { captured } from "./close.ts";
import { hoistProducts, pushOutputs } from "./hoist.ts";

const scansIn = (roots: readonly Node[]): Node[] =>
  topological(roots).filter((node) => node.op.tuple);

/** What a pass made of the roots, and of the values below them that it replaced. */
export interface Passed {
  readonly roots: readonly Node[];
  readonly mapped: ReadonlyMap<Node, Node>;
}

const unchanged = (roots: readonly Node[]): Passed => ({ roots, mapped: new Map() });

/** One pass after another, as one. */
function after(first: Passed, second: Passed): Passed {
  const mapped = new Map(second.mapped);
  for (const [from, to] of first.mapped) mapped.set(from, second.mapped.get(to) ?? to);
  return { roots: second.roots, mapped };
}

/** Applies a pass to the graphs inside ops first, then to the roots. */
function everywhere(roots: readonly Node[], pass: (roots: readonly Node[]) => Passed): Passed {
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
const placed = <T>(node: Node, make: () => T): T => (node.site ? atSite(node.site, make) : make());

function withLabels(to: Node, from: Node): Node {
  to.label ??= from.label;
  to.derivative ??= from.derivative;
  to.role ??= from.role;
  return to;
}

/**
 * Scans over the same operands and symbols become one that computes what all of them do: the forward
 * loop of a model and the one that its gradient has kept more of.
 */
export function mergeScans(roots: readonly Node[]): Passed {
  return everywhere(roots, (given) => {
    let current = unchanged(given);
    for (;;) {
      const merged = mergeOnce(current.roots);
      if (!merged) return current;
      current = after(current, merged);
    }
  });
}

function mergeOnce(roots: readonly Node[]): Passed | undefined {
  const order = topological(roots);
  const scans = order.filter((node) => node.op.tuple);
  for (const [i, first] of scans.entries()) {
    for (const second of scans.slice(i + 1)) {
      const joint = union(openScan(first), openScan(second));
      if (!joint || dependsOn(second, first)) continue;
      const made = withLabels(
        placed(first, () => makeScan(joint)),
        first,
      );
      const replacements = new Map<Node, Node>();
      for (const part of order) {
        if (!part.op.part || (part.inputs[0] !== first && part.inputs[0] !== second)) continue;
        const scan = openScan(part.inputs[0]);
        const index = part.attrs.index as number;
        const to =
          part.op === statesOp
            ? statesOf(made, formalsOf(joint.states).indexOf(scan.states[index].formal))
            : collectedOf(made, joint.outputs.indexOf(scan.outputs[index - scan.states.length]));
        replacements.set(part, withLabels(to, part));
      }
      return substitute(roots, replacements);
    }
  }
  return undefined;
}

const formalsOf = (bound: readonly { readonly formal: Node }[]): Node[] =>
  bound.map((b) => b.formal);

function dependsOn(node: Node, other: Node): boolean {
  return topological([node]).includes(other);
}

/** One scan for two that share states; undefined where they are not the same loop. */
function union(a: Scan, b: Scan): Scan | undefined {
  const alike =
    a.steps === b.steps &&
    a.backwards === b.backwards &&
    a.until === b.until &&
    a.count === b.count &&
    a.limit === b.limit;
  const inCommon = formalsOf(a.states).some((f) => formalsOf(b.states).includes(f));
  const sameLoop = formalsOf(a.sequences).some((f) => formalsOf(b.sequences).includes(f));
  if (!alike || !(inCommon || (sameLoop && a.states.length === 0 && b.states.length === 0)))
    return undefined;
  const sequences = joined(a.sequences, b.sequences, (x, y) => x.operand === y.operand);
  const invariants = joined(a.invariants, b.invariants, (x, y) => x.operand === y.operand);
  const states = joined(
    a.states,
    b.states,
    (x, y) => x.initial === y.initial && x.result === y.result,
  );
  if (!sequences || !invariants || !states) return undefined;
  return {
    ...a,
    sequences,
    invariants,
    states,
    outputs: [...new Set([...a.outputs, ...b.outputs])],
  };
}

/** Both lists, once what stands for the same symbol agrees. */
function joined<B extends { readonly formal: Node }>(
  a: readonly B[],
  b: readonly B[],
  agree: (x: B, y: B) => boolean,
): B[] | undefined {
  const out = [...a];
  for (const y of b) {
    const x = a.find(({ formal }) => formal === y.formal);
    if (x && !agree(x, y)) return undefined;
    if (!x) out.push(y);
  }
  return out;
}

/**
 * Moves out of loops what does not depend on their states, and drops what no one reads.
 */
export function tidyScans(roots: readonly Node[]): Passed {
  const merged = mergeScans(roots);
  const tidy = everywhere(merged.roots, (given) => {
    // From the results back: what a later loop no longer reads, an earlier one need not compute.
    let current = unchanged(given);
    for (const scan of scansIn(given).reverse()) {
      const live = topological(current.roots);
      const parts = live.filter((node) => node.op.part && node.inputs[0] === scan);
      if (parts.length > 0)
        current = after(
          current,
          substitute(
            current.roots,
            placed(scan, () => tidyScan(scan, parts)),
          ),
        );
    }
    return current;
  });
  return after(merged, tidy);
}

/** A loop of one step is that step. */
function onlyStep(node: Node, parts: readonly Node[]): Map<Node, Node> {
  const scan = openScan(node);
  const bound = [
    ...scan.sequences.map(({ formal, operand }) => [formal, entryAt(operand, "first")] as const),
    ...scan.states.map(({ formal, initial }) => [formal, initial] as const),
    ...scan.invariants.map(({ formal, operand }) => [formal, operand] as const),
  ];
  const results = [...scan.states.map((s) => s.result), ...scan.outputs];
  const made = substitute(results, new Map(bound)).roots;
  return new Map(
    parts.map((part) => {
      const index = part.attrs.index as number;
      const value = made[index];
      if (part.op === carryOp) return [part, value];
      const row = expanded(value);
      if (part.op === collectedOp) return [part, row];
      const start = expanded(scan.states[index].initial);
      return [part, concatenate(scan.backwards ? [row, start] : [start, row])];
    }),
  );
}

/** One scan anew; what each of its parts becomes. */
function tidyScan(node: Node, parts: readonly Node[]): Map<Node, Node> {
  if (openScan(node).steps === 1) return onlyStep(node, parts);
  const scan = withoutConstants(needed(openScan(node), parts));
  const fixed = new Map(scan.invariants.map(({ formal, operand }) => [formal, operand]));
  const all = [
    ...scan.states.map((s) => s.result),
    ...scan.outputs,
    ...(scan.until ? [scan.until] : []),
  ];
  const moving = [...scan.sequences, ...scan.states].map((b) => b.formal);
  const closed = captured(substitute(all, fixed).roots, moving);
  const states = scan.states.map((s, i) => ({ ...s, result: closed.results[i] }));
  const tidy = hoistProducts({
    ...scan,
    states,
    outputs: closed.results.slice(states.length, states.length + scan.outputs.length),
    until: scan.until && closed.results.at(-1),
    invariants: closed.invariants,
  });
  const { scan: last, outputs } = pushOutputs(usedOperands(tidy));
  const made = withLabels(makeScan(usedOperands(last)), node);
  const replacements = new Map<Node, Node>();
  const count = openScan(node).states.length;
  for (const part of parts) {
    const index = part.attrs.index as number;
    const state = scan.stateIndex.get(index);
    const to =
      index < count
        ? part.op === carryOp
          ? makeNode(carryOp, [made], { index: state as number })
          : statesOf(made, state as number)
        : outputs[scan.outputIndex.get(index - count) as number](made);
    replacements.set(part, withLabels(to, part));
  }
  return replacements;
}

interface Needed extends Scan {
  /** New positions of what is kept, by old position. */
  readonly stateIndex: ReadonlyMap<number, number>;
  readonly outputIndex: ReadonlyMap<number, number>;
}

/** The states and outputs that `parts` need. */
function needed(scan: Scan, parts: readonly Node[]): Needed {
  const wantedStates = new Set<number>();
  const wantedOutputs = new Set<number>();
  for (const part of parts) {
    const index = part.attrs.index as number;
    if (part.op === collectedOp) wantedOutputs.add(index - scan.states.length);
    else wantedStates.add(index);
  }
  const reach = (): Set<Node> =>
    new Set(
      topological([
        ...[...wantedStates].map((i) => scan.states[i].result),
        ...[...wantedOutputs].map((i) => scan.outputs[i]),
        ...(scan.until ? [scan.until] : []),
      ]),
    );
  for (;;) {
    const used = reach();
    const more = scan.states.findIndex((s, i) => !wantedStates.has(i) && used.has(s.formal));
    if (more < 0) break;
    wantedStates.add(more);
  }
  const keptStates = [...wantedStates].sort((a, b) => a - b);
  const keptOutputs = [...wantedOutputs].sort((a, b) => a - b);
  return {
    ...usedOperands({
      ...scan,
      states: keptStates.map((i) => scan.states[i]),
      outputs: keptOutputs.map((i) => scan.outputs[i]),
    }),
    stateIndex: new Map(keptStates.map((old, i) => [old, i])),
    outputIndex: new Map(keptOutputs.map((old, i) => [old, i])),
  };
}

/** Without sequences and invariants that no result reads. */
function usedOperands(scan: Scan): Scan {
  const used = new Set(
    topological([
      ...scan.states.map((s) => s.result),
      ...scan.outputs,
      ...(scan.until ? [scan.until] : []),
    ]),
  );
  const isUsed = ({ formal }: Bound): boolean => used.has(formal);
  return {
    ...scan,
    sequences: withLength(scan, scan.sequences.filter(isUsed)),
    invariants: scan.invariants.filter(isUsed),
  };
}

/**
 * Something has to say how many steps a named size stands for: a sequence, or what an earlier loop made if
 * only that loop tells it.
 */
function withLength(scan: Scan, kept: readonly Bound[]): readonly Bound[] {
  if (typeof scan.steps !== "string" || scan.count || scan.until) return kept;
  const isMade = ({ operand }: Bound): boolean =>
    sizeMakers([operand]).some(({ inputs: [loop] }) => openScan(loop).steps === scan.steps);
  const made = kept.some(isMade) ? undefined : scan.sequences.find(isMade);
  if (made) return [made, ...kept];
  return kept.length > 0 ? kept : scan.sequences.slice(0, 1);
}

/** Entries that are the same number at each step are that number; a repeated value is an invariant. */
function withoutConstants<S extends Scan>(scan: S): S {
  const replacements = new Map<Node, Node>();
  const invariants: Bound[] = [];
  const numbers = (operand: Node): number | undefined => {
    let node = operand;
    while (node.op.movement || node.op.name === "fill")
      node = node.inputs.at(node.op.movement ? 0 : 1) as Node;
    return constantValue(node);
  };
  const sequences = scan.sequences.filter(({ formal, operand }) => {
    const value = numbers(operand);
    if (value !== undefined) {
      replacements.set(formal, broadcastTo(literal(value, formal.type.dtype), formal.shape));
      return false;
    }
    const [source] = operand.inputs;
    if (operand.op.name === "broadcastTo" && source.shape.length < operand.shape.length) {
      invariants.push({ formal, operand: broadcastTo(source, formal.shape) });
      return false;
    }
    return true;
  });
  for (const { formal, operand } of scan.invariants) {
    const value = numbers(operand);
    if (value !== undefined)
      replacements.set(formal, broadcastTo(literal(value, formal.type.dtype), formal.shape));
    else invariants.push({ formal, operand });
  }
  const replace = (nodes: readonly Node[]): Node[] => substitute(nodes, replacements).roots;
  const results = replace(scan.states.map((s) => s.result));
  return {
    ...scan,
    sequences: withLength(scan, sequences),
    invariants,
    states: scan.states.map((s, i) => ({ ...s, result: results[i] })),
    outputs: replace(scan.outputs),
    until: scan.until && replace([scan.until])[0],
  };
}

/**
 * A history of which only the last entry is read becomes that entry: then no history is kept.
 */
export function lastOnly(roots: readonly Node[]): Passed {
  return everywhere(roots, (given) => {
    let current = unchanged(given);
    for (const node of topological(given)) {
      if (node.op !== statesOp || given.includes(node)) continue;
      const carried = carriedOnly(node, current.roots);
      if (carried) current = after(current, carried);
    }
    return current;
  });
}

/** The roots with the last entries of a history read as such; undefined if something reads others too. */
function carriedOnly(states: Node, roots: readonly Node[]): Passed | undefined {
  const [scan] = states.inputs;
  const carry = withLabels(
    makeNode(carryOp, [scan], { index: states.attrs.index as number }),
    states,
  );
  const parts = openScan(scan);
  const lasts = topological(roots).filter(
    (reader) => reader.inputs.includes(states) && isLast(reader, states, parts),
  );
  if (lasts.length === 0) return undefined;
  const replacements = new Map(lasts.map((reader) => [reader, expanded(carry)]));
  // The entry without its axis is the state itself, which lies in memory of its own.
  if (carry.shape.length > 0)
    for (const row of lasts) replacements.set(entryOf(row), withLabels(carry, entryOf(row)));
  const made = substitute(roots, replacements);
  return topological(made.roots).includes(states) ? undefined : made;
}

const entryOf = (row: Node): Node =>
  dimshuffle(
    row,
    row.shape.slice(1).map((_, i) => i + 1),
  );

const expanded = (x: Node): Node => dimshuffle(x, ["x", ...x.shape.map((_, i) => i)]);

/** Whether a reader of all states reads the last one, or only asks how many there are. */
function isLast(reader: Node, states: Node, scan: Scan): boolean {
  if (reader.op !== sliceOp || reader.attrs.axis !== 0 || reader.attrs.length !== 1) return false;
  const { terms, constant } = affineOf(reader.inputs[1]);
  if (scan.backwards || typeof scan.steps === "number")
    return terms.size === 0 && constant === (scan.backwards ? 0 : scan.steps);
  const [[length, factor] = [undefined, 0], ...more] = terms;
  return (
    more.length === 0 &&
    factor === 1 &&
    length?.op === lengthOf(states, 0).op &&
    ((length.inputs[0].shape[0] === scan.steps && constant === 0) ||
      (length.inputs[0].shape[0] === states.shape[0] && constant === -1))
  );
}
