/** Types of tensors: dtype and dimensions, promotion and broadcasting. */

import { fail } from "../diagnostics/error.ts";

/** Element types. int64 is accepted where indices are (`lscalar`). */
export type DType = (typeof dtypes)[number];

/** Their names. */
export const dtypes = ["float32", "float64", "int32", "int64", "bool"] as const;

/**
 * A dimension: a number specialises the code, a name is a size known at run time. Slices make sums of
 * the two: `rows-1`, `steps+1`.
 */
export type Dim = number | string;

export type Shape = readonly Dim[];

/** A named dimension as a size and what is added to it. */
export function dimParts(dim: string): { readonly name: string; readonly offset: number } {
  const [, name, offset] = /^(\w+)([+-]\d+)?$/.exec(dim) as RegExpExecArray;
  return { name, offset: Number(offset ?? 0) };
}

/** The dimension that is longer by `n`. */
export function dimPlus(dim: Dim, n: number): Dim {
  if (typeof dim === "number") return dim + n;
  const { name, offset } = dimParts(dim);
  const sum = offset + n;
  return sum === 0 ? name : `${name}${sum > 0 ? "+" : ""}${sum}`;
}

/** How much longer `a` is than `b`; undefined where that depends on a size. */
export function dimDifference(a: Dim, b: Dim): number | undefined {
  if (typeof a === "number" || typeof b === "number")
    return typeof a === "number" && typeof b === "number" ? a - b : undefined;
  const [x, y] = [dimParts(a), dimParts(b)];
  return x.name === y.name ? x.offset - y.offset : undefined;
}

/** A dimension as an expression of a program; as a factor, a sum stands in parentheses. */
export function dimText(dim: Dim, isFactor = false): string {
  if (typeof dim === "number") return String(dim);
  const { name, offset } = dimParts(dim);
  if (offset === 0) return name;
  const text = `${name} ${offset < 0 ? "-" : "+"} ${Math.abs(offset)}`;
  return isFactor ? `(${text})` : text;
}

/** The named sizes of a shape. */
export const sizesOf = (shape: Shape): string[] =>
  shape.flatMap((d) => (typeof d === "string" ? [dimParts(d).name] : []));

export interface TensorType {
  readonly dtype: DType;
  readonly shape: Shape;
}

/** The default dtype, Theano's `floatX`. */
export const floatX = "float32";

export const isFloat = (dtype: DType): boolean => dtype === "float32" || dtype === "float64";
/** A number as people write it: of a float32 only the digits that tell it from others, 0.14 for 0.14000000059604645. */
export function decimal(value: number, dtype: DType): string {
  if (dtype === "float32" && Number.isFinite(value) && Math.fround(value) === value)
    for (let digits = 1; digits < 10; digits++) {
      const short = Number(value.toPrecision(digits));
      if (Math.fround(short) === value) return String(short);
    }
  return String(value);
}

export const isInteger = (dtype: DType): boolean => dtype === "int32" || dtype === "int64";

const rank: Record<DType, number> = { bool: 0, int32: 1, int64: 2, float32: 3, float64: 4 };

/** The dtype that holds both: NumPy's order, but float32 with an integer stays float32. */
export function promote(a: DType, b: DType): DType {
  return rank[a] >= rank[b] ? a : b;
}

/** Whether every value of `from` may be stored in `to` without an explicit cast. */
export function widens(from: DType, to: DType): boolean {
  return rank[from] <= rank[to];
}

/** `[600, 784]`, `["rows", 10]` printed as `[rows, 10]`. */
export function formatShape(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}

/** `float32[600, 784]` */
export function formatType(type: TensorType): string {
  return `${type.dtype}${formatShape(type.shape)}`;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dim, i) => dim === b[i]);
}

/** NumPy's broadcasting of several shapes; undefined when they do not agree. */
export function broadcastShapes(shapes: readonly Shape[]): Shape | undefined {
  const out: Dim[] = new Array(Math.max(0, ...shapes.map((s) => s.length))).fill(1);
  for (const shape of shapes) {
    const lead = out.length - shape.length;
    for (const [i, dim] of shape.entries()) {
      if (dim === 1) continue;
      if (out[lead + i] === 1) out[lead + i] = dim;
      else if (out[lead + i] !== dim) return undefined;
    }
  }
  return out;
}

/** An axis counted from the front: NumPy's negative axes resolved. */
export function normaliseAxis(axis: number, rank: number, what: string): number {
  const resolved = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(axis) || resolved < 0 || resolved >= rank) {
    const range = rank === 0 ? "a scalar has no axes" : `axes go from ${-rank} to ${rank - 1}`;
    fail("ADJ1004", `${what}: there is no axis ${axis}; ${range}`);
  }
  return resolved;
}

/** Number of elements; undefined if a dimension is only known at run time. */
export function staticSize(shape: Shape): number | undefined {
  let size = 1;
  for (const dim of shape) {
    if (typeof dim === "string") return undefined;
    size *= dim;
  }
  return size;
}

/** A named size is taken to be about this large where costs are compared. */
export const assumedSize = 100;

/** Number of elements, with a guess for named sizes: only for choosing, never for addressing. */
export function roughVolume(shape: Shape): number {
  return shape.reduce<number>((n, dim) => n * (typeof dim === "number" ? dim : assumedSize), 1);
}
