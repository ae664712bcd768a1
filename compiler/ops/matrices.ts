/**
 * Linear algebra of small matrices: the last two axes are a matrix, those before them a batch. Each op is
 * one loop over columns; the gradients are those of Giles, "Collected matrix derivative results" (2008).
 */

import { fail } from "../diagnostics/error.ts";
import type { NDArray } from "../graph/ndarray.ts";
import { makeNode, type Node } from "../graph/node.ts";
import { broadcastShapes, floatX, formatShape, isFloat, promote } from "../graph/types.ts";
import { add, like, mul, neg } from "./arithmetic.ts";
import { eq, where } from "./comparison.ts";
import { diagonalMatrixOp, diagonalOp, tril, triu } from "./diagonal.ts";
import { castTo, definitions } from "./elementwise.ts";
import { asNode, type Operand } from "./leaf.ts";
import { inBatch, manySides } from "./matrices.batch.ts";
import {
  columnAxis,
  columnNumbers,
  factored,
  product,
  residual,
  reversed,
  rowAxis,
  rowNumbers,
  sideOf,
  solved,
  substituted,
  throughInverse,
  transposed,
} from "./matrices.loops.ts";
import * as reference from "./matrices.reference.ts";
import { functional, precedence, raised, wrap } from "./notation.ts";
import { type AnyOp, type Notation, op, type SampleInput } from "./op.ts";
import { looped, type Recurrence, unrolled } from "./recurrence.ts";
import { sum } from "./reduction.ts";
import { broadcastTo } from "./shape.ts";

// ── The ops ─────────────────────────────────────────────────────────────────────────────────────

/** Draws for tests: a matrix that is well conditioned. */
export const regular = (...shape: number[]): SampleInput => ({ shape, diagonal: 4 });
export const atom = (text: string) => ({ text, precedence: precedence.atom });

const solveNotation = (name: string): Notation => ({
  text: ([a, b]) => atom(`${name}(${a.text}, ${b.text})`),
  tex: ([a, b]) => ({
    text: `${raised(a, "-1")}\\,${wrap(b, precedence.mul, true)}`,
    precedence: precedence.mul,
  }),
});

const perMatrix = (x: NDArray, f: (rows: reference.Rows, n: number) => reference.Rows) =>
  reference.flat(reference.matricesOf(x).map(f));

export const withoutLoops = `a loop over the columns becomes a copy of the step for each, up to 16 columns`;

export const otherOrder = "eliminated in another order, NaN and ∞ spread to other elements";

export const solveOp: AnyOp = op({
  name: "solve",
  cost: 1000,
  reads: () => 1,
  onDevice: { instead: withoutLoops },
  infer: ([, b]) => b,
  evaluate: ([a, b], _, { dtype, shape }) => {
    const right = reference.columnsOf(a, b);
    return { dtype, shape, data: perMatrix(a, (m, n) => reference.eliminate(m, right[n]).x) };
  },
  expand: ([a, b]) => solved(a, b, looped),
  unrolled: ([a, b]) => solved(a, b, unrolled("solve")),
  // ∂b = a⁻ᵀ·∂x, ∂a = −∂b·xᵀ
  gradient: ({ dy, y, inputs: [a] }) => {
    const db = makeNode(solveOp, [transposed(a), dy]);
    return [throughInverse(a, db, y), db];
  },
  // a·ẋ = ḃ − ȧ·x
  pushforward: ({ tangents, y, inputs: [a] }) => {
    const right = residual(tangents, y);
    return right && makeNode(solveOp, [a, right]);
  },
  vectorise: manySides,
  notation: solveNotation("solve"),
  samples: [
    { inputs: [regular(3, 3), { shape: [3, 2] }] },
    { inputs: [regular(1, 1), { shape: [1, 1] }] },
    { inputs: [regular(3, 3), { shape: [3] }] },
    { inputs: [regular(2, 3, 3), { shape: [2, 3, 1] }] },
  ],
});

type TriangularAttrs = { upper: boolean };

