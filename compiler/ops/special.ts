/**
 * The error function and the gamma family, by published rational approximations of double precision,
 * written once in scalar instructions: the interpreter evaluates the very formula that is generated.
 */

import type { Scalar } from "../kernels/scalar.ts";
import { like, mul, neg, square } from "./arithmetic.ts";
import { unary } from "./elementwise.ts";
import { exp } from "./exponential.ts";
import * as f from "./formula.ts";
import { functional } from "./notation.ts";

// ── erf ─────────────────────────────────────────────────────────────────────────────────────────
// W. J. Cody, "Rational Chebyshev approximations for the error function", Math. Comp. 23 (1969),
// pp. 631–637. Numerators and denominators, highest power first.

const near = [
  [
    0.18577770618460315, 3.1611237438705655, 113.86415415105016, 377.485237685302,
    3209.3775891384694,
  ],
  [1, 23.601290952344122, 244.02463793444417, 1282.6165260773723, 2844.236833439171],
];
const middle = [
  [
    2.1531153547440383e-8, 0.5641884969886701, 8.883149794388377, 66.11919063714163,
    298.6351381974001, 881.952221241769, 1712.0476126340707, 2051.0783778260716, 1230.3393547979972,
  ],
  [
    1, 15.744926110709835, 117.6939508913125, 537.1811018620099, 1621.3895745666903,
    3290.7992357334597, 4362.619090143247, 3439.3676741437216, 1230.3393548037495,
  ],
];
const distant = [
  [
    0.016315387137302097, 0.30532663496123236, 0.36034489994980445, 0.12578172611122926,
    0.016083785148742275, 0.0006587491615298378,
  ],
  [
    1, 2.568520192289822, 1.8729528499234604, 0.5279051029514285, 0.06051834131244132,
    0.0023352049762686918,
  ],
];

const quotient = (x: Scalar, [top, bottom]: readonly (readonly number[])[]): Scalar =>
  f.over(f.polynomial(x, top), f.polynomial(x, bottom));

/** Up to here erf is computed itself, from here on as 1 − erfc. */
const threshold = 0.46875;

const erfNear = (x: Scalar): Scalar => f.times(x, quotient(f.times(x, x), near));

/** erfc |x| beyond the threshold. */
function erfcTail(x: Scalar): Scalar {
  // erfc 30 is 0 in every float; so is everything beyond, and ∞ needs no care.
  const a = f.least(f.size(x), 30);
  const inverse = f.over(1, f.times(a, a));
  const series = f.times(inverse, quotient(inverse, distant));
  const scaled = f.either(
    f.above(a, 4),
    f.over(f.minus(1 / Math.sqrt(Math.PI), series), a),
    quotient(a, middle),
  );
  // e^(−a²) in two factors: the square of a with few digits is exact.
  const head = f.over(f.floored(f.times(a, 16)), 16);
  const rest = f.times(f.minus(a, head), f.plus(a, head));
  return f.times(
    f.times(f.expOf(f.negated(f.times(head, head))), f.expOf(f.negated(rest))),
    scaled,
  );
}

/** 2/√π · e^(−x²) */
const gauss = (x: Parameters<typeof neg>[0]) => {
  const bell = exp(neg(square(x)));
  return mul(like(2 / Math.sqrt(Math.PI), bell), bell);
};

/** 2/√π · ∫₀ˣ e^(−t²) dt; relative error below 1e−14. */
export const erf = unary({
  name: "erf",
  domain: "float",
  cost: 80,
  lower: (x) =>
    f.either(
      f.atMost(f.size(x), threshold),
      erfNear(x),
      f.times(f.signOf(x), f.minus(1, erfcTail(x))),
    ),
  gradient: ({ dy, inputs: [x] }) => [mul(dy, gauss(x))],
  notation: functional("erf", "\\operatorname{erf}"),
});

/** 1 − erf x in scalar instructions, without cancellation. */
export function erfcFormula(x: Scalar): Scalar {
  const tail = erfcTail(x);
  return f.either(
    f.atMost(f.size(x), threshold),
    f.minus(1, erfNear(x)),
    f.either(f.below(x, 0), f.minus(2, tail), tail),
  );
}

/** 1 − erf x, with its relative digits where erf is near 1. */
export const erfc = unary({
  name: "erfc",
  domain: "float",
  cost: 80,
  lower: erfcFormula,
  gradient: ({ dy, inputs: [x] }) => [neg(mul(dy, gauss(x)))],
  notation: functional("erfc", "\\operatorname{erfc}"),
});

// ── gamma ───────────────────────────────────────────────────────────────────────────────────────
// W. J. Cody, K. E. Hillstrom, "Chebyshev approximations for the natural logarithm of the gamma
// function", Math. Comp. 21 (1967), pp. 198–203, up to 4; beyond, Stirling's series (Abramowitz and
// Stegun 6.1.40) with the argument shifted to 8 or more. Digamma and trigamma: 6.3.18 and 6.4.12.

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
function logGamma(y: Scalar): Scalar {
  const fromOne = f.minus(f.minus(y, 0.5), 0.5);
  const t = f.either(
    f.atMost(y, 0.5),
    y,
    f.either(f.atMost(y, 1.5), fromOne, f.minus(f.minus(y, 1), 1)),
  );
  const [one, two] = [aroundOne, aroundTwo].map((table, n) =>
    f.times(t, f.plus(f.times(t, quotient(t, table)), slopes[n])),
  );
  // Below 0.68, Γ(y) = Γ(y + 1) / y.
  const low = f.below(y, 0.6796875);
  const small = f.minus(
    f.either(f.atMost(y, 0.5), one, f.either(low, two, f.either(f.atMost(y, 1.5), one, two))),
    f.either(low, f.logOf(y), 0),
  );
  const shifted = f.below(y, 12);
  const z = f.either(shifted, f.plus(y, 4), y);
  const zz = f.times(z, z);
  const series = f.over(f.polynomial(f.over(1, zz), stirling), z);
  const main = f.times(f.minus(z, 0.5), f.minus(f.logOf(z), 1));
  const large = f.plus(f.plus(main, halfLogTwoPi - 0.5), series);
  const factors = f.times(f.times(y, f.plus(y, 1)), f.times(f.plus(y, 2), f.plus(y, 3)));
  return f.either(f.atMost(y, 4), small, f.minus(large, f.either(shifted, f.logOf(factors), 0)));
}

