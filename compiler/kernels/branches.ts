/** Which values only one side of a choice needs, and the `if`s that they are computed in. */

import { bodyOf, type Node } from "../graph/node.ts";
import { loadsOf, type Step, stagesOf } from "./lower.ts";
import { walk } from "./scalar.ts";

/** A side of a choice. */
export interface Guard {
  readonly condition: Node;
  readonly side: boolean;
}

/** The choices on whose sides a value is needed, the outermost first; none for what always is. */
export type Guards = readonly Guard[];

/** A step and where it is needed. */
export interface Guarded {
  readonly guards: Guards;
  readonly step: Step;
}

/** @param order the nodes of a block, operands first @param roots what is always needed of them */
export function guardsOf(order: readonly Node[], roots: readonly Node[]): Map<Node, Guards> {
  const found = new Map<Node, Guards>(roots.map((root) => [root, []]));
  const demand = (node: Node, guards: Guards): void => {
    const before = found.get(node);
    found.set(node, before ? common(before, guards) : guards);
  };
  for (const node of [...order].reverse()) {
    // Sizes that a loop makes are needed wherever they are named.
    const own = node.op.tuple?.makesSize(node) ? [] : (found.get(node) ?? []);
    found.set(node, own);
    const [condition, ...sides] = node.inputs;
    if (node.op.lazy) {
      demand(condition, own);
      for (const [i, side] of sides.entries()) demand(side, [...own, { condition, side: i === 0 }]);
    } else for (const input of node.inputs) demand(input, own);
  }
  return found;
}

const isSame = (a: Guard, b: Guard | undefined): boolean =>
  a.condition === b?.condition && a.side === b.side;

function common(a: Guards, b: Guards): Guards {
  const end = a.findIndex((guard, i) => !isSame(guard, b[i]));
  return end < 0 ? a : a.slice(0, end);
}

/**
 * Operands of choices that are choices themselves and that nothing else reads: they are written where the
 * outer one lies.
 */
export function innerChoices(order: readonly Node[], roots: readonly Node[]): Map<Node, Node> {
  const readers = new Map<Node, number>();
  for (const node of order)
    for (const input of node.inputs) readers.set(input, (readers.get(input) ?? 0) + 1);
  const outer = new Map<Node, Node>();
  for (const node of [...order].reverse()) {
    if (!node.op.lazy) continue;
    for (const side of node.inputs.slice(1)) {
      if (side.op.lazy && readers.get(side) === 1 && !roots.includes(side))
        outer.set(side, outer.get(node) ?? node);
    }
  }
  return outer;
}

/** Memory that a step reads. */
function readsOf(step: Step): Set<Node> {
  if (step.kind === "size")
    return new Set(walk(step.value).flatMap((s) => (s.kind === "load" ? [s.node] : [])));
  const nodes = stagesOf([step]).flatMap((stage) => loadsOf(stage).map((load) => load.node));
  const results = step.kind === "loop" ? (bodyOf(step.scan)?.results ?? []) : [];
  return new Set([...nodes, ...results]);
}

/**
 * The steps in order, those of one choice together, as late as what needs them allows.
 *
 * @param memoryOf where the truth value of a condition is read
 */
export function withBranches(
  steps: readonly Guarded[],
  memoryOf: (condition: Node) => Node,
): Step[] {
  const ordered: Step[] = [];
  let waiting: Guarded[] = [];
  const flush = (): void => {
    ordered.push(...branchesOf(waiting, memoryOf));
    waiting = [];
  };
  for (const entry of steps) {
    if (entry.guards.length > 0) {
      waiting.push(entry);
      continue;
    }
    const reads = readsOf(entry.step);
    const isNeeded = stagesOf(waiting.map(({ step }) => step)).some((s) => reads.has(s.into));
    if (isNeeded) flush();
    ordered.push(entry.step);
  }
  flush();
  return ordered;
}

function branchesOf(steps: readonly Guarded[], memoryOf: (condition: Node) => Node): Step[] {
  const runs: Guarded[][] = [];
  for (const entry of steps) {
    const run = runs.at(-1);
    if (run?.[0].guards[0].condition === entry.guards[0].condition) run.push(entry);
    else runs.push([entry]);
  }
  return runs.map((run) => {
    const [{ condition }] = run[0].guards;
    const side = (wanted: boolean): Step[] => {
      const own = run.filter(({ guards }) => guards[0].side === wanted);
      return withBranches(
        own.map(({ guards, step }) => ({ guards: guards.slice(1), step })),
        memoryOf,
      );
    };
    return {
      kind: "branch",
      condition: memoryOf(condition),
      holds: side(true),
      otherwise: side(false),
    };
  });
}
