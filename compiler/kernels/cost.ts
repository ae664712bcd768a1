/** Arithmetic and traffic of kernels, counted from their expressions. */

import { type DType, roughVolume } from "../graph/types.ts";
import { loadsOf, type Stage } from "./lower.ts";
import { type Axis, type Scalar, walk } from "./scalar.ts";

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

/** Cost of running a kernel once; named sizes are taken as 100. */
export function costOf(stage: Stage): KernelCost {
  let flops = 0;
  for (const s of walk(stage.body)) {
    if (s.kind === "reduce") flops += steps(s.until ? [] : s.axes, stage, s);
    else if (s.kind === "call" && s.dtype.startsWith("float") && s.fn !== "cast")
      flops += steps([], stage, s);
  }
  const read = new Set(loadsOf(stage).map((load) => load.node));
  const traffic = [...read, stage.into].reduce(
    (sum, node) => sum + roughVolume(node.shape) * bytesOf[node.type.dtype],
    0,
  );
  return { flops, bytes: traffic };
}

/** How often a part of a kernel is computed: once for each step of the axes that it depends on. */
function steps(over: readonly Axis[], stage: Stage, part: Scalar): number {
  const used = new Set<Axis>(over);
  const bound = new Set(
    walk(part).flatMap((s) => (s.kind === "reduce" && s !== part ? s.axes : [])),
  );
  for (const s of walk(part)) if (s.kind === "axis" && !bound.has(s.axis)) used.add(s.axis);
  if (part === stage.body) for (const axis of stage.axes) used.add(axis);
  return roughVolume([...used].map((axis) => axis.extent));
}
