/** How the nests of a function run: as products or loops, at once or in units that threads share. */

import { isFloat } from "../../graph/types.ts";
import { definitionsOf } from "../../kernels/contraction/arrange.ts";
import { extentOf, volumeOf } from "../../kernels/contraction/axes.ts";
import type { Contraction } from "../../kernels/contraction/contraction.ts";
import { type Follower, followersOf } from "../../kernels/contraction/following.ts";
import { type Rider, ridersOf } from "../../kernels/contraction/riding.ts";
import type { Routed } from "../../kernels/contraction/routed.ts";
import { scheduleOf } from "../../kernels/contraction/scatter.ts";
import { costOf } from "../../kernels/cost.ts";
import { type Nest, nestsOf, type Statement } from "../../kernels/loops.ts";
import type { Program } from "../../kernels/program.ts";
import { type Scalar, walk } from "../../kernels/scalar.ts";
import { isPerStep, perStep, storesApart } from "../../kernels/steps.ts";
import type { CompiledFunction } from "../../model.ts";
import { pieces, unitsOf } from "./contraction/units.ts";
import { dimInC, inC, nameOf } from "./names.ts";
import { RoutedWriter } from "./routed.ts";

/** Vector length that schedules are compared for: the result is the same source on every processor. */
export const comparedLanes = 16;

/** Less arithmetic than this is done before another thread has woken up. */
const worthSharing = 200_000;

/** Parts that a sum of a loop is taken in, at most: as many whatever the number of threads. */
const mostParts = 64;

/** Rows that a product's sums in lanes of float32 may have before they are added in double precision. */
const mostRows = 1024;

export type Loop = Extract<Statement, { kind: "loop" }>;

/** How a nest runs: at once, or in units that threads share. */
export interface Run {
  readonly nest: Nest;
  /** Name of its C function. */
  readonly name: string;
  readonly contraction: Contraction | undefined;
  readonly routed: Routed | undefined;
  /** Sums that a contraction takes on its way. */
  readonly riders: readonly Rider[];
  /** What is done with each element of a contraction's result at once. */
  readonly follower: Follower | undefined;
  /** Number of units, as an expression over the function's sizes; undefined for one. */
  readonly units: string | undefined;
  /** How a nest that is no contraction is cut into units. */
  readonly cut: Cut | undefined;
  /** Sums of which each unit has its part. */
  readonly parts: readonly Parts[];
}

/** The loop of a nest whose steps are shared. */
export interface Cut {
  readonly loop: Loop;
  /** Steps of a unit, as an expression. */
  readonly chunk: string;
  /** What the loop adds up. */
  readonly sums: readonly Declaration[];
  /** What is done before each unit, and once all units are done. */
  readonly before: readonly Let[];
  readonly after: readonly Let[];
}

/** A sum in parts, one a unit, which are taken together in their order: equal bits on any number of threads. */
export interface Parts {
  /** Name of the sum, and of the array of its parts in the function. */
  readonly sum: string;
  readonly array: string;
}

type Let = Extract<Statement, { kind: "let" }>;
type Declaration = Extract<Statement, { kind: "declare" }>;

/** The runs of a function's nests; sums that ride along with another nest have none. */
export function runsOf(fn: CompiledFunction): Map<unknown, Run> {
  const { program } = fn;
  const contractions = new Map<Nest, Contraction>();
  for (const nest of fn.nests) {
    const found = contractionIn(nest, program);
    if (found) contractions.set(nest, found);
  }
  const riders = ridersOf(fn.calls, (nest) => {
    const c = contractions.get(nest);
    return c && hasFewRows(c) ? c : undefined;
  });
  const followers = followersOf(fn.calls, (nest) => contractions.get(nest), {
    nameOf: (node) => nameOf(fn, node),
    isLasting: (node) => program.memory.includes(node),
  });
  const riding = new Set(
    [...[...riders.values()].flat(), ...followers.values()].map((other) => other.nest),
  );
  const taken = new Set(program.names.values());
  const arrayOf = (sum: string): string => {
    let name = `${sum}_parts`;
    while (taken.has(name)) name += "_";
    taken.add(name);
    return name;
  };
  const runs = new Map<unknown, Run>();
  for (const nest of nestsOf(fn.calls)) {
    if (riding.has(nest)) continue;
    const name = inC(`${program.name}_${nest.name}`);
    const contraction = contractions.get(nest);
    const routed = routedIn(nest, program);
    const own = riders.get(nest) ?? [];
    const isShared = workOf(nest) >= worthSharing;
    const cut = isShared && !contraction && !routed ? cutOf(nest) : undefined;
    const sums = cut
      ? cut.sums.map((sum) => inC(sum.local.name))
      : own.map(({ stage }) => nameOf(fn, stage.into));
    const parts = sums.map((sum) => ({ sum, array: arrayOf(sum) }));
    const follower = followers.get(nest);
    const kind = { contraction, routed, riders: own, follower };
    const run: Run = { nest, name, ...kind, units: undefined, cut, parts };
    runs.set(nest, { ...run, units: isShared ? unitsIn(run) : undefined });
  }
  return runs;
}

