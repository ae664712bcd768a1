/** NumPy's indexing: `at(x, i, span(a, b), newaxis, idx)`, and its writing counterparts. */

import { fail } from "../diagnostics/error.ts";
import { madeRange, makeNode, type Node, topological } from "../graph/node.ts";
import { type Dim, dimDifference, dimParts, dimPlus, isFloat } from "../graph/types.ts";
import { add, sub } from "./arithmetic.ts";
import { ge, logicalAnd, maximum, minimum, where } from "./comparison.ts";
import { oneHotOp } from "./creation.ts";
import { castTo } from "./elementwise.ts";
import { gatherOp, scatterOp } from "./gathering.ts";
import {
  checkIndex,
  type IndexItem,
  IndexMark,
  isArray,
  type PlainItem,
  plainItems,
  Span,
  sliceAxis,
  span,
} from "./index-items.ts";
import { affineOf, intRange } from "./index-range.ts";
import { asNode, literal, type Operand } from "./leaf.ts";
import { broadcastTo, dimshuffle, dimshuffleOp, lengthOf, lengthOp } from "./shape.ts";
import { putSliceOp, type SliceAttrs, sliceOp } from "./slicing.ts";

export {
  ellipsis,
  type IndexItem,
  type IndexMark,
  newaxis,
  type Span,
  span,
} from "./index-items.ts";

/** One view after the other, from the tensor that `at` was called on: what writing has to undo. */
interface View {
  readonly source: Node;
  readonly result: Node;
}

const views = new WeakMap<Node, readonly View[]>();

/** A whole number or an index array, where it stands among the items, and its axis. */
interface Picked {
  readonly place: number;
  readonly axis: number;
  readonly index: Node;
}

/**
 * NumPy's indexing: whole numbers, spans, new axes, index arrays, masks of known content.
 *
 * @throws ADJ1005 for an index out of range or of a wrong kind, ADJ1006 for a span whose length depends on a symbol
 */
export function at(x: Operand, ...items: readonly IndexItem[]): Node {
  const base = asNode(x);
  const plain = plainItems(base, items);
  const steps: View[] = [];
  let current = base;
  const step = (result: Node): void => {
    if (result !== current) steps.push({ source: current, result });
    current = result;
  };
  // Slices first, axis by axis; then index arrays all at once; then axes come and go.
  const advanced = plain.some(isArray);
  const picked: Picked[] = [];
  /** That there are rows which a loop may not have come to. */
  const conditions: Node[] = [];
  let axis = 0;
  for (const [place, item] of plain.entries()) {
    if (item instanceof IndexMark) continue;
    if (item instanceof Span) step(sliceAxis(current, axis, item));
    else {
      const given = checkIndex(asNode(item, "int32"), current, axis);
      const made = advanced ? undefined : madeRow(current, given, axis);
      const index = made?.index ?? given;
      if (made) conditions.push(made.exists);
      if (!advanced) step(makeNode(sliceOp, [current, index], { axis, length: 1, step: 1 }));
      picked.push({ place, axis, index });
    }
    axis++;
  }
  const gathered = advanced ? gatherPicked(current, plain, picked) : undefined;
  if (gathered) step(gathered.result);
  step(dimshuffle(current, gathered?.order ?? keptAxes(plain)));
  if (steps.length === 0) {
    // The whole of a tensor is a part of it as well, which can be written to.
    step(makeNode(dimshuffleOp, [base], { order: base.shape.map((_, i) => i) }));
  }
  if (conditions.length > 0)
    return where(
      conditions.reduce((a, b) => logicalAnd(a, b)),
      current,
      literal(Number.NaN, current.type.dtype),
    );
  views.set(current, steps);
  return current;
}

/**
 * A row by its number, or by its number from the end, of an axis that is as long as a loop has made steps:
 * whether there is one, and an index that is in range in any case. Undefined where the row is sure to be there.
 */
function madeRow(x: Node, index: Node, axis: number): { index: Node; exists: Node } | undefined {
  const range = madeRange(x, x.shape[axis]);
  const start = range && asDim(index);
  if (!range || start === undefined || !Number.isFinite(range.most)) return undefined;
  const length = lengthOf(x, axis);
  const needed =
    typeof start === "number" ? start + 1 : -Number(dimDifference(start, x.shape[axis]));
  if (!(needed > range.least)) return undefined;
  if (needed > range.most)
    fail(
      "ADJ1005",
      `at: there is no row ${typeof start === "number" ? start : -needed}: the loop makes ${range.most} steps at most`,
    );
  if (!isFloat(x.type.dtype))
    fail(
      "ADJ1005",
      "at: a row that the loop may not come to is NaN, which whole numbers have not",
      {
        hint: 'cast(x, "float32")',
      },
    );
  const inside =
    typeof start === "number"
      ? minimum(index, sub(length, 1))
      : maximum(index, literal(0, "int32"));
  return { index: castTo(inside, "int32"), exists: ge(length, needed) };
}