export const solveTriangularOp: AnyOp = op<TriangularAttrs>({
  name: "solveTriangular",
  onlyFinite: otherOrder,
  cost: 1000,
  reads: () => 1,
  onDevice: { instead: withoutLoops },
  infer: ([, b]) => b,
  evaluate: ([l, b], { upper }, { dtype, shape }) => {
    const right = reference.columnsOf(l, b);
    return {
      dtype,
      shape,
      data: perMatrix(l, (m, n) => reference.substitute(m, right[n], upper)),
    };
  },
  expand: (inputs, attrs) => bySubstitution(inputs, attrs, looped),
  unrolled: (inputs, attrs) => bySubstitution(inputs, attrs, unrolled("solveTriangular")),
  // ∂b = l⁻ᵀ·∂x, ∂l = −∂b·xᵀ in its triangle
  gradient: ({ dy, y, inputs: [l], attrs: { upper } }) => {
    const db = makeNode(solveTriangularOp, [transposed(l), dy], { upper: !upper });
    const dl = throughInverse(l, db, y);
    return [upper ? triu(dl) : tril(dl), db];
  },
  pushforward: ({ tangents: [tl, tb], y, inputs: [l], attrs }) => {
    const triangle = tl && (attrs.upper ? triu(tl) : tril(tl));
    const right = residual([triangle, tb], y);
    return right && makeNode(solveTriangularOp, [l, right], attrs);
  },
  vectorise: manySides,
  notation: solveNotation("solveTriangular"),
  samples: [
    { inputs: [regular(3, 3), { shape: [3, 2] }], attrs: { upper: false } },
    { inputs: [regular(2, 2, 2), { shape: [2, 2, 3] }], attrs: { upper: false } },
    { inputs: [regular(3, 3), { shape: [3] }], attrs: { upper: true } },
  ],
});

function bySubstitution([l, b]: readonly Node[], { upper }: TriangularAttrs, run: Recurrence) {
  if (!upper) return substituted(l, b, run);
  const turned = reversed(reversed(l, rowAxis(l)), columnAxis(l));
  return reversed(substituted(turned, reversed(b, rowAxis(l)), run), rowAxis(l));
}

export const invOp: AnyOp = op({
  name: "inv",
  onlyFinite: otherOrder,
  cost: 1000,
  reads: () => 1,
  onDevice: { instead: withoutLoops },
  infer: ([a]) => a,
  evaluate: ([a], _, { dtype, shape }) => ({
    dtype,
    shape,
    data: perMatrix(
      a,
      (m) =>
        reference.eliminate(
          m,
          m.map((_, i) => m.map((_, j) => Number(i === j))),
        ).x,
    ),
  }),
  expand: ([a]) => makeNode(solveOp, [a, identityLike(a)]),
  unrolled: ([a]) => solved(a, identityLike(a), unrolled("inv")),
  // ∂a = −a⁻ᵀ·∂y·a⁻ᵀ
  gradient: ({ dy, y }) => [neg(product(product(transposed(y), dy), transposed(y)))],
  pushforward: ({ tangents: [t], y }) => t && neg(product(product(y, t), y)),
  vectorise: inBatch,
  notation: {
    text: ([a]) => atom(`inv(${a.text})`),
    tex: ([a]) => ({
      text: raised(a, "-1"),
      precedence: precedence.power,
    }),
  },
  samples: [{ inputs: [regular(3, 3)] }, { inputs: [regular(2, 2, 2)] }],
});

function identityLike(a: Node): Node {
  const side = sideOf(a);
  const ones = broadcastTo(like(1, a), [side]);
  const identity = makeNode(diagonalMatrixOp, [ones], { offset: 0, rows: side, columns: side });
  return broadcastTo(identity, a.shape);
}

