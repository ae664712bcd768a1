/**
 * Logarithm and cosine for random draws, with the same bits on every target that has float64: made of sums,
 * products that are rounded before anything is added to them, one quotient and choices, which IEEE 754 leaves
 * no room in. Libraries differ in the last place of theirs.
 */

import type { Definition, Part } from "./definition.ts";
import type { Scalar } from "./scalar.ts";
import * as f from "./shorthand.ts";

export type ReproducibleFn = "unitLog" | "cosPi";

const times = (a: f.Term, b: f.Term): Scalar => f.rounded(f.times(a, b));

/** c₀·xⁿ + c₁·xⁿ⁻¹ + … + cₙ, by Horner's rule: each step a part, each product rounded. */
function polynomial(
  x: Scalar,
  [first, ...rest]: readonly number[],
  part: Part,
  name: string,
): Scalar {
  let sum: f.Term = first;
  for (const [i, c] of rest.entries()) {
    const product = times(sum, x);
    sum = part(`${name}${rest.length - 1 - i}`, c < 0 ? f.minus(product, -c) : f.plus(product, c));
  }
  return sum as Scalar;
}

/** 2 / (2k + 1), k = 10 … 1: of artanh's series, whose next term is below 2⁻⁵⁹ where it is used. */
const artanh = Array.from({ length: 10 }, (_, i) => 2 / (21 - 2 * i));

const factorial = (n: number): number => (n <= 1 ? 1 : n * factorial(n - 1));

/** ± 1 / n! for n = `last`, `last` − 2 … down to `first`: of the series of sine and cosine. */
const series = (last: number, first: number): number[] =>
  Array.from({ length: (last - first) / 2 + 1 }, (_, i) => {
    const n = last - 2 * i;
    return (Math.floor(n / 2) % 2 === 0 ? 1 : -1) / factorial(n);
  });

/** ln 2 in two parts: whole numbers up to 32 times the first are exact. */
const ln2 = Math.fround(Math.LN2);
const ln2Rest = Math.LN2 - ln2;

export const reproducibleFunctions: Record<ReproducibleFn, Definition> = {
  unitLog: {
    about:
      "log x for 2⁻³¹ ≤ x ≤ 1, with the same bits everywhere: n·ln 2 + 2·artanh((m − 1) / (m + 1)) for x = m·2ⁿ, √½ ≤ m < √2.",
    body: (x, part) => {
      let m = x;
      let n: Scalar | undefined;
      for (const by of [16, 8, 4, 2, 1]) {
        const isSmall = f.below(m, Math.SQRT2 * 2 ** -by);
        const fewer = n ? f.either(isSmall, f.minus(n, by), n) : f.either(isSmall, -by, 0);
        const wider = f.either(isSmall, f.times(m, 2 ** by), m);
        n = part(`n${by}`, fewer);
        m = part(`m${by}`, wider);
      }
      const above = part("above", f.minus(m, 1));
      const s = part("s", f.over(above, f.plus(above, 2)));
      const square = part("square", times(s, s));
      const rest = part("rest", times(times(polynomial(square, artanh, part, "p"), square), s));
      const near = f.plus(f.plus(s, s), f.plus(rest, times(n as Scalar, ln2Rest)));
      return f.plus(times(n as Scalar, ln2), near);
    },
  },
  cosPi: {
    about:
      "cos(π·x) for 0 ≤ x ≤ 2, with the same bits everywhere: by the series of cosine and sine up to ¼·π.",
    body: (x, part) => {
      const fold = part("fold", f.size(f.minus(x, 1)));
      const side = part("side", f.least(fold, f.minus(1, fold)));
      const angle = part("angle", times(f.least(side, f.minus(0.5, side)), Math.PI));
      const square = part("square", times(angle, angle));
      const even = polynomial(square, series(16, 2), part, "even");
      const odd = polynomial(square, series(17, 3), part, "odd");
      const cosine = f.plus(times(even, square), 1);
      const sine = f.plus(times(times(odd, square), angle), angle);
      const value = part("value", f.either(f.atMost(side, 0.25), cosine, sine));
      return f.either(f.atMost(fold, 0.5), f.negated(value), value);
    },
  },
};
