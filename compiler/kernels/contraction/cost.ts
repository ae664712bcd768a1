/** What a contraction costs, in multiply-adds of a vector: to choose between its schedules. */

import { groupSize, runOf, volumeOf } from "./axes.ts";
import type { Contraction } from "./contraction.ts";

/** Copying an element into a panel: alone, with the three beside it, in a group or a long row. */
const copy = { alone: 1.6, four: 0.4, row: 0.15 } as const;
/** Writing an element that is not beside the one before. */
const scattered = 1.5;

/** Adding an element of a row to its place; where places are apart, or may be beyond the border, one by one. */
const added = 0.3;
const addedAlone = 1.5;

export function costOf(c: Contraction, lanes: number): number {
  const rows = volumeOf(c.rows);
  const columns = c.padded?.count ?? volumeOf(c.columns);
  const steps = c.terms;
  const panels = Math.ceil(columns / (c.tile.vectors * lanes));
  const tiles = Math.ceil(rows / c.tile.rows);
  const sums = panels * c.tile.vectors * tiles * c.tile.rows * steps;
  const run = runOf(c.b.value, c.columns);
  // Short vectors copy what lies side by side as it is.
  const isRow = run > 4 || (c.groups !== undefined && lanes >= groupSize);
  const perElement = isRow ? copy.row : run === 4 ? copy.four : copy.alone;
  const copied =
    (c.b.place ? 0 : perElement * columns * steps) +
    (c.a && !c.a.place ? copy.alone * rows * steps * panels : 0);
  const last = c.stage.axes.filter((axis) => axis.extent !== 1).at(-1);
  const written = c.scatter
    ? (c.scatter.isRow ? added : addedAlone) * rows * columns
    : c.columns.at(-1) === last
      ? 0
      : scattered * rows * columns;
  return (sums + copied + written) * volumeOf(c.outer);
}
