/** Reductions over axes. */

import { fail } from "../diagnostics/error.ts";
import { build, type NDArray, unravel } from "../graph/ndarray.ts";
import { makeNode, type Node } from "../graph/node.ts";
import {
  type Dim,
  type DType,
  floatX,
  formatShape,
  isFloat,
  normaliseAxis,
  type TensorType,
} from "../graph/types.ts";
import * as scalar from "../kernels/scalar.ts";
import { div, like, mul } from "./arithmetic.ts";
import { attains } from "./comparison.ts";
import { castTo } from "./elementwise.ts";
import { asNode, type Operand } from "./leaf.ts";
import { word } from "./notation.ts";
import {
  type AnyOp,
  type GradientRule,
  type Lowering,
  type Notation,
  op,
  type PushforwardRule,
  type Sample,
} from "./op.ts";
import { meanNotation, reduceNotation } from "./reduction.notation.ts";
import { broadcastTo, dimshuffle, flatten, lengthOf } from "./shape.ts";

export type ReduceAttrs = { axes: readonly number[]; keepdims: boolean };

/** Axes to reduce over: one, several, or all when left out. */
export type AxisArgument = number | readonly number[] | null | undefined;

export interface ReduceOptions {
  /** Keep the reduced axes, with length 1. */
  readonly keepdims?: boolean;
}

/** Type of `x` reduced; the dtype is left as it is. */
export function reducedType(x: TensorType, { axes, keepdims }: ReduceAttrs): TensorType {
  const kept: Dim[] = [];
  for (const [i, dim] of x.shape.entries()) {
    if (!axes.includes(i)) kept.push(dim);
    else if (keepdims) kept.push(1);
  }
  return { dtype: x.dtype, shape: kept };
}

/** Resolves an axis argument. @throws ADJ1004 when there is no such axis, or one is named twice */
export function resolveAxes(x: Node, axis: AxisArgument, what: string): readonly number[] {
  const rank = x.shape.length;
  if (axis === undefined || axis === null) return x.shape.map((_, i) => i);
  const list = (Array.isArray(axis) ? axis : [axis]).map((a) =>
    normaliseAxis(a, rank, `${what} of ${formatShape(x.shape)}`),
  );
  if (new Set(list).size !== list.length)
    fail("ADJ1004", `${what}: axis ${list.join(", ")} is named twice`);
  return list.sort((a, b) => a - b);
}

/** `dy` or `y` brought back to the operand's rank, so that it broadcasts against it. */
export function restoreAxes(value: Node, x: Node, { axes, keepdims }: ReduceAttrs): Node {
  if (keepdims) return value;
  let next = 0;
  return dimshuffle(
    value,
    x.shape.map((_, i) => (axes.includes(i) ? "x" : next++)),
  );
}

/** The numbers that each element of the result combines. */
export function groups(x: NDArray, attrs: ReduceAttrs, shape: readonly number[]): number[][] {
  const out: number[][] = Array.from({ length: shape.reduce((n, d) => n * d, 1) }, () => []);
  const kept = x.shape.map((_, i) => i).filter((i) => !attrs.axes.includes(i));
  const stride = new Array<number>(x.shape.length).fill(0);
  let step = 1;
  for (const i of kept.reverse()) {
    stride[i] = step;
    step *= x.shape[i];
  }
  x.data.forEach((value, offset) => {
    const index = unravel(offset, x.shape);
    out[index.reduce((sum, at, i) => sum + at * stride[i], 0)].push(value);
  });
  return out;
}

function lowerReduce(fn: scalar.ReduceFn) {
  return (
    { attrs, inputs: [x], read, axis }: Lowering<ReduceAttrs>,
    index: readonly scalar.Scalar[],
  ) => {
    const over = attrs.axes.map((a) => axis(x.shape[a]));
    let next = 0;
    const full = x.shape.map((_, i) => {
      const reduced = attrs.axes.indexOf(i);
      if (attrs.keepdims) return reduced >= 0 ? scalar.axisIndex(over[reduced]) : index[i];
      return reduced >= 0 ? scalar.axisIndex(over[reduced]) : index[next++];
    });
    return scalar.reduce(fn, over, read(0, full));
  };
}

