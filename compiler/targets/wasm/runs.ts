/** How the nests of a function run: which are products, and what is computed on the way of a product. */

import type { Node } from "../../graph/node.ts";
import { rescheduled } from "../../kernels/contraction/arrange.ts";
import { extentOf } from "../../kernels/contraction/axes.ts";
import type { Contraction } from "../../kernels/contraction/contraction.ts";
import { type Follower, followersOf, usedUpBy } from "../../kernels/contraction/following.ts";
import { type Rider, ridersOf } from "../../kernels/contraction/riding.ts";
import type { Routed } from "../../kernels/contraction/routed.ts";
import { type Nest, nestsOf } from "../../kernels/loops.ts";
import type { CompiledFunction } from "../../model.ts";
import { scheduleIn } from "./contraction/schedule.ts";
import { unitsIn, unitsOf } from "./contraction/units.ts";

/** A nest that has a function of its own. */
export interface Run {
  readonly nest: Nest;
  readonly contraction: Contraction | undefined;
  readonly routed: Routed | undefined;
  /** Sums that a product takes on its way. */
  readonly riders: readonly Rider[];
  /** What is done with each element of a product at once. */
  readonly follower: Follower | undefined;
  /** Whether the elements of a product are needed in memory as well. */
  readonly isKept: boolean;
}

/** Rows of a unit whose sums are in lanes of float32, before they are added in double precision. */
const mostRows = 1024;

/** The runs of a function's nests; those that ride along with another one have none. */
export function runsOf(fn: CompiledFunction): ReadonlyMap<Nest, Run> {
  const { program } = fn;
  const contractions = new Map<Nest, Contraction>();
  const routedIn = ({ stages }: Nest): Routed | undefined =>
    stages.length === 1 ? program.routed?.get(stages[0].into) : undefined;
  const nests = nestsOf(fn.calls);
  for (const nest of nests) {
    const found = scheduleIn(nest, program);
    if (found) contractions.set(nest, found);
  }
  const riders = ridersOf(fn.calls, (nest) => {
    const c = contractions.get(nest);
    return c && hasFewRows(c) && unitsIn(c) !== undefined ? c : undefined;
  });
  const followers = followersOf(fn.calls, (nest) => contractions.get(nest), {
    nameOf: (node) => program.names.get(node) ?? node.op.name,
    isLasting: (node) => program.memory.includes(node),
  });
  const riding = new Set(
    [...[...riders.values()].flat(), ...followers.values()].map((other) => other.nest),
  );
  const stored = new Set([...program.temporaries, ...program.memory, ...program.outputs]);
  return new Map(
    nests
      .filter((nest) => !riding.has(nest))
      .map((nest): [Nest, Run] => [
        nest,
        {
          nest,
          contraction: contractions.get(nest),
          routed: routedIn(nest),
          riders: riders.get(nest) ?? [],
          follower: followers.get(nest),
          isKept: stored.has(nest.stages[0].into),
        },
      ]),
  );
}

function hasFewRows(c: Contraction): boolean {
  const rows = unitsOf(c).rows ?? (c.rows.length > 0 ? extentOf(c.rows) : 1);
  return typeof rows === "number" && rows * c.tile.vectors <= 2 * mostRows;
}

/** The function without memory for products that are read only by what follows them at once. */
export function withoutUsedUp(fn: CompiledFunction): CompiledFunction {
  const { program } = fn;
  const pairs = [...runsOf(fn).values()].flatMap(({ contraction, follower }) =>
    contraction && follower ? [{ into: contraction.stage.into, follower }] : [],
  );
  const usedUp: ReadonlySet<Node> = usedUpBy(program, pairs);
  if (usedUp.size === 0) return fn;
  const temporaries = program.temporaries.filter((node) => !usedUp.has(node));
  return rescheduled(fn, { ...program, temporaries });
}
