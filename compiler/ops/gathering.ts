/** Indexing by arrays of integers: reading (gather), adding to and writing over (scatter). */

import { fail } from "../diagnostics/error.ts";
import { broadcastGet, build, type NDArray, offsetOf, unravel } from "../graph/ndarray.ts";
import { makeNode, type Node } from "../graph/node.ts";
import {
  broadcastShapes,
  type Dim,
  formatShape,
  type Shape,
  staticSize,
  type TensorType,
} from "../graph/types.ts";
import * as scalar from "../kernels/scalar.ts";
import { mul } from "./arithmetic.ts";
import { eq, where } from "./comparison.ts";
import { arange, zerosLike } from "./creation.ts";
import { literal } from "./leaf.ts";
import { precedence, wrap } from "./notation.ts";
import { type AnyOp, op, type Printed, type Shown, type Stacked } from "./op.ts";
import {
  aligned,
  broadcastTo,
  dimshuffle,
  expandDims,
  lengthOf,
  repeated,
  reshape,
} from "./shape.ts";
import { alignedIndex, lettersOf, placedSign, subscripted } from "./subscripts.ts";

/**
 * Which axes the index arrays pick from, and where their joint axes stand in the result: NumPy puts them
 * in the place of the axes they replace if those are neighbours, else in front.
 */
export type GatherAttrs = { axes: readonly number[]; position: number };
export type ScatterAttrs = GatherAttrs & { mode: "add" | "set" };

const others = (rank: number, axes: readonly number[]): number[] =>
  Array.from({ length: rank }, (_, i) => i).filter((i) => !axes.includes(i));

function jointShape(types: readonly { shape: Shape }[]): Shape {
  const shape = broadcastShapes(types.map((t) => t.shape));
  if (shape) return shape;
  return fail(
    "ADJ1005",
    `at: index arrays of shapes ${types.map((t) => formatShape(t.shape)).join(" and ")} do not broadcast`,
  );
}

function gatheredShape(x: Shape, joint: Shape, { axes, position }: GatherAttrs): Dim[] {
  const rest = others(x.length, axes).map((i) => x[i]);
  return [...rest.slice(0, position), ...joint, ...rest.slice(position)];
}

/** Splits an index of the result into that of the index arrays and that of the other axes. */
function splitIndex<T>(
  index: readonly T[],
  position: number,
  joint: number,
): { joint: readonly T[]; rest: readonly T[] } {
  return {
    joint: index.slice(position, position + joint),
    rest: [...index.slice(0, position), ...index.slice(position + joint)],
  };
}

/** The index into the operand, from picked positions and the index of the other axes. */
function operandIndex<T>(
  rank: number,
  axes: readonly number[],
  picked: readonly T[],
  rest: readonly T[],
): T[] {
  const free = others(rank, axes);
  return Array.from({ length: rank }, (_, i) => {
    const n = axes.indexOf(i);
    return n >= 0 ? picked[n] : rest[free.indexOf(i)];
  });
}

const rankOf = (types: readonly TensorType[]): number =>
  Math.max(0, ...types.map((t) => t.shape.length));

const indexed = ([x, ...idx]: readonly Printed[], { axes }: GatherAttrs): string => {
  const last = Math.max(...axes);
  const items = Array.from({ length: last + 1 }, (_, i) => {
    const n = axes.indexOf(i);
    return n >= 0 ? idx[n].text : "span()";
  });
  return `at(${[x.text, ...items].join(", ")})`;
};

/** The place in the operand, from the index of the joint axes and that of the others. */
function placeOf(
  idx: readonly Shown[],
  axes: readonly number[],
  joint: readonly string[],
  rest: readonly string[],
): string[] {
  const picked = idx.map((x) => x.at(alignedIndex(x.type.shape, joint)).text);
  return operandIndex(axes.length + rest.length, axes, picked, rest);
}

/** Where values go, `y_{i},\,j`, with the letters of those values. */
function placesTex(
  v: Shown,
  idx: readonly Shown[],
  { axes, position }: GatherAttrs,
): { readonly letters: readonly string[]; readonly place: readonly string[] } {
  const joint = rankOf(idx.map((x) => x.type));
  const { shape } = v.type;
  const place = (index: readonly string[]): string[] => {
    const parts = splitIndex(index, position, joint);
    return placeOf(idx, axes, parts.joint, parts.rest);
  };
  const free = lettersOf(shape, (index) => [v.at(index).text, ...place(index)].join(" "));
  const letters = shape.map((dim, axis) => (dim === 1 ? "0" : free[axis]));
  return { letters, place: place(letters) };
}

