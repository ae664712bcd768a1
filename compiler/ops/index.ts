/** Every op of the compiler, once: what the tests over all ops run through. */

import * as activations from "./activations.ts";
import * as arithmetic from "./arithmetic.ts";
import * as barrier from "./barrier.ts";
import * as choice from "./choice.ts";
import * as comparison from "./comparison.ts";
import * as correlation from "./correlation.ts";
import * as creation from "./creation.ts";
import * as cumulative from "./cumulative.ts";
import * as determinants from "./determinants.ts";
import * as diagonal from "./diagonal.ts";
import * as distributions from "./distributions.ts";
import * as elementwise from "./elementwise.ts";
import * as exponential from "./exponential.ts";
import * as factors from "./factors.ts";
import * as gathering from "./gathering.ts";
import * as joining from "./joining.ts";
import * as matrices from "./matrices.ts";
import * as norm from "./norm.ts";
import type { AnyOp } from "./op.ts";
import * as padding from "./padding.ts";
import * as pools from "./pools.ts";
import * as product from "./product.ts";
import * as random from "./random.ts";
import * as recurrence from "./recurrence.ts";
import * as reduction from "./reduction.ts";
import * as rounding from "./rounding.ts";
import * as shape from "./shape.ts";
import * as slicing from "./slicing.ts";
import * as softmax from "./softmax.ts";
import * as sorting from "./sorting.ts";
import * as special from "./special.ts";
import * as trigonometric from "./trigonometric.ts";

const modules = [
  arithmetic,
  exponential,
  trigonometric,
  rounding,
  special,
  comparison,
  activations,
  barrier,
  elementwise,
  reduction,
  shape,
  product,
  random,
  distributions,
  creation,
  slicing,
  diagonal,
  gathering,
  joining,
  sorting,
  norm,
  softmax,
  recurrence,
  choice,
  cumulative,
  factors,
  matrices,
  determinants,
  padding,
  correlation,
  pools,
];

function opsOf(value: unknown): AnyOp[] {
  if (value === null || (typeof value !== "object" && typeof value !== "function")) return [];
  if ("op" in value) return opsOf(value.op);
  return "notation" in value && "infer" in value ? [value as AnyOp] : [];
}

/** All ops by name. Ops are exported from their files, alone or as `op` of their builder. */
export const allOps: ReadonlyMap<string, AnyOp> = new Map(
  modules.flatMap((m) => Object.values(m).flatMap(opsOf)).map((op) => [op.name, op]),
);
