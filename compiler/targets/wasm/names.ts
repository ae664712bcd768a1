/** Names and types in WebAssembly text. */

import { type Dim, type DType, dimParts } from "../../graph/types.ts";
import { type Code, get, i32, plus } from "./code.ts";

/** Types of single numbers. */
export const numberTypes = {
  float32: "f32",
  float64: "f64",
  int32: "i32",
  int64: "i64",
  bool: "i32",
} as const satisfies Record<DType, string>;

export type NumberType = (typeof numberTypes)[DType];
export type LocalType = NumberType | "v128";

/** Bytes of an element in memory; int64 values are indices, which fit 32 bits there. */
export const elementBytes: Readonly<Record<DType, number>> = {
  float32: 4,
  float64: 8,
  int32: 4,
  int64: 4,
  bool: 1,
};

/** A dimension as a number; named sizes are locals. */
export function dimCode(dim: Dim): Code {
  if (typeof dim === "number") return i32(dim);
  const { name, offset } = dimParts(dim);
  return plus(get(inWasm(name)), i32(offset));
}

/** Names of locals that generated functions have beside those of the model. */
const reserved =
  /^(from|to|end|unit|columns|sums|left|left_rows|right|more|at|r|step|step_\d+|to_panel|to_left|free_memory|scratch|list|row|row_bytes|x4)$|_(first|from|to|end|tile|at)$/;

/** A name of the model as WebAssembly text can write it, apart from those of generated locals. */
export function inWasm(name: string): string {
  const plain = name.replace(/[^\w.]/gu, (c) => `u${c.codePointAt(0)?.toString(16)}_`);
  return reserved.test(plain) ? `${plain}_` : plain;
}
