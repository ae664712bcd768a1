/** Products that sum over axes of two tensors. */

import { fail } from "../diagnostics/error.ts";
import { build, sizeOf, stridesOf, unravel } from "../graph/ndarray.ts";
import { makeNode, type Node } from "../graph/node.ts";
import {
  formatShape,
  normaliseAxis,
  promote,
  roughVolume,
  type TensorType,
} from "../graph/types.ts";
import * as scalar from "../kernels/scalar.ts";
import { mul } from "./arithmetic.ts";
import { castTo, definitions, together } from "./elementwise.ts";
import type { Operand } from "./leaf.ts";
import { factor, precedence, raised, wrap } from "./notation.ts";
import { type ConcreteType, op, type Printed } from "./op.ts";
import { sum } from "./reduction.ts";
import { dimshuffle, expandDims, squeeze } from "./shape.ts";
import { blank, freeLetters } from "./subscripts.ts";

type ContractAttrs = { left: readonly number[]; right: readonly number[] };

const free = (type: TensorType, bound: readonly number[]): number[] =>
  type.shape.map((_, i) => i).filter((i) => !bound.includes(i));

/** Offsets of all indices of some axes, the others at 0. */
function places({ shape }: ConcreteType, axes: readonly number[]): number[] {
  const strides = stridesOf(shape);
  const lengths = axes.map((axis) => shape[axis]);
  return Array.from({ length: sizeOf(lengths) }, (_, i) =>
    unravel(i, lengths).reduce((sum, at, n) => sum + at * strides[axes[n]], 0),
  );
}

/**
 * Σ over pairs of axes: axis left[n] of `a` runs with axis right[n] of `b`. The result has the other
 * axes of `a`, then those of `b`. A transposed operand needs no transpose: it names another axis.
 */