const index = (shape: readonly number[], to: number) => ({
  shape,
  dtype: "int32" as const,
  domain: [0, to] as const,
});

/** The axis of the steps, at `position`, moved to the front. */
function stepsFirst(x: Node, position: number): Node {
  const rest = x.shape.map((_, i) => i).filter((i) => i !== position);
  return dimshuffle(x, [position, ...rest]);
}

/** out[…, n, …] = x[…, idx₀[n], idx₁[n], …] */
export const gatherOp: AnyOp = op<GatherAttrs>({
  name: "gather",
  cost: 0,
  vectorise: ([x, ...idx], { axes, position }) => {
    const joint = Math.max(...idx.map((i) => i.node.shape.length - Number(i.stacked)));
    const moved = idx.map((i) => aligned(i, joint));
    const shifted = axes.map((axis) => axis + 1);
    if (!x.stacked)
      return stepsFirst(makeNode(gatherOp, [x.node, ...moved], { axes, position }), position);
    if (idx.every((i) => !i.stacked))
      return makeNode(gatherOp, [x.node, ...moved], { axes: shifted, position: position + 1 });
    const steps = arange(x.node.shape[0]);
    const own = dimshuffle(steps, [0, ...Array.from({ length: joint }, () => "x" as const)]);
    const picked = makeNode(gatherOp, [x.node, own, ...moved], { axes: [0, ...shifted], position });
    return stepsFirst(picked, position);
  },
  infer: ([x, ...idx], attrs) => ({
    dtype: x.dtype,
    shape: gatheredShape(x.shape, jointShape(idx), attrs),
  }),
  evaluate: ([x, ...idx], { axes, position }, { dtype, shape }) => {
    const joint = Math.max(0, ...idx.map((i) => i.shape.length));
    return build(dtype, shape, (at) => {
      const parts = splitIndex(at, position, joint);
      const picked = idx.map((i) => broadcastGet(i, parts.joint));
      return x.data[offsetOf(operandIndex(x.shape.length, axes, picked, parts.rest), x.shape)];
    });
  },
  lower: ({ attrs: { axes, position }, inputs: [x, ...idx], read }, at) => {
    const parts = splitIndex(at, position, rankOf(idx));
    const picked = idx.map((_, n) => read(n + 1, parts.joint));
    return read(0, operandIndex(x.shape.length, axes, picked, parts.rest));
  },
  gradient: ({ dy, inputs: [x, ...idx], attrs }) => [
    makeNode(scatterOp, [zerosLike(x), dy, ...idx], { ...attrs, mode: "add" }),
    ...idx.map(() => undefined),
  ],
  pushforward: ({ tangents: [t], inputs: [, ...idx], attrs }) =>
    t && makeNode(gatherOp, [t, ...idx], attrs),
  notation: {
    text: (inputs, attrs) => ({ text: indexed(inputs, attrs), precedence: precedence.atom }),
    tex: ([x, ...idx], { axes }) => {
      if (rankOf(idx.map((i) => i.type)) > 0) return undefined;
      const places = x.type.shape.map((_, axis) => idx[axes.indexOf(axis)]?.text ?? ":");
      return subscripted(x, places);
    },
    element: ([x, ...idx], { axes, position }, index) => {
      const parts = splitIndex(index, position, rankOf(idx.map((i) => i.type)));
      return x.at(placeOf(idx, axes, parts.joint, parts.rest));
    },
  },
  samples: [
    { inputs: [{ shape: [4, 3] }, index([5], 4)], attrs: { axes: [0], position: 0 } },
    {
      inputs: [{ shape: [4, 3] }, index([4], 4), index([4], 3)],
      attrs: { axes: [0, 1], position: 0 },
    },
    {
      inputs: [{ shape: [2, 3, 4] }, index([2, 1], 2), index([3], 4)],
      attrs: { axes: [0, 2], position: 0 },
    },
    { inputs: [{ shape: [2, 3, 2] }, index([2, 2], 3)], attrs: { axes: [1], position: 1 } },
    { inputs: [{ shape: [3] }, index([], 3)], attrs: { axes: [0], position: 0 } },
  ],
  edges: [
    { inputs: [{ shape: [4, 3] }, index([0], 4)], attrs: { axes: [0], position: 0 } },
    { inputs: [{ shape: [4, 0] }, index([2], 4)], attrs: { axes: [0], position: 0 } },
    { inputs: [{ shape: [1, 3] }, index([2], 1)], attrs: { axes: [0], position: 0 } },
    { inputs: [{ shape: [4, 1] }, index([1], 4)], attrs: { axes: [0], position: 0 } },
  ],
});