function contractionIn(nest: Nest, program: Program): Contraction | undefined {
  const [only, ...more] = nest.stages;
  if (more.length > 0 || routedIn(nest, program)) return undefined;
  return scheduleOf(only, definitionsOf(program), comparedLanes);
}

function routedIn({ stages }: Nest, program: Program): Routed | undefined {
  const [only, ...more] = stages;
  return more.length > 0 ? undefined : program.routed?.get(only.into);
}

function hasFewRows(c: Contraction): boolean {
  const rows = unitsOf(c).rows ?? (c.rows.length > 0 ? extentOf(c.rows) : 1);
  return typeof rows === "number" && rows <= mostRows;
}

/** Arithmetic of a nest, with memory that it touches. */
const workOf = (nest: Nest): number =>
  nest.stages.reduce((sum, stage) => {
    const { flops, bytes } = costOf(stage);
    return sum + flops + bytes / 4;
  }, 0);

/** The number of units that a nest has, as an expression; undefined for a loop that cannot be cut. */
function unitsIn({ contraction, routed, cut }: Run): string | undefined {
  if (contraction) return unitsOf(contraction).count;
  if (routed) return RoutedWriter.units(routed);
  return cut && unitsText(cut);
}

/** The same of a nest that runs at once. */
export const countOf = (run: Run): string => unitsIn(run) ?? "1";

function unitsText({ loop, chunk, sums }: Cut): string {
  const { extent } = loop.axis;
  if (typeof extent === "number") return chunk === "1" ? String(extent) : pieces(extent, chunk);
  if (chunk === "1") return dimInC(extent, true);
  return sums.length > 0 ? String(mostParts) : pieces(extent, chunk);
}

/** Steps of a shared loop that are one unit: work enough to be worth handing out. */
function chunkOf(nest: Nest, { axis, step }: Loop, hasSums: boolean): string {
  const { extent } = axis;
  if (hasSums && typeof extent !== "number") return pieces(extent, mostParts);
  const steps = volumeOf([axis]) / step;
  const least = Math.ceil((steps * worthSharing) / 8 / workOf(nest));
  const fewest = hasSums ? Math.ceil(steps / mostParts) : 1;
  return String(Math.max(1, least, fewest) * step);
}

/** The one loop of a nest whose steps have nothing to do with each other but that they are summed up. */
function cutOf(nest: Nest): Cut | undefined {
  const at = nest.body.findIndex((s) => s.kind === "loop");
  const loop = nest.body[at];
  if (loop?.kind !== "loop") return undefined;
  const before = nest.body.slice(0, at).filter((s) => s.kind !== "declare");
  const sums = nest.body.slice(0, at).filter((s) => s.kind === "declare");
  const after = nest.body.slice(at + 1);
  if (!before.every(isLet) || !after.every(isLet)) return undefined;
  if (nest.results.length > 0 && sums.length === 0) return undefined;
  if (!sums.every(({ fn, local }) => fn === "add" && isFloat(local.dtype))) return undefined;
  // Once all units are done, there is nothing but the sums and what the call knows.
  const gone = new Set(before.map((s) => s.local.name));
  const isGone = (part: Scalar): boolean =>
    part.kind === "element" ||
    part.kind === "axis" ||
    (part.kind === "local" && gone.has(part.name));
  if (after.some((s) => walk(s.value).some(isGone)) || !addsOnly(loop, sums)) return undefined;
  for (const { into, axes } of nest.stages) {
    // Memory for one step of the loop is used again at the next: each unit needs its own.
    if (isPerStep(nest, into) && !(perStep(nest, into) <= mostPerStep)) return undefined;
    if (nest.memory.includes(into) && !axes.some((axis) => axis.extent === loop.axis.extent))
      return undefined;
  }
  if (!storesApart(loop, (node) => isPerStep(nest, node))) return undefined;
  const chunk = chunkOf(nest, loop, sums.length > 0);
  return { loop, chunk, sums, before, after };
}

const isLet = (s: Statement): s is Let => s.kind === "let";

/** Elements that a unit of a shared loop may have on its stack. */
const mostPerStep = 1 << 15;

/** Whether sums are added to in a loop, and not read before it ends. */
function addsOnly(loop: Loop, sums: readonly Declaration[]): boolean {
  const names = new Set(sums.map((sum) => sum.local.name));
  const fits = (s: Statement): boolean => {
    if (s.kind === "loop") return s.body.every(fits);
    if (s.kind === "declare") return true;
    return walk(s.value).every((part) => part.kind !== "local" || !names.has(part.name));
  };
  return loop.body.every(fits);
}
