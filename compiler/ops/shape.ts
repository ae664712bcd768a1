/** Movement: the same elements in another arrangement. These cost nothing: they are index maps. */

import { fail } from "../diagnostics/error.ts";
import { broadcastGet, build, offsetOf } from "../graph/ndarray.ts";
import { makeNode, type Node } from "../graph/node.ts";
import {
  broadcastShapes,
  type Dim,
  formatShape,
  normaliseAxis,
  type Shape,
  sameShape,
  staticSize,
} from "../graph/types.ts";
import * as scalar from "../kernels/scalar.ts";
import { asNode, type Operand } from "./leaf.ts";
import { functional, precedence, texDim } from "./notation.ts";
import { op, type Stacked } from "./op.ts";
import { dimshuffleNotation, reshapeNotation } from "./shape.notation.ts";
import { alignedIndex, repeatedTex } from "./subscripts.ts";

export type ShuffleAttrs = { order: readonly (number | "x")[] };

export const dimshuffleOp = op<ShuffleAttrs>({
  name: "dimshuffle",
  movement: true,
  cost: 0,
  vectorise: ([{ node: x }], { order }) =>
    dimshuffle(x, [0, ...order.map((o) => (o === "x" ? o : o + 1))]),
  infer: ([x], { order }) => {
    const dropped = x.shape.findIndex((dim, i) => dim !== 1 && !order.includes(i));
    if (dropped >= 0) {
      fail(
        "ADJ1004",
        `dimshuffle: axis ${dropped} of ${formatShape(x.shape)} is left out, but its length is not 1`,
      );
    }
    return { dtype: x.dtype, shape: order.map((o) => (o === "x" ? 1 : x.shape[o])) };
  },
  evaluate: ([x], { order }, { dtype, shape }) =>
    build(dtype, shape, (index) => {
      const from = new Array<number>(x.shape.length).fill(0);
      order.forEach((o, i) => {
        if (o !== "x") from[o] = index[i];
      });
      return x.data[offsetOf(from, x.shape)];
    }),
  lower: ({ attrs, inputs: [x], read }, index) =>
    read(
      0,
      x.shape.map((_, i) => {
        const at = attrs.order.indexOf(i);
        return at < 0 ? scalar.constant(0, "int32") : index[at];
      }),
    ),
  gradient: ({ dy, inputs: [x], attrs }) => [
    dimshuffle(
      dy,
      x.shape.map((_, i) => {
        const at = attrs.order.indexOf(i);
        return at < 0 ? "x" : at;
      }),
    ),
  ],
  notation: dimshuffleNotation,
  samples: [
    { inputs: [{ shape: [2, 3] }], attrs: { order: [1, 0] } },
    { inputs: [{ shape: [3] }], attrs: { order: ["x", 0] } },
    { inputs: [{ shape: [2, 1, 3] }], attrs: { order: [2, "x", 0] } },
    { inputs: [{ shape: [] }], attrs: { order: ["x"] } },
  ],
});

/** Axes in a new order; `"x"` inserts an axis of length 1, and axes of length 1 may be left out. */
export function dimshuffle(x: Operand, order: readonly (number | "x")[]): Node {
  const node = asNode(x);
  const axes = order.map((o) =>
    o === "x" ? o : normaliseAxis(o, node.shape.length, `dimshuffle of ${formatShape(node.shape)}`),
  );
  const used = axes.filter((o) => o !== "x");
  if (new Set(used).size !== used.length)
    fail("ADJ1004", `dimshuffle: an axis is named twice in [${order.join(", ")}]`);
  if (axes.length === node.shape.length && axes.every((o, i) => o === i)) return node;
  return makeNode(dimshuffleOp, [node], { order: axes });
}

