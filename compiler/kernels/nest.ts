/**
 * Which kernels share loops. Each kernel runs over its spatial axes and then, if it reduces, over its
 * reduction axes: that is its path. Neighbours whose paths agree, and which read each other only at
 * the current step, share a loop; a value that no one reads outside of it shrinks by that axis.
 */

import type { Node } from "../graph/node.ts";
import { roughVolume } from "../graph/types.ts";
import { loadsOf, type Stage } from "./lower.ts";
import { type Axis, indexSub, type Scalar, walk } from "./scalar.ts";

type Reduce = Extract<Scalar, { kind: "reduce" }>;
type Load = Extract<Scalar, { kind: "load" }>;

/** A loop that a kernel runs in. */
export interface Step {
  readonly axis: Axis;
  /** Which dimension of the result it runs along; undefined for a reduction. */
  readonly dim: number | undefined;
}

/** A kernel with the loops it needs. */
export interface PathStage extends Stage {
  readonly path: readonly Step[];
  /** The reduction whose axes end the path; others inside the body get loops of their own. */
  readonly reduce: Reduce | undefined;
  /** A reduction up to the step of the innermost loop: its result so far is kept from step to step. */
  readonly running: Reduce | undefined;
}

export function pathOf(stage: Stage): PathStage {
  const spatial = stage.axes.flatMap((axis, dim) => (axis.extent === 1 ? [] : [{ axis, dim }]));
  const reduces = topReduces(stage.body);
  const [reduce] = reduces.length === 1 ? reduces : [];
  if (reduce?.until) {
    const own = spatial.filter(({ axis }) => usesAxis(reduce.until as Scalar, axis));
    const others = spatial.filter((step) => !own.includes(step));
    return { ...stage, path: [...others, ...own], reduce: undefined, running: reduce };
  }
  const inner = (reduce?.axes ?? [])
    .filter((axis) => axis.extent !== 1)
    .map((axis) => ({ axis, dim: undefined }));
  // A reduction without a loop of its own has to be computed in place.
  const useful = inner.length > 0 ? reduce : undefined;
  return {
    ...stage,
    path: [...spatial, ...(useful ? inner : [])],
    reduce: useful,
    running: undefined,
  };
}

/** Reductions that are not inside another one. */
export function topReduces(body: Scalar): Reduce[] {
  const found = new Set<Reduce>();
  const seen = new Set<Scalar>();
  const visit = (s: Scalar): void => {
    if (seen.has(s)) return;
    seen.add(s);
    if (s.kind === "reduce") found.add(s);
    else if (s.kind === "call") s.args.forEach(visit);
    else if (s.kind === "load") s.index.forEach(visit);
  };
  visit(body);
  return [...found];
}

/** Below this many steps a product is not worth a schedule of its own. */
const smallProduct = 2048;

/**
 * A product of two operands in which each lacks an axis of the result: its elements are used again and
 * again, so it wants register tiles and shares its loops with nothing.
 */
export function isProduct(stage: PathStage): boolean {
  const { reduce } = stage;
  if (reduce?.fn !== "add" || stage.path.length < 3) return false;
  if (roughVolume(stage.path.map((s) => s.axis.extent)) < smallProduct) return false;
  const loads = walk(reduce.body).filter((s): s is Load => s.kind === "load");
  const spatial = stage.path.filter((s) => s.dim !== undefined).map((s) => s.axis);
  // Rows meet columns: a result with one axis longer than 1 is a sum at each of its elements.
  if (spatial.length < 2) return false;
  const lacks = (load: Load) => spatial.some((axis) => !load.index.some((i) => usesAxis(i, axis)));
  return loads.length >= 2 && loads.filter((load) => load.index.length > 0).some(lacks);
}

export function usesAxis(s: Scalar, axis: Axis): boolean {
  return walk(s).some((part) => part.kind === "axis" && part.axis === axis);
}

