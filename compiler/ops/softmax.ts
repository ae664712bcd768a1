/** Softmax and what belongs to it, cross-entropies, variance. */

import { fail } from "../diagnostics/error.ts";
import { alongAxis } from "../graph/ndarray.ts";
import { makeNode, type Node, role } from "../graph/node.ts";
import { floatX, formatShape, isFloat, normaliseAxis, sameShape } from "../graph/types.ts";
import {
  abs,
  add,
  div,
  like,
  logOf as logarithm,
  mul,
  neg,
  sqrt,
  square,
  sub,
} from "./arithmetic.ts";
import { lt, where } from "./comparison.ts";
import { arange } from "./creation.ts";
import { castTo } from "./elementwise.ts";
import { exp } from "./exponential.ts";
import { at } from "./indexing.ts";
import { asNode, type Operand } from "./leaf.ts";
import { precedence, word } from "./notation.ts";
import { type Notation, op, type Sample, type Stacked } from "./op.ts";
import { boundIn } from "./reduction.notation.ts";
import {
  type AxisArgument,
  groups,
  max,
  mean,
  type ReduceAttrs,
  type ReduceOptions,
  reducedType,
  resolveAxes,
  restoreAxes,
  sum,
} from "./reduction.ts";
import { axisMark, axisSign } from "./subscripts.ts";

const float = (x: Node): Node => castTo(x, isFloat(x.type.dtype) ? x.type.dtype : floatX);

type AxisAttrs = { axis: number };

const samples: Sample<AxisAttrs>[] = [
  { inputs: [{ shape: [3] }], attrs: { axis: 0 } },
  { inputs: [{ shape: [2, 3] }], attrs: { axis: 1 } },
  { inputs: [{ shape: [2, 3, 2] }], attrs: { axis: 1 } },
];

const sumOf = (line: readonly number[]): number => line.reduce((s, v) => s + v, 0);

// Shifted before anything else, so that elements far from 0 keep their differences.
const lessMaximum = (line: readonly number[]): number[] => {
  const top = Math.max(...line);
  return line.map((v) => v - top);
};

const logOfSum = (line: readonly number[]): number => {
  const top = Math.max(...line);
  const shift = Number.isFinite(top) ? top : 0;
  return shift + Math.log(sumOf(line.map((v) => Math.exp(v - shift))));
};

/** x − max x, its exponentials and their sum: softmax and its logarithm share them. */
function shifted(x: Node, axis: number): { less: Node; exps: Node; total: Node } {
  const less = sub(x, role(max(x, axis, { keepdims: true }), "max"));
  const exps = role(exp(less), "exp");
  return { less, exps, total: role(sum(exps, axis, { keepdims: true }), "sum") };
}

const axisNotation = (name: string, tex: string): Notation<AxisAttrs> => ({
  text: ([x], { axis }) => ({ text: `${name}(${x.text}, ${axis})`, precedence: precedence.atom }),
  tex: ([x], { axis }) => ({
    text: `${word(tex)}${axisMark(axis, x)}\\left(${x.text}\\right)`,
    precedence: precedence.atom,
  }),
  signs: [
    {
      mark: word(tex),
      example: `${word(tex)}(x)`,
      meaning: `${tex === "softmax" ? "exp x_j / Σ_k exp x_k" : "x_j − log Σ_k exp x_k"} along the last axis: for each row`,
    },
    axisSign,
  ],
});

const alongNextAxis = (
  [{ node: x }]: readonly Stacked[],
  { axis }: AxisAttrs,
  { op: self }: Node,
) => makeNode(self, [x], { axis: axis + 1 });

export const softmaxOp = op<AxisAttrs>({
  name: "softmax",
  cost: 30,
  vectorise: alongNextAxis,
  roles: ["logits"],
  infer: ([x]) => x,
  evaluate: ([x], { axis }) =>
    alongAxis(x, axis, (line) => {
      const exps = lessMaximum(line).map(Math.exp);
      const total = sumOf(exps);
      return exps.map((v) => v / total);
    }),
  expand: ([x], { axis }) => {
    const { exps, total } = shifted(x, axis);
    return div(exps, total);
  },
  // ∂/∂x = y ∘ (dy − Σ dy∘y)
  gradient: ({ dy, y, attrs: { axis } }) => {
    const weighted = mul(dy, y);
    return [sub(weighted, mul(y, sum(weighted, axis, { keepdims: true })))];
  },
  // Its Jacobian, diag(y) − y·yᵀ, is symmetric.
  pushforward: ({ tangents: [t], y, attrs: { axis } }) => {
    if (!t) return undefined;
    const weighted = mul(t, y);
    return sub(weighted, mul(y, sum(weighted, axis, { keepdims: true })));
  },
  notation: axisNotation("softmax", "softmax"),
  samples,
});

export const logSoftmaxOp = op<AxisAttrs>({
  name: "logSoftmax",
  vectorise: alongNextAxis,
  cost: 30,
  roles: ["logits"],
  infer: ([x]) => x,
  evaluate: ([x], { axis }) =>
    alongAxis(x, axis, (line) => {
      const less = lessMaximum(line);
      const logTotal = Math.log(sumOf(less.map(Math.exp)));
      return less.map((v) => v - logTotal);
    }),
  expand: ([x], { axis }) => {
    const { less, total } = shifted(x, axis);
    return sub(less, logarithm(total));
  },
  // ∂/∂x = dy − softmax(x)·Σ dy
  gradient: ({ dy, inputs: [x], attrs }) => [
    sub(dy, mul(makeNode(softmaxOp, [x], attrs), sum(dy, attrs.axis, { keepdims: true }))),
  ],
  // t − Σ softmax(x)∘t
  pushforward: ({ tangents: [t], inputs: [x], attrs }) =>
    t && sub(t, sum(mul(makeNode(softmaxOp, [x], attrs), t), attrs.axis, { keepdims: true })),
  notation: axisNotation("logSoftmax", "log\\,softmax"),
  samples,
});

