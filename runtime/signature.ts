/** What generated code says of a model: the types that its border is checked against. */

/** Element types; int64 values are indices, held as 32-bit integers in arrays. */
export type DType = "float32" | "float64" | "int32" | "int64" | "bool";

/** A dimension: a number, or a size that is known when a function is called: its name, or `rows+1`. */
export type Dim = number | string;

/** `rows+1` → rows, 1 */
export function dimParts(dim: string): readonly [name: string, offset: number] {
  const [, name, offset] = /^(\w+?)([+-]\d+)?$/.exec(dim) ?? ["", dim, undefined];
  return [name, Number(offset ?? 0)];
}

/** A dimension in numbers; undefined where its size is not known. */
export function lengthIn(dim: Dim, sizes: Readonly<Record<string, number>>): number | undefined {
  if (typeof dim === "number") return dim;
  const known = sizes[dim];
  if (known !== undefined) return known;
  const [name, offset] = dimParts(dim);
  return sizes[name] === undefined ? undefined : sizes[name] + offset;
}

/** lo ≤ value < hi; the upper bound may be a named size. */
export type Range = readonly [low: number, high: Dim];

export interface ArraySignature {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly Dim[];
  /** For labels and indices: where every element must lie. */
  readonly range?: Range;
}

/** Rows that a call reads: `length` of them from Σ coefficient·input + offset on. */
export interface RowsSignature {
  /** Whose rows, for the message. */
  readonly of: string;
  /** Whose places they are, if not rows. */
  readonly axis?: number;
  /** How many there are: a number, or a named size. */
  readonly limit: Dim;
  readonly terms: readonly (readonly [input: string, coefficient: number])[];
  readonly offset: number;
  readonly length: number;
}

export interface FunctionSignature {
  readonly inputs: readonly ArraySignature[];
  readonly outputs: readonly ArraySignature[];
  /** How results come back: nothing, one bare, a list, or a record with these keys. */
  readonly returns: "none" | "single" | "list" | readonly string[];
  /** Shared variables and data that it reads or writes. */
  readonly uses: readonly string[];
  readonly rows?: readonly RowsSignature[];
}

export interface SharedSignature extends Omit<ArraySignature, "name"> {
  /** The caller must fill it. */
  readonly data?: boolean;
  /** Numbers of the model, which nothing changes. */
  readonly constant?: boolean;
  /** The caller can reach it as a property of the trainer. */
  readonly exported?: boolean;
}

export interface Signature {
  readonly model: string;
  readonly shared: { readonly [name: string]: SharedSignature };
  readonly functions: { readonly [name: string]: FunctionSignature };
}
