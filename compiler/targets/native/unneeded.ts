/**
 * Leaves out what the schedules of this target do without: values with margins that are only scattered from, and
 * memory for products whose elements are used up at once.
 */

import { rescheduled } from "../../kernels/contraction/arrange.ts";
import { usedUpBy } from "../../kernels/contraction/following.ts";
import { withoutMargins } from "../../kernels/contraction/without-margins.ts";
import type { Stage } from "../../kernels/lower.ts";
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
  const pairs = [...runsOf(fn).values()].flatMap(({ contraction, follower }) =>
    contraction && follower ? [{ into: contraction.stage.into, follower }] : [],
  );
  const usedUp = usedUpBy(program, pairs);
  if (usedUp.size === 0) return fn;
  return rescheduled(fn, {
    ...program,
    temporaries: program.temporaries.filter((node) => !usedUp.has(node)),
  });
}