/** `base` with `v` added at the places that the index arrays name (repeated ones add up), or written there. */
export const scatterOp: AnyOp = op<ScatterAttrs>({
  name: "scatter",
  linear: true,
  cost: 10,
  reads: () => 1,
  vectorise: ([base, v, ...idx], { axes, position, mode }) => {
    const { node: some } = [base, v, ...idx].find((operand) => operand.stacked) as Stacked;
    const [steps] = some.shape;
    const all = repeated(v, steps);
    const onto = repeated(base, steps);
    const shifted = axes.map((axis) => axis + 1);
    if (idx.every((i) => !i.stacked)) {
      const places = { axes: shifted, position: position + 1, mode };
      return makeNode(scatterOp, [onto, all, ...idx.map((i) => i.node)], places);
    }
    // The step becomes one more index, whose axis comes first of those that the indices share.
    const joint = Math.max(...idx.map((i) => i.node.shape.length - Number(i.stacked)));
    const shared = Array.from({ length: joint }, (_, n) => position + 1 + n);
    const kept = all.shape.map((_, n) => n).filter((n) => n > 0 && !shared.includes(n));
    const own = dimshuffle(arange(steps), [0, ...shared.map(() => "x" as const)]);
    return makeNode(
      scatterOp,
      [onto, dimshuffle(all, [0, ...shared, ...kept]), own, ...idx.map((i) => aligned(i, joint))],
      { axes: [0, ...shifted], position: 0, mode },
    );
  },
  vectoriseSum: ([base, v, ...idx], { axes, position, mode }) => {
    if (mode !== "add" || base.stacked) return undefined;
    const { node: stacked } = [v, ...idx].find((operand) => operand.stacked) as Stacked;
    const joint = Math.max(...idx.map((i) => i.node.shape.length - Number(i.stacked)));
    const all = repeated(v, stacked.shape[0]);
    const order = all.shape.map((_, i) => i).slice(1);
    order.splice(position, 0, 0);
    return makeNode(
      scatterOp,
      [
        mul(base.node, lengthOf(stacked, 0)),
        dimshuffle(all, order),
        ...idx.map((i) => aligned(i, joint)),
      ],
      { axes, position, mode },
    );
  },
  infer: ([base]) => base,
  evaluate: ([base, v, ...idx], { axes, position, mode }, { dtype, shape }) => {
    const out = base.data.slice();
    const joint = Math.max(0, ...idx.map((i) => i.shape.length));
    v.data.forEach((value, n) => {
      const parts = splitIndex(unravel(n, v.shape), position, joint);
      const picked = idx.map((i: NDArray) => broadcastGet(i, parts.joint));
      const at = offsetOf(operandIndex(shape.length, axes, picked, parts.rest), shape);
      out[at] = mode === "add" ? out[at] + value : value;
    });
    return { dtype, shape, data: out };
  },
  lower: ({ attrs: { axes, position, mode }, inputs: [base, v, ...idx], read, axis }, at) => {
    const joint = rankOf(idx);
    const over = v.shape.slice(position, position + joint).map((dim) => axis(dim));
    const steps = over.map(scalar.axisIndex);
    const rest = others(base.shape.length, axes).map((i) => at[i]);
    const valueAt = (n: readonly scalar.Scalar[]) =>
      read(1, [...rest.slice(0, position), ...n, ...rest.slice(position)]);
    const hits = idx
      .map((_, n) => scalar.call("eq", read(n + 2, steps), at[axes[n]]))
      .reduce((a, b) => scalar.call("and", a, b));
    if (mode === "add") {
      const value = valueAt(steps);
      const zero = scalar.constant(0, v.dtype);
      const added =
        over.length === 0
          ? scalar.call("where", hits, value, zero)
          : scalar.reduce("add", over, scalar.call("where", hits, value, zero));
      return scalar.call("add", read(0, at), added);
    }
    // The last writer of a place wins: its position is the largest that hits.
    const int = (value: number) => scalar.constant(value, "int32");
    let flat: scalar.Scalar = int(0);
    over.forEach((a, n) => {
      flat = scalar.indexAdd(scalar.indexMul(flat, scalar.extent(a.extent)), steps[n]);
    });
    const hit = scalar.call("where", hits, flat, int(-1));
    const writer = over.length === 0 ? hit : scalar.reduce("max", over, hit);
    let left: scalar.Scalar = scalar.call("max", writer, int(0));
    const place: scalar.Scalar[] = [];
    for (const a of [...over].reverse()) {
      place.unshift(scalar.indexMod(left, scalar.extent(a.extent)));
      left = scalar.indexDiv(left, scalar.extent(a.extent));
    }
    return scalar.call("where", scalar.call("ge", writer, int(0)), valueAt(place), read(0, at));
  },
  gradient: ({ dy, inputs: [base, v, ...idx], attrs: { mode, ...places } }) => [
    mode === "add"
      ? dy
      : makeNode(scatterOp, [dy, zerosLike(v), ...idx], { ...places, mode: "set" }),
    mode === "add"
      ? makeNode(gatherOp, [dy, ...idx], places)
      : lastWritersOnly(dy, base, v, idx, places),
    ...idx.map(() => undefined),
  ],
  notation: {
    text: ([base, v, ...idx], { mode, ...attrs }) => ({
      text: `${mode === "add" ? "inc" : "set"}Subtensor(${indexed([base, ...idx], attrs)}, ${v.text})`,
      precedence: precedence.atom,
    }),
    tex: ([base, v, ...idx], { mode, ...attrs }) => {
      const { letters, place } = placesTex(v, idx, attrs);
      const value = v.at(letters);
      const free = letters.filter((letter) => letter !== "0");
      if (mode === "set") {
        const all = free.length > 0 ? ` \\text{ for all } ${free.join(",\\,")}` : "";
        return {
          text: `\\left[${subscripted(base, place).text} := ${value.text}${all}\\right]`,
          precedence: precedence.atom,
        };
      }
      const sign = free.length > 0 ? `\\sum_{${free.join(",")}} ` : "";
      const terms = `${sign}${wrap(value, precedence.mul, true)}\\,\\mathbf{e}_{${place.join(",\\,")}}`;
      return base.text === "0"
        ? { text: terms, precedence: sign ? precedence.sum : precedence.mul }
        : { text: `${wrap(base, precedence.add, true)} + ${terms}`, precedence: precedence.add };
    },
    signs: [
      {
        mark: "\\mathbf{e}_",
        example: "\\mathbf{e}_{i,j}",
        meaning:
          "the array that is 1 at the index i, j and 0 elsewhere, with the shape of the result",
      },
      placedSign,
    ],
  },
  samples: (["add", "set"] as const).flatMap((mode) => [
    {
      inputs: [{ shape: [4, 3] }, { shape: [5, 3] }, index([5], 4)],
      attrs: { axes: [0], position: 0, mode },
    },
    {
      inputs: [{ shape: [4, 3] }, { shape: [6] }, index([6], 4), index([6], 3)],
      attrs: { axes: [0, 1], position: 0, mode },
    },
    {
      inputs: [{ shape: [2, 3, 2] }, { shape: [2, 2, 2] }, index([2], 3)],
      attrs: { axes: [1], position: 1, mode },
    },
  ]),
  edges: (["add", "set"] as const).flatMap((mode) => [
    {
      inputs: [{ shape: [4, 3] }, { shape: [0, 3] }, index([0], 4)],
      attrs: { axes: [0], position: 0, mode },
    },
    {
      inputs: [{ shape: [4, 0] }, { shape: [2, 0] }, index([2], 4)],
      attrs: { axes: [0], position: 0, mode },
    },
    {
      inputs: [{ shape: [1, 2] }, { shape: [3, 2] }, index([3], 1)],
      attrs: { axes: [0], position: 0, mode },
    },
  ]),
});

/** Of several writers of one place only the last has an effect: the others get no cotangent. */
function lastWritersOnly(
  dy: Node,
  base: Node,
  v: Node,
  idx: readonly Node[],
  where_: GatherAttrs,
): Node {
  const { position, axes } = where_;
  const shape = v.shape.slice(position, position + rankOf(idx.map((i) => i.type)));
  const count = staticSize(shape);
  if (count === undefined)
    return fail("ADJ2003", "setSubtensor: a named number of writers has no gradient");
  const numbers = reshape(arange(count), shape);
  const places = axes.map((axis) => base.shape[axis]);
  const all = { axes: axes.map((_, n) => n), position: 0 };
  const marked = makeNode(scatterOp, [broadcastTo(-1, places), numbers, ...idx], {
    ...all,
    mode: "set",
  });
  const wins = eq(makeNode(gatherOp, [marked, ...idx], all), numbers);
  const trailing = Array.from(
    { length: v.shape.length - position - shape.length },
    (_, i) => shape.length + i,
  );
  const cotangent = makeNode(gatherOp, [dy, ...idx], where_);
  return where(
    trailing.length > 0 ? expandDims(wins, trailing) : wins,
    cotangent,
    literal(0, dy.type.dtype),
  );
}
