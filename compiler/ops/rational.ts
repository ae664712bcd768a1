/** Coefficients of sums and products: fractions as the model wrote them. */

import type { DType } from "../graph/types.ts";

/** A rational number that is kept as the model wrote it: 1/600, not 0.001666…. */
export interface Rational {
  readonly num: number;
  readonly den: number;
}

export const one: Rational = { num: 1, den: 1 };

export function times(a: Rational, b: Rational): Rational {
  return reduced({ num: a.num * b.num, den: a.den * b.den });
}

export function plus(a: Rational, b: Rational): Rational {
  return a.den === b.den
    ? reduced({ num: a.num + b.num, den: a.den })
    : reduced({ num: a.num * b.den + b.num * a.den, den: a.den * b.den });
}

/** Common whole factors removed; the sign is in the numerator. */
function reduced({ num, den }: Rational): Rational {
  const sign = den < 0 ? -1 : 1;
  let [a, b] = [Math.abs(num), Math.abs(den)];
  if (!Number.isSafeInteger(a) || !Number.isSafeInteger(b))
    return { num: num * sign, den: den * sign };
  while (b !== 0) [a, b] = [b, a % b];
  return a === 0 ? { num: 0, den: 1 } : { num: (num * sign) / a, den: (den * sign) / a };
}

/** What a folded constant may be: its reciprocal and its products have room in float32. */
const moderate = (x: number): boolean => x > 1e-30 && x < 1e30;

/** Magnitudes that a dtype holds with all of their digits. */
const single = { least: 2 ** -126, most: (2 - 2 ** -23) * 2 ** 127 };
const double = { least: 2 ** -1022, most: Number.MAX_VALUE };

/** Whether constants that have come together can be written: 10⁻²⁰·(10⁻²⁰·x) is not 10⁻⁴⁰·x in float32. */
export function isHeld({ num, den }: Rational, dtype: DType): boolean {
  const { least, most } = dtype === "float32" ? single : double;
  return [num, den].map(Math.abs).every((c) => c >= least && c <= most);
}

/** A constant over another one as one, 0.002/7840; fractions of whole numbers stay, and what is over 1. */
export function folded({ num, den }: Rational): Rational {
  const isFraction = Number.isSafeInteger(num) && Number.isSafeInteger(den);
  const value = num / den;
  return isFraction || Math.abs(num) === 1 || den === 1 || !moderate(Math.abs(value))
    ? { num, den }
    : { num: value, den: 1 };
}