/** Axes reversed, or in the given order. */
export function transpose(x: Operand, axes?: readonly number[]): Node {
  const node = asNode(x);
  if (axes !== undefined && !Array.isArray(axes))
    fail("ADJ1004", `transpose: the axes are a list, got ${String(axes)}`, {
      hint: "transpose(x, [1, 0])",
    });
  const order = axes ?? node.shape.map((_, i) => node.shape.length - 1 - i);
  if (order.length !== node.shape.length) {
    fail(
      "ADJ1004",
      `transpose of ${formatShape(node.shape)}: ${node.shape.length} axes must be given, got [${order.join(", ")}]`,
    );
  }
  return dimshuffle(node, order);
}

/** A new axis of length 1 at each of the given places of the result. */
export function expandDims(x: Operand, axis: number | readonly number[]): Node {
  const node = asNode(x);
  const places = (Array.isArray(axis) ? axis : [axis]) as readonly number[];
  const rank = node.shape.length + places.length;
  const inserted = places.map((a) =>
    normaliseAxis(a, rank, `expandDims of ${formatShape(node.shape)}`),
  );
  let next = 0;
  return dimshuffle(
    node,
    Array.from({ length: rank }, (_, i) => (inserted.includes(i) ? "x" : next++)),
  );
}

/** Drops axes of length 1: the given ones, or all. */
export function squeeze(x: Operand, axis?: number | readonly number[]): Node {
  const node = asNode(x);
  const given =
    axis === undefined ? undefined : ((Array.isArray(axis) ? axis : [axis]) as readonly number[]);
  const dropped =
    given?.map((a) =>
      normaliseAxis(a, node.shape.length, `squeeze of ${formatShape(node.shape)}`),
    ) ?? node.shape.flatMap((dim, i) => (dim === 1 ? [i] : []));
  return dimshuffle(
    node,
    node.shape.map((_, i) => i).filter((i) => !dropped.includes(i)),
  );
}

export type ShapeAttrs = { shape: Shape };

export const reshapeOp = op<ShapeAttrs>({
  name: "reshape",
  movement: true,
  cost: 0,
  vectorise: ([{ node: x }], { shape }) => reshape(x, [x.shape[0], ...shape]),
  infer: ([x], { shape }) => ({ dtype: x.dtype, shape }),
  evaluate: ([x], _, { dtype, shape }) => ({ dtype, shape, data: x.data }),
  lower: ({ attrs, inputs: [x], read }, index) => {
    // Leading dimensions that stay as they are need no arithmetic; they may be named.
    let same = 0;
    while (
      same < x.shape.length &&
      same < attrs.shape.length &&
      x.shape[same] === attrs.shape[same]
    )
      same++;
    let flat: scalar.Scalar = scalar.constant(0, "int32");
    for (let i = same; i < attrs.shape.length; i++) {
      flat = scalar.indexAdd(scalar.indexMul(flat, scalar.extent(attrs.shape[i])), index[i]);
    }
    const from: scalar.Scalar[] = [];
    let rest = flat;
    for (let i = x.shape.length - 1; i >= same; i--) {
      const dim = scalar.extent(x.shape[i]);
      from.unshift(i === same ? rest : scalar.indexMod(rest, dim));
      rest = scalar.indexDiv(rest, dim);
    }
    return read(0, [...index.slice(0, same), ...from]);
  },
  gradient: ({ dy, inputs: [x] }) => [reshape(dy, x.shape)],
  notation: reshapeNotation,
  samples: [
    { inputs: [{ shape: [2, 6] }], attrs: { shape: [3, 4] } },
    { inputs: [{ shape: [2, 3, 4] }], attrs: { shape: [2, 12] } },
    { inputs: [{ shape: [1] }], attrs: { shape: [] } },
  ],
  edges: [
    { inputs: [{ shape: [0, 4] }], attrs: { shape: [2, 0, 3] } },
    { inputs: [{ shape: [1, 1] }], attrs: { shape: [] } },
    { inputs: [{ shape: [3] }], attrs: { shape: [1, 3, 1] } },
  ],
});

/**
 * The same elements, row by row, in another shape. One dimension may be −1: what is left.
 *
 * @throws ADJ1003 when the number of elements differs
 */
