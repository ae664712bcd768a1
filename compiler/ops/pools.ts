/**
 * Pooling: windows over the last axes, of which the largest element or the sum is kept. The cotangent
 * goes back by asking, for each element, which windows it is in: nothing is scattered.
 */

import { build, type NDArray, offsetOf, sizeOf, unravel } from "../graph/ndarray.ts";
import { makeNode, type Node } from "../graph/node.ts";
import { roughVolume, type TensorType } from "../graph/types.ts";
import * as scalar from "../kernels/scalar.ts";
import { div } from "./arithmetic.ts";
import { onesLike } from "./creation.ts";
import { castTo } from "./elementwise.ts";
import {
  type AnyOp,
  type GradientRule,
  op,
  type PushforwardRule,
  type Sample,
  type Stacked,
} from "./op.ts";
import {
  poolNotation,
  poolWhereNotation,
  unpoolSumNotation,
  unpoolWhereNotation,
} from "./pools.notation.ts";
import { repeated } from "./shape.ts";
import { reach } from "./window.ts";

export type PoolAttrs = {
  /** The windows along the last axes: their elements, how far apart windows and elements are. */
  size: readonly number[];
  stride: readonly number[];
  dilation: readonly number[];
  /** How many windows: no more than fit. */
  count: readonly number[];
  /** Lengths of the axes that the windows lie on. */
  length: readonly number[];
};

const int = (n: number): scalar.Scalar => scalar.constant(n, "int32");

/** Place of element k of window y. */
const placeOf = (
  index: readonly scalar.Scalar[],
  k: readonly scalar.Scalar[],
  { stride, dilation }: PoolAttrs,
): readonly scalar.Scalar[] => {
  const lead = index.length - k.length;
  return index.map((y, i) => {
    const n = i - lead;
    if (n < 0) return y;
    const start = scalar.indexMul(y, int(stride[n]));
    return scalar.indexAdd(start, scalar.indexMul(k[n], int(dilation[n])));
  });
};

const pooledType = (x: TensorType, { count }: PoolAttrs): TensorType => ({
  dtype: x.dtype,
  shape: [...x.shape.slice(0, x.shape.length - count.length), ...count],
});

const wholeType = (y: TensorType, { length }: PoolAttrs): TensorType => ({
  dtype: y.dtype,
  shape: [...y.shape.slice(0, y.shape.length - length.length), ...length],
});

/** Calls `visit` with the offsets of every window and each of its elements. */
function eachPair(
  whole: readonly number[],
  pooled: readonly number[],
  { size, stride, dilation }: PoolAttrs,
  visit: (window: number, element: number) => void,
): void {
  const lead = pooled.length - size.length;
  for (let window = 0; window < sizeOf(pooled); window++) {
    const index = unravel(window, pooled);
    for (let k = 0; k < sizeOf(size); k++) {
      const own = unravel(k, size);
      const at = index.map((y, i) =>
        i < lead ? y : y * stride[i - lead] + own[i - lead] * dilation[i - lead],
      );
      visit(window, offsetOf(at, whole));
    }
  }
}

const geometries: readonly { readonly attrs: PoolAttrs; readonly lead: readonly number[] }[] = [
  {
    lead: [2],
    attrs: { size: [2, 2], stride: [2, 2], dilation: [1, 1], count: [2, 3], length: [4, 6] },
  },
  {
    lead: [1, 2],
    attrs: { size: [3, 2], stride: [2, 1], dilation: [1, 1], count: [2, 3], length: [6, 4] },
  },
  { lead: [], attrs: { size: [2], stride: [3], dilation: [1], count: [2], length: [7] } },
  { lead: [2], attrs: { size: [2], stride: [1], dilation: [2], count: [3], length: [5] } },
  {
    lead: [2],
    attrs: { size: [3, 3], stride: [1, 2], dilation: [1, 1], count: [2, 2], length: [4, 5] },
  },
];

/** No images, none that have more than one window, windows of one element. */
const edgeGeometries: typeof geometries = [
  { lead: [0], attrs: { size: [2], stride: [1], dilation: [1], count: [3], length: [4] } },
  { lead: [1], attrs: { size: [2], stride: [2], dilation: [1], count: [1], length: [2] } },
  { lead: [2], attrs: { size: [1], stride: [1], dilation: [1], count: [1], length: [1] } },
];

/** Samples with whole numbers where elements are compared, so that some are equal. */
const samples = (
  kinds: readonly ("whole" | "pooled")[],
  of: typeof edgeGeometries = geometries,
): Sample<PoolAttrs>[] =>
  of.map(({ lead, attrs }) => ({
    attrs,
    inputs: kinds.map((kind, i) => ({
      shape: [...lead, ...(kind === "whole" ? attrs.length : attrs.count)],
      ...(kinds.length > 1 && i < 2 ? { dtype: "int32" as const, domain: [0, 2] as const } : {}),
    })),
  }));