export const contractOp = op<ContractAttrs>({
  name: "contract",
  called: "dot",
  cost: 1000,
  reduces: "product",
  multilinear: true,
  // Each element meets every combination of the other operand's free axes.
  reads: (types, { left, right }, input) =>
    roughVolume(
      input === 0
        ? free(types[1], right).map((i) => types[1].shape[i])
        : free(types[0], left).map((i) => types[0].shape[i]),
    ),
  infer: ([a, b], { left, right }) => ({
    dtype: a.dtype,
    shape: [...free(a, left).map((i) => a.shape[i]), ...free(b, right).map((i) => b.shape[i])],
  }),
  evaluate: ([a, b], { left, right }, { dtype, shape }) => {
    const [rows, columns] = [places(a, free(a, left)), places(b, free(b, right))];
    const [ofA, ofB] = [places(a, left), places(b, right)];
    return build(dtype, shape, (_, i) => {
      const [atA, atB] = [rows[Math.floor(i / columns.length)], columns[i % columns.length]];
      let total = 0;
      for (let k = 0; k < ofA.length; k++) total += a.data[atA + ofA[k]] * b.data[atB + ofB[k]];
      return total;
    });
  },
  lower: ({ attrs: { left, right }, inputs: [a, b], read, axis }, index) => {
    const inner = left.map((i) => axis(a.shape[i]));
    const freeA = free(a, left);
    const freeB = free(b, right);
    const at =
      (axes: readonly number[], own: readonly number[], from: number) =>
      (_: unknown, i: number) => {
        const bound = axes.indexOf(i);
        return bound >= 0 ? scalar.axisIndex(inner[bound]) : index[from + own.indexOf(i)];
      };
    const product = scalar.call(
      "mul",
      read(0, a.shape.map(at(left, freeA, 0))),
      read(1, b.shape.map(at(right, freeB, freeA.length))),
    );
    return inner.length === 0 ? product : scalar.reduce("add", inner, product);
  },
  // ∂/∂a: contract dy's axes of b with b's free axes, then put a's axes back in order; likewise for b.
  gradient: ({ dy, inputs: [a, b], attrs: { left, right } }) => {
    const freeA = free(a.type, left);
    const freeB = free(b.type, right);
    const ofB = freeB.map((_, n) => freeA.length + n);
    const da = contract(dy, b, ofB, freeB); // axes: freeA, then b's bound axes in b's order
    const db = contract(
      a,
      dy,
      freeA,
      freeA.map((_, n) => n),
    ); // axes: a's bound axes in a's order, then freeB
    const boundB = free(b.type, freeB);
    const boundA = free(a.type, freeA);
    return [
      dimshuffle(
        da,
        a.shape.map((_, i) => {
          const pair = left.indexOf(i);
          return pair < 0 ? freeA.indexOf(i) : freeA.length + boundB.indexOf(right[pair]);
        }),
      ),
      dimshuffle(
        db,
        b.shape.map((_, i) => {
          const pair = right.indexOf(i);
          return pair < 0 ? boundA.length + freeB.indexOf(i) : boundA.indexOf(left[pair]);
        }),
      ),
    ];
  },
  vectorise: ([a, b], { left, right }) => {
    const shifted = (axes: readonly number[]) => axes.map((axis) => axis + 1);
    if (!b.stacked) return contract(a.node, b.node, shifted(left), right);
    if (!a.stacked) {
      const product = contract(a.node, b.node, left, shifted(right));
      const steps = a.node.shape.length - left.length;
      return dimshuffle(product, [steps, ...rangeWithout(product.shape.length, [steps])]);
    }
    return pairwise(a.node, b.node, shifted(left), shifted(right));
  },
  vectoriseSum: ([a, b], { left, right }) => {
    const shifted = (axes: readonly number[]) => axes.map((axis) => axis + 1);
    if (a.stacked && b.stacked)
      return contract(a.node, b.node, [0, ...shifted(left)], [0, ...shifted(right)]);
    const [x, y] = [a, b].map(({ node, stacked }) => (stacked ? sum(node, 0) : node));
    return contract(x, y, left, right);
  },
  notation: {
    text: ([a, b], { left, right }) => {
      const isDot = left.length === 1;
      const t = (p: Printed, flipped: boolean) => (flipped ? `transpose(${p.text})` : p.text);
      if (isDot && right[0] <= 1 && left[0] <= 1) {
        return {
          text: `dot(${t(a, left[0] === 0)}, ${t(b, right[0] === 1)})`,
          precedence: precedence.atom,
        };
      }
      return {
        text: `tensordot(${a.text}, ${b.text}, [[${left.join(", ")}], [${right.join(", ")}]])`,
        precedence: precedence.atom,
      };
    },
    tex: ([a, b], { left, right }) => {
      const ranks = [a, b].map((x) => x.type.shape.length);
      const t = (p: Printed, flipped: boolean) =>
        flipped ? raised(p, "\\top") : factor(p, "matrices");
      const product = (x: string, y: string): Printed => ({
        text: `${x}\\,${y}`,
        precedence: precedence.mul,
        product: "matrices",
      });
      // Vectors are columns.
      if (Math.max(...ranks) > 2 || Math.min(...ranks) === 0 || left.length > 1) return undefined;
      if (left.length === 0)
        return Math.max(...ranks) === 1 ? product(t(a, false), t(b, true)) : undefined;
      const [i, j] = [left[0], right[0]];
      if (ranks[0] === 1 && ranks[1] === 2) return product(t(b, j === 0), t(a, false));
      const second = t(b, j === 1);
      return product(t(a, i === 0), /^\d/.test(second) ? `\\left(${second}\\right)` : second);
    },
    element: ([a, b], { left, right }, index) => {
      const [freeA, freeB] = [free(a.type, left), free(b.type, right)];
      const at = (letters: readonly string[]): readonly Printed[] => [
        a.at(
          a.type.shape.map((_, axis) =>
            left.includes(axis) ? letters[left.indexOf(axis)] : index[freeA.indexOf(axis)],
          ),
        ),
        b.at(
          b.type.shape.map((_, axis) =>
            right.includes(axis)
              ? letters[right.indexOf(axis)]
              : index[freeA.length + freeB.indexOf(axis)],
          ),
        ),
      ];
      const places = left.map((_, n) => freeA.length + freeB.length + n);
      const probe = at(left.map(() => blank)).map((x) => x.text);
      const letters = freeLetters(places, [...probe, ...index]);
      const terms = at(letters).map((x) => wrap(x, precedence.mul, true));
      const sign = letters.length > 0 ? `\\sum_{${letters.join(",")}} ` : "";
      const level = sign ? precedence.sum : precedence.mul;
      return { text: `${sign}${terms.join("\\,")}`, precedence: level };
    },
  },
  samples: [
    { inputs: [{ shape: [2, 3] }, { shape: [3, 4] }], attrs: { left: [1], right: [0] } },
    { inputs: [{ shape: [3, 2] }, { shape: [3, 4] }], attrs: { left: [0], right: [0] } },
    { inputs: [{ shape: [3, 2] }, { shape: [4, 3] }], attrs: { left: [0], right: [1] } },
    { inputs: [{ shape: [3] }, { shape: [3] }], attrs: { left: [0], right: [0] } },
    {
      inputs: [{ shape: [2, 3, 4] }, { shape: [4, 3, 2] }],
      attrs: { left: [1, 2], right: [1, 0] },
    },
    { inputs: [{ shape: [2] }, { shape: [3] }], attrs: { left: [], right: [] } },
  ],
});

const rangeWithout = (length: number, left: readonly number[]): number[] =>
  Array.from({ length }, (_, i) => i).filter((i) => !left.includes(i));

/** The products of a[t] with b[t]: the two have axis 0 in common. */
function pairwise(a: Node, b: Node, left: readonly number[], right: readonly number[]): Node {
  const freeA = rangeWithout(a.shape.length, [0, ...left]);
  const freeB = rangeWithout(b.shape.length, [0, ...right]);
  const gap = (axes: readonly number[]) => axes.map(() => "x" as const);
  const product = mul(
    dimshuffle(a, [0, ...freeA, ...gap(freeB), ...left]),
    dimshuffle(b, [0, ...gap(freeA), ...freeB, ...right]),
  );
  const from = 1 + freeA.length + freeB.length;
  const inner = left.map((_, n) => from + n);
  return inner.length === 0 ? product : sum(product, inner);
}

