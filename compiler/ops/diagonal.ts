/** Diagonals of matrices, and the triangles on both sides of them. */

import { fail } from "../diagnostics/error.ts";
import { build, offsetOf } from "../graph/ndarray.ts";
import { makeNode, type Node } from "../graph/node.ts";
import { type Dim, formatShape, type Shape } from "../graph/types.ts";
import * as scalar from "../kernels/scalar.ts";
import { add, sub } from "./arithmetic.ts";
import { ge, le, where } from "./comparison.ts";
import { arange } from "./creation.ts";
import { asNode, literal, type Operand } from "./leaf.ts";
import { functional } from "./notation.ts";
import { type AnyOp, op } from "./op.ts";
import { expandDims } from "./shape.ts";

type DiagonalAttrs = { offset: number };
type MatrixAttrs = { offset: number; rows: Dim; columns: Dim };

/** Where a diagonal starts: its first row and column. */
const startOf = (offset: number): [number, number] => [Math.max(-offset, 0), Math.max(offset, 0)];

/** Length of a diagonal. @throws ADJ1003 where it depends on a named size other than both sides' own */
function lengthOf(rows: Dim, columns: Dim, offset: number): Dim {
  if (rows === columns && offset === 0) return rows;
  if (typeof rows !== "number" || typeof columns !== "number") {
    return fail(
      "ADJ1003",
      `diag: the length of diagonal ${offset} of ${formatShape([rows, columns])} is not known`,
    );
  }
  const [row, column] = startOf(offset);
  return Math.max(0, Math.min(rows - row, columns - column));
}

/** out[…, i] = x[…, i + row, i + column]: a diagonal of the last two axes. */
export const diagonalOp: AnyOp = op<DiagonalAttrs>({
  name: "diagonal",
  movement: true,
  cost: 0,
  infer: ([x], { offset }) => {
    const [rows, columns] = x.shape.slice(-2);
    return { dtype: x.dtype, shape: [...x.shape.slice(0, -2), lengthOf(rows, columns, offset)] };
  },
  evaluate: ([x], { offset }, { dtype, shape }) => {
    const [row, column] = startOf(offset);
    return build(dtype, shape, (index) => {
      const i = index[index.length - 1];
      return x.data[offsetOf([...index.slice(0, -1), i + row, i + column], x.shape)];
    });
  },
  lower: ({ attrs, read }, index) => {
    const [row, column] = startOf(attrs.offset).map((n) => scalar.constant(n, "int32"));
    const i = index[index.length - 1];
    return read(0, [...index.slice(0, -1), scalar.indexAdd(i, row), scalar.indexAdd(i, column)]);
  },
  gradient: ({ dy, inputs: [x], attrs: { offset } }) => {
    const [rows, columns] = x.shape.slice(-2);
    return [makeNode(diagonalMatrixOp, [dy], { offset, rows, columns })];
  },
  vectorise: ([{ node: x }], attrs) => makeNode(diagonalOp, [x], attrs),
  notation: functional("diag", "\\mathop{\\mathrm{diag}}", ({ offset }) =>
    offset === 0 ? [] : [String(offset)],
  ),
  samples: [
    { inputs: [{ shape: [3, 3] }], attrs: { offset: 0 } },
    { inputs: [{ shape: [2, 4] }], attrs: { offset: 1 } },
    { inputs: [{ shape: [2, 3, 2] }], attrs: { offset: -1 } },
  ],
});

