/** Determinants of small matrices, by the pivots of elimination; the last two axes are a matrix, those before them a batch. */

import { build, type NDArray } from "../graph/ndarray.ts";
import { makeNode, type Node, role } from "../graph/node.ts";
import type { TensorType } from "../graph/types.ts";
import { abs, logOf, mul, sign } from "./arithmetic.ts";
import { prod } from "./factors.ts";
import type { Operand } from "./leaf.ts";
import { inBatch } from "./matrices.batch.ts";
import { columnAxis, eliminate, rowAxis, transposed } from "./matrices.loops.ts";
import * as reference from "./matrices.reference.ts";
import { atom, invOp, otherOrder, regular, squareMatrices, withoutLoops } from "./matrices.ts";
import { functional, precedence } from "./notation.ts";
import { type AnyOp, op, type Sample } from "./op.ts";
import { looped, unrolled } from "./recurrence.ts";
import { sum } from "./reduction.ts";
import { expandDims } from "./shape.ts";

export const pivotsOp: AnyOp = op({
  name: "pivots",
  onlyFinite: otherOrder,
  cost: 1000,
  reads: () => 1,
  onDevice: { instead: withoutLoops },
  infer: ([a]) => ({
    dtype: a.dtype,
    shape: [a.shape[a.shape.length - 1], ...a.shape.slice(0, -2)],
  }),
  evaluate: ([a], _, { dtype, shape }) => {
    const all = reference.matricesOf(a).map((m) => {
      const none = m.map(() => []);
      return reference.eliminate(m, none).pivots;
    });
    return build(dtype, shape, (index, flat) => all[flat % all.length][index[0]]);
  },
  expand: ([a]) => eliminate(a, looped).pivots,
  unrolled: ([a]) => eliminate(a, unrolled("det")).pivots,
  gradient: { none: "pivots are exchanged in steps; det and slogdet, which use them, have one" },
  notation: functional("pivots"),
  samples: [{ inputs: [regular(3, 3)] }, { inputs: [regular(2, 2, 2)] }],
});

const pivotsOf = (a: Node): Node => role(makeNode(pivotsOp, [a]), "pivots");

/** tr(a⁻¹·ȧ): how log |det a| moves. */
const relative = (a: Node, t: Node): Node =>
  sum(mul(transposed(makeNode(invOp, [a])), t), [rowAxis(a), columnAxis(a)]);

/** A number for each matrix, as a matrix of its own. */
const asMatrix = (x: Node): Node => expandDims(x, [x.shape.length, x.shape.length + 1]);

const determinant = (name: string, of: (pivots: readonly number[]) => number) => ({
  name,
  cost: 1000,
  reads: () => 1,
  vectorise: inBatch,
  infer: ([a]: readonly TensorType[]) => ({
    dtype: a.dtype,
    shape: a.shape.slice(0, -2),
  }),
  evaluate: (
    [a]: readonly NDArray[],
    _: object,
    type: Pick<NDArray, "dtype"> & { shape: readonly number[] },
  ) => ({
    dtype: type.dtype,
    shape: type.shape,
    data: Float64Array.from(reference.matricesOf(a), (m) =>
      of(
        reference.eliminate(
          m,
          m.map(() => []),
        ).pivots,
      ),
    ),
  }),
  samples: [{ inputs: [regular(3, 3)] }, { inputs: [regular(2, 2, 2)] }] as readonly Sample[],
});

export const detOp: AnyOp = op({
  ...determinant("det", (pivots) => pivots.reduce((a, b) => a * b, 1)),
  onDevice: { instead: withoutLoops },
  expand: ([a]) => prod(pivotsOf(a), 0),
  // ∂a = ∂y·y·a⁻ᵀ
  gradient: ({ dy, y, inputs: [a] }) => [
    mul(asMatrix(mul(dy, y)), transposed(makeNode(invOp, [a]))),
  ],
  pushforward: ({ tangents: [t], y, inputs: [a] }) => t && mul(y, relative(a, t)),
  notation: functional("det", "\\det"),
});

export const detSignOp: AnyOp = op({
  ...determinant("detSign", (pivots) => pivots.reduce((a, b) => a * Math.sign(b), 1)),
  onDevice: { instead: withoutLoops },
  expand: ([a]) => prod(sign(pivotsOf(a)), 0),
  gradient: () => [undefined],
  pushforward: () => undefined,
  notation: functional("detSign", "\\mathop{\\mathrm{sgn}}\\det"),
});

export const logAbsDetOp: AnyOp = op({
  ...determinant("logAbsDet", (pivots) => pivots.reduce((a, b) => a + Math.log(Math.abs(b)), 0)),
  onDevice: { instead: withoutLoops },
  expand: ([a]) => sum(logOf(abs(pivotsOf(a))), 0),
  // ∂a = ∂y·a⁻ᵀ
  gradient: ({ dy, inputs: [a] }) => [mul(asMatrix(dy), transposed(makeNode(invOp, [a])))],
  pushforward: ({ tangents: [t], inputs: [a] }) => t && relative(a, t),
  notation: {
    text: ([a]) => atom(`logdet(${a.text})`),
    tex: ([a]) => ({ text: `\\log\\left|\\det ${a.text}\\right|`, precedence: precedence.mul }),
  },
});

/** The determinant of each matrix. Its gradient uses the inverse, so it needs a regular matrix. */
export const det = (x: Operand): Node => makeNode(detOp, [squareMatrices(x, "det")]);

/** The sign of the determinant and log |det|, which does not overflow. */
export function slogdet(x: Operand): [Node, Node] {
  const matrix = squareMatrices(x, "slogdet");
  return [makeNode(detSignOp, [matrix]), makeNode(logAbsDetOp, [matrix])];
}

/** log |det x| */
export const logdet = (x: Operand): Node => slogdet(x)[1];
