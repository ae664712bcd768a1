/** NumPy's indexing: `at(x, i, span(a, b), newaxis, idx)`, and its writing counterparts. */

import { fail } from "../diagnostics/error.ts";
import { isNode, makeNode, type Node } from "../graph/node.ts";
import { type Dim, formatShape, isFloat } from "../graph/types.ts";
import { oneHotOp } from "./creation.ts";
import { castTo } from "./elementwise.ts";
import { gatherOp, scatterOp } from "./gathering.ts";
import { constantDifference, intRange } from "./index-range.ts";
import { asNode, constantValue, type Operand } from "./leaf.ts";
import { broadcastTo, dimshuffle } from "./shape.ts";
import { putSliceOp, sliceOp } from "./slicing.ts";

/** A range of an axis: start, stop (left out: the end) and step, as Python's `start:stop:step`. */
export class Span {
  readonly start: Operand | undefined;
  readonly stop: Operand | undefined;
  readonly step: number;

  constructor(start: Operand | undefined, stop: Operand | undefined, step: number) {
    this.start = start;
    this.stop = stop;
    this.step = step;
  }
}

/** `span(a, b)` is Python's `a:b`, `span()` the whole axis, `span(undefined, undefined, -1)` reversed. */
export function span(start?: Operand, stop?: Operand, step = 1): Span {
  if (!Number.isInteger(step) || step === 0)
    fail("ADJ1005", `span: the step must be a whole number that is not 0, got ${step}`);
  return new Span(start, stop, step);
}

/** A new axis of length 1. */
export const newaxis: unique symbol = Symbol("newaxis");
/** As many whole axes as are left over. */
export const ellipsis: unique symbol = Symbol("ellipsis");

export type IndexItem = Operand | Span | typeof newaxis | typeof ellipsis | null;

/** One view after the other, from the tensor that `at` was called on: what writing has to undo. */
interface View {
  readonly source: Node;
  readonly result: Node;
}

const views = new WeakMap<Node, readonly View[]>();

/**
 * NumPy's indexing: whole numbers, spans, new axes, index arrays, masks of known content.
 *
 * @throws ADJ1005 for an index out of range or of a wrong kind, ADJ1006 for a span whose length depends on a symbol
 */
export function at(x: Operand, ...items: readonly IndexItem[]): Node {
  const base = asNode(x);
  const steps: View[] = [];
  let current = base;
  const step = (result: Node): void => {
    if (result !== current) steps.push({ source: current, result });
    current = result;
  };
  const full = expandEllipsis(base, items.flatMap(expandMask));
  const arrays = full.some((item) => isArray(item));
  // Slices first, axis by axis; then index arrays all at once; then axes come and go.
  const picked: { axis: number; index: Node }[] = [];
  const dropped = new Set<number>();
  const layout: (number | "x")[] = [];
  let axis = 0;
  for (const item of full) {
    if (item === newaxis || item === null) {
      layout.push("x");
      continue;
    }
    if (item instanceof Span) step(sliceAxis(current, axis, item));
    else {
      const index = checkIndex(asNode(item as Operand, "int32"), current, axis);
      if (arrays) picked.push({ axis, index });
      else {
        step(makeNode(sliceOp, [current, index], { axis, length: 1, step: 1 }));
        dropped.add(axis);
      }
    }
    if (!dropped.has(axis)) layout.push(axis);
    axis++;
  }
  if (picked.length > 0) {
    if (layout.includes("x"))
      fail(
        "ADJ1005",
        "at: newaxis cannot stand beside index arrays; write expandDims(at(…), axis)",
      );
    const axes = picked.map((p) => p.axis);
    const neighbours = axes.every((a, n) => n === 0 || a === axes[n - 1] + 1);
    step(
      makeNode(gatherOp, [current, ...picked.map((p) => p.index)], {
        axes,
        position: neighbours ? axes[0] : 0,
      }),
    );
  } else step(dimshuffle(current, layout));
  if (steps.length > 0) views.set(current, steps);
  return current;
}

const isArray = (item: IndexItem): boolean =>
  !(item instanceof Span) &&
  typeof item === "object" &&
  item !== null &&
  (isNode(item) ? item.shape.length > 0 : true);

/** A mask of known content is an index array for each of its axes. */
function expandMask(item: IndexItem): IndexItem[] {
  if (item instanceof Span || typeof item !== "object" || item === null) return [item];
  const node = isNode(item) ? item : asNode(item as Operand);
  const isMask = node.type.dtype === "bool" || (!isNode(item) && isBooleans(item as Operand));
  if (!isMask) return [item];
  if (node.op.name !== "constant" || node.shape.length === 0) {
    return fail(
      "ADJ1005",
      "at: a mask that depends on symbols would give a shape that depends on values",
      {
        hint: "use where(mask, x, 0), or multiply by the mask",
      },
    );
  }
  const shape = node.shape as readonly number[];
  const values = node.attrs.value as readonly number[];
  const hits = values.flatMap((v, i) => (v !== 0 ? [i] : []));
  return shape.map((_, axis) => {
    const stride = shape.slice(axis + 1).reduce((n, d) => n * d, 1);
    return hits.map((i) => Math.floor(i / stride) % shape[axis]);
  });
}

function isBooleans(value: unknown): boolean {
  return Array.isArray(value)
    ? value.length > 0 && value.every(isBooleans)
    : typeof value === "boolean";
}