export const choleskyOp: AnyOp = op({
  name: "cholesky",
  onlyFinite: otherOrder,
  cost: 1000,
  reads: () => 1,
  onDevice: { instead: withoutLoops },
  infer: ([a]) => a,
  evaluate: ([a], _, { dtype, shape }) => ({
    dtype,
    shape,
    data: perMatrix(a, reference.cholesky),
  }),
  expand: ([a]) => factored(a, looped),
  unrolled: ([a]) => factored(a, unrolled("cholesky")),
  // With Φ(lᵀ·∂l) – its lower triangle, the diagonal halved – and s = l⁻ᵀ·Φ·l⁻¹, the symmetric matrix
  // gets (s + sᵀ)/2; here each element below the diagonal stands for the one above it as well.
  gradient: ({ dy, y }) => {
    const half = halved(tril(product(transposed(y), tril(dy))));
    const up = (b: Node): Node => makeNode(solveTriangularOp, [transposed(y), b], { upper: true });
    const s = transposed(up(transposed(up(half))));
    return [halved(tril(add(s, transposed(s))))];
  },
  // ẏ = y·Φ(y⁻¹·ȧ·y⁻ᵀ), of the symmetric ȧ that its lower triangle stands for
  pushforward: ({ tangents: [t], y }) => {
    if (!t) return undefined;
    const whole = add(tril(t), transposed(tril(t, -1)));
    const down = (b: Node): Node => makeNode(solveTriangularOp, [y, b], { upper: false });
    return product(y, halved(tril(down(transposed(down(whole))))));
  },
  vectorise: inBatch,
  notation: functional("cholesky", "\\mathop{\\mathrm{chol}}"),
  samples: [
    { inputs: [regular(3, 3)] },
    { inputs: [regular(1, 1)] },
    { inputs: [regular(2, 2, 2)] },
  ],
});

/** With the diagonal halved. */
function halved(x: Node): Node {
  return where(eq(rowNumbers(x), columnNumbers(x)), mul(x, like(0.5, x)), x);
}

// ── Builders ────────────────────────────────────────────────────────────────────────────────────

/** Square matrices of floats. @throws ADJ1003 */
export function squareMatrices(x: Operand, what: string): Node {
  const node = asNode(x);
  const [rows, columns] = node.shape.slice(-2);
  if (node.shape.length < 2 || rows !== columns) {
    return fail("ADJ1003", `${what}: expected square matrices, got ${formatShape(node.shape)}`, {
      related: definitions(node),
    });
  }
  return castTo(node, isFloat(node.type.dtype) ? node.type.dtype : floatX);
}

/** Both sides of a system in one dtype and batch. @throws ADJ1003 */
function system(a: Operand, b: Operand, what: string): [Node, Node] {
  const left = squareMatrices(a, what);
  const right = asNode(b, left.type.dtype);
  const inner = right.shape.length === 1 ? 1 : 2;
  const [rows] = right.shape.slice(-inner);
  const batch = broadcastShapes([left.shape.slice(0, -2), right.shape.slice(0, -inner)]);
  if (right.shape.length === 0 || rows !== sideOf(left) || !batch) {
    return fail(
      "ADJ1003",
      `${what}: ${formatShape(left.shape)} and ${formatShape(right.shape)} do not agree`,
      {
        hint: "the right side has a row for each row of the matrix",
        related: definitions(left, right),
      },
    );
  }
  const dtype = promote(left.type.dtype, isFloat(right.type.dtype) ? right.type.dtype : floatX);
  const widened = (x: Node, own: number): Node =>
    castTo(broadcastTo(x, [...batch, ...x.shape.slice(-own)]), dtype);
  return [widened(left, 2), widened(right, inner)];
}

/** The solution x of a·x = b, for a vector b or columns; by elimination with partial pivoting. */
export function solve(a: Operand, b: Operand): Node {
  return makeNode(solveOp, system(a, b, "solve"));
}

export interface TriangularOptions {
  /** The upper triangle is read; the lower when left out. */
  readonly upper?: boolean;
}

/** The solution x of l·x = b with a triangular matrix; the other triangle is not read. */
export function solveTriangular(
  l: Operand,
  b: Operand,
  { upper = false }: TriangularOptions = {},
): Node {
  return makeNode(solveTriangularOp, system(l, b, "solveTriangular"), { upper });
}

/** The inverse of each matrix; ∞ or NaN for a singular one. */
export const inv = (x: Operand): Node => makeNode(invOp, [squareMatrices(x, "inv")]);

/** The lower triangle l with l·lᵀ = x; the upper triangle of x is not read. NaN unless positive definite. */
export const cholesky = (x: Operand): Node => makeNode(choleskyOp, [squareMatrices(x, "cholesky")]);

/** Sum of a diagonal of the last two axes. */
export function trace(x: Operand, offset = 0): Node {
  const node = asNode(x);
  if (node.shape.length < 2)
    return fail("ADJ1004", `trace: expected a matrix, got ${formatShape(node.shape)}`);
  const diagonal = makeNode(diagonalOp, [node], { offset });
  return sum(diagonal, diagonal.shape.length - 1);
}
