/** Tensors from nothing but their shape: zeros, ones, ranges, identity, one-hot. */

import { fail } from "../diagnostics/error.ts";
import { build } from "../graph/ndarray.ts";
import { makeNode, type Node } from "../graph/node.ts";
import {
  type Dim,
  type DType,
  dimPlus,
  floatX,
  isFloat,
  isInteger,
  type Shape,
} from "../graph/types.ts";
import * as scalar from "../kernels/scalar.ts";
import { asNode, checkIntegers, literal, type Operand } from "./leaf.ts";
import { functional, precedence, texDim, word } from "./notation.ts";
import { type AnyOp, op } from "./op.ts";
import { broadcastTo } from "./shape.ts";
import { elementAt } from "./subscripts.ts";

export interface CreationOptions {
  /** floatX (float32) when left out. */
  readonly dtype?: DType;
}

/** Dimensions as given: `zeros(784, 10)` or `zeros([784, 10])`, options last. */
function parseShape(args: readonly unknown[], what: string): { shape: Shape; dtype: DType } {
  const last = args.at(-1);
  const hasOptions = typeof last === "object" && last !== null && !Array.isArray(last);
  const dims = (hasOptions ? args.slice(0, -1) : args).flat() as Dim[];
  for (const dim of dims) {
    if (typeof dim !== "string" && !(Number.isInteger(dim) && dim >= 0 && dim < 2 ** 31)) {
      fail("ADJ1008", `${what}: ${String(dim)} is no dimension`, {
        hint: 'a dimension is a whole number or a name such as "rows"',
      });
    }
  }
  return {
    shape: dims,
    dtype: (hasOptions ? (last as CreationOptions).dtype : undefined) ?? floatX,
  };
}

type ShapeArguments = readonly (Dim | readonly Dim[] | CreationOptions)[];

/** All elements 0: `zeros(784, 10)`. */
export function zeros(...args: ShapeArguments): Node {
  const { shape, dtype } = parseShape(args, "zeros");
  return broadcastTo(literal(0, dtype), shape);
}

/** All elements 1. */
export function ones(...args: ShapeArguments): Node {
  const { shape, dtype } = parseShape(args, "ones");
  return broadcastTo(literal(1, dtype), shape);
}

/** All elements `value`. */
export function full(shape: readonly Dim[], value: Operand, { dtype }: CreationOptions = {}): Node {
  if (dtype && isInteger(dtype) && typeof value === "number") checkIntegers([value], [], dtype);
  return broadcastTo(asNode(value, dtype ?? floatX), parseShape([shape], "full").shape);
}

/** Shaped and typed like `x`, all 0. */
export const zerosLike = (x: Operand): Node => {
  const node = asNode(x);
  return broadcastTo(literal(0, node.type.dtype), node.shape);
};

/** Shaped and typed like `x`, all 1. */
export const onesLike = (x: Operand): Node => {
  const node = asNode(x);
  return broadcastTo(literal(1, node.type.dtype), node.shape);
};

type ArangeAttrs = { start: number; step: number; length: Dim; dtype: DType };

const arangeArguments = ({ start, step, length }: ArangeAttrs): string[] =>
  start === 0 && step === 1
    ? [String(length)]
    : [`${start}`, `${typeof length === "number" ? start + step * length : length}`, `${step}`];

export const arangeOp = op<ArangeAttrs>({
  name: "arange",
  cost: 0,
  infer: (_, { length, dtype }) => ({ dtype, shape: [length] }),
  evaluate: (_, { start, step }, { dtype, shape }) =>
    build(dtype, shape, ([i]) => start + step * i),
  lower: ({ attrs: { start, step, dtype } }, [i]) => {
    if (!isFloat(dtype)) {
      return scalar.indexAdd(
        scalar.constant(start, "int32"),
        scalar.indexMul(i, scalar.constant(step, "int32")),
      );
    }
    const scaled = scalar.call("mul", scalar.cast(i, dtype), scalar.constant(step, dtype));
    return scalar.call("add", scaled, scalar.constant(start, dtype));
  },
  gradient: () => [],
  notation: {
    ...functional<ArangeAttrs>("arange", "", arangeArguments),
    tex: (_, { start, step, length }) => {
      if (length === 0) return { text: "()", precedence: precedence.atom };
      const last =
        typeof length === "number"
          ? String(start + step * (length - 1))
          : elementAt(String(start), step, texDim(dimPlus(length, -1))).text;
      const first = [start, start + step].map(String).filter((text) => text !== last);
      const dots = length === 1 || length === 2 || length === 3 ? [] : ["\\dots"];
      const all = length === 3 ? [...first, last] : [...first, ...dots, last];
      return { text: `\\left(${all.join(",\\, ")}\\right)`, precedence: precedence.atom };
    },
    element: (_, { start, step }, [i]) => elementAt(String(start), step, i),
    byElement: true,
  },
  samples: [
    { inputs: [], attrs: { start: 0, step: 1, length: 4, dtype: "int32" } },
    { inputs: [], attrs: { start: 1, step: 2, length: 3, dtype: "int32" } },
  ],
  edges: [0, 1].map((length) => ({
    inputs: [],
    attrs: { start: 3, step: 2, length, dtype: "int32" as const },
  })),
});

