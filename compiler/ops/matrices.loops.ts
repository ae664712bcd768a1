/** The loops that linear algebra is made of, and the parts of matrices that they go through. */

import { fail } from "../diagnostics/error.ts";
import { makeNode, type Node, role } from "../graph/node.ts";
import type { Dim } from "../graph/types.ts";
import { abs, div, like, mul, neg, sqrt, sub } from "./arithmetic.ts";
import { eq, ge, where } from "./comparison.ts";
import { arange } from "./creation.ts";
import { diagonalOp, tril } from "./diagonal.ts";
import { concatenate } from "./joining.ts";
import { literal } from "./leaf.ts";
import { dot } from "./product.ts";
import { kept, type Recurrence } from "./recurrence.ts";
import { argmax, sum } from "./reduction.ts";
import { broadcastTo, dimshuffle, expandDims, squeeze } from "./shape.ts";
import { sliceOp } from "./slicing.ts";

// ── Parts of matrices ───────────────────────────────────────────────────────────────────────────

const lead = (x: Node): number => x.shape.length - 2;

/** Axes of the rows and of the columns. */
export const rowAxis = lead;
export const columnAxis = (x: Node): number => lead(x) + 1;

export const sideOf = (x: Node): Dim => x.shape[rowAxis(x)];

function pick(x: Node, axis: number, k: Node): Node {
  return makeNode(sliceOp, [x, k], { axis, length: 1, step: 1 });
}

/** Row k, and column k, as matrices. */
const rowOf = (x: Node, k: Node): Node => pick(x, rowAxis(x), k);
const columnOf = (x: Node, k: Node): Node => pick(x, columnAxis(x), k);

/** The numbers of the rows, down a column, and of the columns, along a row. */
export const rowNumbers = (x: Node): Node => expandDims(arange(x.shape[rowAxis(x)]), 1);
export const columnNumbers = (x: Node): Node => arange(x.shape[columnAxis(x)]);

/** Each matrix transposed. */
export function transposed(x: Node): Node {
  const batch = Array.from({ length: lead(x) }, (_, i) => i);
  return dimshuffle(x, [...batch, columnAxis(x), rowAxis(x)]);
}

/** Products of matrices, batch by batch. */
export function product(a: Node, b: Node): Node {
  if (a.shape.length === 2) return dot(a, b);
  return sum(mul(expandDims(a, columnAxis(a) + 1), expandDims(b, rowAxis(b))), columnAxis(a));
}

/** A right side as columns: a vector for each matrix is one column. */
export const columnsFor = (a: Node, b: Node): Node =>
  b.shape.length < a.shape.length ? expandDims(b, b.shape.length) : b;

/** Columns as the right side was given. */
const shapedAs = (b: Node, columns: Node): Node =>
  b.shape.length < columns.shape.length ? squeeze(columns, columns.shape.length - 1) : columns;

/** ∂a of a⁻¹·b: −∂b·xᵀ. */
export const throughInverse = (a: Node, db: Node, x: Node): Node =>
  neg(product(columnsFor(a, db), transposed(columnsFor(a, x))));

/** What ẋ solves in place of b: ḃ − ȧ·x. */
export function residual([ta, tb]: readonly (Node | undefined)[], x: Node): Node | undefined {
  const through = ta && shapedAs(x, product(ta, columnsFor(ta, x)));
  if (!through) return tb;
  return tb ? sub(tb, through) : neg(through);
}

/** The other way round: rows and columns from the last to the first. */
export function reversed(x: Node, axis: number): Node {
  const n = x.shape[axis];
  if (typeof n !== "number") return fail("ADJ1008", "the side of an upper triangle has a name");
  return makeNode(sliceOp, [x, literal(n - 1, "int32")], { axis, length: n, step: -1 });
}

// ── The loops ───────────────────────────────────────────────────────────────────────────────────

/**
 * Gauss–Jordan elimination with partial pivoting: the first n columns become a diagonal. Step k exchanges
 * row k with the row p ≥ k whose element of column k is largest, and takes multiples of it from the others.
 * The collected output is the pivots, with the sign of the exchange.
 */
export function eliminate(whole: Node, run: Recurrence): { rows: Node; pivots: Node } {
  const at = rowAxis(whole);
  const { states, output } = run(sideOf(whole), [whole], (k, [rows]) => {
    const i = rowNumbers(rows);
    const column = role(kept(columnOf(rows, k)), "column");
    const candidates = where(ge(i, k), abs(column), like(-1, rows));
    const p = role(argmax(candidates, at, { keepdims: true }), "place");
    const isPivot = eq(i, p);
    const found = where(isPivot, rows, like(0, rows));
    const pivotRow = role(sum(found, at, { keepdims: true }), "pivotRow");
    const top = role(kept(rowOf(rows, k)), "top");
    const pivot = columnOf(pivotRow, k);
    const below = where(isPivot, columnOf(top, k), column);
    // A column of zeros is left as it is.
    const isNone = eq(pivot, like(0, rows));
    const factor = role(kept(where(isNone, like(0, rows), div(below, pivot))), "factors");
    const exchanged = where(isPivot, top, rows);
    const next = where(eq(i, k), pivotRow, sub(exchanged, mul(factor, pivotRow)));
    const signed = where(eq(p, k), pivot, neg(pivot));
    return { states: [role(next, "rows")], output: squeeze(signed, [at, at + 1]) };
  });
  return { rows: states[0], pivots: output as Node };
}

export function solved(a: Node, right: Node, run: Recurrence): Node {
  const b = columnsFor(a, right);
  const { rows } = eliminate(concatenate([a, b], columnAxis(a)), run);
  const [n, m] = [sideOf(a), b.shape[columnAxis(b)]];
  const last = makeNode(sliceOp, [rows, lengthNode(n)], {
    axis: columnAxis(a),
    length: m,
    step: 1,
  });
  const diagonal = makeNode(diagonalOp, [rows], { offset: 0 });
  return shapedAs(right, div(last, expandDims(diagonal, columnAxis(a))));
}

const lengthNode = (n: Dim): Node =>
  typeof n === "number"
    ? literal(n, "int32")
    : fail("ADJ1008", `solve: the side "${n}" of a matrix must be a number`);

/** Forward substitution: row k of the solution follows from those above it. */
export function substituted(l: Node, right: Node, run: Recurrence): Node {
  const b = columnsFor(l, right);
  const triangle = tril(l);
  const start = broadcastTo(like(0, b), b.shape);
  const { states } = run(sideOf(l), [start], (k, [x]) => {
    const row = rowOf(triangle, k);
    const known = role(kept(product(row, x)), "known");
    const next = div(sub(rowOf(b, k), known), columnOf(row, k));
    return { states: [role(where(eq(rowNumbers(x), k), next, x), "solution")] };
  });
  return shapedAs(right, states[0]);
}

/** Column k of the factor from those before it (Cholesky–Banachiewicz by columns). */
export function factored(a: Node, run: Recurrence): Node {
  const start = broadcastTo(like(0, a), a.shape);
  const { states } = run(sideOf(a), [start], (k, [l]) => {
    const i = rowNumbers(l);
    const known = product(l, transposed(rowOf(l, k)));
    const column = role(kept(sub(columnOf(a, k), known)), "column");
    const pivot = sqrt(rowOf(column, k));
    const below = where(ge(i, k), div(column, pivot), like(0, l));
    const next = where(eq(i, k), pivot, below);
    return { states: [role(where(eq(columnNumbers(l), k), next, l), "factor")] };
  });
  return states[0];
}
