/**
 * Leaves out what the schedules of this target do without: values with margins that are only scattered from, and
 * memory for products whose elements are used up at once.
 */

import type { Node } from "../../graph/node.ts";
import { rescheduled } from "../../kernels/contraction/arrange.ts";
import { loadsOf, type Stage, stagesOf } from "../../kernels/lower.ts";
import type { CompiledFunction } from "../../model.ts";
import { runsOf } from "./share.ts";

/** The function without what its schedules do without. */
export const withoutUnneeded = (fn: CompiledFunction): CompiledFunction =>
  withoutUsedUp(withoutMargins(fn));

/** The function without memory for products that are read only by what follows them at once. */
function withoutUsedUp(fn: CompiledFunction): CompiledFunction {
  const { program } = fn;
  const usedUp = new Set<Node>();
  for (const { contraction, follower } of runsOf(fn).values()) {
    if (!contraction || !follower) continue;
    const { into } = contraction.stage;
    const following = new Set(follower.nest.stages.map((stage) => stage.into));
    const isReadElsewhere = program.stages.some(
      (stage) => !following.has(stage.into) && loadsOf(stage).some((load) => load.node === into),
    );
    if (!isReadElsewhere && !program.outputs.includes(into)) usedUp.add(into);
  }
  if (usedUp.size === 0) return fn;
  return rescheduled(fn, {
    ...program,
    temporaries: program.temporaries.filter((node) => !usedUp.has(node)),
  });
}

/** The function without kernels whose values no schedule reads. */
function withoutMargins(fn: CompiledFunction): CompiledFunction {
  const scattered = new Map<Stage, Node>();
  for (const { contraction } of runsOf(fn).values())
    if (contraction?.scatter) scattered.set(contraction.stage, contraction.scatter.padded);
  const { program } = fn;
  const kept = new Set<Node>(program.outputs);
  const isRead = (node: Node): boolean =>
    kept.has(node) ||
    program.stages.some(
      (stage) =>
        ![...scattered].some(([s, padded]) => s.into === stage.into && padded === node) &&
        loadsOf(stage).some((load) => load.node === node),
    );
  const unneeded = new Set([...scattered.values()].filter((node) => !isRead(node)));
  if (unneeded.size === 0) return fn;
  const steps = program.steps.filter((s) => s.kind !== "kernel" || !unneeded.has(s.into));
  const less = {
    ...program,
    steps,
    // The kernel stays known, for what reads inside it.
    stages: [...stagesOf(steps), ...program.stages.filter((s) => unneeded.has(s.into))],
    temporaries: program.temporaries.filter((node) => !unneeded.has(node)),
  };
  return rescheduled(fn, less);
}
