/**
 * Order along an axis. The place of an element is how many come before it: a count that every target can
 * compute for each element by itself. Stable, and NaN comes last, as in NumPy.
 */

import { fail } from "../diagnostics/error.ts";
import { alongAxis, type NDArray } from "../graph/ndarray.ts";
import { makeNode, type Node, role } from "../graph/node.ts";
import { formatShape, normaliseAxis, roughVolume } from "../graph/types.ts";
import * as scalar from "../kernels/scalar.ts";
import { eq, where } from "./comparison.ts";
import { arange } from "./creation.ts";
import { at, span } from "./indexing.ts";
import { asNode, literal, type Operand } from "./leaf.ts";
import { precedence, word } from "./notation.ts";
import { type AnyOp, type Notation, op, type Sample } from "./op.ts";
import { sum } from "./reduction.ts";
import { dimshuffle, expandDims, flatten } from "./shape.ts";
import { axisMark, axisSign } from "./subscripts.ts";

type OrderAttrs = { axis: number; descending: boolean };

/** Whether the element with value `a` at place `i` comes before that with `b` at `j`. */
function precedes(a: number, i: number, b: number, j: number, descending: boolean): boolean {
  if (Number.isNaN(b)) return !Number.isNaN(a) || i < j;
  return (descending ? a > b : a < b) || (a === b && i < j);
}

/** The permutation that sorts a line. */
function sortedPlaces(line: readonly number[], descending: boolean): number[] {
  return line
    .map((_, i) => i)
    .sort((i, j) => (precedes(line[i], i, line[j], j, descending) ? -1 : 1));
}

const notation = (name: string): Notation<OrderAttrs> => ({
  text: ([x], { axis, descending }) => ({
    text: `${name}(${x.text}, ${axis}${descending ? ", { descending: true }" : ""})`,
    precedence: precedence.atom,
  }),
  tex: ([x], { axis, descending }) => ({
    text: `${word(name)}${axisMark(axis, x)}${descending ? "^{\\downarrow}" : ""}\\left(${x.text}\\right)`,
    precedence: precedence.atom,
  }),
  signs: [
    {
      mark: word(name),
      example: `${word(name)}(x)`,
      meaning:
        {
          sort: "the elements along the last axis in rising order, with ↓ in falling order",
          argsort:
            "where the elements of the sorted array stand in x, along the last axis; with ↓ in falling order",
        }[name] ??
        "where the elements of x stand in the sorted array, along the last axis; with ↓ in falling order",
    },
    axisSign,
  ],
});

const samples: Sample<OrderAttrs>[] = [
  { inputs: [{ shape: [5] }], attrs: { axis: 0, descending: false } },
  { inputs: [{ shape: [3, 4] }], attrs: { axis: 1, descending: true } },
  { inputs: [{ shape: [4, 2, 2] }], attrs: { axis: 0, descending: false } },
  // Many ties.
  {
    inputs: [{ shape: [8], dtype: "int32", domain: [0, 3] }],
    attrs: { axis: 0, descending: true },
  },
];

const perLine = (
  x: NDArray,
  { axis }: OrderAttrs,
  f: (line: readonly number[]) => readonly number[],
): Float64Array => alongAxis(x, axis, f).data;

const alongNextAxis: NonNullable<AnyOp["vectorise"]> = ([{ node: x }], attrs, { op: self }) =>
  makeNode(self, [x], { ...attrs, axis: (attrs.axis as number) + 1 });

/** How many elements of its line come before each element: its place when the line is sorted. */
export const rankOp: AnyOp = op<OrderAttrs>({
  name: "rank",
  reduces: "elements",
  cost: 4,
  reads: ([x], { axis }) => 1 + roughVolume([x.shape[axis]]),
  infer: ([x]) => ({ dtype: "int32", shape: x.shape }),
  evaluate: ([x], attrs, { dtype, shape }) => ({
    dtype,
    shape,
    data: perLine(x, attrs, (line) => {
      const places = sortedPlaces(line, attrs.descending);
      return line.map((_, i) => places.indexOf(i));
    }),
  }),
  lower: ({ attrs: { axis, descending }, inputs: [x], read, axis: newAxis }, index) => {
    const over = newAxis(x.shape[axis]);
    const j = scalar.axisIndex(over);
    const value = read(0, index);
    const other = read(
      0,
      index.map((i, n) => (n === axis ? j : i)),
    );
    const both = (a: scalar.Scalar, b: scalar.Scalar) => scalar.call("and", a, b);
    const one = (a: scalar.Scalar, b: scalar.Scalar) => scalar.call("or", a, b);
    const earlier = scalar.call("lt", j, index[axis]);
    const tied = both(scalar.call("eq", other, value), earlier);
    const ordered = one(scalar.call(descending ? "gt" : "lt", other, value), tied);
    const isMissing = scalar.call("ne", value, value);
    const beforeNaN = one(scalar.call("eq", other, other), earlier);
    const before = x.dtype.startsWith("float") ? one(ordered, both(isMissing, beforeNaN)) : ordered;
    return scalar.reduce("add", [over], scalar.cast(before, "int32"));
  },
  bounds: ([x], { axis }) => indicesOf(x.shape[axis]),
  gradient: () => [undefined],
  vectorise: alongNextAxis,
  notation: notation("rank"),
  samples,
});