/** 0, 1, …, n − 1 as int32; or from `start` to before `stop` by `step`. `n` may be a named size. */
export function arange(start: Dim, stop?: number, step = 1): Node {
  const from = stop === undefined ? 0 : Number(start);
  const length = stop === undefined ? start : Math.max(0, Math.ceil((stop - from) / step));
  if (typeof length === "number" && !(Number.isInteger(length) && length >= 0)) {
    fail("ADJ1008", `arange: ${String(start)} is no length`, {
      hint: 'arange(n) takes a whole number or a name such as "rows"',
    });
  }
  const dtype = Number.isInteger(from) && Number.isInteger(step) ? "int32" : floatX;
  return makeNode(arangeOp, [], { start: from, step, length, dtype });
}

type EyeAttrs = { rows: number; columns: number; diagonal: number; dtype: DType };

export const eyeOp = op<EyeAttrs>({
  name: "eye",
  cost: 1,
  infer: (_, { rows, columns, dtype }) => ({ dtype, shape: [rows, columns] }),
  evaluate: (_, { diagonal }, { dtype, shape }) =>
    build(dtype, shape, ([i, j]) => Number(j - i === diagonal)),
  lower: ({ attrs: { diagonal, dtype } }, [i, j]) =>
    scalar.call(
      "where",
      scalar.call("eq", scalar.indexAdd(i, scalar.constant(diagonal, "int32")), j),
      scalar.constant(1, dtype),
      scalar.constant(0, dtype),
    ),
  gradient: () => [],
  notation: {
    text: (_, { rows, columns, diagonal }) => ({
      text: `eye(${rows}, ${columns}, ${diagonal})`,
      precedence: precedence.atom,
    }),
    // The identity, or 1 where a condition holds.
    tex: (_, { rows, columns, diagonal }) => ({
      text:
        diagonal !== 0
          ? `\\left(\\left[j = i ${diagonal > 0 ? "+" : "-"} ${Math.abs(diagonal)}\\right]\\right)_{i,\\,j}`
          : `I_{${rows === columns ? rows : `${rows} \\times ${columns}`}}`,
      precedence: precedence.atom,
    }),
  },
  samples: [{ inputs: [], attrs: { rows: 3, columns: 4, diagonal: 1, dtype: "float64" } }],
  edges: [
    [0, 0],
    [0, 3],
    [1, 1],
    [3, 1],
  ].map(([rows, columns]) => ({
    inputs: [],
    attrs: { rows, columns, diagonal: 0, dtype: "float64" as const },
  })),
});

/** Ones on a diagonal (0 is the main one, positive ones above it), zeros elsewhere. */
export function eye(
  rows: number,
  columns = rows,
  diagonal = 0,
  { dtype = floatX }: CreationOptions = {},
): Node {
  return makeNode(eyeOp, [], { rows, columns, diagonal, dtype });
}

type OneHotAttrs = { classes: number; dtype: DType };

export const oneHotOp: AnyOp = op<OneHotAttrs>({
  name: "oneHot",
  cost: 1,
  vectorise: ([{ node: labels }], attrs) => makeNode(oneHotOp, [labels], attrs),
  infer: ([labels], { classes, dtype }) => ({ dtype, shape: [...labels.shape, classes] }),
  evaluate: ([labels], _, { dtype, shape }) =>
    build(dtype, shape, (index) =>
      Number(broadcastGetLabel(labels.data, labels.shape, index) === index[index.length - 1]),
    ),
  lower: ({ attrs: { dtype }, read }, index) =>
    scalar.cast(scalar.call("eq", index[index.length - 1], read(0, index.slice(0, -1))), dtype),
  gradient: () => [undefined],
  notation: {
    text: ([y], { classes }) => ({
      text: `oneHot(${y.text}, ${classes})`,
      precedence: precedence.atom,
    }),
    tex: ([y], { classes }) => ({
      text: `${word("onehot")}_{${classes}}\\left(${y.text}\\right)`,
      precedence: precedence.atom,
    }),
    element: ([y], _, index) => ({
      text: `\\left[${index[index.length - 1]} = ${y.at(index.slice(0, -1)).text}\\right]`,
      precedence: precedence.atom,
    }),
    signs: [
      {
        mark: word("onehot"),
        example: `${word("onehot")}_{n}(y)`,
        meaning: "the array of n columns that is 1 in column y_i of row i, and 0 elsewhere",
      },
    ],
  },
  samples: [
    {
      inputs: [{ shape: [4], dtype: "int32", domain: [0, 3] }],
      attrs: { classes: 3, dtype: "float64" },
    },
  ],
  edges: [
    { inputs: [{ shape: [0], dtype: "int32" }], attrs: { classes: 3, dtype: "float64" } },
    {
      inputs: [{ shape: [2], dtype: "int32", domain: [0, 1] }],
      attrs: { classes: 1, dtype: "float64" },
    },
    {
      inputs: [{ shape: [1], dtype: "int32", domain: [0, 3] }],
      attrs: { classes: 3, dtype: "float64" },
    },
  ],
});

function broadcastGetLabel(
  data: Float64Array,
  shape: readonly number[],
  index: readonly number[],
): number {
  let offset = 0;
  for (let i = 0; i < shape.length; i++) offset = offset * shape[i] + index[i];
  return data[offset];
}

/** A row per label: 1 at the label, 0 elsewhere; labels int, 0 ≤ label < classes. */
export function oneHot(
  labels: Operand,
  classes: number,
  { dtype = floatX }: CreationOptions = {},
): Node {
  const node = asNode(labels, "int32");
  if (isFloat(node.type.dtype) || node.type.dtype === "bool") {
    fail("ADJ1005", `oneHot: labels must be integers, not ${node.type.dtype}`, {
      hint: 'cast(labels, "int32")',
    });
  }
  return makeNode(oneHotOp, [node], { classes, dtype });
}
