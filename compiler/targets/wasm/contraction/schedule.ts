/** Which nests are products, and how they are computed. */

import { definitionsOf } from "../../../kernels/contraction/arrange.ts";
import type { Contraction } from "../../../kernels/contraction/contraction.ts";
import { scheduleOf } from "../../../kernels/contraction/scatter.ts";
import { withoutMargins } from "../../../kernels/contraction/without-margins.ts";
import type { Nest } from "../../../kernels/loops.ts";
import type { Program } from "../../../kernels/program.ts";
import type { CompiledFunction } from "../../../model.ts";
import { lanes } from "../tiles.ts";

/** The schedule of a nest that is one product. */
export function scheduleIn({ stages }: Nest, program: Program): Contraction | undefined {
  const [only, ...others] = stages;
  if (others.length > 0 || program.routed?.get(only.into)) return undefined;
  // Terms are added one by one here: that is less than what is gathered only where most of it would be gaps.
  return scheduleOf(only, definitionsOf(program), lanes, ({ columns, scatter }) => {
    return columns.length <= 2 && scatter?.isRow === false;
  });
}

/** The function without values with margins that its products are only scattered from. */
export function withoutPadded(fn: CompiledFunction): CompiledFunction {
  const products = fn.nests.flatMap((nest) => scheduleIn(nest, fn.program) ?? []);
  return withoutMargins(
    fn,
    ({ value, into }) =>
      products.find(({ stage }) => stage.value === value && stage.into === into)?.scatter,
  );
}