function expandEllipsis(x: Node, items: readonly IndexItem[]): IndexItem[] {
  const used = items.filter(
    (item) => item !== newaxis && item !== null && item !== ellipsis,
  ).length;
  const rest = x.shape.length - used;
  if (rest < 0) {
    fail(
      "ADJ1005",
      `at: ${used} indices for ${formatShape(x.shape)}, which has ${x.shape.length} axes`,
    );
  }
  const places = items.filter((item) => item === ellipsis).length;
  if (places > 1) fail("ADJ1005", "at: only one ellipsis can be filled in");
  const whole = Array.from({ length: rest }, () => span());
  return places === 0
    ? [...items, ...whole]
    : items.flatMap((item) => (item === ellipsis ? whole : [item]));
}

/** Whole numbers only; constants are wrapped from the end and checked against the axis. */
function checkIndex(index: Node, x: Node, axis: number): Node {
  if (isFloat(index.type.dtype) || index.type.dtype === "bool") {
    fail(
      "ADJ1005",
      `at: ${nameOf(index)} is ${index.type.dtype}; an index must be a whole number`,
      { hint: 'cast(i, "int32")' },
    );
  }
  const dim = x.shape[axis];
  if (index.op.name !== "constant" || typeof dim !== "number") return index;
  const values = [index.attrs.value].flat() as number[];
  const bad = values.find((v) => v < -dim || v >= dim);
  if (bad !== undefined) {
    fail("ADJ1005", `at: index ${bad} is out of range for axis ${axis} of ${formatShape(x.shape)}`);
  }
  if (values.every((v) => v >= 0)) return index;
  const wrapped = values.map((v) => (v < 0 ? v + dim : v));
  return makeNode(index.op, [], {
    ...index.attrs,
    value: typeof index.attrs.value === "number" ? wrapped[0] : wrapped,
  });
}

const nameOf = (node: Node): string => node.label?.name ?? "the index";

/** One axis sliced as Python does: bounds that are known are clamped, others must be a known length apart. */
function sliceAxis(x: Node, axis: number, { start, stop, step }: Span): Node {
  const dim = x.shape[axis];
  if (start === undefined && stop === undefined && step === 1) return x;
  const [from, to] = [start, stop].map((b) =>
    b === undefined ? undefined : checkBound(asNode(b, "int32")),
  );
  const known = [from, to].every((b) => b === undefined || constantValue(b) !== undefined);
  if (known && typeof dim === "number") {
    const bound = (b: Node | undefined, otherwise: number): number => {
      if (b === undefined) return otherwise;
      const v = constantValue(b) as number;
      const wrapped = v < 0 ? v + dim : v;
      return step > 0
        ? Math.min(Math.max(wrapped, 0), dim)
        : Math.min(Math.max(wrapped, -1), dim - 1);
    };
    const first = bound(from, step > 0 ? 0 : dim - 1);
    const last = bound(to, step > 0 ? dim : -1);
    const length = Math.max(0, Math.ceil((last - first) / step));
    if (first === 0 && length === dim && step === 1) return x;
    return makeNode(sliceOp, [x, asNode(first, "int32")], { axis, length, step });
  }
  const begin = from ?? (step > 0 ? asNode(0, "int32") : undefined);
  const length = begin && to ? constantDifference(begin, to) : undefined;
  if (
    begin === undefined ||
    length === undefined ||
    [begin, to].some((b) => b && (constantValue(b) ?? 0) < 0)
  ) {
    return fail(
      "ADJ1006",
      `slice: the length of axis ${axis} of ${formatShape(x.shape)} depends on a value that is not known when the model is compiled`,
      {
        hint: "write both bounds with a fixed distance: slice(x, i * n, (i + 1) * n)",
      },
    );
  }
  return makeNode(sliceOp, [x, begin], {
    axis,
    length: Math.max(0, Math.ceil(length / step)),
    step,
  });
}

function checkBound(bound: Node): Node {
  if (isFloat(bound.type.dtype) || bound.shape.length > 0) {
    fail(
      "ADJ1005",
      `slice: ${nameOf(bound)} is ${bound.type.dtype}${formatShape(bound.shape)}; a bound must be a whole number`,
    );
  }
  return bound;
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
  for (const [n, { source, result }] of [...steps].reverse().entries()) {
    // Only the innermost write adds: the ones around it put the changed part back.
    inner = putBack(source, result, inner, n === 0 || isPlain(steps, n) ? mode : "set");
  }
  return inner;
}

/** Axes that only come and go before the innermost write do not count as one. */
function isPlain(steps: readonly View[], n: number): boolean {
  return [...steps]
    .reverse()
    .slice(0, n)
    .every(({ result }) => result.op.name === "dimshuffle");
}

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
  /** A label outside of the range is a mistake, but reads nothing: what cannot be checked is let pass. */
  readonly optional?: true;
}

/** Indices of a node that are neither constant nor proved to be in range. */
export function obligationsOf(node: Node): Obligation[] {
  const isSlice = node.op === sliceOp || node.op === putSliceOp;
  if (isSlice) {
    const { axis, length, step } = node.attrs as { axis: number; length: Dim; step: number };
    const index = node.inputs.at(-1) as Node;
    const dim = node.inputs[0].shape[axis];
    return holds(index, dim, length, step) ? [] : [{ user: node, index, dim, span: length, step }];
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

function holds(index: Node, dim: Dim, length: Dim, step: number): boolean {
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
