/** The units of a contraction, which may run at the same time: how it is cut. */

import type { Dim } from "../../../graph/types.ts";
import { extentOf, volumeOf } from "../../../kernels/contraction/axes.ts";
import { areUnits, type Contraction } from "../../../kernels/contraction/contraction.ts";
import { dimInC } from "../names.ts";

/** Units of work are not cut smaller than about this many multiply-adds. */
const smallestUnit = 1 << 17;
/** Rows that a unit has at least, for its copy of the right operand to be worth it. */
const fewestRows = 144;

/** How a contraction is cut into units that may run at the same time. */
export interface Units {
  /** Rows of a unit; all if it is none of several. */
  readonly rows: number | undefined;
  /** Number of units, as an expression. */
  readonly count: string;
}

export const lanes = (vectors: number): string => (vectors === 1 ? "LANES" : `${vectors} * LANES`);

/** The pieces of a size that a number makes, with the number as the model has it: `PIECES(500, 2 * LANES)`. */
export const pieces = (count: Dim, size: number | string): string =>
  `PIECES(${dimInC(count)}, ${size})`;

/** An expression as a factor. */
export const factor = (text: string): string =>
  /^\w+$/.test(text) || isEnclosed(text) ? text : `(${text})`;

/** Whether the first parenthesis, of a call too, is closed by the last: `(a) * (b)` is not enclosed. */
function isEnclosed(text: string): boolean {
  if (!/^\w*\(/.test(text)) return false;
  let depth = 0;
  for (const [i, c] of [...text].entries()) {
    if (c === "(") depth++;
    if (c === ")" && --depth === 0) return i === text.length - 1;
  }
  return false;
}

export function unitsOf(c: Contraction): Units {
  const columns = c.padded?.count ?? volumeOf(c.columns);
  const rows = c.rows.length > 0 ? extentOf(c.rows) : 1;
  const outer = c.outer.map((axis) => dimInC(axis.extent, true)).join(" * ");
  if (areUnits(c)) return { rows: undefined, count: outer };
  const perRow = 32 * c.terms;
  const isCopied = !c.b.place || columns < 32;
  const least = Math.max(smallestUnit / perRow, isCopied ? fewestRows : 0);
  const wanted = Math.ceil(Math.max(least, c.tile.rows) / c.tile.rows) * c.tile.rows;
  const panels = pieces(columns, lanes(c.tile.vectors));
  const isCut = typeof rows !== "number" || rows >= 2 * wanted;
  const parts = [...(outer ? [outer] : []), panels, ...(isCut ? [pieces(rows, wanted)] : [])];
  return { rows: isCut ? wanted : undefined, count: parts.join(" * ") };
}
