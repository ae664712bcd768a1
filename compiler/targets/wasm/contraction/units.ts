/** How a contraction is cut into units that may run at the same time. */

import { extentOf, volumeOf } from "../../../kernels/contraction/axes.ts";
import { areUnits, type Contraction } from "../../../kernels/contraction/contraction.ts";
import { lanes } from "../tiles.ts";

/** Units of work are not cut smaller than about this many multiply-adds. */
const smallestUnit = 1 << 17;
/** Rows that a unit has at least, for its copy of the right operand to be worth it. */
const fewestRows = 144;

/** How a contraction is cut into units that may run at the same time. */
export interface Units {
  /** Rows of a unit; all if it is none of several. */
  readonly rows: number | undefined;
  /** Whether a unit has all columns of its place in the outer loops. */
  readonly areOuter: boolean;
}

export function unitsOf(c: Contraction): Units {
  if (areUnits(c)) return { rows: undefined, areOuter: true };
  const rows = c.rows.length > 0 ? extentOf(c.rows) : 1;
  const width = lanes * c.tile.vectors;
  const least = Math.max(smallestUnit / (width * c.terms), fewestRows);
  const wanted = Math.ceil(Math.max(least, c.tile.rows) / c.tile.rows) * c.tile.rows;
  const isCut = typeof rows !== "number" || rows >= 2 * wanted;
  return { rows: isCut ? wanted : undefined, areOuter: false };
}

/** The number of units, where it is known. */
export function unitsIn(c: Contraction): number | undefined {
  const { rows, areOuter } = unitsOf(c);
  const extents = [...c.outer, ...c.rows].map((axis) => axis.extent);
  if (!extents.every((extent) => typeof extent === "number")) return undefined;
  const outer = volumeOf(c.outer);
  if (areOuter) return outer;
  const panels = Math.ceil((c.padded?.count ?? volumeOf(c.columns)) / (lanes * c.tile.vectors));
  return outer * panels * (rows === undefined ? 1 : Math.ceil(volumeOf(c.rows) / rows));
}