export function reshape(x: Operand, shape: readonly Dim[]): Node {
  const node = asNode(x);
  const count = (dims: readonly Dim[]) => ({
    known: staticSize(dims.filter((d) => typeof d === "number")) ?? 1,
    named: dims
      .filter((d) => typeof d === "string")
      .sort()
      .join("·"),
  });
  const from = count(node.shape);
  const rest = count(shape.filter((d) => d !== -1));
  let to: readonly Dim[] = shape;
  if (shape.includes(-1)) {
    const left = from.named === rest.named ? from.known / rest.known : Number.NaN;
    to = shape.map((d) => (d === -1 ? left : d));
  }
  const wanted = count(to);
  if (
    wanted.named !== from.named ||
    wanted.known !== from.known ||
    to.some((d) => typeof d === "number" && !(d >= 0 && Number.isInteger(d)))
  ) {
    fail(
      "ADJ1003",
      `reshape: ${formatShape(node.shape)} has ${elements(node.shape)} elements, ${formatShape(shape)} does not`,
    );
  }
  return sameShape(node.shape, to) ? node : makeNode(reshapeOp, [node], { shape: to });
}

function elements(shape: Shape): string {
  const size = staticSize(shape);
  return size === undefined ? shape.join("·") : String(size);
}

/** One dimension of all elements; with `ndim`, the first ndim − 1 axes stay (Theano's flatten). */
export function flatten(x: Operand, ndim = 1): Node {
  const node = asNode(x);
  const kept = node.shape.slice(0, ndim - 1);
  const rest = node.shape.slice(ndim - 1);
  const size = staticSize(rest);
  if (
    size === undefined &&
    rest.length !== 1 &&
    rest.some((d) => d !== 1 && typeof d === "number")
  ) {
    return fail(
      "ADJ1003",
      `flatten: ${formatShape(node.shape)} would need a dimension of ${rest.join("·")}, which has no name`,
      {
        hint: "keep the named dimension apart: flatten(x, 2)",
      },
    );
  }
  return reshape(node, [...kept, size ?? rest.find((d) => typeof d === "string") ?? 1]);
}

export const broadcastOp = op<ShapeAttrs>({
  name: "broadcastTo",
  movement: true,
  cost: 0,
  vectorise: ([x], { shape }) => broadcastTo(aligned(x, shape.length), [x.node.shape[0], ...shape]),
  infer: ([x], { shape }) => {
    const joint = broadcastShapes([x.shape, shape]);
    if (!joint || !sameShape(joint, shape)) {
      fail(
        "ADJ1003",
        `broadcastTo: ${formatShape(x.shape)} does not broadcast to ${formatShape(shape)}`,
      );
    }
    return { dtype: x.dtype, shape };
  },
  evaluate: ([x], _, { dtype, shape }) => build(dtype, shape, (index) => broadcastGet(x, index)),
  lower: ({ read }, index) => read(0, index),
  // The sweep sums the cotangent of a broadcast operand.
  gradient: ({ dy }) => [dy],
  notation: {
    text: ([x], { shape }) => ({
      text: `broadcastTo(${x.text}, ${formatShape(shape)})`,
      precedence: precedence.atom,
    }),
    tex: ([x], { shape }) => repeatedTex(x, shape),
    element: ([x], _, index) => (x.isScalar ? x : x.at(alignedIndex(x.type.shape, index))),
  },
  samples: [
    { inputs: [{ shape: [3] }], attrs: { shape: [2, 3] } },
    { inputs: [{ shape: [2, 1] }], attrs: { shape: [2, 3] } },
    { inputs: [{ shape: [] }], attrs: { shape: [2] } },
  ],
  edges: [
    { inputs: [{ shape: [1, 3] }], attrs: { shape: [0, 3] } },
    { inputs: [{ shape: [0] }], attrs: { shape: [2, 0] } },
    { inputs: [{ shape: [] }], attrs: { shape: [1, 1] } },
  ],
});

