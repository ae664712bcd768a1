/** What the comment above a kernel says: its formulas, how it is computed, and what it does on its way. */

import { volumeOf } from "../../kernels/contraction/axes.ts";
import type { Contraction } from "../../kernels/contraction/contraction.ts";
import type { Routed } from "../../kernels/contraction/routed.ts";
import type { Nest } from "../../kernels/loops.ts";
import type { Stage } from "../../kernels/lower.ts";
import type { Axis, Scalar } from "../../kernels/scalar.ts";
import type { CompiledFunction } from "../../model.ts";
import { formulaOf } from "../formula.ts";
import { type Names, roundsEach } from "./expression.ts";
import type { Run } from "./share.ts";

/** @param nest all that the kernel computes, with what follows it */
export function describe(fn: CompiledFunction, run: Run, nest: Nest, names: Names): string[] {
  const { contraction, routed, riders, follower } = run;
  const formulas = (stages: readonly Stage[]): string[] =>
    stages.flatMap((stage) => formulaOf(stage, fn.program, names.letter));
  return [
    ...formulas(routed?.formulas ?? run.nest.stages),
    ...describeSchedule(contraction, names),
    ...describeLists(routed, names),
    ...describeArranged(fn, nest, names),
    ...(follower ? ["  and with each element at once:", ...formulas(follower.nest.stages)] : []),
    ...riders.flatMap((rider) => describeRider(fn, rider)),
    ...describeMemory(nest, names),
    ...(roundsEach(nest.stages.map((stage) => stage.body))
      ? ["  with each operation rounded by itself"]
      : []),
  ];
}

/** The dimensions that strides are made of, where indices have more than two. */
function describeMemory({ memory }: Nest, names: Names): string[] {
  const long = memory.filter((node) => node.shape.filter((dim) => dim !== 1).length > 2);
  if (long.length === 0) return [];
  const arrays = long.map((node) => `${names.nameOf(node)} [${node.shape.join(", ")}]`);
  return [`  in memory: ${arrays.join(", ")}`];
}

/** How a product is computed, for the comment above it. */
function describeSchedule(c: Contraction | undefined, names: Names): string[] {
  if (!c) return [];
  const letters = (axes: readonly Axis[]): string => axes.map(names.letter).join("");
  const operand = (o: Contraction["b"]): string =>
    o.place ? `${names.nameOf(o.place.node)} in place` : "a copied panel";
  const { rows, vectors } = c.tile;
  const tile = c.a
    ? `${rows} × ${vectors}·LANES tiles of ${letters(c.rows)} × ${letters(c.columns)}`
    : `${vectors}·LANES columns ${letters(c.columns)} at a time`;
  const scattered = c.scatter ? ", each added where it belongs" : "";
  const from = c.a ? `, of ${operand(c.a)} and ${operand(c.b)}` : `, of ${operand(c.b)}`;
  const parts = c.part ? `, ${volumeOf(c.steps)} steps at a time` : "";
  return [`  in ${tile}${from}${scattered}${parts}`];
}

/** What an operand is arranged for. */
function describeArranged(fn: CompiledFunction, nest: Nest, names: Names): string[] {
  for (const [into, { dense }] of fn.program.routed ?? []) {
    const stage = nest.stages.find((s) => s.into === dense.node);
    if (!stage) continue;
    const { body } = stage;
    const isCopy = body.kind === "load" && isInOrder(body.index, stage.axes);
    return [
      isCopy
        ? `  for ${names.nameOf(into)} reads whole vectors, and ${names.nameOf(body.node)} may have no room behind its end`
        : `  so that ${names.nameOf(into)} finds columns beside each other, with room for whole vectors behind them`,
    ];
  }
  return [];
}

const isInOrder = (index: readonly Scalar[], axes: readonly Axis[]): boolean =>
  index.every((s, n) => s.kind === "axis" && s.axis === axes[n]);

/** How a sparse sum is computed, for the comment above it. */
function describeLists(routed: Routed | undefined, names: Names): string[] {
  if (!routed) return [];
  const sparse = names.nameOf(routed.formulas[1].into);
  const where = routed.isSpread ? ", each added where it belongs; beyond its border it is 0" : "";
  return [`  from lists of what is not 0 of ${sparse}, in runs of ${routed.run} columns${where}`];
}

/** What a product computes on its way, for the comment above it. */
function describeRider(
  fn: CompiledFunction,
  { nest, stage, isBefore }: Run["riders"][number],
): string[] {
  const letter = (axis: Axis): string => nest.axisNames.get(axis) as string;
  const [first, ...more] = formulaOf(stage, fn.program, letter);
  const when = isBefore ? "before it is written" : "as it is written";
  return [`and ${first}, of what is there ${when}`, ...more];
}
