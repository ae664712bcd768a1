/** Arithmetic and traffic of kernels, counted from their expressions. */

import type { Node } from "../graph/node.ts";
import { type DType, roughVolume } from "../graph/types.ts";
import type { Call, Nest } from "./loops.ts";
import { loadsOf, type Stage } from "./lower.ts";
import { type Axis, type Scalar, type ScalarFn, walk } from "./scalar.ts";

/** Bytes that an element takes in memory. */
export const bytesOf: Record<DType, number> = {
  float32: 4,
  float64: 8,
  int32: 4,
  int64: 4,
  bool: 1,
};

export interface KernelCost {
  /** Floating-point operations; an exponential or logarithm counts as one. */
  readonly flops: number;
  /** Bytes read and written if everything is touched once. */
  readonly bytes: number;
}

const isConversion = (fn: ScalarFn): boolean => fn === "cast" || fn === "rounded";

/** Cost of running a kernel once – in a loop over time, for one step; named sizes are taken as 100. */
export function costOf(stage: Stage): KernelCost {
  const own = new Set<Axis>(stage.axes);
  for (const s of walk(stage.body))
    if (s.kind === "reduce") for (const axis of s.axes) own.add(axis);
  let flops = 0;
  for (const s of walk(stage.body)) {
    if (s.kind === "reduce") flops += steps(s.until ? [] : s.axes, stage, s, own);
    else if (s.kind === "call" && s.dtype.startsWith("float") && !isConversion(s.fn))
      flops += steps([], stage, s, own);
  }
  // Of what a loop over time walks along, a step reads one entry.
  const isEntry = (index: Scalar): boolean =>
    walk(index).every((s) => s.kind !== "load" && !(s.kind === "axis" && own.has(s.axis)));
  const volumes = new Map<Node, number>();
  for (const { node, index } of loadsOf(stage)) {
    const shape = node.shape.filter((_, i) => !(index[i] && isEntry(index[i])));
    volumes.set(node, Math.max(volumes.get(node) ?? 0, roughVolume(shape)));
  }
  const written = roughVolume(stage.into.shape.slice(stage.prefix.length));
  let bytes = written * bytesOf[stage.into.type.dtype];
  for (const [node, volume] of volumes) bytes += volume * bytesOf[node.type.dtype];
  return { flops, bytes };
}

/** What a nest costs each time that it runs, and how often it does. */
export interface NestCost extends KernelCost {
  readonly nest: Nest;
  readonly runs: number;
}

/** Costs of all nests that are called, in order. */
export function costsOf(calls: readonly Call[], runs = 1): NestCost[] {
  return calls.flatMap((call): NestCost[] => {
    if (call.kind === "repeat") return costsOf(call.body, runs * roughVolume([call.axis.extent]));
    if (call.kind !== "nest") return [];
    const costs = call.nest.stages.map(costOf);
    const flops = costs.reduce((sum, cost) => sum + cost.flops, 0);
    const bytes = costs.reduce((sum, cost) => sum + cost.bytes, 0);
    return [{ nest: call.nest, runs, flops, bytes }];
  });
}

/** How often a part of a kernel is computed: once for each step of the axes that it depends on. */
function steps(over: readonly Axis[], stage: Stage, part: Scalar, own: ReadonlySet<Axis>): number {
  const used = new Set<Axis>(over);
  const bound = new Set(
    walk(part).flatMap((s) => (s.kind === "reduce" && s !== part ? s.axes : [])),
  );
  for (const s of walk(part)) if (s.kind === "axis" && !bound.has(s.axis)) used.add(s.axis);
  if (part === stage.body) for (const axis of stage.axes) used.add(axis);
  return roughVolume([...used].filter((axis) => own.has(axis)).map((axis) => axis.extent));
}
