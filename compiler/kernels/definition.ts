/** What a function of the scalar language is that instructions define. */

import type { Scalar } from "./scalar.ts";

/** Gives a part of a formula a name, under which a helper declares it. */
export type Part = (name: string, value: Scalar) => Scalar;

export interface Definition {
  /** What it computes and where the formula is from: the comment above a helper. */
  readonly about: string;
  /** The formula of one value; floats only. */
  readonly body: (x: Scalar, part: Part) => Scalar;
}