type Order = readonly (number | "x")[];

/** Without index arrays: axes that a whole number picks from are left out, new ones come in. */
function keptAxes(plain: readonly PlainItem[]): Order {
  let axis = 0;
  return plain.flatMap((item): Order => {
    if (item instanceof IndexMark) return ["x"];
    const own = axis++;
    return item instanceof Span ? [own] : [];
  });
}

/**
 * Index arrays broadcast together. NumPy puts their joint axes in their place if they stand side by
 * side, else in front; a span or a new axis between two of them sets them apart.
 */
function gatherPicked(
  x: Node,
  plain: readonly PlainItem[],
  picked: readonly Picked[],
): { result: Node; order: Order } {
  const [first] = picked;
  const together = picked.every((p, n) => p.place === first.place + n);
  const position = together
    ? plain.slice(0, first.place).filter((i) => i instanceof Span).length
    : 0;
  const axes = picked.map((p) => p.axis);
  const result = makeNode(gatherOp, [x, ...picked.map((p) => p.index)], { axes, position });
  const rank = result.shape.length - (x.shape.length - axes.length);
  const joint = Array.from({ length: rank }, (_, i) => position + i);
  let spans = 0;
  const order = plain.flatMap((item, place): Order => {
    if (item instanceof IndexMark) return ["x"];
    if (item instanceof Span) return [spans < position ? spans++ : rank + spans++];
    return together && place === first.place ? joint : [];
  });
  return { result, order: together ? order : [...joint, ...order] };
}

/** Rows a to b of the first axis: `at(x, span(a, b))`. */
export function slice(x: Operand, start?: Operand, stop?: Operand): Node {
  return at(x, span(start, stop));
}

/** Elements of an axis by position: `at(x, …, indices)`. The flattened tensor when no axis is given. */
export function take(x: Operand, indices: Operand, axis = 0): Node {
  const node = asNode(x);
  const place = axis < 0 ? axis + node.shape.length : axis;
  return at(node, ...Array.from({ length: place }, () => span()), indices);
}

function written(target: Operand, value: Operand, mode: "add" | "set"): Node {
  const what = mode === "add" ? "incSubtensor" : "setSubtensor";
  const view = asNode(target);
  const steps = views.get(view);
  if (!steps) {
    return fail(
      "ADJ1008",
      `${what}: the first argument must be at(x, …), slice(x, …) or take(x, …)`,
      {
        hint: `${what}(at(x, i), v) gives x with the element changed`,
      },
    );
  }
  const v = asNode(value, view.type.dtype);
  if (isFloat(v.type.dtype) && !isFloat(view.type.dtype)) {
    fail("ADJ1001", `${what}: ${v.type.dtype} does not fit into ${view.type.dtype}`);
  }
  let inner = broadcastTo(castTo(v, view.type.dtype), view.shape);
  // A view that only arranges axes is all of the tensor.
  if (mode === "add" && steps.every(isArranged)) inner = add(view, inner);
  for (const [n, { source, result }] of [...steps].reverse().entries()) {
    // Only the innermost write adds: the ones around it put the changed part back.
    inner = putBack(source, result, inner, n === 0 || isPlain(steps, n) ? mode : "set");
  }
  return inner;
}

/** Axes that only come and go before the innermost write do not count as one. */
function isPlain(steps: readonly View[], n: number): boolean {
  return [...steps].reverse().slice(0, n).every(isArranged);
}

const isArranged = ({ result }: View): boolean => result.op === dimshuffleOp;

function putBack(source: Node, result: Node, value: Node, mode: "add" | "set"): Node {
  if (result.op === sliceOp)
    return makeNode(putSliceOp, [source, value, result.inputs[1]], { ...result.attrs, mode });
  if (result.op === gatherOp)
    return makeNode(scatterOp, [source, value, ...result.inputs.slice(1)], {
      ...result.attrs,
      mode,
    });
  const order = result.attrs.order as readonly (number | "x")[];
  return dimshuffle(
    value,
    source.shape.map((_, i) => (order.indexOf(i) < 0 ? "x" : order.indexOf(i))),
  );
}

/** The tensor with part of it replaced: `setSubtensor(at(x, i), v)`. Of repeated indices the last one wins. */
export const setSubtensor = (target: Operand, value: Operand): Node =>
  written(target, value, "set");

/** The tensor with something added to part of it: `incSubtensor(at(x, i), v)`. Repeated indices add up. */
export const incSubtensor = (target: Operand, value: Operand): Node =>
  written(target, value, "add");

/** An index that must be shown to stay in its axis. */
export interface Obligation {
  /** The op that indexes, for its place in the model. */
  readonly user: Node;
  readonly index: Node;
  /** Length of the axis. */
  readonly dim: Dim;
  /** Elements that are read from there on: 1, or the length of a slice. */
  readonly span: Dim;
  /** For slices: from one element to the next. */
  readonly step: number;
  /** The index is so many places before the end: there must be as many. */
  readonly fromEnd?: number;
  /** A label outside of the range is a mistake, but reads nothing: what cannot be checked is let pass. */
  readonly optional?: true;
}

