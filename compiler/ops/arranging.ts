/** Elements repeated, padded, reversed, rolled: made of slices, broadcasts and concatenation. */

import { fail } from "../diagnostics/error.ts";
import type { Node } from "../graph/node.ts";
import { type Dim, formatShape, normaliseAxis } from "../graph/types.ts";
import { castTo } from "./elementwise.ts";
import { at, type IndexItem, span } from "./indexing.ts";
import { concatenate } from "./joining.ts";
import { asNode, type Operand } from "./leaf.ts";
import { broadcastTo, dimshuffle, flatten, reshape } from "./shape.ts";

const isCount = (n: number): boolean => Number.isInteger(n) && n >= 0;

/** `items` for one axis, everything of the others. */
const along = (x: Node, axis: number, item: IndexItem): Node =>
  at(x, ...Array.from({ length: axis }, () => span()), item);

function knownLength(x: Node, axis: number, what: string): number {
  const dim = x.shape[axis];
  if (typeof dim === "number") return dim;
  return fail("ADJ1008", `${what}: axis ${axis} of ${formatShape(x.shape)} has no known length`);
}

/** Each axis after `before[i]` copies of itself, each element `within[i]` times. */
function copies(x: Node, before: readonly number[], within: readonly number[]): Node {
  const order: (number | "x")[] = [];
  const wide: Dim[] = [];
  const result = x.shape.map((dim, i): Dim => {
    if (before[i] !== 1) {
      order.push("x");
      wide.push(before[i]);
    }
    order.push(i);
    wide.push(dim);
    if (within[i] !== 1) {
      order.push("x");
      wide.push(within[i]);
    }
    const times = before[i] * within[i];
    return times === 1 ? dim : times * knownLength(x, i, "tile, repeat");
  });
  return reshape(broadcastTo(dimshuffle(x, order), wide), result);
}

/**
 * The whole of `x` repeated along each axis, as NumPy's `tile`: a missing axis or count is 1.
 *
 * @throws ADJ1008 where a count is no whole number, or an axis that is repeated has a named length
 */
export function tile(x: Operand, counts: number | readonly number[]): Node {
  const node = asNode(x);
  const given = typeof counts === "number" ? [counts] : counts;
  if (!given.every(isCount)) fail("ADJ1008", `tile: [${given.join(", ")}] are no counts`);
  const rank = Math.max(node.shape.length, given.length);
  const lead = new Array<"x">(rank - node.shape.length).fill("x");
  const full = dimshuffle(node, [...lead, ...node.shape.map((_, i) => i)]);
  const before = [...new Array<number>(rank - given.length).fill(1), ...given];
  return copies(
    full,
    before,
    before.map(() => 1),
  );
}

/**
 * Each element repeated along an axis (of the flattened tensor when it is left out): the same number of
 * times, or as often as a list says.
 *
 * @throws ADJ1008 where a count is no whole number, or the list is not as long as the axis
 */
export function repeat(x: Operand, counts: number | readonly number[], axis?: number): Node {
  const node = axis === undefined ? flatten(x) : asNode(x);
  const place = normaliseAxis(axis ?? 0, node.shape.length, `repeat of ${formatShape(node.shape)}`);
  const list = typeof counts === "number" ? [counts] : counts;
  if (!list.every(isCount)) fail("ADJ1008", `repeat: [${list.join(", ")}] are no counts`);
  if (list.length === 1) {
    const ones = node.shape.map(() => 1);
    return copies(
      node,
      ones,
      ones.map((n, i) => (i === place ? list[0] : n)),
    );
  }
  const dim = knownLength(node, place, "repeat");
  if (list.length !== dim) fail("ADJ1008", `repeat: ${list.length} counts for an axis of ${dim}`);
  const indices = list.flatMap((n, i) => new Array<number>(n).fill(i));
  return along(node, place, indices);
}

export interface PadOptions {
  /** What stands in the margin: a value, the nearest element, or the mirrored inside. */
  readonly mode?: "constant" | "edge" | "reflect";
  /** The value of mode "constant"; 0 when left out. */
  readonly value?: Operand;
}

export type PadWidths = number | readonly [number, number] | readonly (readonly [number, number])[];

/**
 * `x` with margins, as NumPy's `pad`. `widths` is one for all sides, a pair (before, after) for all
 * axes, or a pair for each axis.
 *
 * @throws ADJ1008 where widths do not fit the axes, or an axis has no element to continue
 */
