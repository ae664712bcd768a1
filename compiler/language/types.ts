/** Types that a model file sees. A symbol is a branded number, so that operators type-check. */

import type { Shape } from "../graph/types.ts";

declare const symbolic: unique symbol;

/** A symbolic tensor: an expression that codegen compiles. Operators and `Math.*` work on it. */
export type Tensor = number & {
  readonly [symbolic]: "Tensor";
  /** Its dimensions: numbers, and names where a call brings the size. */
  readonly shape: Shape;
};

/** Numbers in nested arrays, row by row. */
export type NestedNumbers = number | boolean | readonly NestedNumbers[];

/** What every function accepts: symbols (also results of operators), numbers, literal arrays. */
export type Operand = number | boolean | readonly NestedNumbers[] | ArrayLike<number>;

export type { Dim, DType, Shape } from "../graph/types.ts";
