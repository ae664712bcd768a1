/** Axes taken together. */

import { type Dim, roughVolume } from "../../graph/types.ts";
import { type Axis, linear, type Scalar, walk } from "../scalar.ts";
import { offsetIn } from "./operand.ts";

/** Columns of a group, which vectors of 4, 8 and 16 lanes can be made of. */
export const groupSize = 8;

/** Number of places along axes; a guess for named sizes. */
export const volumeOf = (axes: readonly Axis[]): number => roughVolume(axes.map((a) => a.extent));

/** The number of places along axes that are counted as one. */
export const extentOf = (axes: readonly Axis[]): Dim =>
  axes.length === 1 ? axes[0].extent : volumeOf(axes);

/** The axes that scalars depend on. */
export function axesIn(scalars: readonly Scalar[]): ReadonlySet<Axis> {
  return new Set(scalars.flatMap(walk).flatMap((s) => (s.kind === "axis" ? [s.axis] : [])));
}

/** How many columns of an operand lie side by side in memory wherever they begin: they are copied as one. */
export function runOf(value: Scalar, columns: readonly Axis[]): number {
  const last = columns.at(-1);
  if (value.kind !== "load" || typeof last?.extent !== "number") return 1;
  const offset = offsetIn(value.node.shape, value.index);
  if (linear(offset, [last])?.coefficients[0] !== 1) return 1;
  return columns.length === 1 ? last.extent : last.extent % 4 === 0 ? 4 : 1;
}
