/** Slices along an axis: reading, writing over, and adding to them. */

import { build, offsetOf } from "../graph/ndarray.ts";
import { makeNode, type Node } from "../graph/node.ts";
import { dimPlus } from "../graph/types.ts";
import * as scalar from "../kernels/scalar.ts";
import { zerosLike } from "./creation.ts";
import { sumOf } from "./laws.ts";
import { precedence, texDim } from "./notation.ts";
import { type AnyOp, op, type Shown } from "./op.ts";
import { repeated } from "./shape.ts";
import { elementAt, placedSign, subscripted } from "./subscripts.ts";

export type SliceAttrs = {
  axis: number;
  length: number | string;
  step: number;
  /** A named length is at most this: a loop with `until` makes at most so many steps. */
  atMost?: number;
};
export type PutSliceAttrs = SliceAttrs & { mode: "add" | "set" };

/** Place in the operand of element `i` of the slice. */
const place = (start: scalar.Scalar, i: scalar.Scalar, step: number): scalar.Scalar =>
  scalar.indexAdd(start, scalar.indexMul(i, scalar.constant(step, "int32")));

const sliceText = (x: string, start: string, { axis, length, step }: SliceAttrs): string =>
  `slice(${x}, ${start}, ${length}${axis === 0 && step === 1 ? "" : `, { axis: ${axis}, step: ${step} }`})`;

/** `[1,\, 101)`, `(4,\, 3,\, \dots,\, 0)` or one place. */
function texRange(start: string, { length, step }: SliceAttrs): string {
  if (step === 1 || length === 1) return `[${start},\\, ${sumOf(start, texDim(length))})`;
  const last = elementAt(start, step, texDim(dimPlus(length, -1))).text;
  const known = Number(start) + step * (Number(length) - 1);
  const second = sumOf(start, String(Math.abs(step)), step < 0 ? "-" : "+");
  const end = Number.isNaN(known) ? last : String(known);
  const all =
    length === 2 ? [start, end] : [start, second, ...(length === 3 ? [] : ["\\dots"]), end];
  return `(${all.join(",\\, ")})`;
}

/** The places of a slice along all axes. */
const texPlaces = (x: Shown, start: string, slice: SliceAttrs): string[] =>
  x.type.shape.map((_, axis) => (axis === slice.axis ? texRange(start, slice) : ":"));