/** Whether `reader` may run in the same loop, at `depth`, as `writer`, whose value it may read. */
function mayShare(writer: PathStage, reader: PathStage, depth: number): boolean {
  const [a, b] = [writer.path[depth], reader.path[depth]];
  if (a.axis.extent !== b.axis.extent) return false;
  const reads = indicesInto(writer, reader);
  if (reads.length > 0) {
    // The value must be complete at each step, and be read there only.
    if (a.dim === undefined) return false;
    if (!reads.every((index) => index && isStep(index[a.dim as number], b))) return false;
  }
  // What the reader overwrites must not be needed at another step.
  const early = indicesInto(reader, writer);
  if (
    early.length > 0 &&
    (b.dim === undefined || !early.every((index) => index && isStep(index[b.dim as number], a)))
  ) {
    return false;
  }
  return writer.into !== reader.into;
}

/**
 * Where `reader` reads what `writer` writes; undefined where it may read another entry or the same one.
 * Entries of a history that are a fixed number of steps apart have nothing to do with each other.
 */
function indicesInto(writer: PathStage, reader: PathStage): (readonly Scalar[] | undefined)[] {
  return loadsOf(reader).flatMap((load) => {
    if (load.node !== writer.into) return [];
    const { prefix } = writer;
    const apart = prefix.map((p, n) => indexSub(load.index[n], p));
    if (apart.some((d) => d.kind === "const" && d.value !== 0)) return [];
    const same = apart.every((d) => d.kind === "const");
    return [same ? load.index.slice(prefix.length) : undefined];
  });
}

function isStep(index: Scalar, step: Step): boolean {
  return index.kind === "axis" && index.axis === step.axis;
}

/** Whether sharing a loop saves anything: one reads the other, or both read the same large value. */
function gains(a: PathStage, b: PathStage): boolean {
  const loads = loadsOf(a).map((load) => load.node);
  return loadsOf(b).some(
    (load) => load.node === a.into || (load.index.length > 0 && loads.includes(load.node)),
  );
}

/** Splits kernels into runs that share the loop at `depth`; those whose path ends there stand alone. */
export function runsAt(stages: readonly PathStage[], depth: number): PathStage[][] {
  const runs: PathStage[][] = [];
  for (const stage of stages) {
    const run = runs.at(-1);
    const joins =
      run &&
      stage.path.length > depth &&
      run.every((other) => other.path.length > depth && mayShare(other, stage, depth)) &&
      !isProduct(stage) &&
      !run.some(isProduct) &&
      run.some((other) => gains(other, stage));
    if (joins) run.push(stage);
    else runs.push([stage]);
  }
  return runs;
}

/** For each kernel of a nest the runs that it is in, outermost first: two kernels share the loops of equal runs. */
function runsOf(stages: readonly PathStage[]): Map<PathStage, PathStage[][]> {
  const runs = new Map<PathStage, PathStage[][]>(stages.map((stage) => [stage, []]));
  const split = (group: readonly PathStage[], depth: number): void => {
    for (const run of runsAt(group, depth)) {
      if (run.length === 1) continue;
      for (const stage of run) runs.get(stage)?.push(run);
      split(run, depth + 1);
    }
  };
  split(stages, 0);
  return runs;
}

/**
 * For each value that only this nest sees: how many of its dimensions the shared loops fix. A scalar
 * local is left where that is all of them.
 */
export function droppedDims(
  stages: readonly PathStage[],
  leaves: (node: Node) => boolean,
): Map<Node, number> {
  const runs = runsOf(stages);
  const readers = new Map<Node, Set<PathStage>>();
  for (const stage of stages) {
    for (const { node } of loadsOf(stage)) {
      const known = readers.get(node);
      if (known) known.add(stage);
      else readers.set(node, new Set([stage]));
    }
  }
  const dropped = new Map<Node, number>();
  for (const writer of stages) {
    if (leaves(writer.into)) continue;
    const own = runs.get(writer) ?? [];
    const long = writer.into.shape.flatMap((dim, i) => (dim === 1 ? [] : [i]));
    const early = writer.path.findIndex(({ dim }, n) => dim === undefined || dim !== long[n]);
    let depth = early < 0 ? writer.path.length : early;
    for (const reader of readers.get(writer.into) ?? []) {
      if (reader === writer) continue;
      const theirs = runs.get(reader) ?? [];
      const apart = own.findIndex((run, d) => run !== theirs[d]);
      depth = Math.min(depth, apart < 0 ? own.length : apart);
    }
    dropped.set(writer.into, depth);
  }
  return dropped;
}