function contract(a: Node, b: Node, left: readonly number[], right: readonly number[]): Node {
  return makeNode(contractOp, [a, b], { left, right });
}

/** Two operands of a product in one dtype; truth values count as int32. */
function operands(x: Operand, y: Operand): [Node, Node] {
  const [a, b] = together(x, y);
  const joint = promote(a.type.dtype, b.type.dtype);
  const dtype = joint === "bool" ? "int32" : joint;
  return [castTo(a, dtype), castTo(b, dtype)];
}

/**
 * NumPy's `dot`: the last axis of `a` with the last but one of `b` (the only one of a vector);
 * a scalar multiplies.
 *
 * @throws ADJ1003 when the two axes differ in length
 */
export function dot(x: Operand, y: Operand): Node {
  const [a, b] = operands(x, y);
  if (a.shape.length === 0 || b.shape.length === 0) return mul(a, b);
  const i = a.shape.length - 1;
  const k = Math.max(0, b.shape.length - 2);
  if (a.shape[i] !== b.shape[k]) {
    fail(
      "ADJ1003",
      `dot(${nameOf(a)}, ${nameOf(b)}): ${nameOf(a)} is ${formatShape(a.shape)} but ${nameOf(b)} is ${formatShape(b.shape)}; ${a.shape[i]} ≠ ${b.shape[k]}`,
      {
        hint: `the last axis of the first operand must be as long as axis ${k} of the second`,
        related: definitions(a, b),
      },
    );
  }
  return contract(a, b, [i], [k]);
}

const nameOf = (x: Node): string => x.label?.name ?? "…";

/**
 * NumPy's `tensordot`: the last `axes` axes of `a` with the first of `b`, or the pairs of two lists.
 *
 * @throws ADJ1003 when paired axes differ in length, ADJ1004 when there is no such axis
 */
export function tensordot(
  x: Operand,
  y: Operand,
  axes: number | readonly [readonly number[], readonly number[]] = 2,
): Node {
  const [a, b] = operands(x, y);
  const count = typeof axes === "number" ? axes : 0;
  const [l, r] =
    typeof axes === "number"
      ? [
          Array.from({ length: count }, (_, n) => a.shape.length - count + n),
          Array.from({ length: count }, (_, n) => n),
        ]
      : axes;
  const left = l.map((i) =>
    normaliseAxis(i, a.shape.length, `tensordot of ${formatShape(a.shape)}`),
  );
  const right = r.map((i) =>
    normaliseAxis(i, b.shape.length, `tensordot of ${formatShape(b.shape)}`),
  );
  const differ = left.findIndex((i, n) => a.shape[i] !== b.shape[right[n]]);
  if (left.length !== right.length || differ >= 0) {
    fail(
      "ADJ1003",
      `tensordot: axes [${left.join(", ")}] of ${formatShape(a.shape)} do not match axes [${right.join(", ")}] of ${formatShape(b.shape)}`,
    );
  }
  return contract(a, b, left, right);
}

/**
 * Theano's `batched_dot`: for each place of axis 0 the product of two matrices, of a matrix and a vector,
 * or of two vectors.
 *
 * @throws ADJ1003 when the batches or the summed axes differ, ADJ1004 for other ranks than 2 and 3
 */
export function batchedDot(x: Operand, y: Operand): Node {
  const [a, b] = operands(x, y);
  const ranks = [a.shape.length, b.shape.length];
  if (ranks.some((rank) => rank !== 2 && rank !== 3)) {
    fail(
      "ADJ1004",
      `batchedDot: expected a batch of vectors or matrices, got ${formatShape(a.shape)} and ${formatShape(b.shape)}`,
    );
  }
  if (a.shape[0] !== b.shape[0] || a.shape[ranks[0] - 1] !== b.shape[1]) {
    fail(
      "ADJ1003",
      `batchedDot(${nameOf(a)}, ${nameOf(b)}): ${formatShape(a.shape)} and ${formatShape(b.shape)} do not agree`,
      {
        hint: "the first axes are the batch; the last axis of the first operand is summed with axis 1 of the second",
        related: definitions(a, b),
      },
    );
  }
  // out[n, i, j] = Σ_k a[n, i, k]·b[n, k, j]
  const left = ranks[0] === 2 ? expandDims(a, 1) : a;
  const right = ranks[1] === 2 ? expandDims(b, 2) : b;
  const whole = sum(mul(expandDims(left, 3), expandDims(right, 1)), 2);
  return squeeze(
    whole,
    [1, 2].filter((axis) => ranks[axis - 1] === 2),
  );
}

/** All products of two vectors' elements: `x[i]·y[j]`; operands of higher rank are flattened first by the caller. */
export function outer(x: Operand, y: Operand): Node {
  const [a, b] = operands(x, y);
  if (a.shape.length !== 1 || b.shape.length !== 1) {
    fail(
      "ADJ1004",
      `outer: expected two vectors, got ${formatShape(a.shape)} and ${formatShape(b.shape)}`,
    );
  }
  return mul(expandDims(a, 1), expandDims(b, 0));
}
