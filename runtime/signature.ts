/** What generated code says of a model: the types that its border is checked against. */

/** Element types; int64 values are indices, held as 32-bit integers in arrays. */
export type DType = "float32" | "float64" | "int32" | "int64" | "bool";

/** A dimension: a number, or the name of a size that is known when a function is called. */
export type Dim = number | string;

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
  /** How many rows there are: a number, or a named size. */
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
  /** The caller can reach it as a property of the trainer. */
  readonly exported?: boolean;
}

export interface Signature {
  readonly model: string;
  readonly shared: { readonly [name: string]: SharedSignature };
  readonly functions: { readonly [name: string]: FunctionSignature };
}