/** The same over a leading axis, which the windows do not touch. */
const alongside =
  (self: () => AnyOp) =>
  (operands: readonly Stacked[], attrs: PoolAttrs): Node | undefined => {
    const steps = operands.find((operand) => operand.stacked)?.node.shape[0];
    if (steps === undefined) return undefined;
    return makeNode(
      self(),
      operands.map((operand) => repeated(operand, steps)),
      attrs,
    );
  };

interface PoolSpec {
  readonly name: string;
  readonly tex: string;
  readonly fn: "add" | "max";
  readonly linear?: boolean;
  readonly gradient: GradientRule<PoolAttrs>;
  readonly pushforward?: PushforwardRule<PoolAttrs>;
}

/** Reductions over the elements of each window. */
function pooling({ name, tex, fn, linear = false, gradient, pushforward }: PoolSpec): AnyOp {
  const made: AnyOp = op<PoolAttrs>({
    name,
    called: "pool",
    cost: 4,
    reduces: "elements",
    linear,
    chooses: fn === "max",
    reads: (_, { size, stride }) => roughVolume(size) / roughVolume(stride),
    vectorise: alongside(() => made),
    infer: ([x], attrs) => pooledType(x, attrs),
    evaluate: ([x], attrs, { dtype, shape }) => {
      const start = fn === "add" ? 0 : Number.NEGATIVE_INFINITY;
      const y: NDArray = build(dtype, shape, () => start);
      eachPair(x.shape, shape, attrs, (window, element) => {
        const [a, b] = [y.data[window], x.data[element]];
        y.data[window] = fn === "add" ? a + b : Math.max(a, b);
      });
      return y;
    },
    lower: ({ attrs, read, axis }, index) => {
      const axes = attrs.size.map((n) => axis(n));
      const k = axes.map((a) => (a.extent === 1 ? int(0) : scalar.axisIndex(a)));
      return scalar.reduce(fn, axes, read(0, placeOf(index, k, attrs)));
    },
    gradient,
    ...(pushforward ? { pushforward } : {}),
    notation: poolNotation(name, tex),
    samples: samples(["whole"]),
    edges: samples(["whole"], edgeGeometries),
  });
  return made;
}

/** The largest element of each window; NaN if there is one. Tied elements share the gradient. */
export const poolMaxOp = pooling({
  name: "poolMax",
  tex: "maxpool",
  fn: "max",
  gradient: ({ dy, y, inputs: [x], attrs }) => {
    const ties = tiesIn(x, y, attrs);
    const share = div(dy, ties);
    ties.role ??= { name: "ties", of: dy };
    share.role ??= { name: "share", of: dy };
    return [makeNode(unpoolWhereOp, [x, y, share], attrs)];
  },
  pushforward: ({ tangents: [t], y, inputs: [x], attrs }) =>
    t && div(makeNode(poolWhereOp, [x, y, t], attrs), tiesIn(x, y, attrs)),
});

/** How many elements of each window are the largest. */
const tiesIn = (x: Node, y: Node, attrs: PoolAttrs): Node =>
  makeNode(poolWhereOp, [x, y, castTo(onesLike(x), y.type.dtype)], attrs);

/** The sum of the elements of each window. */
export const poolSumOp = pooling({
  name: "poolSum",
  tex: "sumpool",
  fn: "add",
  linear: true,
  gradient: ({ dy, attrs }) => [makeNode(unpoolSumOp, [dy], attrs)],
});

/** out[y] = Σ_k [x[y·s + k] = m[y]]·d[y·s + k]: what `d` is where a window's element is the largest. */
export const poolWhereOp: AnyOp = op<PoolAttrs>({
  name: "poolWhere",
  compares: [0, 1],
  called: "pool",
  cost: 8,
  reduces: "elements",
  reads: (_, { size, stride }, input) =>
    input === 1 ? 1 : roughVolume(size) / roughVolume(stride),
  vectorise: alongside(() => poolWhereOp),
  infer: ([, , d], attrs) => pooledType(d, attrs),
  evaluate: ([x, m, d], attrs, { dtype, shape }) => {
    const y = build(dtype, shape, () => 0);
    eachPair(x.shape, shape, attrs, (window, element) => {
      if (x.data[element] === m.data[window]) y.data[window] += d.data[element];
    });
    return y;
  },
  lower: ({ attrs, type, read, axis }, index) => {
    const axes = attrs.size.map((n) => axis(n));
    const k = axes.map((a) => (a.extent === 1 ? int(0) : scalar.axisIndex(a)));
    const at = placeOf(index, k, attrs);
    const isLargest = scalar.call("eq", read(0, at), read(1, index));
    const element = read(2, at);
    // Ones are counted.
    const value =
      element.kind === "const" && element.value === 1
        ? scalar.cast(isLargest, type.dtype)
        : scalar.call("where", isLargest, element, scalar.constant(0, type.dtype));
    return scalar.reduce("add", axes, value);
  },
  gradient: ({ dy, inputs: [x, m], attrs }) => [
    undefined,
    undefined,
    makeNode(unpoolWhereOp, [x, m, dy], attrs),
  ],
  pushforward: ({ tangents: [, , t], inputs: [x, m], attrs }) =>
    t && makeNode(poolWhereOp, [x, m, t], attrs),
  notation: poolWhereNotation,
  samples: samples(["whole", "pooled", "whole"]),
  edges: samples(["whole", "pooled", "whole"], edgeGeometries),
});

