/** What a contraction costs, in cycles a multiply-add of a vector: to choose between its schedules. */

import { axesIn, volumeOf } from "./axes.ts";
import type { Contraction } from "./contraction.ts";

/** Copying one element into a panel. */
const copy = 0.8;
/** Writing an element that is not beside the one before. */
const scattered = 1.5;

export function costOf(c: Contraction, lanes: number): number {
  const [rows, columns, steps] = [
    volumeOf(c.rows),
    volumeOf(c.columns),
    volumeOf([...c.steps, ...c.blocks]),
  ];
  const width = c.tile.vectors * lanes;
  const height = c.tile.rows;
  const padded =
    Math.ceil(columns / width) * c.tile.vectors * Math.ceil(rows / height) * height * steps;
  const copies = (operand: Contraction["b"] | undefined, elements: number): number => {
    if (!operand || operand.place) return 0;
    const around = c.outer.filter((axis) => axesIn([operand.value]).has(axis));
    return (copy * elements * steps * Math.max(1, volumeOf(around))) / volumeOf(c.outer);
  };
  const last = c.stage.axes.filter((axis) => axis.extent !== 1).at(-1);
  const writes = c.columns.at(-1) === last ? 0 : scattered * rows * columns;
  return (padded + copies(c.a, rows) + copies(c.b, columns) + writes) * volumeOf(c.outer);
}