/** Indices of a node that are neither constant nor proved to be in range. */
export function obligationsOf(node: Node): Obligation[] {
  const isSlice = node.op === sliceOp || node.op === putSliceOp;
  if (isSlice) {
    const { axis, length, step, atMost } = node.attrs as SliceAttrs;
    const index = node.inputs.at(-1) as Node;
    const [x] = node.inputs;
    const dim = x.shape[axis];
    const range = length === 1 ? madeRange(node, dim) : undefined;
    if (range && isWithin(index, dim, range.least).every(Boolean)) return [];
    const fromEnd = length === 1 ? placesFromEnd(index, dim) : 0;
    if (fromEnd > leastOf(dim) && isGiven(x))
      return [{ user: node, index, dim, span: length, step, fromEnd }];
    return holds(index, dim, atMost ?? length, step)
      ? []
      : [{ user: node, index, dim, span: length, step }];
  }
  if (node.op === oneHotOp) {
    const [index] = node.inputs;
    const dim = node.attrs.classes as Dim;
    const obligation = { user: node, index, dim, span: 1, step: 1, optional: true } as const;
    return holds(index, dim, 1, 1) ? [] : [obligation];
  }
  const first = node.op === gatherOp ? 1 : node.op === scatterOp ? 2 : node.inputs.length;
  return node.inputs.slice(first).flatMap((index, n) => {
    const dim = node.inputs[0].shape[(node.attrs.axes as number[])[n]];
    return holds(index, dim, 1, 1) ? [] : [{ user: node, index, dim, span: 1, step: 1 }];
  });
}

/** An index as a dimension: `rows − 1` of a length and a number. */
function asDim(index: Node): Dim | undefined {
  const { terms, constant } = affineOf(index);
  const [[node, factor] = [undefined, 0], ...more] = terms;
  if (!node) return constant;
  if (more.length > 0 || factor !== 1 || node.op !== lengthOp) return undefined;
  return dimPlus(node.inputs[0].shape[node.attrs.axis as number], constant);
}

/** What a dimension is at least: sizes are not negative, so that `steps + 1` is 1 or more. */
const leastOf = (dim: Dim): number => (typeof dim === "number" ? dim : dimParts(dim).offset);

/** How many places before the end of its axis an index is; 0 for others. */
function placesFromEnd(index: Node, dim: Dim): number {
  const start = typeof dim === "string" ? asDim(index) : undefined;
  return start === undefined ? 0 : Math.max(0, -(dimDifference(start, dim) ?? 0));
}

/** Whether a value is made without loops, so that its sizes are those that a call brings. */
const isGiven = (x: Node): boolean => topological([x]).every((node) => !node.op.part);

/** Whether an index made of lengths and numbers is not negative, and is less than the axis is long. */
function isWithin(index: Node, dim: Dim, least: number): readonly [low: boolean, high: boolean] {
  const { op, inputs } = index;
  if (op.name === "cast") return isWithin(inputs[0], dim, least);
  if (op.name === "minimum" || op.name === "maximum") {
    const [a, b] = inputs.map((input) => isWithin(input, dim, least));
    return op.name === "minimum" ? [a[0] && b[0], a[1] || b[1]] : [a[0] || b[0], a[1] && b[1]];
  }
  const start = asDim(index);
  if (typeof start === "number") return [start >= 0, start < least];
  const after = start === undefined ? undefined : dimDifference(start, dim);
  return after === undefined ? [false, false] : [least + after >= 0, after < 0];
}

/** Slices of a named axis: they end where the axis does, or a known number of places before. */
function fits(index: Node, dim: Dim, length: Dim, step: number): boolean {
  const start = asDim(index);
  if (start === undefined || typeof dim !== "string") return false;
  if (step === -1) return start === dimPlus(dim, -1) && length === dim;
  if (step !== 1) return false;
  const end =
    typeof length === "number"
      ? dimPlus(start, length)
      : typeof start === "number"
        ? dimPlus(length, start)
        : undefined;
  if (typeof end === "number") return end <= leastOf(dim);
  const left = end === undefined ? undefined : dimDifference(dim, end);
  return left !== undefined && left >= 0;
}

function holds(index: Node, dim: Dim, length: Dim, step: number): boolean {
  if (fits(index, dim, length, step)) return true;
  const range = intRange(index);
  if (
    index.op.name === "arange" &&
    index.attrs.length === dim &&
    index.attrs.start === 0 &&
    index.attrs.step === 1
  )
    return true;
  if (!range || typeof dim !== "number" || typeof length !== "number" || range.min < 0)
    return false;
  return step > 0
    ? range.max + (length - 1) * step < dim
    : range.max < dim && range.min + (length - 1) * step >= 0;
}