/** One element of the whole: the sum of `value` at each window y that it is in. */
function sumOverWindows(
  index: readonly scalar.Scalar[],
  { size, stride, dilation, count }: PoolAttrs,
  axis: (extent: number) => ReturnType<typeof scalar.newAxis>,
  zero: scalar.Scalar,
  value: (
    window: readonly scalar.Scalar[],
    inside: scalar.Scalar,
  ) => readonly [scalar.Scalar, scalar.Scalar],
): scalar.Scalar {
  const lead = index.length - size.length;
  const axes: ReturnType<typeof scalar.newAxis>[] = [];
  let inside: scalar.Scalar = scalar.constant(1, "bool");
  const window = index.map((place, i) => {
    const n = i - lead;
    if (n < 0) return place;
    // Windows that begin `back` strides before the last one that begins at or before the place.
    const most = Math.ceil(reach(size[n], dilation[n]) / stride[n]);
    const over = most > 1 ? axis(most) : undefined;
    if (over) axes.push(over);
    const back = over ? scalar.axisIndex(over) : int(0);
    const y = scalar.indexSub(scalar.indexDiv(place, int(stride[n])), back);
    const rest = scalar.indexMod(place, int(stride[n]));
    const offset = scalar.indexAdd(rest, scalar.indexMul(back, int(stride[n])));
    inside = scalar.and(inside, scalar.compare("ge", y, int(0)));
    inside = scalar.and(inside, scalar.compare("lt", y, int(count[n])));
    inside = scalar.and(inside, scalar.compare("lt", offset, int(reach(size[n], dilation[n]))));
    if (dilation[n] > 1) {
      const isElement = scalar.call("eq", scalar.indexMod(offset, int(dilation[n])), int(0));
      inside = scalar.and(inside, isElement);
    }
    return y;
  });
  const [condition, element] = value(window, inside);
  const body =
    condition.kind === "const" ? element : scalar.call("where", condition, element, zero);
  return axes.length === 0 ? body : scalar.reduce("add", axes, body);
}

/** Each element of a window gets what the window has: the transpose of the sum. */
export const unpoolSumOp: AnyOp = op<PoolAttrs>({
  name: "unpoolSum",
  called: "unpool",
  cost: 4,
  linear: true,
  reads: (_, { size }) => roughVolume(size),
  vectorise: alongside(() => unpoolSumOp),
  infer: ([g], attrs) => wholeType(g, attrs),
  evaluate: ([g], attrs, { dtype, shape }) => {
    const out = build(dtype, shape, () => 0);
    eachPair(shape, g.shape, attrs, (window, element) => {
      out.data[element] += g.data[window];
    });
    return out;
  },
  lower: ({ attrs, type, read, axis }, index) =>
    sumOverWindows(index, attrs, axis, scalar.constant(0, type.dtype), (window, inside) => [
      inside,
      read(0, window),
    ]),
  gradient: ({ dy, attrs }) => [makeNode(poolSumOp, [dy], attrs)],
  notation: unpoolSumNotation,
  samples: samples(["pooled"]),
  edges: samples(["pooled"], edgeGeometries),
});

/** out[p] = Σ over the windows y that p is in of [x[p] = m[y]]·g[y]: each largest element gets `g`. */
export const unpoolWhereOp: AnyOp = op<PoolAttrs>({
  name: "unpoolWhere",
  compares: [0, 1],
  density: ({ stride }) => 1 / roughVolume(stride),
  called: "unpool",
  cost: 8,
  reads: (_, { size, stride, dilation }, input) =>
    input === 0
      ? size.reduce((n, k, i) => n * Math.ceil(reach(k, dilation[i]) / stride[i]), 1)
      : roughVolume(size),
  vectorise: alongside(() => unpoolWhereOp),
  infer: ([, , g], attrs) => wholeType(g, attrs),
  evaluate: ([x, m, g], attrs, { dtype, shape }) => {
    const out = build(dtype, shape, () => 0);
    eachPair(shape, g.shape, attrs, (window, element) => {
      if (x.data[element] === m.data[window]) out.data[element] += g.data[window];
    });
    return out;
  },
  lower: ({ attrs, type, read, axis }, index) =>
    sumOverWindows(index, attrs, axis, scalar.constant(0, type.dtype), (window, inside) => [
      scalar.and(inside, scalar.call("eq", read(0, index), read(1, window))),
      read(2, window),
    ]),
  gradient: ({ dy, inputs: [x, m], attrs }) => [
    undefined,
    undefined,
    makeNode(poolWhereOp, [x, m, dy], attrs),
  ],
  pushforward: ({ tangents: [, , t], inputs: [x, m], attrs }) =>
    t && makeNode(unpoolWhereOp, [x, m, t], attrs),
  notation: unpoolWhereNotation,
  samples: samples(["whole", "pooled", "pooled"]),
  edges: samples(["whole", "pooled", "pooled"], edgeGeometries),
});