/** sin πy of y ≥ 0, exactly 0 at whole numbers; without the sign that alternates between them. */
function sinePi(y: Scalar): Scalar {
  const part = f.minus(y, f.floored(y));
  return f.sinOf(f.times(f.least(part, f.minus(1, part)), Math.PI));
}

/** log |Γ(x)| */
export const lgamma = unary({
  name: "lgamma",
  domain: "float",
  cost: 150,
  sample: [0.3, 6],
  // Γ(−y) = −π / (y · sin πy · Γ(y))
  lower: (x) => {
    const y = f.size(x);
    const value = logGamma(y);
    const mirrored = f.minus(f.minus(f.logOf(f.over(Math.PI, sinePi(y))), f.logOf(y)), value);
    return f.either(f.below(x, 0), mirrored, value);
  },
  gradient: ({ dy, inputs: [x] }) => [mul(dy, digamma(x))],
  notation: functional("lgamma", "\\log\\Gamma"),
});

/** Γ(x), (x − 1)! for whole numbers; NaN at 0, −1, −2 … but for 0 itself, where it is ∞. */
export const gamma = unary({
  name: "gamma",
  domain: "float",
  cost: 170,
  sample: [0.3, 4],
  lower: (x) => {
    const y = f.size(x);
    const value = f.expOf(logGamma(y));
    const half = f.times(f.floored(y), 0.5);
    const sine = sinePi(y);
    const signed = f.either(f.equal(half, f.floored(half)), f.negated(sine), sine);
    const mirrored = f.over(f.over(f.over(Math.PI, y), signed), value);
    // At a pole 0 / 0: the two sides have different signs.
    const below = f.either(f.equal(sine, 0), f.over(sine, sine), mirrored);
    return f.either(f.below(x, 0), below, value);
  },
  gradient: ({ dy, y, inputs: [x] }) => [mul(dy, mul(y, digamma(x)))],
  notation: functional("gamma", "\\Gamma"),
});

/** x, x + 1 … x + 7 */
const run = (x: Scalar): Scalar[] =>
  Array.from({ length: 8 }, (_, k) => (k === 0 ? x : f.plus(x, k)));
const total = (terms: readonly Scalar[]): Scalar => terms.reduce((a, b) => f.plus(a, b));

/** How far x is from the nearest whole number, with its sign. */
function offset(x: Scalar): Scalar {
  return f.minus(x, f.floored(f.plus(x, 0.5)));
}

/** d/dx log Γ(x); relative error below 1e−13 but near its zero at 1.4616…, where it is absolute. */
export const digamma = unary({
  name: "digamma",
  domain: "float",
  cost: 150,
  sample: [0.3, 4],
  lower: (x) => {
    const below = f.below(x, 0);
    const u = f.either(below, f.minus(1, x), x);
    const v = f.plus(u, 8);
    const w = f.over(1, f.times(v, v));
    const series = [-1 / 12, 691 / 32760, -1 / 132, 1 / 240, -1 / 252, 1 / 120, -1 / 12, 0];
    const tail = f.plus(f.minus(f.logOf(v), f.over(0.5, v)), f.polynomial(w, series));
    const value = f.minus(tail, total(run(u).map((t) => f.over(1, t))));
    // ψ(x) = ψ(1 − x) − π / tan πx; at a pole 0 / 0.
    const h = f.times(offset(x), Math.PI);
    const cotangent = f.over(f.times(f.cosOf(h), Math.PI), f.sinOf(h));
    const pole = f.over(h, h);
    const mirrored = f.either(f.equal(h, 0), pole, f.minus(value, cotangent));
    return f.either(below, mirrored, value);
  },
  gradient: ({ dy, inputs: [x] }) => [mul(dy, trigamma(x))],
  notation: functional("digamma", "\\psi"),
});

/** d/dx ψ(x) */
export const trigamma = unary({
  name: "trigamma",
  domain: "float",
  cost: 150,
  sample: [0.3, 4],
  lower: (x) => {
    const below = f.below(x, 0);
    const u = f.either(below, f.minus(1, x), x);
    const v = f.plus(u, 8);
    const w = f.over(1, f.times(v, v));
    const series = [7 / 6, -691 / 2730, 5 / 66, -1 / 30, 1 / 42, -1 / 30, 1 / 6, 0];
    const tail = f.over(f.plus(f.plus(f.over(0.5, v), f.polynomial(w, series)), 1), v);
    const value = f.plus(tail, total(run(u).map((t) => f.over(f.over(1, t), t))));
    // ψ₁(x) = (π / sin πx)² − ψ₁(1 − x)
    const ratio = f.over(Math.PI, f.sinOf(f.times(offset(x), Math.PI)));
    return f.either(below, f.minus(f.times(ratio, ratio), value), value);
  },
  gradient: {
    none: "the third derivative of log Γ is not among the ops; hold it constant with stopGradient",
  },
  notation: functional("trigamma", "\\psi_{1}"),
});
