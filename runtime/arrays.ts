/** Values at the border of a trainer: what callers hand in, checked and brought to typed arrays. */

import type { ArraySignature, DType, Range } from "./signature.ts";

export type TypedArray =
  | Float32Array
  | Float64Array
  | Int32Array
  | Uint8Array
  | Int8Array
  | Int16Array
  | Uint16Array
  | Uint32Array
  | Uint8ClampedArray;

/** Arrays that hold elements of a dtype. */
export type ElementArray = Float32Array | Float64Array | Int32Array | Uint8Array;

/** A tensor: its elements row by row, and its shape. */
export type TensorArray<A extends ElementArray = Float32Array> = A & {
  readonly shape: readonly number[];
};

/** What is accepted as a tensor: a typed array, row by row, or nested arrays of numbers. */
export type TensorLike = TypedArray | number | boolean | readonly TensorLike[];

const constructors = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  int64: Int32Array,
  bool: Uint8Array,
} as const;

/** New memory for elements of a dtype. */
export function allocate(
  dtype: DType,
  size: number,
): Float32Array | Float64Array | Int32Array | Uint8Array {
  return new constructors[dtype](size);
}

/** Gives a typed array its shape. */
export function withShape<T extends Float32Array | Float64Array | Int32Array | Uint8Array>(
  array: T,
  shape: readonly number[],
): T & { readonly shape: readonly number[] } {
  return Object.defineProperty(array, "shape", {
    value: Object.freeze([...shape]),
    configurable: true,
  }) as T & {
    readonly shape: readonly number[];
  };
}

/** A refused value: the message names the function or property and the parameter. */
export class InputError extends TypeError {
  override readonly name = "InputError";
}

export function refuse(where: string, message: string): never {
  throw new InputError(`${where}: ${message}`);
}

const isTyped = (value: unknown): value is TypedArray =>
  ArrayBuffer.isView(value) && !(value instanceof DataView);

/** Whether a number may be stored in a dtype as it is. */
function checkNumber(
  v: unknown,
  dtype: DType,
  range: readonly [number, number] | undefined,
  at: () => string,
): void {
  if (typeof v !== "number" && typeof v !== "boolean")
    refuse(at(), `expected a number, got ${describe(v)}`);
  const n = Number(v);
  if (dtype === "bool") {
    if (n !== 0 && n !== 1) refuse(at(), `expected true or false, got ${n}`);
  } else if (dtype === "int32" || dtype === "int64") {
    if (!Number.isInteger(n)) refuse(at(), `expected a whole number, got ${n}`);
    if (n < -2147483648 || n > 2147483647) refuse(at(), `${n} does not fit into 32 bits`);
  }
  if (range && !(n >= range[0] && n < range[1])) {
    refuse(at(), `${n} is out of range: ${range[0]} ≤ value < ${range[1]}`);
  }
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === "string") return JSON.stringify(value);
  return Array.isArray(value) || isTyped(value) ? "an array" : `a ${typeof value}`;
}

/** Named sizes of one call, filled in as arrays are met. */
export type Sizes = Record<string, number>;

function known(dim: number | string, sizes: Sizes): number | undefined {
  return typeof dim === "number" ? dim : sizes[dim];
}

function resolveRange(
  range: Range | undefined,
  sizes: Sizes,
): readonly [number, number] | undefined {
  return range && [range[0], known(range[1], sizes) ?? Number.POSITIVE_INFINITY];
}

/** A scalar argument. @throws InputError */
export function scalarArgument(
  value: unknown,
  spec: ArraySignature,
  where: string,
): number | boolean {
  if (spec.dtype === "int64") {
    if (typeof value !== "number" || !Number.isSafeInteger(value)) {
      refuse(
        where,
        `${spec.name} must be a whole number, got ${typeof value === "number" ? value : describe(value)}`,
      );
    }
    if (spec.range)
      checkNumber(value, spec.dtype, resolveRange(spec.range, {}), () => `${where}: ${spec.name}`);
    return value;
  }
  const single = isTyped(value) && value.length === 1 ? value[0] : value;
  checkNumber(single, spec.dtype, resolveRange(spec.range, {}), () => `${where}: ${spec.name}`);
  return spec.dtype === "bool" ? Boolean(single) : Number(single);
}