export function pad(x: Operand, widths: PadWidths, options: PadOptions = {}): Node {
  const { mode = "constant", value = 0 } = options;
  let node = asNode(x);
  for (const [axis, [before, after]] of pairsOf(widths, node.shape.length).entries()) {
    if (mode !== "constant" && before + after > 0 && knownLength(node, axis, "pad") === 0)
      fail("ADJ1008", `pad: axis ${axis} has no element to continue`);
    if (mode === "reflect")
      node = reflect(reflect(node, axis, before, "before"), axis, after, "after");
    else {
      const filled = (length: number, edge: IndexItem): Node[] => {
        if (length === 0) return [];
        const from = mode === "edge" ? along(node, axis, edge) : asNode(value, node.type.dtype);
        const shape = node.shape.map((dim, i) => (i === axis ? length : dim));
        return [broadcastTo(castTo(from, node.type.dtype), shape)];
      };
      const parts = [...filled(before, span(0, 1)), node, ...filled(after, span(-1))];
      if (parts.length > 1) node = concatenate(parts, axis);
    }
  }
  return node;
}

/** One end of an axis mirrored: the last element is the mirror and is not repeated. */
function reflect(x: Node, axis: number, width: number, side: "before" | "after"): Node {
  if (width === 0) return x;
  const n = knownLength(x, axis, "pad");
  // A single element continues as itself; a margin longer than the inside is mirrored again.
  const now = n === 1 ? 1 : Math.min(width, n - 1);
  const first = n === 1 ? 0 : side === "before" ? now : n - 2;
  const mirrored = along(x, axis, span(first, first - now < 0 ? undefined : first - now, -1));
  const joined = concatenate(side === "before" ? [mirrored, x] : [x, mirrored], axis);
  return reflect(joined, axis, width - now, side);
}

function pairsOf(widths: PadWidths, rank: number): readonly (readonly [number, number])[] {
  const one = (pair: readonly [number, number]) => Array.from({ length: rank }, () => pair);
  const list = typeof widths === "number" ? [] : widths;
  const isPair = list.length === 2 && list.every((w) => typeof w === "number");
  const pairs =
    typeof widths === "number"
      ? one([widths, widths])
      : isPair
        ? one(widths as readonly [number, number])
        : (widths as readonly (readonly [number, number])[]);
  if (pairs.length !== rank || !pairs.flat().every(isCount)) {
    fail("ADJ1008", `pad: ${JSON.stringify(widths)} are no widths for ${rank} axes`, {
      hint: "write one number, [before, after], or a pair for each axis",
    });
  }
  return pairs;
}

/** Axes (all when left out) in reverse order. */
export function flip(x: Operand, axis?: number | readonly number[]): Node {
  const node = asNode(x);
  const given = axis === undefined ? node.shape.map((_, i) => i) : [axis].flat();
  const axes = given.map((a) =>
    normaliseAxis(a, node.shape.length, `flip of ${formatShape(node.shape)}`),
  );
  return at(
    node,
    ...node.shape.map((_, i) => (axes.includes(i) ? span(undefined, undefined, -1) : span())),
  );
}

/**
 * Elements moved along axes, those that leave at one end entering at the other. Without an axis the
 * flattened tensor is rolled, and the shape stays.
 *
 * @throws ADJ1008 where shifts are no whole numbers, or not as many as axes
 */
export function roll(
  x: Operand,
  shift: number | readonly number[],
  axis?: number | readonly number[],
): Node {
  const node = asNode(x);
  const shifts = [shift].flat();
  if (!shifts.every(Number.isInteger))
    fail("ADJ1008", `roll: [${shifts.join(", ")}] are no shifts`);
  if (axis === undefined) {
    const total = shifts.reduce((a, b) => a + b, 0);
    return reshape(rollOne(flatten(node), total, 0), node.shape);
  }
  const axes = [axis].flat();
  const pairs = Math.max(axes.length, shifts.length);
  if ([axes, shifts].some((list) => list.length !== pairs && list.length !== 1))
    fail("ADJ1008", `roll: ${shifts.length} shifts for ${axes.length} axes`);
  return Array.from({ length: pairs }, (_, n) => n).reduce((rolled, n) => {
    const place = normaliseAxis(
      axes[axes.length === 1 ? 0 : n],
      node.shape.length,
      `roll of ${formatShape(node.shape)}`,
    );
    return rollOne(rolled, shifts[shifts.length === 1 ? 0 : n], place);
  }, node);
}

function rollOne(x: Node, shift: number, axis: number): Node {
  const n = knownLength(x, axis, "roll");
  const by = n === 0 ? 0 : ((shift % n) + n) % n;
  if (by === 0) return x;
  return concatenate([along(x, axis, span(n - by)), along(x, axis, span(0, n - by))], axis);
}
