/** Register tiles: how many rows and vectors of a result are summed at a time. */

import type { Dim } from "../../graph/types.ts";

export interface Tile {
  readonly rows: number;
  /** Vectors of columns. */
  readonly vectors: number;
}

/** Sums of a tile: they must fit 16 registers beside the operands, and hide the latency of a multiply-add. */
const mostSums = 12;

/** Rows of a tile by its vectors, in the order in which they are preferred. */
const rowChoices: Readonly<Record<number, readonly number[]>> = {
  1: [10, 8, 12, 9, 7, 6, 5, 4, 3, 2, 1],
  2: [6, 5, 4, 3, 2, 1],
  3: [3, 2, 1],
};

/**
 * Where vectors are this short, columns that they leave unused count, and three vectors may fit better; with
 * four rows they would need more registers than WebAssembly's engines give.
 */
const shortVectors = 4;

/** Processors with vectors this long have 32 registers: tiles of two vectors may be twice as high. */
export const longVectors = 16;
/** Less high ones gain nothing. */
const leastTall = 8;
/**
 * Sums of no more steps than this, as of a gradient by a small batch, take about as long to finish: there an
 * edge costs more than halves do, where registers are fewer.
 */
const fewSteps = 32;

/** Rows of tiles that need 32 registers, without an edge. */
function tallRows(rows: Dim, steps: number): number[] {
  if (typeof rows !== "number" || steps > fewSteps) return [];
  return rowChoices[2].map((r) => 2 * r).filter((r) => r >= leastTall && rows % r === 0);
}

/** Whether a tile has more sums than fit 16 registers: with fewer than 32 it is done in two halves. */
export const isTall = ({ rows, vectors }: Tile): boolean => rows * vectors > mostSums;

/**
 * The tile for a result of the given extents, whose elements are sums of so many steps: rows that divide its own,
 * so that there is no edge, else the number that leaves the least of the last tile unused.
 */
export function chooseTile(rows: Dim, columns: number, lanes: number, steps: number): Tile {
  if (rows === 1) return { rows: 1, vectors: Math.min(4, Math.ceil(columns / lanes)) };
  if (lanes <= shortVectors && columns > lanes) return closestTile(rows, columns, lanes);
  const vectors = columns > lanes ? 2 : 1;
  const choices = rowChoices[vectors].filter((r) => r * vectors <= mostSums);
  if (typeof rows !== "number") return { rows: choices[0], vectors };
  const padded = (r: number): number => Math.ceil(rows / r) * r;
  // Small tiles load more than they multiply: a few unused rows are cheaper.
  const cost = (r: number): number => padded(r) * (1 + 0.35 / r);
  const tall = lanes >= longVectors && vectors === 2 ? tallRows(rows, steps) : [];
  const best = [...choices, ...tall].reduce((a, b) => (cost(b) < cost(a) ? b : a));
  return { rows: best, vectors };
}

/** Fewer sums wait for each other. */
const leastSums = 8;

/** The tile with the least work, unused rows and columns and the loads of operands included. */
function closestTile(rows: Dim, columns: number, lanes: number): Tile {
  const cost = ({ rows: r, vectors }: Tile): number => {
    const count = typeof rows === "number" ? Math.ceil(rows / r) * r : 1;
    const width = Math.ceil(columns / (vectors * lanes)) * vectors;
    const sums = r * vectors;
    return count * width * Math.max(1, leastSums / sums) * (1 + (0.3 * (r + vectors)) / sums);
  };
  const tiles = [2, 3].flatMap((vectors) => rowChoices[vectors].map((r) => ({ rows: r, vectors })));
  return tiles.reduce((a, b) => (cost(b) < cost(a) ? b : a));
}