/**
 * A tensor argument as a typed array of its dtype: the caller's own array where that fits, else a copy.
 * Named sizes are learnt from it, or compared.
 *
 * @throws InputError naming the parameter, what was expected and what came
 */
export function tensorArgument(
  value: unknown,
  spec: ArraySignature,
  sizes: Sizes,
  where: string,
): { array: Float32Array | Float64Array | Int32Array | Uint8Array; shape: number[] } {
  const what = `${where}: ${spec.name}`;
  const shape = isTyped(value)
    ? shapeOfFlat(value, spec, sizes, what)
    : shapeOfNested(value, what, spec);
  const wanted = `[${spec.shape.join(", ")}]`;
  if (shape.length !== spec.shape.length)
    refuse(what, `expected ${wanted}, got [${shape.join(", ")}]`);
  for (const [axis, dim] of spec.shape.entries()) {
    const length = known(dim, sizes);
    if (length === undefined) sizes[dim] = shape[axis];
    else if (length !== shape[axis]) {
      const named = typeof dim === "string" ? ` (${dim} is ${length})` : "";
      refuse(what, `expected ${wanted}${named}, got [${shape.join(", ")}]`);
    }
  }
  const range = resolveRange(spec.range, sizes);
  const Wanted = constructors[spec.dtype];
  if (isTyped(value)) {
    const exact = value.constructor === Wanted;
    const integers = spec.dtype === "int32" || spec.dtype === "int64" || spec.dtype === "bool";
    if (!(exact && (!integers || !range) && spec.dtype !== "bool") && (integers || range))
      checkAll(value, spec, range, what);
    return {
      array: exact ? (value as Float32Array) : Wanted.from(value as ArrayLike<number>),
      shape,
    };
  }
  const array = new Wanted(shape.reduce((n, d) => n * d, 1));
  let next = 0;
  const copy = (v: unknown): void => {
    if (Array.isArray(v) || isTyped(v)) {
      for (const element of v as ArrayLike<unknown> & Iterable<unknown>) copy(element);
      return;
    }
    checkNumber(v, spec.dtype, range, () => `${what}[${next}]`);
    array[next++] = Number(v);
  };
  copy(value);
  return { array, shape };
}

function checkAll(
  values: TypedArray,
  spec: ArraySignature,
  range: readonly [number, number] | undefined,
  what: string,
): void {
  for (let i = 0; i < values.length; i++)
    checkNumber(values[i], spec.dtype, range, () => `${what}[${i}]`);
}

/** A flat array's shape: its own if it has one, else what its length allows. */
function shapeOfFlat(
  value: TypedArray,
  spec: ArraySignature,
  sizes: Sizes,
  what: string,
): number[] {
  const own = (value as { shape?: unknown }).shape;
  if (Array.isArray(own)) return own as number[];
  let fixed = 1;
  let open: string | undefined;
  for (const dim of spec.shape) {
    const length = known(dim, sizes);
    if (length !== undefined) fixed *= length;
    else if (open === undefined) open = dim as string;
    else refuse(what, `give nested arrays: a flat array does not tell ${open} and ${dim} apart`);
  }
  const free = open === undefined ? 1 : value.length / fixed;
  if (open === undefined ? value.length !== fixed : !Number.isInteger(free)) {
    refuse(what, `expected [${spec.shape.join(", ")}], got ${value.length} elements`);
  }
  return spec.shape.map((dim) => known(dim, sizes) ?? free);
}

function shapeOfNested(value: unknown, what: string, spec?: ArraySignature): number[] {
  // No rows at all: the length of a row is not told, and does not matter.
  if (Array.isArray(value) && value.length === 0 && spec) {
    return spec.shape.map((dim, axis) => (axis === 0 || typeof dim === "string" ? 0 : dim));
  }
  if (typeof value === "number" || typeof value === "boolean") return [];
  if (isTyped(value)) return [value.length];
  if (!Array.isArray(value)) refuse(what, `expected numbers in arrays, got ${describe(value)}`);
  if (value.length === 0) return [0];
  const first = shapeOfNested(value[0], what);
  for (const row of value) {
    const shape = shapeOfNested(row, what);
    if (shape.length !== first.length || shape.some((d, i) => d !== first[i]))
      refuse(what, "its rows differ in length");
  }
  return [value.length, ...first];
}
