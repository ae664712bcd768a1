/** Draws, and what is decided by numbers of float32: alike, also where constants have fewer digits. */

import { call, constant, type Scalar, walk } from "./scalar.ts";

type Call = Extract<Scalar, { kind: "call" }>;

/** A number of a stream, which is a multiple of 2⁻²⁴. */
export const isDraw = (s: Scalar): boolean =>
  s.kind === "call" && (s.fn === "random" || (s.fn === "cast" && isDraw(s.args[0])));

export const drawsWithin = (s: Scalar): boolean =>
  walk(s).some((part) => part.kind === "call" && part.fn === "random");

/** The nearest float32 that is not below x. */
function above(x: number): number {
  const near = Float32Array.of(x);
  const bits = new Int32Array(near.buffer);
  if (near[0] < x) bits[0] = near[0] === 0 ? 1 : bits[0] + (near[0] > 0 ? 1 : -1);
  return near[0];
}
const below = (x: number): number => -above(-x);

/** u < c is u < ⌈c⌉, and u ≤ c is u ≤ ⌊c⌋, for numbers of float32. */
const towards = { lt: above, ge: above, le: below, gt: below } as const;
const turned = { lt: "gt", gt: "lt", le: "ge", ge: "le" } as const;
const isFloat32 = (x: number): boolean => Object.is(Math.fround(x), x) || Number.isNaN(x);
const isOrder = (fn: Call["fn"]): fn is keyof typeof towards => fn in towards;

/**
 * A comparison of a float32 with a constant that is none, which is moved to the next one with the same numbers
 * on either side: rounded to the nearest it might be such a number itself, a draw for example.
 */
export function exactDecision(s: Call): Call {
  const [a, b] = s.args;
  if (!isOrder(s.fn) || a.dtype !== "float32" || b.dtype !== "float32") return s;
  const turns = a.kind === "const";
  const [value, bound, fn] = turns ? [b, a, turned[s.fn]] : [a, b, s.fn];
  if (value.kind === "const" || bound.kind !== "const" || isFloat32(bound.value)) return s;
  const moved = constant(towards[fn](bound.value), "float32");
  return call(s.fn, ...(turns ? [moved, value] : [value, moved])) as Call;
}
