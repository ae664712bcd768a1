/** What may stand in an index list, brought into one plain form: an item for each axis. */

import { fail } from "../diagnostics/error.ts";
import { isNode, makeNode, type Node, topological } from "../graph/node.ts";
import { substitute } from "../graph/substitute.ts";
import { dimPlus, formatShape, isFloat } from "../graph/types.ts";
import { sub } from "./arithmetic.ts";
import { constantDifference } from "./index-range.ts";
import { asNode, constantValue, type Operand } from "./leaf.ts";
import { lengthOf } from "./shape.ts";
import { sliceOp } from "./slicing.ts";

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

/** What stands in an index list besides numbers and spans. A class: its type survives destructuring. */
export class IndexMark {
  readonly name: "newaxis" | "ellipsis";

  constructor(name: "newaxis" | "ellipsis") {
    this.name = name;
  }
}

/** A new axis of length 1. */
export const newaxis: IndexMark = new IndexMark("newaxis");
/** As many whole axes as are left over. */
export const ellipsis: IndexMark = new IndexMark("ellipsis");

export type IndexItem = Operand | Span | IndexMark | null;

/** An item in its plain form: `null` is a new axis too, masks and the ellipsis are spelled out. */
export type PlainItem = Operand | Span | typeof newaxis;

/** Whether an item is an index array, so that all whole numbers beside it count as arrays too. */
export const isArray = (item: PlainItem): boolean =>
  typeof item === "object" &&
  !(item instanceof Span || item instanceof IndexMark) &&
  (isNode(item) ? item.shape.length > 0 : true);

/**
 * The items of `at(x, …)`, one for each axis of x and each new one.
 *
 * @throws ADJ1005 for more items than axes, two ellipses, or a mask that is symbolic or of another shape
 */
export function plainItems(x: Node, items: readonly IndexItem[]): PlainItem[] {
  const used = items.reduce<number>((n, item) => n + axesOf(item), 0);
  const rest = x.shape.length - used;
  if (rest < 0) {
    fail(
      "ADJ1005",
      `at: ${used} indices for ${formatShape(x.shape)}, which has ${x.shape.length} axes`,
    );
  }
  if (items.filter((item) => item === ellipsis).length > 1)
    fail("ADJ1005", "at: only one ellipsis can be filled in");
  const whole = Array.from({ length: rest }, () => span());
  const full = items.includes(ellipsis) ? items : [...items, ellipsis];
  let axis = 0;
  return full.flatMap((item): readonly PlainItem[] => {
    if (item === ellipsis) {
      axis += rest;
      return whole;
    }
    if (item === null) return [newaxis];
    const mask = maskOf(item);
    const plain = mask ? placesOf(mask, x, axis) : [item];
    axis += axesOf(item);
    return plain;
  });
}

/** How many axes of the tensor an item stands for. */
function axesOf(item: IndexItem): number {
  if (item === null || item instanceof IndexMark) return 0;
  return maskOf(item)?.shape.length ?? 1;
}

function maskOf(item: IndexItem): Node | undefined {
  if (typeof item !== "object" || item === null) return undefined;
  if (item instanceof Span || item instanceof IndexMark) return undefined;
  const isMask = isNode(item) ? item.type.dtype === "bool" : isBooleans(item);
  return isMask ? asNode(item, "bool") : undefined;
}

function isBooleans(value: unknown): boolean {
  return Array.isArray(value)
    ? value.length > 0 && value.every(isBooleans)
    : typeof value === "boolean";
}

/** A mask of known content is an index array for each of its axes: where it holds. */
function placesOf(mask: Node, x: Node, axis: number): readonly number[][] {
  if (mask.op.name !== "constant" || mask.shape.length === 0) {
    return fail(
      "ADJ1005",
      "at: a mask that depends on symbols would give a shape that depends on values",
      { hint: "use where(mask, x, 0), or multiply by the mask" },
    );
  }
  const shape = mask.shape as readonly number[];
  const differs = shape.findIndex((dim, i) => dim !== x.shape[axis + i]);
  if (differs >= 0) {
    fail(
      "ADJ1005",
      `at: a mask of shape ${formatShape(shape)} does not fit ${formatShape(x.shape)}: axis ${axis + differs} is ${x.shape[axis + differs]} long`,
    );
  }
  const values = [mask.attrs.value].flat() as readonly number[];
  const hits = values.flatMap((v, i) => (v !== 0 ? [i] : []));
  return shape.map((_, i) => {
    const stride = shape.slice(i + 1).reduce((n, d) => n * d, 1);
    return hits.map((hit) => Math.floor(hit / stride) % shape[i]);
  });
}

/** Whole numbers only; constants are wrapped from the end and checked against the axis. */
export function checkIndex(index: Node, x: Node, axis: number): Node {
  if (isFloat(index.type.dtype) || index.type.dtype === "bool") {
    fail(
      "ADJ1005",
      `at: ${nameOf(index)} is ${index.type.dtype}; an index must be a whole number`,
      { hint: 'cast(i, "int32")' },
    );
  }
  const dim = x.shape[axis];
  if (index.op.name !== "constant") return index;
  if (typeof dim === "string") {
    const value = constantValue(index);
    return value !== undefined && value < 0 ? sub(lengthOf(x, axis), -value) : index;
  }
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
export function sliceAxis(x: Node, axis: number, { start, stop, step }: Span): Node {
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
  if (known && typeof dim === "string" && step === 1) {
    const [first, last] = [from, to].map((b) => (b ? (constantValue(b) as number) : undefined));
    // Places are counted from the start, or from the end where the size comes in.
    const [ofEnd, ofStart] = [(last ?? -1) < 0, (first ?? 0) < 0].map(Number);
    const distance = (last ?? 0) - (first ?? 0);
    const length = ofEnd === ofStart ? distance : ofEnd > ofStart ? dimPlus(dim, distance) : 0;
    const start = ofStart
      ? sub(lengthOf(x, axis), -(first as number))
      : asNode(first ?? 0, "int32");
    return makeNode(sliceOp, [x, start], { axis, length, step });
  }
  if (from === undefined && to === undefined && step === -1)
    return makeNode(sliceOp, [x, sub(lengthOf(x, axis), 1)], { axis, length: dim, step });
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
      { hint: hintForLength(begin, to) },
    );
  }
  return makeNode(sliceOp, [x, begin], {
    axis,
    length: Math.max(0, Math.ceil(length / step)),
    step,
  });
}

/** What to write for bounds whose distance is not known: often one symbol is what makes it so. */
function hintForLength(begin: Node | undefined, to: Node | undefined): string {
  const general =
    "write both bounds a fixed distance apart: slice(x, i * 20, (i + 1) * 20), where 20 may be any plain number of the model file";
  if (!begin || !to) return general;
  const isKnownWith = (symbol: Node): boolean => {
    const number = new Map([[symbol, asNode(3, symbol.type.dtype)]]);
    const [from, until] = substitute([begin, to], number).roots;
    return constantDifference(from, until) !== undefined;
  };
  const symbol = topological([begin, to]).find(
    (node) => node.op.leaf && node.op.name !== "constant" && isKnownWith(node),
  );
  if (!symbol) return general;
  const name = symbol.label?.name ?? "n";
  return `${name} is a symbol, which has no value yet: make it a plain number of the model file, const ${name} = 20`;
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
