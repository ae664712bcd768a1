/**
 * The contraction behind convolutions. All of them, and their gradients of every order, are one sum over windows
 * that lie inside its operand; margins and gaps are written out before, so that its loops need no guards.
 */

import { build, offsetOf, sizeOf, unravel } from "../graph/ndarray.ts";
import { makeNode, type Node } from "../graph/node.ts";
import { type Dim, roughVolume, type TensorType } from "../graph/types.ts";
import * as scalar from "../kernels/scalar.ts";
import { flip as reversed } from "./arranging.ts";
import { correlationNotation } from "./correlation.notation.ts";
import { type AnyOp, op } from "./op.ts";
import { spread } from "./padding.ts";
import { dimshuffle, repeated, reshape } from "./shape.ts";
import { reach } from "./window.ts";

export type CorrelateAttrs = {
  /** From one window to the next, and from one element of a window to the next. */
  stride: readonly number[];
  dilation: readonly number[];
  /** How many windows: no more than fit. */
  size: readonly number[];
  /** The filters run backwards: a convolution in the mathematical sense. */
  flip: boolean;
  /** Both operands have an axis of groups, after the batch and in front; each group has filters of its own. */
  grouped: boolean;
};

/**
 * out[n,f,y] = Σ_c,k x[n, c, stride·y + dilation·k] · w[f, c, k], with any number of axes y and k;
 * `flip` reads w[f, c, K − 1 − k]. With groups it is x[n, g, c, …], w[g, f, c, …], out[n, g, f, …].
 */
export const correlateOp: AnyOp = op<CorrelateAttrs>({
  name: "correlate",
  called: "conv",
  cost: 1000,
  reduces: "product",
  multilinear: true,
  // An element of x meets each filter about size/stride times; a weight meets every window.
  reads: ([x, w], { stride, size, grouped }, input) => {
    const lead = Number(grouped);
    if (input === 1) return roughVolume([x.shape[0], ...size]);
    const kernel = roughVolume(w.shape.slice(2 + lead));
    return (roughVolume([w.shape[lead]]) * kernel) / roughVolume(stride);
  },
  infer: ([x, w], { size, grouped }) => ({
    dtype: x.dtype,
    shape: [...x.shape.slice(0, grouped ? 2 : 1), w.shape[Number(grouped)], ...size],
  }),
  evaluate: ([x, w], attrs, { dtype, shape }) => {
    const { stride, dilation, flip, grouped } = attrs;
    const lead = Number(grouped);
    const inner = w.shape.slice(1 + lead);
    const steps = Array.from({ length: sizeOf(inner) }, (_, k) => unravel(k, inner));
    return build(dtype, shape, (index) => {
      const [n, ...rest] = index;
      const group = rest.slice(0, lead);
      const [f, ...y] = rest.slice(lead);
      let total = 0;
      for (const [c, ...k] of steps) {
        const place = y.map((i, axis) => i * stride[axis] + k[axis] * dilation[axis]);
        const own = flip ? k.map((i, axis) => inner[1 + axis] - 1 - i) : k;
        const a = x.data[offsetOf([n, ...group, c, ...place], x.shape)];
        total += a * w.data[offsetOf([...group, f, c, ...own], w.shape)];
      }
      return total;
    });
  },
  lower: ({ attrs, inputs: [, w], read, axis }, index) => {
    const { stride, dilation, flip, grouped } = attrs;
    const lead = Number(grouped);
    const int = (n: number) => scalar.constant(n, "int32");
    const inner = w.shape.slice(1 + lead).map((dim) => axis(dim));
    const [c, ...k] = inner.map((a) => (a.extent === 1 ? int(0) : scalar.axisIndex(a)));
    const [n, ...rest] = index;
    const group = rest.slice(0, lead);
    const [f, ...y] = rest.slice(lead);
    const place = y.map((i, axis) =>
      scalar.indexAdd(
        scalar.indexMul(i, int(stride[axis])),
        scalar.indexMul(k[axis], int(dilation[axis])),
      ),
    );
    const last = (axis: number) => scalar.indexSub(scalar.extent(w.shape[2 + lead + axis]), int(1));
    const own = flip ? k.map((i, axis) => scalar.indexSub(last(axis), i)) : k;
    const product = scalar.call(
      "mul",
      read(0, [n, ...group, c, ...place]),
      read(1, [...group, f, c, ...own]),
    );
    return scalar.reduce("add", inner, product);
  },
  gradient: ({ dy, inputs: [x, w], attrs }) => [
    byInput(dy, x.type, w, attrs),
    byFilters(dy, x, w, attrs),
  ],
  vectorise: ([x, w], attrs, node) => {
    if (!w.stacked && typeof x.node.shape[0] === "number" && typeof x.node.shape[1] === "number") {
      const [steps, batch, ...rest] = x.node.shape as readonly [number, number, ...Dim[]];
      const flat = makeNode(
        correlateOp,
        [reshape(x.node, [steps * batch, ...rest]), w.node],
        attrs,
      );
      return reshape(flat, [steps, batch, ...flat.shape.slice(1)]);
    }
    // Each step is a group.
    const [steps] = (x.stacked ? x : w).node.shape;
    const swapped = (rank: number) => [1, 0, ...Array.from({ length: rank - 1 }, (_, i) => i + 2)];
    const batchFirst = dimshuffle(repeated(x, steps), swapped(node.inputs[0].shape.length));
    const filters = repeated(w, steps);
    const apart = { ...attrs, grouped: true };
    if (!attrs.grouped)
      return dimshuffle(
        makeNode(correlateOp, [batchFirst, filters], apart),
        swapped(node.shape.length),
      );
    // Each group of each step is one.
    const [batch, , groups] = batchFirst.shape;
    if (typeof steps !== "number" || typeof groups !== "number") return undefined;
    const made = makeNode(
      correlateOp,
      [
        reshape(batchFirst, [batch, steps * groups, ...batchFirst.shape.slice(3)]),
        reshape(filters, [steps * groups, ...filters.shape.slice(2)]),
      ],
      apart,
    );
    const open = reshape(made, [batch, steps, groups, ...made.shape.slice(2)]);
    return dimshuffle(open, swapped(node.shape.length));
  },
  notation: correlationNotation,
  samples: [
    {
      inputs: [{ shape: [2, 2, 4, 5] }, { shape: [3, 2, 2, 3] }],
      attrs: { stride: [1, 1], dilation: [1, 1], size: [3, 3], flip: true, grouped: false },
    },
    {
      inputs: [{ shape: [1, 2, 6, 5] }, { shape: [2, 2, 2, 2] }],
      attrs: { stride: [2, 1], dilation: [1, 2], size: [2, 3], flip: false, grouped: false },
    },
    {
      inputs: [{ shape: [2, 3, 7] }, { shape: [2, 3, 3] }],
      attrs: { stride: [2], dilation: [1], size: [3], flip: false, grouped: false },
    },
    {
      inputs: [{ shape: [2, 2, 1, 4] }, { shape: [2, 3, 1, 3] }],
      attrs: { stride: [1], dilation: [1], size: [2], flip: true, grouped: true },
    },
    {
      inputs: [{ shape: [2, 2, 5, 5] }, { shape: [2, 2, 2, 2] }],
      attrs: { stride: [2, 2], dilation: [2, 2], size: [2, 2], flip: true, grouped: false },
    },
  ],
  edges: [
    [[0, 2, 4], [3, 2, 2], [3]],
    [[1, 1, 1], [1, 1, 1], [1]],
    [[2, 1, 3], [0, 1, 2], [2]],
    [[2, 0, 3], [2, 0, 2], [2]],
  ].map(([x, w, size]) => ({
    inputs: [{ shape: x }, { shape: w }],
    attrs: { stride: [1], dilation: [1], size, flip: false, grouped: false },
  })),
});

