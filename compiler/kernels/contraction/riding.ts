/**
 * Sums over a value that ride along where a product writes it: the product's results are finished element by
 * element, and what a penalty of weights or a norm of a gradient needs has been read or worked out there.
 *
 *   s = Σ_ij W[i,j]²,   W[i,j] ← W[i,j] − rate·Σ_k x[k,i]·d[k,j]
 *
 * is one walk over W, in which each element is squared before it changes.
 */

import type { Node } from "../../graph/node.ts";
import type { Call, Nest } from "../loops.ts";
import { loadsOf, type Stage } from "../lower.ts";
import { topReduces } from "../nest.ts";
import { type Axis, axisIndex, local, rewrite, type Scalar, walk } from "../scalar.ts";
import { volumeOf } from "./axes.ts";
import { type Contraction, sumName } from "./contraction.ts";

/** A sum that a contraction takes while it writes its result. */
export interface Rider {
  readonly nest: Nest;
  readonly stage: Stage;
  /** What is summed, over the axes of the contraction's result. */
  readonly term: Scalar;
  /** The value in terms of the local {@link sumName}. */
  readonly result: Scalar;
  /** Whether it takes what is there before the contraction writes. */
  readonly isBefore: boolean;
}

/**
 * The sums that ride along, by the nest that takes them: between both places in the order of the calls
 * nothing writes what they read, and nothing needs them.
 *
 * @param contractionOf the schedule of a nest that is a product
 */
export function ridersOf(
  calls: readonly Call[],
  contractionOf: (nest: Nest) => Contraction | undefined,
): Map<Nest, Rider[]> {
  const found = new Map<Nest, Rider[]>();
  for (const [at, call] of calls.entries()) {
    if (call.kind === "repeat" || call.kind === "choice") {
      const inside = call.kind === "repeat" ? [call.body] : [call.holds, call.otherwise];
      for (const body of inside)
        for (const [nest, riders] of ridersOf(body, contractionOf)) found.set(nest, riders);
      continue;
    }
    if (call.kind !== "nest") continue;
    const sum = fullSumOf(call.nest);
    if (!sum) continue;
    for (const direction of [1, -1]) {
      const host = hostFrom(calls, at, direction, sum, contractionOf);
      if (!host) continue;
      found.set(host.nest, [...(found.get(host.nest) ?? []), host.rider]);
      break;
    }
  }
  return found;
}

type Reduce = Extract<Scalar, { kind: "reduce" }>;

interface FullSum {
  readonly nest: Nest;
  readonly stage: Stage;
  readonly reduce: Reduce;
  readonly axes: readonly Axis[];
}

/** The nest as one sum over whole values, which a call returns. */
function fullSumOf(nest: Nest): FullSum | undefined {
  const [stage, ...others] = nest.stages;
  if (others.length > 0 || nest.results.length !== 1 || nest.counters.length > 0) return undefined;
  const [reduce, ...more] = topReduces(stage.body);
  if (!reduce || more.length > 0 || reduce.fn !== "add" || reduce.dtype !== "float32")
    return undefined;
  if (reduce.until || walk(reduce.body).some((s) => s.kind === "reduce")) return undefined;
  const axes = reduce.axes.filter((axis) => axis.extent !== 1);
  const loads = walk(reduce.body).filter((s) => s.kind === "load");
  // Other values might be gone, or not be there yet, where the sum is taken instead.
  const isWhole =
    loads.length > 0 && loads.every(({ node, index }) => isElement(node, index, axes));
  const readsMore = loadsOf(stage).some((load) => !loads.includes(load));
  return isWhole && !readsMore ? { nest, stage, reduce, axes } : undefined;
}

/** Whether an index runs along each axis of a value in their order. */
function isElement(node: Node, index: readonly Scalar[], axes: readonly Axis[]): boolean {
  const long = index.filter((_, dim) => node.shape[dim] !== 1);
  return (
    !node.op.movement &&
    long.length === axes.length &&
    long.every((i, n) => i.kind === "axis" && i.axis === axes[n])
  );
}

/** The nearest nest, later or earlier, that a sum can ride along with. */
function hostFrom(
  calls: readonly Call[],
  at: number,
  direction: number,
  { nest: own, stage, reduce, axes }: FullSum,
  contractionOf: (nest: Nest) => Contraction | undefined,
): { nest: Nest; rider: Rider } | undefined {
  const reads = new Set(loadsOf(stage).map((load) => load.node));
  for (let i = at + direction; i >= 0 && i < calls.length; i += direction) {
    const call = calls[i];
    if (call.kind !== "nest") return undefined;
    const { nest } = call;
    if (nest.stages.some((s) => loadsOf(s).some((load) => load.node === stage.into)))
      return undefined;
    const c = contractionOf(nest);
    const renamed = c && isHost(c) ? matched(c, axes) : undefined;
    if (c && renamed) {
      const term = rewrite(reduce.body, (s) =>
        s.kind === "axis" ? renamed.get(s.axis) : undefined,
      );
      if (isAtHand(c, term)) {
        const result = rewrite(stage.body, (s) =>
          s === reduce ? local(sumName, "float32") : undefined,
        );
        return { nest, rider: { nest: own, stage, term, result, isBefore: direction > 0 } };
      }
    }
    if (nest.stages.some((s) => reads.has(s.into))) return undefined;
  }
  return undefined;
}

/** Whether each element of a result is finished once, neighbours in memory one after the other. */
export function isHost({ scatter, padded, rows, columns, stage }: Contraction): boolean {
  const last = stage.axes.filter((axis) => axis.extent !== 1).at(-1);
  return (
    !scatter &&
    !padded &&
    columns.at(-1) === last &&
    rows.every((axis) => typeof axis.extent === "number") &&
    volumeOf(rows) > 0
  );
}

/** The axes of a contraction's result for those of a sum, if they are as long. */
function matched(c: Contraction, axes: readonly Axis[]): Map<Axis, Scalar> | undefined {
  const own = c.stage.axes.filter((axis) => axis.extent !== 1);
  if (own.length !== axes.length || c.stage.prefix.length > 0) return undefined;
  if (!own.every((axis, n) => axis.extent === axes[n].extent)) return undefined;
  return new Map(axes.map((axis, n) => [axis, axisIndex(own[n])]));
}

/** Whether what a term reads is the contraction's result or read for it at the same place. */
function isAtHand(c: Contraction, term: Scalar): boolean {
  const read = new Set(walk(c.result).filter((s) => s.kind === "load"));
  return walk(term).every((s) => s.kind !== "load" || s.node === c.stage.into || read.has(s));
}