export const logsumexpOp = op<ReduceAttrs>({
  name: "logsumexp",
  vectorise: ([{ node: x }], { axes, keepdims }, { op: self }) =>
    makeNode(self, [x], { axes: axes.map((axis) => axis + 1), keepdims }),
  cost: 30,
  reads: () => 1,
  infer: ([x], attrs) => reducedType(x, attrs),
  evaluate: ([x], attrs, { dtype, shape }) => ({
    dtype,
    shape,
    data: Float64Array.from(groups(x, attrs, shape), logOfSum),
  }),
  expand: ([x], attrs) => {
    const keep = { keepdims: true };
    const top = role(max(x, attrs.axes, keep), "max");
    // ∞ − ∞ is no number: what is infinite is not shifted by.
    const isUsable = lt(abs(top), like(Number.POSITIVE_INFINITY, x));
    const shift = role(where(isUsable, top, like(0, x)), "shift");
    const total = role(sum(role(exp(sub(x, shift)), "exp"), attrs.axes, keep), "sum");
    const whole = add(logarithm(total), shift);
    return attrs.keepdims ? whole : sum(whole, attrs.axes);
  },
  // ∂/∂x = dy · e^(x − y)
  gradient: ({ dy, y, inputs: [x], attrs }) => [
    mul(restoreAxes(dy, x, attrs), exp(sub(x, restoreAxes(y, x, attrs)))),
  ],
  pushforward: ({ tangents: [t], y, inputs: [x], attrs }) =>
    t && sum(mul(t, exp(sub(x, restoreAxes(y, x, attrs)))), attrs.axes, attrs),
  notation: {
    text: ([x], { axes }) => ({
      text: `logsumexp(${x.text}, [${axes.join(", ")}])`,
      precedence: precedence.atom,
    }),
    element: ([x], attrs, index) => {
      const { letters, whole } = boundIn(x, attrs, index);
      return {
        text: `\\log \\sum_{${letters.join(",")}} e^{${x.at(whole).text}}`,
        precedence: precedence.sum,
      };
    },
  },
  samples: [
    { inputs: [{ shape: [4] }], attrs: { axes: [0], keepdims: false } },
    { inputs: [{ shape: [2, 3] }], attrs: { axes: [1], keepdims: true } },
    { inputs: [{ shape: [2, 3] }], attrs: { axes: [0, 1], keepdims: false } },
  ],
});

function along(record: typeof softmaxOp, x: Operand, axis: number): Node {
  const node = float(asNode(x));
  return makeNode(record, [node], {
    axis: normaliseAxis(axis, node.shape.length, `${record.name} of ${formatShape(node.shape)}`),
  });
}

/** eˣ / Σ eˣ along an axis (the last when left out), without overflow. */
export const softmax = (x: Operand, axis = -1): Node => along(softmaxOp, x, axis);

/** log softmax(x), without overflow or log 0. */
export const logSoftmax = (x: Operand, axis = -1): Node => along(logSoftmaxOp, x, axis);

/** log Σ eˣ over axes, without overflow. */
export function logsumexp(
  x: Operand,
  axis?: AxisArgument,
  { keepdims = false }: ReduceOptions = {},
): Node {
  const node = float(asNode(x));
  return makeNode(logsumexpOp, [node], { axes: resolveAxes(node, axis, "logsumexp"), keepdims });
}

/** Population variance (NumPy's `ddof = 0`), by two passes: mean((x − mean x)²). */
export function variance(x: Operand, axis?: AxisArgument, options: ReduceOptions = {}): Node {
  const node = float(asNode(x));
  const axes = resolveAxes(node, axis, "var");
  return mean(square(sub(node, mean(node, axes, { keepdims: true }))), axes, options);
}

/** Population standard deviation. */
export const std = (x: Operand, axis?: AxisArgument, options: ReduceOptions = {}): Node =>
  sqrt(variance(x, axis, options));

/**
 * −Σ t·log p for each row. `truth` is a row of weights for each row of `p`, or a vector of class labels.
 *
 * @throws ADJ1003 when the rows differ in number or length
 */
export function categoricalCrossentropy(p: Operand, truth: Operand): Node {
  const prediction = asNode(p);
  const target = asNode(truth);
  if (target.shape.length === prediction.shape.length - 1 && !isFloat(target.type.dtype)) {
    const [rows] = prediction.shape;
    if (prediction.shape.length === 2 && target.shape[0] === rows)
      return neg(logarithm(at(prediction, arange(rows), target)));
  }
  if (!sameShape(prediction.shape, target.shape)) {
    fail(
      "ADJ1003",
      `categoricalCrossentropy: p is ${formatShape(prediction.shape)} but the truth is ${formatShape(target.shape)}`,
    );
  }
  return neg(sum(mul(target, logarithm(prediction)), prediction.shape.length - 1));
}

/** −t·log p − (1 − t)·log(1 − p), elementwise. */
export function binaryCrossentropy(p: Operand, truth: Operand): Node {
  const prediction = asNode(p);
  const target = asNode(truth, prediction.type.dtype);
  return neg(
    add(mul(target, logarithm(prediction)), mul(sub(1, target), logarithm(sub(1, prediction)))),
  );
}
