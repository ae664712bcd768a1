/** Sums and products up to each element of an axis, and the linear recurrence that their gradients are. */

import { alongAxis, build } from "../graph/ndarray.ts";
import { makeNode, type Node, role } from "../graph/node.ts";
import { type DType, formatShape, normaliseAxis } from "../graph/types.ts";
import * as scalar from "../kernels/scalar.ts";
import { add, like, mul } from "./arithmetic.ts";
import { flip } from "./arranging.ts";
import { castTo } from "./elementwise.ts";
import { at, type IndexItem, span } from "./indexing.ts";
import { concatenate } from "./joining.ts";
import { asNode, type Operand } from "./leaf.ts";
import { precedence, wrap } from "./notation.ts";
import {
  type AnyOp,
  type GradientRule,
  op,
  type Printed,
  type PushforwardRule,
  type Sample,
  type Shown,
} from "./op.ts";
import { looped, type Recurrence, unrolled } from "./recurrence.ts";
import { broadcastTo, dimshuffle, flatten, repeated, squeeze } from "./shape.ts";
import { sliceOp } from "./slicing.ts";
import { blank, freeLetters, lettersOf } from "./subscripts.ts";

type CumulativeAttrs = { axis: number; exclusive: boolean };

const samples: Sample<CumulativeAttrs>[] = [
  { inputs: [{ shape: [5] }], attrs: { axis: 0, exclusive: false } },
  { inputs: [{ shape: [2, 3] }], attrs: { axis: 1, exclusive: true } },
  { inputs: [{ shape: [3, 2, 2] }], attrs: { axis: 0, exclusive: true } },
  { inputs: [{ shape: [2, 3, 2] }], attrs: { axis: 1, exclusive: false } },
];

interface CumulativeSpec {
  readonly name: string;
  readonly tex: string;
  readonly fn: "add" | "mul";
  readonly linear?: boolean;
  readonly start: number;
  readonly combine: (so: number, value: number) => number;
  readonly gradient: GradientRule<CumulativeAttrs>;
  readonly pushforward?: PushforwardRule<CumulativeAttrs>;
}

function cumulative(spec: CumulativeSpec): AnyOp {
  const { name, tex, fn, linear = false, start, combine, gradient, pushforward } = spec;
  const record: AnyOp = op<CumulativeAttrs>({
    name,
    cost: 2,
    linear,
    stored: true,
    onDevice: {
      instead: "each element is reduced by itself: n²/2 steps along the axis in place of n",
    },
    infer: ([x]) => x,
    evaluate: (inputs, { axis, exclusive }) =>
      alongAxis(inputs[0], axis, (line) => {
        let so = start;
        return line.map((value) => {
          const before = so;
          so = combine(so, value);
          return exclusive ? before : so;
        });
      }),
    lower: ({ attrs: { axis, exclusive }, inputs: [x], read, axis: newAxis }, index) => {
      if (x.shape[axis] === 1) return exclusive ? scalar.constant(start, x.dtype) : read(0, index);
      const over = newAxis(x.shape[axis]);
      const element = read(
        0,
        index.map((i, n) => (n === axis ? scalar.axisIndex(over) : i)),
      );
      const last = exclusive
        ? scalar.indexSub(index[axis], scalar.constant(1, "int32"))
        : index[axis];
      return scalar.reduce(fn, [over], element, last);
    },
    vectorise: ([{ node: x }], { axis, exclusive }) =>
      makeNode(record, [x], { axis: axis + 1, exclusive }),
    gradient,
    ...(pushforward ? { pushforward } : {}),
    notation: {
      text: ([x], { axis, exclusive }) => ({
        text: `${name}(${x.text}, ${axis}${exclusive ? ", { exclusive: true }" : ""})`,
        precedence: precedence.atom,
      }),
      element: ([x], { axis, exclusive }, index) => {
        const at = (letter: string): Printed =>
          x.at(index.map((i, n) => (n === axis ? letter : i)));
        const [letter] = freeLetters([x.type.shape.length], [at(blank).text, ...index]);
        return {
          text: `${tex}_{${letter} ${exclusive ? "<" : "\\le"} ${index[axis]}} ${wrap(at(letter), precedence.sum, true)}`,
          precedence: precedence.sum,
        };
      },
    },
    samples,
  });
  return record;
}

