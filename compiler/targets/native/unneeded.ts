/**
 * Leaves out what the schedules of this target do without: values with margins that are only scattered from, and
 * memory for products whose elements are used up at once.
 */

import type { Node } from "../../graph/node.ts";
import { rescheduled } from "../../kernels/contraction/arrange.ts";
import { withoutMargins } from "../../kernels/contraction/without-margins.ts";
import { loadsOf, type Stage } from "../../kernels/lower.ts";
import type { CompiledFunction } from "../../model.ts";
import { runsOf } from "./share.ts";

/** The function without what its schedules do without. */
export function withoutUnneeded(fn: CompiledFunction): CompiledFunction {
  const products = [...runsOf(fn).values()].flatMap(({ contraction: c }) => c ?? []);
  const scatterOf = ({ value, into }: Stage) =>
    products.find(({ stage }) => stage.value === value && stage.into === into)?.scatter;
  return withoutUsedUp(withoutMargins(fn, scatterOf));
}

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