/** out[…, i, …] = x[…, start + step·i, …] along one axis. */
export const sliceOp: AnyOp = op<SliceAttrs>({
  name: "slice",
  movement: true,
  cost: 0,
  isRows: ({ axis, step }) => axis === 0 && step === 1,
  vectorise: ([x, start], { axis, ...slice }) =>
    start.stacked
      ? undefined
      : makeNode(sliceOp, [x.node, start.node], { axis: axis + 1, ...slice }),
  infer: ([x], { axis, length }) => ({
    dtype: x.dtype,
    shape: x.shape.map((dim, i) => (i === axis ? length : dim)),
  }),
  evaluate: ([x, start], { axis, step }, { dtype, shape }) =>
    build(dtype, shape, (index) => {
      const from = index.map((i, n) => (n === axis ? start.data[0] + step * i : i));
      return x.data[offsetOf(from, x.shape)];
    }),
  lower: ({ attrs: { axis, step }, read }, index) =>
    read(
      0,
      index.map((i, n) => (n === axis ? place(read(1, []), i, step) : i)),
    ),
  gradient: ({ dy, inputs: [x, start], attrs }) => [
    makeNode(putSliceOp, [zerosLike(x), dy, start], { ...attrs, mode: "add" }),
    undefined,
  ],
  notation: {
    text: ([x, start], attrs) => ({
      text: sliceText(x.text, start.text, attrs),
      precedence: precedence.atom,
    }),
    // Slices along several axes are written as one.
    tex: ([x, start], slice) => {
      const of = x.part?.places[slice.axis] === ":" ? x.part.of : x;
      const before = of === x ? undefined : x.part?.places;
      const places = texPlaces(x, start.text, slice).map((place, axis) =>
        axis === slice.axis ? place : (before?.[axis] ?? ":"),
      );
      const axes = [
        ...(of === x ? [] : (x.squeezed?.axes ?? [])),
        ...(slice.length === 1 ? [slice.axis] : []),
      ];
      const single = places.map((place, axis) =>
        axes.includes(axis) ? (place.match(/^\[(.*),\\,/)?.[1] ?? place) : place,
      );
      return {
        ...subscripted(of, places),
        part: { of, places },
        ...(axes.length > 0 ? { squeezed: { axes, printed: subscripted(of, single) } } : {}),
      };
    },
    element: ([x, start], { axis, step }, index) =>
      x.at(index.map((i, n) => (n === axis ? elementAt(start.text, step, i).text : i))),
  },
  samples: [
    {
      inputs: [{ shape: [5, 3] }, { shape: [], dtype: "int32", domain: [1, 2] }],
      attrs: { axis: 0, length: 3, step: 1 },
    },
    {
      inputs: [{ shape: [2, 6] }, { shape: [], dtype: "int32", domain: [0, 1] }],
      attrs: { axis: 1, length: 3, step: 2 },
    },
    {
      inputs: [{ shape: [4] }, { shape: [], dtype: "int32", domain: [3, 4] }],
      attrs: { axis: 0, length: 4, step: -1 },
    },
  ],
  edges: [
    {
      inputs: [{ shape: [4, 3] }, { shape: [], dtype: "int32" as const, domain: [0, 1] as const }],
      attrs: { axis: 0, length: 0, step: 1 },
    },
    {
      inputs: [{ shape: [4, 0] }, { shape: [], dtype: "int32" as const, domain: [0, 1] as const }],
      attrs: { axis: 0, length: 3, step: 1 },
    },
    {
      inputs: [{ shape: [1, 3] }, { shape: [], dtype: "int32" as const, domain: [0, 1] as const }],
      attrs: { axis: 0, length: 1, step: 1 },
    },
    {
      inputs: [{ shape: [4] }, { shape: [], dtype: "int32" as const, domain: [0, 1] as const }],
      attrs: { axis: 0, length: 1, step: -1 },
    },
  ],
});

/** `base` with `v` added to a slice of it, or written over it. */
export const putSliceOp: AnyOp = op<PutSliceAttrs>({
  name: "putSlice",
  linear: true,
  cost: 3,
  reads: () => 1,
  vectorise: ([base, v, start], attrs) => {
    if (start.stacked) return undefined;
    const [steps] = (base.stacked ? base : v).node.shape;
    return makeNode(putSliceOp, [repeated(base, steps), repeated(v, steps), start.node], {
      ...attrs,
      axis: attrs.axis + 1,
    });
  },
  infer: ([base]) => base,
  evaluate: ([base, v, start], { axis, length, step, mode }, { dtype, shape }) => {
    const out = base.data.slice();
    const n = typeof length === "number" ? length : v.shape[axis];
    const slice = shape.map((dim, i) => (i === axis ? n : dim));
    build(dtype, slice, (index, i) => {
      const at = offsetOf(
        index.map((x, k) => (k === axis ? start.data[0] + step * x : x)),
        shape,
      );
      out[at] = mode === "add" ? out[at] + v.data[i] : v.data[i];
      return 0;
    });
    return { dtype, shape, data: out };
  },
  lower: ({ attrs: { axis, length, step, mode }, read }, index) => {
    const int = (value: number) => scalar.constant(value, "int32");
    const from = scalar.indexSub(index[axis], read(2, []));
    const forward = step > 0 ? from : scalar.indexSub(int(0), from);
    const size = int(Math.abs(step));
    const inside = scalar.and(
      scalar.compare("ge", forward, int(0)),
      scalar.compare("lt", forward, scalar.indexMul(scalar.extent(length), size)),
    );
    const onStep =
      Math.abs(step) === 1
        ? inside
        : scalar.and(inside, scalar.call("eq", scalar.call("mod", forward, size), int(0)));
    const at = Math.abs(step) === 1 ? forward : scalar.call("div", forward, size);
    const base = read(0, index);
    const v = read(
      1,
      index.map((i, n) => (n === axis ? at : i)),
    );
    // Onto zeros, adding is setting.
    const isZero = base.kind === "const" && base.value === 0;
    const put = mode === "add" && !isZero ? scalar.call("add", base, v) : v;
    return onStep.kind === "const" ? put : scalar.call("where", onStep, put, base);
  },
  gradient: ({ dy, inputs: [base, , start], attrs: { mode, ...slice } }) => [
    mode === "add"
      ? dy
      : makeNode(putSliceOp, [dy, zerosSlice(base, start, slice), start], {
          ...slice,
          mode: "set",
        }),
    makeNode(sliceOp, [dy, start], slice),
    undefined,
  ],
  notation: {
    text: ([base, v, start], attrs) => ({
      text: `${attrs.mode === "add" ? "inc" : "set"}Subtensor(${sliceText(base.text, start.text, attrs)}, ${v.text})`,
      precedence: precedence.atom,
    }),
    tex: ([base, v, start], { mode, ...slice }) => {
      const places = texPlaces(base, start.text, slice);
      if (mode === "add" && base.text === "0")
        return {
          text: `\\left[${v.text} \\text{ at } ${places.join(",\\,")}\\right]`,
          precedence: precedence.atom,
        };
      const sign = mode === "add" ? "\\mathrel{+}=" : ":=";
      return {
        text: `\\left[${subscripted(base, places).text} ${sign} ${v.text}\\right]`,
        precedence: precedence.atom,
      };
    },
    signs: [
      placedSign,
      {
        mark: "\\text{ at }",
        example: "\\left[v \\text{ at } a\\right]",
        meaning: "v in the place a, and 0 elsewhere",
      },
      {
        mark: "\\mathrel{+}=",
        example: "\\left[x_{a} \\mathrel{+}= v\\right]",
        meaning: "x with v added in the place a",
      },
    ],
  },
  samples: (["add", "set"] as const).flatMap((mode) => [
    {
      inputs: [
        { shape: [5, 2] },
        { shape: [3, 2] },
        { shape: [], dtype: "int32" as const, domain: [1, 2] as const },
      ],
      attrs: { axis: 0, length: 3, step: 1, mode },
    },
    {
      inputs: [
        { shape: [6] },
        { shape: [3] },
        { shape: [], dtype: "int32" as const, domain: [0, 1] as const },
      ],
      attrs: { axis: 0, length: 3, step: 2, mode },
    },
  ]),
  edges: (["add", "set"] as const).flatMap((mode) => [
    {
      inputs: [
        { shape: [4, 3] },
        { shape: [0, 3] },
        { shape: [], dtype: "int32" as const, domain: [0, 1] as const },
      ],
      attrs: { axis: 0, length: 0, step: 1, mode },
    },
    {
      inputs: [
        { shape: [4, 0] },
        { shape: [3, 0] },
        { shape: [], dtype: "int32" as const, domain: [0, 1] as const },
      ],
      attrs: { axis: 0, length: 3, step: 1, mode },
    },
    {
      inputs: [
        { shape: [1, 2] },
        { shape: [1, 2] },
        { shape: [], dtype: "int32" as const, domain: [0, 1] as const },
      ],
      attrs: { axis: 0, length: 1, step: 1, mode },
    },
  ]),
});

function zerosSlice(base: Node, start: Node, slice: SliceAttrs): Node {
  return zerosLike(makeNode(sliceOp, [base, start], slice));
}