/** The same from the last element to the first. */
export const backwards = (record: AnyOp, x: Node, attrs: CumulativeAttrs): Node =>
  flip(makeNode(record, [flip(x, attrs.axis)], attrs), attrs.axis);

export const cumsumOp: AnyOp = cumulative({
  name: "cumsum",
  tex: "\\sum",
  fn: "add",
  linear: true,
  start: 0,
  combine: (so, value) => so + value,
  // ∂x_k = Σ_{i ≥ k} ∂y_i
  gradient: ({ dy, attrs }) => [backwards(cumsumOp, dy, attrs)],
});

export const cumprodOp: AnyOp = cumulative({
  name: "cumprod",
  tex: "\\prod",
  fn: "mul",
  start: 1,
  combine: (so, value) => so * value,
  gradient: ({ dy, inputs: [x], attrs }) => [productCotangent(dy, x, attrs)],
  pushforward: ({ tangents: [t], inputs: [x], attrs }) => t && productTangent(t, x, attrs),
});

/**
 * ∂x_k = Π_{j<k} x_j · s_k with s_k = Σ_{i ≥ k} ∂y_i · Π_{k<j≤i} x_j = ∂y_k + x_{k+1}·s_{k+1}: without a
 * division, which would fail at x_k = 0. What element k is left out of starts one later.
 */
export function productCotangent(dy: Node, x: Node, { axis, exclusive }: CumulativeAttrs): Node {
  const before = makeNode(cumprodOp, [x], { axis, exclusive: true });
  const reached = exclusive ? shifted(flip(dy, axis), axis) : flip(dy, axis);
  const factors = shifted(flip(x, axis), axis);
  const sums = makeNode(recurrenceOp, [factors, reached], { axis });
  return mul(before, flip(sums, axis));
}

/** ẏ_i = x_i·ẏ_{i−1} + ẋ_i·Π_{j<i} x_j */
export function productTangent(t: Node, x: Node, { axis, exclusive }: CumulativeAttrs): Node {
  const before = makeNode(cumprodOp, [x], { axis, exclusive: true });
  const moved = makeNode(recurrenceOp, [x, mul(before, t)], { axis });
  return exclusive ? shifted(moved, axis) : moved;
}

/** Elements one place later along an axis, 0 in the first. */
function shifted(x: Node, axis: number): Node {
  const items = (item: IndexItem): IndexItem[] => [
    ...Array.from({ length: axis }, () => span()),
    item,
  ];
  const length = x.shape[axis];
  if (length === 0) return x;
  const first = at(x, ...items(span(0, 1)));
  if (length === 1) return broadcastTo(like(0, x), x.shape);
  const zero = broadcastTo(like(0, x), first.shape);
  return concatenate([zero, at(x, ...items(span(0, -1)))], axis);
}

type RecurrenceAttrs = { axis: number };

