/** Dense linear algebra in float64, on flat row-major arrays: what the interpreter computes. */

import { type NDArray, sizeOf } from "../graph/ndarray.ts";

/** A matrix as rows. */
export type Rows = number[][];

/** The matrices of a batch. */
export function matricesOf({ shape, data }: NDArray): Rows[] {
  const [rows, columns] = shape.slice(-2);
  return Array.from({ length: sizeOf(shape.slice(0, -2)) }, (_, n) =>
    Array.from({ length: rows }, (_, i) => {
      const from = (n * rows + i) * columns;
      return Array.from(data.subarray(from, from + columns));
    }),
  );
}

/** Right sides of systems: a vector for each matrix is one column. */
export const columnsOf = (a: NDArray, b: NDArray): Rows[] =>
  matricesOf(b.shape.length < a.shape.length ? { ...b, shape: [...b.shape, 1] } : b);

/** The elements of a batch of matrices, row by row. */
export const flat = (batch: readonly Rows[]): Float64Array => Float64Array.from(batch.flat(2));

/**
 * Gaussian elimination with partial pivoting: the pivots, negative for a row that was exchanged, and the
 * solution of a·x = b.
 */
export function eliminate(a: Rows, b: Rows): { pivots: number[]; x: Rows } {
  const n = a.length;
  const m = a.map((row, i) => [...row, ...b[i]]);
  const pivots: number[] = [];
  for (let k = 0; k < n; k++) {
    let p = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(m[i][k]) > Math.abs(m[p][k])) p = i;
    [m[k], m[p]] = [m[p], m[k]];
    pivots.push(p === k ? m[k][k] : -m[k][k]);
    for (let i = k + 1; i < n; i++) {
      const factor = m[k][k] === 0 ? 0 : m[i][k] / m[k][k];
      for (let j = k; j < m[i].length; j++) m[i][j] -= factor * m[k][j];
    }
  }
  const x = b.map((row) => [...row]);
  for (let i = n - 1; i >= 0; i--) {
    for (let j = 0; j < x[i].length; j++) {
      let rest = m[i][n + j];
      for (let k = i + 1; k < n; k++) rest -= m[i][k] * x[k][j];
      x[i][j] = rest / m[i][i];
    }
  }
  return { pivots, x };
}

/** The solution of l·x = b, of whose left side only the lower (or upper) triangle is read. */
export function substitute(l: Rows, b: Rows, upper: boolean): Rows {
  const n = l.length;
  const x = b.map((row) => [...row]);
  const order = Array.from({ length: n }, (_, k) => (upper ? n - 1 - k : k));
  for (const [done, i] of order.entries()) {
    for (let j = 0; j < x[i].length; j++) {
      for (const k of order.slice(0, done)) x[i][j] -= l[i][k] * x[k][j];
      x[i][j] /= l[i][i];
    }
  }
  return x;
}

/** L with L·Lᵀ = a, of which only the lower triangle is read; NaN where a is not positive definite. */
export function cholesky(a: Rows): Rows {
  const l: Rows = a.map((row) => row.map(() => 0));
  for (let k = 0; k < a.length; k++) {
    for (let i = k; i < a.length; i++) {
      let rest = a[i][k];
      for (let j = 0; j < k; j++) rest -= l[i][j] * l[k][j];
      l[i][k] = i === k ? Math.sqrt(rest) : rest / l[k][k];
    }
  }
  return l;
}