export const realSamples = (
  extra: Partial<Sample["inputs"][number]> = {},
): Sample<ReduceAttrs>[] => [
  { inputs: [{ shape: [4], ...extra }], attrs: { axes: [0], keepdims: false } },
  { inputs: [{ shape: [2, 3], ...extra }], attrs: { axes: [1], keepdims: false } },
  { inputs: [{ shape: [2, 3], ...extra }], attrs: { axes: [0], keepdims: true } },
  { inputs: [{ shape: [2, 3, 2], ...extra }], attrs: { axes: [0, 2], keepdims: false } },
  { inputs: [{ shape: [2, 3], ...extra }], attrs: { axes: [0, 1], keepdims: false } },
  { inputs: [{ shape: [], ...extra }], attrs: { axes: [], keepdims: false } },
];

interface ReduceSpec {
  readonly name: string;
  readonly tex?: string;
  readonly fn?: scalar.ReduceFn;
  readonly linear?: boolean;
  readonly chooses?: boolean;
  readonly dtype?: (of: DType) => DType;
  readonly evaluate: (values: readonly number[]) => number;
  readonly gradient: GradientRule<ReduceAttrs>;
  readonly pushforward?: PushforwardRule<ReduceAttrs>;
  readonly expand?: (x: Node, attrs: ReduceAttrs) => Node;
  readonly notation?: Notation<ReduceAttrs>;
  readonly bounds?: AnyOp["bounds"];
  readonly samples?: readonly Sample<ReduceAttrs>[];
}

/** A reduction by its record: axes, the reference of one group, the instruction that combines. */
export function reduction(spec: ReduceSpec): AnyOp {
  const { fn, expand } = spec;
  return op<ReduceAttrs>({
    name: spec.name,
    infer: ([x], attrs) => {
      const type = reducedType(x, attrs);
      return { ...type, dtype: spec.dtype?.(x.dtype) ?? x.dtype };
    },
    evaluate: ([x], attrs, { dtype, shape }) => {
      const gathered = groups(x, attrs, shape);
      return build(dtype, shape, (_, i) => spec.evaluate(gathered[i]));
    },
    reduces: "elements",
    linear: spec.linear ?? false,
    chooses: spec.chooses ?? false,
    reads: () => 1,
    vectorise: ([{ node: x }], { axes, keepdims }, { op: self }) =>
      makeNode(self, [x], { axes: axes.map((axis) => axis + 1), keepdims }),
    ...(fn ? { lower: lowerReduce(fn) } : {}),
    ...(expand ? { expand: ([x], attrs) => expand(x, attrs) } : {}),
    ...(spec.bounds ? { bounds: spec.bounds } : {}),
    gradient: spec.gradient,
    ...(spec.pushforward ? { pushforward: spec.pushforward } : {}),
    notation: spec.notation ?? reduceNotation(spec.name, spec.tex ?? word(spec.name)),
    samples: spec.samples ?? realSamples(),
  });
}

/** Truth values and integers are added as int32. */
export const counts = (dtype: DType): DType => (dtype === "bool" ? "int32" : dtype);

/** The builder of a reduction; `prepare` brings the operand to the dtype that it computes in. */
export const reducer =
  (record: AnyOp, prepare: (x: Node) => Node = (x) => x) =>
  (x: Operand, axis?: AxisArgument, { keepdims = false }: ReduceOptions = {}): Node => {
    const node = prepare(asNode(x));
    return makeNode(record, [node], { axes: resolveAxes(node, axis, record.name), keepdims });
  };

export const sumOp = reduction({
  name: "sum",
  linear: true,
  tex: "\\sum",
  fn: "add",
  evaluate: (values) => values.reduce((a, b) => a + b, 0),
  gradient: ({ dy, inputs: [x], attrs }) => [broadcastTo(restoreAxes(dy, x, attrs), x.shape)],
});

/** Sum over the given axes; truth values are counted. */
export const sum = reducer(sumOp, (x) => castTo(x, counts(x.type.dtype)));

/** Tied extremes share the cotangent equally. */
const shares = (y: Node, x: Node, attrs: ReduceAttrs): Node => {
  const winners = castTo(attains(x, restoreAxes(y, x, attrs)), y.type.dtype);
  const ties = makeNode(sumOp, [winners], { axes: attrs.axes, keepdims: true });
  return div(winners, ties);
};
const extremeGradient: GradientRule<ReduceAttrs> = ({ dy, y, inputs: [x], attrs }) => [
  mul(restoreAxes(dy, x, attrs), shares(y, x, attrs)),
];
const extremePushforward: PushforwardRule<ReduceAttrs> = ({
  tangents: [t],
  y,
  inputs: [x],
  attrs,
}) => t && makeNode(sumOp, [mul(t, shares(y, x, attrs))], attrs);