/** s_k = a_k·s_{k−1} + b_k along an axis, s_{−1} = 0. */
export const recurrenceOp: AnyOp = op<RecurrenceAttrs>({
  name: "linearRecurrence",
  cost: 1000,
  reads: () => 1,
  onDevice: {
    instead: "the loop along the axis becomes a copy of the step for each element, up to 16",
  },
  vectorise: (operands, { axis }) => {
    const steps = operands.find(({ stacked }) => stacked)?.node.shape[0];
    if (steps === undefined) return undefined;
    const both = operands.map((operand) => repeated(operand, steps));
    return makeNode(recurrenceOp, both, { axis: axis + 1 });
  },
  infer: ([, b]) => b,
  evaluate: ([a, b], { axis }, { dtype, shape }) => {
    const data = new Float64Array(b.data.length);
    const stride = shape.slice(axis + 1).reduce((n, d) => n * d, 1);
    return build(dtype, shape, (index, i) => {
      data[i] = a.data[i] * (index[axis] > 0 ? data[i - stride] : 0) + b.data[i];
      return data[i];
    });
  },
  expand: (inputs, attrs) => recurred(inputs, attrs, looped),
  unrolled: (inputs, attrs) => recurred(inputs, attrs, unrolled("cumprod's gradient")),
  // ∂b_k = ∂s_k + a_{k+1}·∂b_{k+1}, ∂a_k = ∂b_k·s_{k−1}
  gradient: ({ dy, y, inputs: [a], attrs: { axis } }) => {
    const factors = shifted(flip(a, axis), axis);
    const db = flip(makeNode(recurrenceOp, [factors, flip(dy, axis)], { axis }), axis);
    return [mul(db, shifted(y, axis)), db];
  },
  // ṡ_k = a_k·ṡ_{k−1} + ȧ_k·s_{k−1} + ḃ_k
  pushforward: ({ tangents: [ta, tb], y, inputs: [a], attrs: { axis } }) => {
    const through = ta && mul(ta, shifted(y, axis));
    const moved = through && tb ? add(through, tb) : (through ?? tb);
    return moved && makeNode(recurrenceOp, [a, moved], { axis });
  },
  notation: {
    text: ([a, b], { axis }) => ({
      text: `linearRecurrence(${a.text}, ${b.text}, ${axis})`,
      precedence: precedence.atom,
    }),
    tex: ([a, b], { axis }) => {
      const { shape } = a.type;
      const at = (x: Shown, index: readonly string[]) => wrap(x.at(index), precedence.mul, true);
      const index = lettersOf(shape, (free) => [a, b].map((x) => x.at(free).text).join(" "), ["s"]);
      const before = index.map((i, n) => (n === axis ? `${i} - 1` : i));
      const first = index.map((i, n) => (n === axis ? "-1" : i));
      const [s, last, start] = [index, before, first].map((i) => `s_{${i.join(",\\,")}}`);
      return {
        text: `\\left(${s}\\right)_{${index.join(",\\,")}} \\text{ with } ${s} = ${at(a, index)}\\,${last} + ${at(b, index)},\\; ${start} = 0`,
        precedence: precedence.choice,
      };
    },
  },
  samples: [
    { inputs: [{ shape: [4] }, { shape: [4] }], attrs: { axis: 0 } },
    { inputs: [{ shape: [2, 3] }, { shape: [2, 3] }], attrs: { axis: 1 } },
  ],
});

function recurred([a, b]: readonly Node[], { axis }: RecurrenceAttrs, run: Recurrence): Node {
  const entry = (x: Node, k: Node): Node =>
    squeeze(makeNode(sliceOp, [x, k], { axis, length: 1, step: 1 }), axis);
  const rest = b.shape.filter((_, i) => i !== axis);
  const start = broadcastTo(like(0, b), rest);
  const { output } = run(b.shape[axis], [start], (k, [s]) => {
    const next = add(mul(entry(a, k), s), entry(b, k));
    return { states: [role(next, "state")], output: next };
  });
  const order = b.shape.map((_, i) => (i === axis ? 0 : i < axis ? i + 1 : i));
  return dimshuffle(output as Node, order);
}

export interface CumulativeOptions {
  /** Up to the element before: the first is 0, or 1 for products. */
  readonly exclusive?: boolean;
  /** From the last element to the first. */
  readonly reverse?: boolean;
}

/** Truth values are counted as int32. */
const counts = (dtype: DType): DType => (dtype === "bool" ? "int32" : dtype);

const builder =
  (record: AnyOp) =>
  (
    x: Operand,
    axis?: number | null,
    { exclusive = false, reverse = false }: CumulativeOptions = {},
  ): Node => {
    const given = asNode(x);
    const whole = axis === undefined || axis === null ? flatten(given) : given;
    const node = castTo(whole, counts(whole.type.dtype));
    const place = normaliseAxis(
      axis ?? 0,
      node.shape.length,
      `${record.name} of ${formatShape(node.shape)}`,
    );
    const attrs = { axis: place, exclusive };
    return reverse ? backwards(record, node, attrs) : makeNode(record, [node], attrs);
  };

/** Sums up to each element along an axis; of the flattened tensor when left out. */
export const cumsum = builder(cumsumOp);

/** Products up to each element along an axis; of the flattened tensor when left out. */
export const cumprod = builder(cumprodOp);