/** A stride or dilation that leaves nothing out. */
export const ones = (axes: number): readonly number[] => new Array<number>(axes).fill(1);

/** Axes in a new order in front, the rest as they are. */
export const withFront = (x: Node, front: readonly number[]): Node =>
  dimshuffle(x, [...front, ...x.shape.slice(front.length).map((_, i) => front.length + i)]);

/** ∂/∂x: every place where dy, spread by the stride, meets the filters, which run the other way. */
function byInput(dy: Node, x: TensorType, w: Node, attrs: CorrelateAttrs): Node {
  const { stride, dilation, size, flip, grouped } = attrs;
  const lead = 2 + Number(grouped);
  const lengths = x.shape.slice(lead) as number[];
  const margins = lengths.map((length, axis): readonly [number, number] => {
    const before = reach(w.shape[lead + axis] as number, dilation[axis]) - 1;
    return [before, length - reach(size[axis], stride[axis])];
  });
  const filters = withFront(w, grouped ? [0, 2, 1] : [1, 0]);
  return makeNode(correlateOp, [spread(dy, margins, { step: stride }), filters], {
    stride: ones(stride.length),
    dilation,
    size: lengths,
    flip: !flip,
    grouped,
  });
}

/** ∂/∂w: x in the windows of dy. Stride and dilation change places, batch and channels too. */
function byFilters(dy: Node, x: Node, w: Node, attrs: CorrelateAttrs): Node {
  const { stride, dilation, flip, grouped } = attrs;
  const lead = 2 + Number(grouped);
  const channelsFirst = withFront(x, grouped ? [2, 1, 0] : [1, 0]);
  const filters = withFront(dy, grouped ? [1, 2, 0] : [1, 0]);
  const all = makeNode(correlateOp, [channelsFirst, filters], {
    stride: dilation,
    dilation: stride,
    size: w.shape.slice(lead) as number[],
    flip: false,
    grouped,
  });
  const dw = withFront(all, grouped ? [1, 2, 0] : [1, 0]);
  const spatial = stride.map((_, axis) => lead + axis);
  return flip ? reversed(dw, spatial) : dw;
}
