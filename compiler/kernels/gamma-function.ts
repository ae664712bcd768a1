/**
 * The gamma function and its logarithmic derivatives.
 *
 * log Γ up to 4 after W. J. Cody and K. E. Hillstrom, "Chebyshev approximations for the natural logarithm
 * of the gamma function", Math. Comp. 21 (1967), pp. 198–203; beyond, Stirling's series with the argument
 * moved to 8 or more. Series and recurrences: Abramowitz and Stegun 6.1.40, 6.3.5, 6.3.18, 6.4.6, 6.4.12.
 */

import type { Definition, Part } from "./definition.ts";
import type { Scalar } from "./scalar.ts";
import * as f from "./shorthand.ts";

// Numerators and denominators, highest power first.
const aroundOne = [
  [
    4.945235359296727, 201.8112620856775, 2290.8383738313464, 11319.672059033808,
    28557.246356716354, 38484.96228443793, 26377.48787624195, 7225.813979700288,
  ],
  [
    1, 67.48212550303776, 1113.3323938571993, 7738.757056935398, 27639.870744033407,
    54993.10206226157, 61611.22180066002, 36351.2759150194, 8785.536302431014,
  ],
];
const aroundTwo = [
  [
    4.974607845568932, 542.4138599891071, 15506.93864978365, 184793.2904445632, 1088204.7694688288,
    3338152.96798703, 5106661.678927353, 3074109.0548505397,
  ],
  [
    1, 183.03283993705926, 7765.049321445006, 133190.38279660742, 1136705.8213219696,
    5267964.117437947, 13467014.543111017, 17827365.303532742, 9533095.591844354,
  ],
];
/** −γ = ψ(1) and 1 − γ = ψ(2), the slopes of log Γ at its zeros. */
const slopes = [-0.5772156649015329, 0.42278433509846713];
const halfLogTwoPi = 0.9189385332046728;
const stirling = [-691 / 360360, 1 / 1188, -1 / 1680, 1 / 1260, -1 / 360, 1 / 12];

/** log Γ(y) of y ≥ 0. */
function logGamma(y: Scalar, part: Part): Scalar {
  const fromOne = f.minus(f.minus(y, 0.5), 0.5);
  const fromTwo = f.minus(f.minus(y, 1), 1);
  const t = part("t", f.either(f.atMost(y, 0.5), y, f.either(f.atMost(y, 1.5), fromOne, fromTwo)));
  const [one, two] = [aroundOne, aroundTwo].map((table, n) =>
    part(
      n === 0 ? "aroundOne" : "aroundTwo",
      f.times(t, f.plus(f.times(t, f.quotient(t, table)), slopes[n])),
    ),
  );
  // Below 0.68, Γ(y) = Γ(y + 1) / y.
  const low = f.below(y, 0.6796875);
  const upper = f.either(low, two, f.either(f.atMost(y, 1.5), one, two));
  const small = part(
    "small",
    f.minus(f.either(f.atMost(y, 0.5), one, upper), f.either(low, f.logOf(y), 0)),
  );
  // From 4 to 12, Γ(y) = Γ(y + 4) / (y·(y + 1)·(y + 2)·(y + 3)).
  const moved = f.below(y, 12);
  const z = part("z", f.either(moved, f.plus(y, 4), y));
  const w = part("w", f.over(1, f.times(z, z)));
  const series = f.over(f.polynomial(w, stirling), z);
  const main = f.times(f.minus(z, 0.5), f.minus(f.logOf(z), 1));
  const factors = f.times(f.times(y, f.plus(y, 1)), f.times(f.plus(y, 2), f.plus(y, 3)));
  const large = f.minus(
    f.plus(f.plus(main, halfLogTwoPi - 0.5), series),
    f.either(moved, f.logOf(factors), 0),
  );
  return part("value", f.either(f.atMost(y, 4), small, large));
}

/** |sin πy| of y ≥ 0, exactly 0 at whole numbers. */
function sinePi(y: Scalar, part: Part): Scalar {
  const fraction = part("fraction", f.minus(y, f.floored(y)));
  return part("sine", f.sinOf(f.times(f.least(fraction, f.minus(1, fraction)), Math.PI)));
}

/** x, x + 1 … x + 7 */
const run = (x: Scalar): Scalar[] =>
  Array.from({ length: 8 }, (_, k) => (k === 0 ? x : f.plus(x, k)));
const total = (terms: readonly Scalar[]): Scalar => terms.reduce((a, b) => f.plus(a, b));

/** How far x is from the nearest whole number, with its sign. */
const offset = (x: Scalar): Scalar => f.minus(x, f.floored(f.plus(x, 0.5)));

/** B₂, B₄ … B₁₆ */
const bernoulli = [1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510];

const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));

/** xⁿ of a whole n ≥ 1, by squaring. */
function whole(x: Scalar, n: number): Scalar {
  if (n === 1) return x;
  const half = whole(f.times(x, x), Math.floor(n / 2));
  return n % 2 === 0 ? half : f.times(half, x);
}

/** dⁿ/dxⁿ π·cot πx as a polynomial in cot πx, highest power first: d cot u = −(1 + cot² u) du. */
function cotangentDerivative(n: number): number[] {
  let powers = [0, Math.PI];
  for (let k = 0; k < n; k++) {
    const next = new Array<number>(powers.length + 1).fill(0);
    for (const [i, c] of powers.entries()) {
      if (i === 0) continue;
      next[i - 1] -= Math.PI * i * c;
      next[i + 1] -= Math.PI * i * c;
    }
    powers = next;
  }
  return powers.reverse();
}

