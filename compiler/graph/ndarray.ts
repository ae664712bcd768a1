/** Dense arrays of the reference interpreter: every value is held as float64, whatever its dtype. */

import type { DType } from "./types.ts";

export interface NDArray {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: Float64Array;
  /** The values of an op that has several. */
  readonly parts?: readonly NDArray[];
}

export const sizeOf = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1);

/** Row-major strides. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = stride;
    stride *= shape[i];
  }
  return strides;
}

/** The multi-index of the element at `offset`. */
export function unravel(offset: number, shape: readonly number[]): number[] {
  const index = new Array<number>(shape.length);
  let rest = offset;
  for (let i = shape.length - 1; i >= 0; i--) {
    index[i] = rest % shape[i];
    rest = Math.floor(rest / shape[i]);
  }
  return index;
}

export function offsetOf(index: readonly number[], shape: readonly number[]): number {
  let offset = 0;
  for (let i = 0; i < shape.length; i++) offset = offset * shape[i] + index[i];
  return offset;
}

/** An array whose element at each multi-index is `value(index)`. */
export function build(
  dtype: DType,
  shape: readonly number[],
  value: (index: number[], offset: number) => number,
): NDArray {
  const data = new Float64Array(sizeOf(shape));
  for (let i = 0; i < data.length; i++) data[i] = value(unravel(i, shape), i);
  return { dtype, shape, data };
}

/** The element that a broadcast operand contributes at `index` of the result. */
export function broadcastGet(a: NDArray, index: readonly number[]): number {
  const lead = index.length - a.shape.length;
  let offset = 0;
  for (let i = 0; i < a.shape.length; i++) {
    offset = offset * a.shape[i] + (a.shape[i] === 1 ? 0 : index[lead + i]);
  }
  return a.data[offset];
}

/** Applies `f` to each line of numbers along an axis. */
export function alongAxis(
  x: NDArray,
  axis: number,
  f: (line: readonly number[]) => readonly number[],
): NDArray {
  const stride = sizeOf(x.shape.slice(axis + 1));
  const n = x.shape[axis];
  const out = new Float64Array(x.data.length);
  for (let i = 0; i < x.data.length; i++) {
    if (Math.floor(i / stride) % n !== 0) continue;
    const places = Array.from({ length: n }, (_, k) => i + k * stride);
    f(places.map((p) => x.data[p])).forEach((v, k) => {
      out[places[k]] = v;
    });
  }
  return { dtype: x.dtype, shape: x.shape, data: out };
}

type Nested = number | boolean | readonly Nested[] | ArrayLike<number>;

/** Shape of a nested array; undefined if its rows differ in length. */
export function nestedShape(value: Nested): number[] | undefined {
  if (typeof value !== "object") return [];
  const rows = Array.from(value as ArrayLike<Nested>, nestedShape);
  if (rows.length === 0) return [0];
  const [first] = rows;
  if (
    !first ||
    rows.some((r) => !r || r.length !== first.length || r.some((d, i) => d !== first[i]))
  )
    return undefined;
  return [rows.length, ...first];
}

/** Elements of a nested array, row by row. */
export function flattenNested(value: Nested): number[] {
  // What is no number stays what it is, for those who look.
  if (typeof value !== "object") return [typeof value === "boolean" ? Number(value) : value];
  return Array.from(value as ArrayLike<Nested>).flatMap(flattenNested);
}

/** The nested JavaScript arrays (or number) that `array` holds. */
export function toNested(array: NDArray): Nested {
  const { shape, data } = array;
  const level = (axis: number, offset: number): Nested => {
    if (axis === shape.length) return data[offset];
    const stride = sizeOf(shape.slice(axis + 1));
    return Array.from({ length: shape[axis] }, (_, i) => level(axis + 1, offset + i * stride));
  };
  return level(0, 0);
}