const indicesOf = (dim: number | string) =>
  typeof dim === "number" ? { min: 0, max: dim - 1 } : undefined;

/** Where element i (along `axis`) has place r (along the axis after it). */
function matches(rank: Node, axis: number): Node {
  const places = arange(rank.shape[axis]);
  const order = [...rank.shape, 1].map((_, n) => (n === axis + 1 ? 0 : ("x" as const)));
  return eq(expandDims(rank, axis + 1), dimshuffle(places, order));
}

const rankOf = (x: Node, attrs: OrderAttrs): Node => role(makeNode(rankOp, [x], attrs), "rank");

/** Σ over `axis` of the values that match; all others count as 0, whatever they are. */
const chosen = (hits: Node, values: Node, axis: number): Node =>
  sum(where(hits, values, literal(0, values.type.dtype)), axis);

export const argsortOp: AnyOp = op<OrderAttrs>({
  name: "argsort",
  cost: 30,
  infer: ([x]) => ({ dtype: "int32", shape: x.shape }),
  evaluate: ([x], attrs, { dtype, shape }) => ({
    dtype,
    shape,
    data: perLine(x, attrs, (line) => sortedPlaces(line, attrs.descending)),
  }),
  expand: ([x], attrs) => {
    const { axis } = attrs;
    const order = [...x.shape, 1].map((_, n) => (n === axis ? 0 : ("x" as const)));
    return chosen(matches(rankOf(x, attrs), axis), dimshuffle(arange(x.shape[axis]), order), axis);
  },
  bounds: ([x], { axis }) => indicesOf(x.shape[axis]),
  gradient: () => [undefined],
  vectorise: alongNextAxis,
  notation: notation("argsort"),
  samples,
});

export const sortOp: AnyOp = op<OrderAttrs>({
  name: "sort",
  cost: 30,
  infer: ([x]) => x,
  evaluate: ([x], attrs, { dtype, shape }) => ({
    dtype,
    shape,
    data: perLine(x, attrs, (line) => sortedPlaces(line, attrs.descending).map((i) => line[i])),
  }),
  expand: ([x], attrs) => {
    const { axis } = attrs;
    return chosen(matches(rankOf(x, attrs), axis), expandDims(x, axis + 1), axis);
  },
  // dxᵢ = dy at the place of xᵢ
  gradient: ({ dy, inputs: [x], attrs }) => {
    const { axis } = attrs;
    return [chosen(matches(rankOf(x, attrs), axis), expandDims(dy, axis), axis + 1)];
  },
  // The tangents in the order of the values.
  pushforward: ({ tangents: [t], inputs: [x], attrs }) =>
    t && chosen(matches(rankOf(x, attrs), attrs.axis), expandDims(t, attrs.axis + 1), attrs.axis),
  vectorise: alongNextAxis,
  notation: notation("sort"),
  samples,
});

export interface SortOptions {
  /** The largest first; equal elements keep their order, and NaN still comes last. */
  readonly descending?: boolean;
}

const along =
  (record: AnyOp) =>
  (x: Operand, axis: number | null = -1, { descending = false }: SortOptions = {}): Node => {
    const node = axis === null ? flatten(x) : asNode(x);
    const place = normaliseAxis(
      axis ?? 0,
      node.shape.length,
      `${record.name} of ${formatShape(node.shape)}`,
    );
    return makeNode(record, [node], { axis: place, descending });
  };

/** Sorted along an axis: the last when left out, flattened when null. */
export const sort = along(sortOp);

/** The indices (int32) that sort along an axis. */
export const argsort = along(argsortOp);

export interface TopkOptions {
  /** The k smallest instead. */
  readonly smallest?: boolean;
}

/**
 * The k largest elements along an axis (the last when left out), largest first, and their indices. Of
 * equal ones the first come first; NaN is chosen last.
 *
 * @throws ADJ1008 unless 0 ≤ k ≤ the length of the axis
 */
export function topk(
  x: Operand,
  k: number,
  axis = -1,
  { smallest = false }: TopkOptions = {},
): [Node, Node] {
  const node = asNode(x);
  const place = normaliseAxis(axis, node.shape.length, `topk of ${formatShape(node.shape)}`);
  const dim = node.shape[place];
  if (!Number.isInteger(k) || k < 0 || (typeof dim === "number" && k > dim)) {
    fail(
      "ADJ1008",
      `topk: there are no ${k} elements along axis ${place} of ${formatShape(node.shape)}`,
    );
  }
  const first = (ordered: Node): Node =>
    at(ordered, ...Array.from({ length: place }, () => span()), span(0, k));
  const options = { descending: !smallest };
  return [first(sort(node, place, options)), first(argsort(node, place, options))];
}