export const maxOp = reduction({
  name: "max",
  chooses: true,
  tex: "\\max",
  fn: "max",
  evaluate: (values) => Math.max(...values),
  gradient: extremeGradient,
  pushforward: extremePushforward,
});

/** Largest value; NaN if there is one. Tied values share the gradient. */
export const max = reducer(maxOp);

export const minOp = reduction({
  name: "min",
  chooses: true,
  tex: "\\min",
  fn: "min",
  evaluate: (values) => Math.min(...values),
  gradient: extremeGradient,
  pushforward: extremePushforward,
});

/** Smallest value; NaN if there is one. Tied values share the gradient. */
export const min = reducer(minOp);

const truth = realSamples({ dtype: "bool", domain: [0, 2] });
const noCotangent: GradientRule<ReduceAttrs> = () => [undefined];

export const anyOp = reduction({
  name: "any",
  tex: "\\exists",
  fn: "max",
  samples: truth,
  evaluate: (values) => Number(values.some((v) => v !== 0)),
  gradient: noCotangent,
});

/** Whether any value is not 0. */
export const any = reducer(anyOp, (x) => castTo(x, "bool"));

export const allOp = reduction({
  name: "all",
  tex: "\\forall",
  fn: "min",
  samples: truth,
  evaluate: (values) => Number(values.every((v) => v !== 0)),
  gradient: noCotangent,
});

/** Whether no value is 0. */
export const all = reducer(allOp, (x) => castTo(x, "bool"));

/** The first position whose value is the most extreme; a NaN is more extreme than any number. */
function position(values: readonly number[], better: (a: number, b: number) => boolean): number {
  let best = 0;
  for (const [i, value] of values.entries()) {
    if (Number.isNaN(values[best])) return best;
    if (Number.isNaN(value) || better(value, values[best])) best = i;
  }
  return best;
}

/** Positions along an axis of known length. */
const positions: AnyOp["bounds"] = ([x], { axes }) => {
  const dim = x.shape[(axes as number[])[0]];
  return typeof dim === "number" ? { min: 0, max: dim - 1 } : undefined;
};

export const argmaxOp = reduction({
  name: "argmax",
  tex: word("argmax"),
  fn: "argmax",
  dtype: () => "int32",
  bounds: positions,
  samples: realSamples().filter((s) => s.attrs?.axes.length === 1),
  evaluate: (values) => position(values, (a, b) => a > b),
  gradient: noCotangent,
});

export const argminOp = reduction({
  name: "argmin",
  tex: word("argmin"),
  fn: "argmin",
  dtype: () => "int32",
  bounds: positions,
  samples: realSamples().filter((s) => s.attrs?.axes.length === 1),
  evaluate: (values) => position(values, (a, b) => a < b),
  gradient: noCotangent,
});

const positional =
  (record: AnyOp) =>
  (x: Operand, axis?: number | null, { keepdims = false }: ReduceOptions = {}): Node => {
    const node = asNode(x);
    const flat = axis === undefined || axis === null;
    const vector = flat && node.shape.length !== 1 ? flatten(node) : node;
    return makeNode(record, [vector], {
      axes: resolveAxes(vector, flat ? 0 : axis, record.name),
      keepdims,
    });
  };

/** Position of the first largest value along `axis`, or in the flattened tensor. int32. */
export const argmax = positional(argmaxOp);

/** Position of the first smallest value along `axis`, or in the flattened tensor. int32. */
export const argmin = positional(argminOp);

/** How many elements are reduced into one, in the dtype of `x`. */
export function countOf(x: Node, { axes }: ReduceAttrs): Node {
  let known = 1;
  const named: Node[] = [];
  for (const axis of axes) {
    const dim = x.shape[axis];
    if (typeof dim === "number") known *= dim;
    else named.push(castTo(lengthOf(x, axis), x.type.dtype));
  }
  if (known !== 1 || named.length === 0) named.unshift(like(known, x));
  return named.reduce((product, size) => mul(product, size));
}

export const meanOp = reduction({
  name: "mean",
  linear: true,
  notation: meanNotation,
  evaluate: (values) => values.reduce((a, b) => a + b, 0) / values.length,
  expand: (x, attrs) => div(makeNode(sumOp, [x], attrs), countOf(x, attrs)),
  gradient: ({ dy, inputs: [x], attrs }) => [
    broadcastTo(div(restoreAxes(dy, x, attrs), countOf(x, attrs)), x.shape),
  ],
});

/** Mean over the given axes; integers and truth values give floatX. */
export const mean = reducer(meanOp, (x) =>
  castTo(x, isFloat(x.type.dtype) ? x.type.dtype : floatX),
);
