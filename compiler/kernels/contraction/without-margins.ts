/** Values with margins that products are only scattered from are not made: what lies inside of them is read instead. */

import type { Node } from "../../graph/node.ts";
import type { CompiledFunction } from "../../model.ts";
import { loadsOf, type Stage, type Step, stagesOf } from "../lower.ts";
import { rescheduled } from "./arrange.ts";
import type { Scatter } from "./scatter.ts";

/**
 * The function without kernels whose values no schedule reads.
 *
 * @param scatterOf how the schedule of a kernel adds its terms, if it does so one by one
 */
export function withoutMargins(
  fn: CompiledFunction,
  scatterOf: (stage: Stage) => Scatter | undefined,
): CompiledFunction {
  const { program } = fn;
  const padded = new Set<Node>();
  const inside = (stage: Stage): Stage => {
    const scatter = scatterOf(stage);
    if (!scatter) return stage;
    padded.add(scatter.padded);
    return { ...stage, instead: { of: scatter.padded, loads: [scatter.inner] } };
  };
  const changed = withStages(program.steps, inside);
  if (padded.size === 0) return fn;
  const kept = new Set<Node>(program.outputs);
  const read = new Set(stagesOf(changed).flatMap((s) => loadsOf(s).map((load) => load.node)));
  const unneeded = new Set([...padded].filter((node) => !kept.has(node) && !read.has(node)));
  const steps = changed.filter((s) => s.kind !== "kernel" || !unneeded.has(s.into));
  return rescheduled(fn, {
    ...program,
    steps,
    // The kernel stays known, for what reads inside it.
    stages: [...stagesOf(steps), ...program.stages.filter((s) => unneeded.has(s.into))],
    temporaries: program.temporaries.filter((node) => !unneeded.has(node)),
  });
}

/** Steps with other kernels. */
function withStages(steps: readonly Step[], change: (stage: Stage) => Stage): Step[] {
  return steps.map((step): Step => {
    if (step.kind === "kernel") return { ...change(step), kind: "kernel" };
    if (step.kind === "loop") return { ...step, body: withStages(step.body, change) };
    if (step.kind !== "branch") return step;
    const [holds, otherwise] = [step.holds, step.otherwise].map((s) => withStages(s, change));
    return { ...step, holds, otherwise };
  });
}
