/** Register tiles: how many rows and vectors of a result are summed at a time. */

import type { Dim } from "../../graph/types.ts";

export interface Tile {
  readonly rows: number;
  /** Vectors of columns. */
  readonly vectors: number;
}

/** Sums of a tile: they must fit 16 registers beside the operands, and hide the latency of a multiply-add. */
const mostSums = 12;

/** Rows of a tile of one vector, and of two, in the order in which they are preferred. */
const rowChoices: Readonly<Record<number, readonly number[]>> = {
  1: [10, 8, 12, 9, 7, 6, 5, 4, 3, 2, 1],
  2: [6, 5, 4, 3, 2, 1],
};

/**
 * The tile for a result of the given extents: rows that divide its own, so that there is no edge, else the
 * number that leaves the least of the last tile unused.
 */
export function chooseTile(rows: Dim, columns: number, lanes: number): Tile {
  if (rows === 1) return { rows: 1, vectors: Math.min(4, Math.ceil(columns / lanes)) };
  const vectors = columns > lanes ? 2 : 1;
  const choices = rowChoices[vectors].filter((r) => r * vectors <= mostSums);
  if (typeof rows !== "number") return { rows: choices[0], vectors };
  const padded = (r: number): number => Math.ceil(rows / r) * r;
  // Small tiles load more than they multiply: a few unused rows are cheaper.
  const cost = (r: number): number => padded(r) * (1 + 0.35 / r);
  const best = choices.reduce((a, b) => (cost(b) < cost(a) ? b : a));
  return { rows: best, vectors };
}
