/** Each loop computes only what has to be in it. */

import { makeNode, type Node, sizeMakers, topological } from "../graph/node.ts";
import { substitute } from "../graph/substitute.ts";
import { concatenate } from "../ops/joining.ts";
import { constantValue, literal } from "../ops/leaf.ts";
import { shapedLike } from "../ops/scan.tools.ts";
import {
  type Bound,
  carryOp,
  collectedOp,
  entryAt,
  makeScan,
  openScan,
  type Scan,
  statesOf,
} from "../ops/scan.ts";
import { broadcastTo, expandDims } from "../ops/shape.ts";
import { captured } from "./close.ts";
import { hoistProducts, pushOutputs } from "./hoist.ts";
import { mergeScans } from "./merge.ts";
import { after, everywhere, type Passed, placed, unchanged, withLabels } from "./passes.ts";

const scansIn = (roots: readonly Node[]): Node[] =>
  topological(roots).filter((node) => node.op.tuple);

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
      const row = expandDims(value, 0);
      if (part.op === collectedOp) return [part, row];
      const start = expandDims(scan.states[index].initial, 0);
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
    sizeMakers([operand], shapedLike).some(
      ({ inputs: [loop] }) => openScan(loop).steps === scan.steps,
    );
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
