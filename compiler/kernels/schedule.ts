/** From kernels to loop nests: which share loops, in which order, inside which loops over time. */

import type { Node } from "../graph/node.ts";
import { sizesOf } from "../graph/types.ts";
import type { Call, Nest } from "./loops.ts";
import { loadsOf, type Stage, type Step } from "./lower.ts";
import { type PathStage, pathOf, runsAt } from "./nest.ts";
import { NestBuilder } from "./nest-builder.ts";
import type { Program } from "./program.ts";
import type { Axis } from "./scalar.ts";

/** Letters of the loops over time. */
const counters = [..."tsruvw"];

/**
 * The loop nests of a function and the loops around them, in the order in which they run.
 *
 * @param apart every kernel has loops of its own, so that each value is complete when they end
 * @param taken names of functions that the model's text has; those of these nests are added
 */
export function schedule(program: Program, apart = false, taken: Set<string> = new Set()): Call[] {
  const names = new Set(program.names.values());
  for (const node of program.names.keys()) for (const size of sizesOf(node.shape)) names.add(size);
  const free = counters.filter((letter) => !names.has(letter));
  const isFree = (name: string): boolean => {
    const full = `${program.name}_${name}`;
    if (taken.has(full) || names.has(full)) return false;
    taken.add(full);
    return true;
  };
  const readers = readersOf(program.stages);
  const calls = callsOf({ program, apart, letters: free, readers }, program.steps, []);
  return toldApart(calls, program.name, isFree);
}

/**
 * Nests get names of their own where they write the same values one after the other, or where a value or
 * another function is called as one of them would be. What computes the initial W is `initial_W_values`, for its
 * function has the name of W already.
 */
function toldApart(
  calls: readonly Call[],
  ofFunction: string,
  isFree: (name: string) => boolean,
): Call[] {
  return calls.map((call) => {
    if (call.kind === "repeat") return { ...call, body: toldApart(call.body, ofFunction, isFree) };
    if (call.kind === "choice") {
      const holds = toldApart(call.holds, ofFunction, isFree);
      return { ...call, holds, otherwise: toldApart(call.otherwise, ofFunction, isFree) };
    }
    if (call.kind === "size") return call;
    const own = ofFunction === `initial_${call.nest.name}` ? "values" : call.nest.name;
    let name = own;
    for (let n = 2; !isFree(name); n++) name = `${own}_${n === 2 ? "more" : n}`;
    return { kind: "nest", nest: { ...call.nest, name } };
  });
}

interface Scheduling {
  readonly program: Program;
  readonly apart: boolean;
  /** Letters for the loops over time. */
  readonly letters: readonly string[];
  readonly readers: ReadonlyMap<Node, readonly Stage[]>;
}

/** Kernels by the values that they read. */
function readersOf(stages: readonly Stage[]): Map<Node, Stage[]> {
  const readers = new Map<Node, Stage[]>();
  for (const stage of stages) {
    for (const node of new Set(loadsOf(stage).map((load) => load.node))) {
      const known = readers.get(node);
      if (known) known.push(stage);
      else readers.set(node, [stage]);
    }
  }
  return readers;
}

function callsOf(
  scheduling: Scheduling,
  steps: readonly Step[],
  outer: readonly (readonly [Axis, string])[],
): Call[] {
  const { letters } = scheduling;
  const calls: Call[] = [];
  let stages: Stage[] = [];
  const flush = (): void => {
    calls.push(
      ...nests(scheduling, stages, outer).map((nest) => ({ kind: "nest", nest }) as const),
    );
    stages = [];
  };
  for (const step of steps) {
    if (step.kind === "kernel") {
      stages.push(step);
      continue;
    }
    flush();
    if (step.kind === "size") calls.push(step);
    else if (step.kind === "branch") {
      const [holds, otherwise] = [step.holds, step.otherwise].map((side) =>
        callsOf(scheduling, side, outer),
      );
      calls.push({ kind: "choice", condition: step.condition, holds, otherwise });
    } else {
      const counter = letters[outer.length] ?? `t${outer.length}`;
      const { axis, backwards, until, counts } = step;
      const body = callsOf(scheduling, step.body, [...outer, [axis, counter]]);
      calls.push({ kind: "repeat", axis, counter, backwards, body, until, counts });
    }
  }
  flush();
  return calls;
}

function nests(
  { program, apart, readers }: Scheduling,
  kernels: readonly Stage[],
  outer: readonly (readonly [Axis, string])[],
): Nest[] {
  const stages = raiseSums(sinkScalars(kernels.map(pathOf)));
  const kept = new Set<Node>([...program.outputs, ...program.memory]);
  for (const step of program.loops) if (step.until) kept.add(step.until);
  for (const { condition } of program.branches) kept.add(condition);
  const runs = apart ? stages.map((stage) => [stage]) : runsAt(stages, 0);
  return runs.map((run) => {
    const isOwn = (stage: Stage): boolean =>
      run.some((own) => own.value === stage.value && own.into === stage.into);
    const leaves = (node: Node): boolean =>
      kept.has(node) ||
      node.op.part === true ||
      (readers.get(node) ?? []).some((stage) => !isOwn(stage));
    return new NestBuilder(program, run, leaves, outer).build();
  });
}

/**
 * Kernels without loops go behind all that does not need them: between two kernels that could share
 * a loop they would only be in the way.
 */
function sinkScalars(stages: readonly PathStage[]): PathStage[] {
  const order = [...stages];
  for (let i = order.length - 2; i >= 0; i--) {
    const [stage] = order.slice(i);
    if (stage.path.length > 0) continue;
    const reads = new Set(loadsOf(stage).map((load) => load.node));
    let to = i;
    const passes = (next: PathStage): boolean =>
      !reads.has(next.into) && loadsOf(next).every((load) => load.node !== stage.into);
    while (to + 1 < order.length && passes(order[to + 1])) to++;
    order.splice(i, 1);
    order.splice(to, 0, stage);
  }
  return order;
}

/**
 * Sums of what is there from the start, such as penalties of weights, come first where they share no loop with a
 * neighbour: they would part others that do.
 */
function raiseSums(stages: readonly PathStage[]): PathStage[] {
  const areApart = (a: PathStage | undefined, b: PathStage | undefined): boolean =>
    !a || !b || runsAt([a, b], 0).length === 2;
  const written = new Set<Node>();
  const read = new Set<Node>();
  const first: PathStage[] = [];
  const rest: PathStage[] = [];
  for (const [n, stage] of stages.entries()) {
    const isSum = stage.into.shape.length === 0 && stage.path.length > 0;
    const loads = loadsOf(stage).map((load) => load.node);
    const isKnown = loads.every((node) => node.op.leaf && !written.has(node));
    // A variable that it writes may be read with its old value before.
    const isFree = !read.has(stage.into) && !written.has(stage.into);
    const isAlone = areApart(stages[n - 1], stage) && areApart(stage, stages[n + 1]);
    (isSum && isKnown && isFree && isAlone ? first : rest).push(stage);
    for (const node of loads) read.add(node);
    written.add(stage.into);
  }
  return [...first, ...rest];
}
