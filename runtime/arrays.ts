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

/** Arrays of JavaScript for each dtype. */
export const elementArrays = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  int64: Int32Array,
  bool: Uint8Array,
} as const;

/** New memory for elements of a dtype. */
export function allocate(dtype: DType, size: number): ElementArray {
  return new elementArrays[dtype](size);
}

/** Gives a typed array its shape. */
export function withShape<A extends ElementArray>(
  array: A,
  shape: readonly number[],
): TensorArray<A> {
  return Object.defineProperty(array, "shape", {
    value: Object.isFrozen(shape) ? shape : Object.freeze([...shape]),
    configurable: true,
  }) as TensorArray<A>;
}

/** Elements of a shape. */
export const sizeOf = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1);

/** A refused value: the message names the function or property and the parameter. */
export class InputError extends TypeError {
  override readonly name = "InputError";
}

export function refuse(where: string, message: string): never {
  throw new InputError(`${where}: ${message}`);
}

const isTyped = (value: unknown): value is TypedArray =>
  ArrayBuffer.isView(value) && !(value instanceof DataView) && !isBig(value);

const isBig = (value: unknown): boolean =>
  value instanceof BigInt64Array || value instanceof BigUint64Array;

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
  if (isBig(value)) return "an array of bigint";
  return Array.isArray(value) || isTyped(value) ? "an array" : `a ${typeof value}`;
}

/** The most that one dimension can be: what counts it has 32 bits. */
const mostInt = 2 ** 31 - 1;

/** Named sizes of one call, filled in as arrays are met. */
export type Sizes = Record<string, number>;

function known(dim: number | string, sizes: Sizes): number | undefined {
  return typeof dim === "number" ? dim : sizes[dim];
}

/** A range in numbers; open above where its named size is not known. */
export function rangeIn(
  range: Range | undefined,
  sizes: Sizes,
): readonly [number, number] | undefined {
  return range && [range[0], known(range[1], sizes) ?? Number.POSITIVE_INFINITY];
}

/** A scalar argument, rounded to its dtype. @throws InputError */
export function scalarArgument(
  value: unknown,
  spec: ArraySignature,
  sizes: Sizes,
  where: string,
): number | boolean {
  const range = rangeIn(spec.range, sizes);
  if (spec.dtype === "int64") {
    if (typeof value !== "number" || !Number.isSafeInteger(value)) {
      refuse(
        where,
        `${spec.name} must be a whole number, got ${typeof value === "number" ? value : describe(value)}`,
      );
    }
    if (range) checkNumber(value, spec.dtype, range, () => `${where}: ${spec.name}`);
    return value;
  }
  const single = isTyped(value) && value.length === 1 ? value[0] : value;
  checkNumber(single, spec.dtype, range, () => `${where}: ${spec.name}`);
  if (spec.dtype === "bool") return Boolean(single);
  return spec.dtype === "float32" ? Math.fround(Number(single)) : Number(single);
}

/** `f(x, y): y`; of a variable the property alone, `W.set`. */
const placeOf = (where: string, { name }: ArraySignature): string =>
  where === `${name}.set` ? where : `${where}: ${name}`;

/**
 * The shape of a tensor argument. Named sizes are learnt from it, or compared.
 *
 * @throws InputError naming the parameter, what was expected and what came
 */
export function tensorShape(
  value: unknown,
  spec: ArraySignature,
  sizes: Sizes,
  where: string,
): number[] {
  const what = placeOf(where, spec);
  const shape = isTyped(value)
    ? shapeOfFlat(value, spec, sizes, what)
    : shapeOfNested(value, what, spec);
  const wanted = `[${spec.shape.join(", ")}]`;
  if (shape.length !== spec.shape.length)
    refuse(what, `expected ${wanted}, got [${shape.join(", ")}]`);
  for (const [axis, dim] of spec.shape.entries()) {
    const length = known(dim, sizes);
    if (length === undefined) {
      if (shape[axis] > mostInt)
        refuse(what, `${dim} is ${shape[axis]}, and can be at most 2³¹ − 1`);
      sizes[dim] = shape[axis];
    } else if (length !== shape[axis]) {
      const named = typeof dim === "string" ? ` (${dim} is ${length})` : "";
      refuse(what, `expected ${wanted}${named}, got [${shape.join(", ")}]`);
    }
  }
  return shape;
}

/**
 * The elements of a tensor argument whose shape is known to fit: the caller's own array where its dtype
 * is the one wanted, else a copy.
 *
 * @param sizes all named sizes of the call, for ranges
 * @throws InputError naming the element that its dtype or range does not allow
 */
export function tensorElements(
  value: unknown,
  spec: ArraySignature,
  shape: readonly number[],
  sizes: Sizes,
  where: string,
): ElementArray {
  const what = `${where}: ${spec.name}`;
  const range = rangeIn(spec.range, sizes);
  const Wanted = elementArrays[spec.dtype];
  if (isTyped(value)) {
    const exact = value.constructor === Wanted;
    const floats = spec.dtype === "float32" || spec.dtype === "float64";
    // Floats hold any number, and an Int32Array any whole one; a Uint8Array holds more than truth values.
    const safe = floats || (exact && spec.dtype !== "bool");
    if (range || !safe) checkAll(value, spec, range, what);
    return exact ? (value as ElementArray) : Wanted.from(value as ArrayLike<number>);
  }
  const array = new Wanted(sizeOf(shape));
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
  return array;
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
  if (Array.isArray(own)) {
    if (!own.every((d) => Number.isInteger(d) && d >= 0) || sizeOf(own) !== value.length)
      refuse(what, `its shape [${own.join(", ")}] is not that of ${value.length} elements`);
    return own as number[];
  }
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
    const named = spec.shape.filter((dim) => typeof dim === "string" && dim in sizes);
    const told = named.map((dim) => ` (${dim} is ${sizes[dim]})`).join("");
    refuse(what, `expected [${spec.shape.join(", ")}]${told}, got ${value.length} elements`);
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