/** out[…, i, j] = v[…, i − row] on a diagonal, 0 elsewhere. */
export const diagonalMatrixOp: AnyOp = op<MatrixAttrs>({
  name: "diagonalMatrix",
  cost: 1,
  reads: () => 1,
  infer: ([v], { rows, columns }) => ({
    dtype: v.dtype,
    shape: [...v.shape.slice(0, -1), rows, columns],
  }),
  evaluate: ([v], { offset }, { dtype, shape }) => {
    const [row] = startOf(offset);
    return build(dtype, shape, (index) => {
      const [i, j] = index.slice(-2);
      return j - i === offset ? v.data[offsetOf([...index.slice(0, -2), i - row], v.shape)] : 0;
    });
  },
  lower: ({ attrs: { offset }, inputs: [v], read }, index) => {
    const [i, j] = index.slice(-2);
    const [row] = startOf(offset);
    const place = scalar.indexSub(i, scalar.constant(row, "int32"));
    return scalar.call(
      "where",
      scalar.call("eq", scalar.indexAdd(i, scalar.constant(offset, "int32")), j),
      read(0, [...index.slice(0, -2), place]),
      scalar.constant(0, v.dtype),
    );
  },
  gradient: ({ dy, attrs: { offset } }) => [makeNode(diagonalOp, [dy], { offset })],
  linear: true,
  vectorise: ([{ node: v }], attrs) => makeNode(diagonalMatrixOp, [v], attrs),
  notation: functional("diag", "\\mathop{\\mathrm{diag}}", ({ offset }) =>
    offset === 0 ? [] : [String(offset)],
  ),
  samples: [
    { inputs: [{ shape: [3] }], attrs: { offset: 0, rows: 3, columns: 3 } },
    { inputs: [{ shape: [2] }], attrs: { offset: 1, rows: 2, columns: 4 } },
    { inputs: [{ shape: [2, 2] }], attrs: { offset: -1, rows: 3, columns: 3 } },
  ],
  edges: [
    { inputs: [{ shape: [0] }], attrs: { offset: 0, rows: 0, columns: 0 } },
    { inputs: [{ shape: [1] }], attrs: { offset: 0, rows: 1, columns: 1 } },
    { inputs: [{ shape: [0, 2] }], attrs: { offset: 1, rows: 2, columns: 3 } },
  ],
});

/**
 * NumPy's `diag`: a diagonal of a matrix, or the square matrix with a vector on its diagonal. Diagonal 0
 * is the main one, positive ones lie above it.
 *
 * @throws ADJ1004 for what is neither a vector nor a matrix
 */
export function diag(x: Operand, offset = 0): Node {
  const node = asNode(x);
  if (!Number.isInteger(offset)) fail("ADJ1008", `diag: ${offset} is no diagonal`);
  if (node.shape.length === 2) return makeNode(diagonalOp, [node], { offset });
  if (node.shape.length !== 1) {
    return fail("ADJ1004", `diag: expected a vector or a matrix, got ${formatShape(node.shape)}`);
  }
  const [dim] = node.shape;
  const side = offset === 0 || typeof dim !== "number" ? dim : dim + Math.abs(offset);
  if (typeof side !== "number" && offset !== 0)
    fail("ADJ1003", `diag: a side of ${dim} + ${Math.abs(offset)} has no name`);
  return makeNode(diagonalMatrixOp, [node], { offset, rows: side, columns: side });
}

/** Rows and columns of the last two axes as numbers that broadcast against `x`. */
function places(x: Node, what: string): [Node, Node] {
  const shape: Shape = x.shape;
  if (shape.length < 2) {
    fail("ADJ1004", `${what}: expected at least two axes, got ${formatShape(shape)}`);
  }
  const [rows, columns] = shape.slice(-2);
  return [expandDims(arange(rows), 1), expandDims(arange(columns), 0)];
}

function moved(i: Node, offset: number): Node {
  if (offset === 0) return i;
  return offset < 0 ? sub(i, -offset) : add(i, offset);
}

/** What lies on diagonal `offset` and below it; 0 above. */
export function tril(x: Operand, offset = 0): Node {
  const node = asNode(x);
  const [i, j] = places(node, "tril");
  return where(le(j, moved(i, offset)), node, literal(0, node.type.dtype));
}

/** What lies on diagonal `offset` and above it; 0 below. */
export function triu(x: Operand, offset = 0): Node {
  const node = asNode(x);
  const [i, j] = places(node, "triu");
  return where(ge(j, moved(i, offset)), node, literal(0, node.type.dtype));
}