/** `x` repeated to the given shape, by NumPy's broadcasting. @throws ADJ1003 */
export function broadcastTo(x: Operand, shape: Shape): Node {
  const node = asNode(x);
  return sameShape(node.shape, shape) ? node : makeNode(broadcastOp, [node], { shape });
}

/** The leading axis kept in front of `rank` axes, of which an operand has the last ones. */
export function aligned({ node, stacked }: Stacked, rank: number): Node {
  if (!stacked) return node;
  const own = node.shape.length - 1;
  if (own >= rank) return node;
  const missing = Array.from({ length: rank - own }, () => "x" as const);
  return dimshuffle(node, [0, ...missing, ...Array.from({ length: own }, (_, i) => i + 1)]);
}

/** The operand with an entry for each step, whether or not it differs. */
export function repeated({ node, stacked }: Stacked, steps: Dim): Node {
  return stacked ? node : broadcastTo(node, [steps, ...node.shape]);
}

export const fillOp = op({
  name: "fill",
  cost: 0,
  vectorise: ([x, value], _, { shape }) => {
    const [steps] = (value.stacked ? value : x).node.shape;
    return broadcastTo(aligned(value, shape.length), [steps, ...shape]);
  },
  infer: ([x, value]) => ({ dtype: value.dtype, shape: x.shape }),
  evaluate: ([x, value], _, { dtype }) => build(dtype, x.shape, () => value.data[0]),
  lower: ({ read }) => read(1, []),
  gradient: ({ dy }) => [undefined, dy],
  pushforward: ({ tangents: [, t], inputs: [x] }) => t && fill(x, t),
  notation: { ...functional("fill"), tex: ([, value]) => value },
  samples: [{ inputs: [{ shape: [2, 3] }, { shape: [] }] }],
});

/** A tensor shaped like `x` whose elements are all `value` (a scalar): Theano's `fill`. */
export function fill(x: Operand, value: Operand): Node {
  const node = asNode(x);
  return makeNode(fillOp, [node, asNode(value, node.type.dtype)]);
}

type LengthAttrs = { axis: number };

export const lengthOp = op<LengthAttrs>({
  name: "length",
  cost: 0,
  shapeOnly: true,
  infer: () => ({ dtype: "int32", shape: [] }),
  evaluate: ([x], { axis }, { dtype }) => build(dtype, [], () => x.shape[axis]),
  lower: ({ attrs, inputs: [x] }) => scalar.extent(x.shape[attrs.axis]),
  vectorise: ([{ node: x }], { axis }) =>
    repeated({ node: lengthOf(x, axis + 1), stacked: false }, x.shape[0]),
  gradient: () => [undefined],
  notation: {
    text: ([x], { axis }) => ({ text: `length(${x.text}, ${axis})`, precedence: precedence.atom }),
    tex: ([x], { axis }) => ({ text: texDim(x.type.shape[axis]), precedence: precedence.atom }),
  },
  samples: [{ inputs: [{ shape: [2, 3] }], attrs: { axis: 1 } }],
});

/** The length of an axis, as an int32 scalar: a constant unless the dimension is named. */
export function lengthOf(x: Operand, axis: number): Node {
  const node = asNode(x);
  const at = normaliseAxis(axis, node.shape.length, `length of ${formatShape(node.shape)}`);
  const dim = node.shape[at];
  return typeof dim === "number" ? asNode(dim, "int32") : makeNode(lengthOp, [node], { axis: at });
}

export const copyOp = op({
  name: "copy",
  elementwise: true,
  cost: 0,
  infer: ([x]) => x,
  evaluate: ([x]) => x,
  lower: ({ read }, index) => read(0, index),
  gradient: ({ dy }) => [dy],
  notation: { text: ([x]) => x, tex: ([x]) => x },
  samples: [{ inputs: [{ shape: [2, 3] }] }],
});

/** The same value in memory of its own. */
export function copy(x: Node): Node {
  const node = makeNode(copyOp, [x]);
  node.role ??= { name: "copy", of: x };
  return node;
}