/**
 * ψₙ(x) = dⁿ⁺¹/dxⁿ⁺¹ log Γ(x), n ≥ 2: the asymptotic series (Abramowitz and Stegun 6.4.11) at x + 8 + 2n, the
 * recurrence 6.4.6 down from there, the reflection 6.4.7 for x < 0.
 */
export function polygamma(n: number, x: Scalar): Scalar {
  const below = f.below(x, 0);
  const u = f.either(below, f.minus(1, x), x);
  const shift = 8 + 2 * n;
  const v = f.plus(u, shift);
  const w = f.over(1, f.times(v, v));
  const series = bernoulli.map(
    (b, k) => (b * factorial(2 * k + 1 + n)) / factorial(2 * k + 2) / factorial(n - 1),
  );
  const tail = f.over(
    f.plus(f.plus(1, f.over(n / 2, v)), f.times(w, f.polynomial(w, series.reverse()))),
    whole(v, n),
  );
  const steps = Array.from({ length: shift }, (_, k) =>
    f.over(1, whole(k === 0 ? u : f.plus(u, k), n + 1)),
  );
  const scale = n % 2 === 0 ? -factorial(n - 1) : factorial(n - 1);
  const value = f.times(f.plus(tail, f.times(total(steps), n)), scale);
  const angle = f.times(offset(x), Math.PI);
  const cotangent = f.over(f.cosOf(angle), f.sinOf(angle));
  const turned = f.polynomial(cotangent, cotangentDerivative(n));
  const mirrored = f.minus(n % 2 === 0 ? value : f.negated(value), turned);
  return f.either(below, mirrored, value);
}

export type GammaFn = "lgamma" | "gamma" | "digamma" | "trigamma";

export const gammaFunctions: Record<GammaFn, Definition> = {
  lgamma: {
    about:
      "log |Γ(x)|, after Cody and Hillstrom, Math. Comp. 21 (1967), pp. 198–203, and Stirling's series.",
    // Γ(−y) = −π / (y · sin πy · Γ(y))
    body: (x, part) => {
      const y = part("y", f.size(x));
      const value = logGamma(y, part);
      const reflected = f.logOf(f.over(Math.PI, sinePi(y, part)));
      const mirrored = f.minus(f.minus(reflected, f.logOf(y)), value);
      return f.either(f.below(x, 0), mirrored, value);
    },
  },
  gamma: {
    about: "Γ(x) by its logarithm and reflection; 0 / 0 at its poles.",
    body: (x, part) => {
      const y = part("y", f.size(x));
      const value = part("value", f.expOf(f.named("lgamma")(y)));
      const half = part("half", f.times(f.floored(y), 0.5));
      const sine = sinePi(y, part);
      const signed = f.either(f.equal(half, f.floored(half)), f.negated(sine), sine);
      const mirrored = f.over(f.over(f.over(Math.PI, y), signed), value);
      const below = f.either(f.equal(sine, 0), f.over(sine, sine), mirrored);
      return f.either(f.below(x, 0), below, value);
    },
  },
  digamma: {
    about: "d/dx log Γ(x): the asymptotic series at x + 8, and reflection; 0 / 0 at its poles.",
    // ψ(x) = ψ(x + 1) − 1/x = ψ(1 − x) − π / tan πx
    body: (x, part) => {
      const below = f.below(x, 0);
      const u = part("u", f.either(below, f.minus(1, x), x));
      const v = part("v", f.plus(u, 8));
      const w = part("w", f.over(1, f.times(v, v)));
      const series = [-1 / 12, 691 / 32760, -1 / 132, 1 / 240, -1 / 252, 1 / 120, -1 / 12, 0];
      const tail = f.plus(f.minus(f.logOf(v), f.over(0.5, v)), f.polynomial(w, series));
      const value = part("value", f.minus(tail, total(run(u).map((t) => f.over(1, t)))));
      const angle = part("angle", f.times(offset(x), Math.PI));
      const cotangent = f.over(f.times(f.cosOf(angle), Math.PI), f.sinOf(angle));
      const mirrored = f.minus(value, cotangent);
      return f.either(below, f.either(f.equal(angle, 0), f.over(angle, angle), mirrored), value);
    },
  },
  trigamma: {
    about: "d²/dx² log Γ(x): the asymptotic series at x + 8, and reflection.",
    // ψ₁(x) = ψ₁(x + 1) + 1/x² = (π / sin πx)² − ψ₁(1 − x)
    body: (x, part) => {
      const below = f.below(x, 0);
      const u = part("u", f.either(below, f.minus(1, x), x));
      const v = part("v", f.plus(u, 8));
      const w = part("w", f.over(1, f.times(v, v)));
      const series = [7 / 6, -691 / 2730, 5 / 66, -1 / 30, 1 / 42, -1 / 30, 1 / 6, 0];
      const tail = f.over(f.plus(f.plus(f.over(0.5, v), f.polynomial(w, series)), 1), v);
      const squares = total(run(u).map((t) => f.over(f.over(1, t), t)));
      const value = part("value", f.plus(tail, squares));
      const ratio = part("ratio", f.over(Math.PI, f.sinOf(f.times(offset(x), Math.PI))));
      return f.either(below, f.minus(f.times(ratio, ratio), value), value);
    },
  },
};
