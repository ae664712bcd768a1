/** Axes taken together. */

import { type Dim, roughVolume } from "../../graph/types.ts";
import { type Axis, type Scalar, walk } from "../scalar.ts";

/** Number of places along axes; a guess for named sizes. */
export const volumeOf = (axes: readonly Axis[]): number => roughVolume(axes.map((a) => a.extent));

/** The number of places along axes that are counted as one. */
export const extentOf = (axes: readonly Axis[]): Dim =>
  axes.length === 1 ? axes[0].extent : volumeOf(axes);

/** The axes that scalars depend on. */
export function axesIn(scalars: readonly Scalar[]): ReadonlySet<Axis> {
  return new Set(scalars.flatMap(walk).flatMap((s) => (s.kind === "axis" ? [s.axis] : [])));
}
