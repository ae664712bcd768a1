/** Angles and hyperbolic functions. Those without an instruction of their own are written with others. */

import { add, div, like, mul, neg, sqrt, square, sub } from "./arithmetic.ts";
import { binary, unary } from "./elementwise.ts";
import * as f from "./formula.ts";
import { functional } from "./notation.ts";

const one = (x: Parameters<typeof like>[1]) => like(1, x);

/** sin x / cos x */
export const tan = unary({
  name: "tan",
  domain: "float",
  cost: 45,
  sample: [-1.2, 1.2],
  evaluate: Math.tan,
  lower: (x) => f.over(f.sinOf(x), f.cosOf(x)),
  gradient: ({ dy, y }) => [mul(dy, add(one(y), square(y)))],
});

/** The angle whose sine is x: that of the point (√(1 − x²), x). */
export const asin = unary({
  name: "asin",
  domain: "float",
  cost: 30,
  notation: functional("asin", "\\arcsin"),
  sample: [-0.8, 0.8],
  evaluate: Math.asin,
  lower: (x) => f.atan2(x, f.root(f.times(f.minus(1, x), f.plus(1, x)))),
  gradient: ({ dy, inputs: [x] }) => [div(dy, sqrt(mul(sub(one(x), x), add(one(x), x))))],
});

/** The angle whose cosine is x: that of the point (x, √(1 − x²)). */
export const acos = unary({
  name: "acos",
  domain: "float",
  cost: 30,
  notation: functional("acos", "\\arccos"),
  sample: [-0.8, 0.8],
  evaluate: Math.acos,
  lower: (x) => f.atan2(f.root(f.times(f.minus(1, x), f.plus(1, x))), x),
  gradient: ({ dy, inputs: [x] }) => [neg(div(dy, sqrt(mul(sub(one(x), x), add(one(x), x)))))],
});

/** The angle whose tangent is x. */
export const atan = unary({
  name: "atan",
  domain: "float",
  cost: 25,
  notation: functional("atan", "\\arctan"),
  evaluate: Math.atan,
  lower: (x) => f.atan2(x, 1),
  gradient: ({ dy, inputs: [x] }) => [div(dy, add(one(x), square(x)))],
});

/** The angle of the point (x, y), in (−π, π]; the ordinate y comes first. */
export const atan2 = binary({
  name: "atan2",
  domain: "float",
  cost: 25,
  notation: functional("atan2", "\\operatorname{atan2}"),
  sample: [
    [0.5, 2],
    [-2, 2],
  ],
  evaluate: Math.atan2,
  lower: f.atan2,
  // ∂/∂y = x / (x² + y²), ∂/∂x = −y / (x² + y²)
  gradient: ({ dy, inputs: [y, x] }) => {
    const scaled = div(dy, add(square(x), square(y)));
    return [mul(scaled, x), neg(mul(scaled, y))];
  },
});

/** (eˣ + e⁻ˣ) / 2 */
export const cosh = unary({
  name: "cosh",
  domain: "float",
  cost: 30,
  evaluate: Math.cosh,
  // e^(|x|/2) twice, so that nothing overflows before cosh x does.
  lower: (x) => {
    const half = f.expOf(f.times(f.size(x), 0.5));
    return f.plus(f.times(f.times(half, 0.5), half), f.over(f.over(0.5, half), half));
  },
  gradient: ({ dy, inputs: [x] }) => [mul(dy, sinh(x))],
});

/** (eˣ − e⁻ˣ) / 2 */
export const sinh = unary({
  name: "sinh",
  domain: "float",
  cost: 60,
  evaluate: Math.sinh,
  lower: (x) => {
    // With e = eˣ − 1 it is (e + e / (e + 1)) / 2, which keeps its digits near 0.
    const e = f.expm1Of(x);
    const near = f.times(f.plus(e, f.over(e, f.plus(e, 1))), 0.5);
    const half = f.expOf(f.times(f.size(x), 0.5));
    const far = f.minus(f.times(f.times(half, 0.5), half), f.over(f.over(0.5, half), half));
    return f.either(f.below(f.size(x), 1), near, f.times(f.signOf(x), far));
  },
  gradient: ({ dy, inputs: [x] }) => [mul(dy, cosh(x))],
});

const log2 = Math.LN2;
/** From here on x² + 1 is x² in every float, and x² might overflow. */
const far = 1e9;

/** The number whose hyperbolic sine is x: log(x + √(x² + 1)). */
export const asinh = unary({
  name: "asinh",
  domain: "float",
  cost: 45,
  notation: functional("asinh", "\\operatorname{arsinh}"),
  evaluate: Math.asinh,
  lower: (x) => {
    const a = f.size(x);
    const aa = f.times(a, a);
    const near = f.log1pOf(f.plus(a, f.over(aa, f.plus(f.root(f.plus(aa, 1)), 1))));
    return f.times(f.signOf(x), f.either(f.above(a, far), f.plus(f.logOf(a), log2), near));
  },
  gradient: ({ dy, inputs: [x] }) => [div(dy, sqrt(add(square(x), one(x))))],
});

/** The number ≥ 0 whose hyperbolic cosine is x: log(x + √(x² − 1)). */
export const acosh = unary({
  name: "acosh",
  domain: "float",
  cost: 50,
  notation: functional("acosh", "\\operatorname{arcosh}"),
  sample: [1.2, 4],
  evaluate: Math.acosh,
  lower: (x) => {
    const t = f.minus(x, 1);
    const near = f.log1pOf(f.plus(t, f.times(f.root(t), f.root(f.plus(t, 2)))));
    return f.either(f.above(x, far), f.plus(f.logOf(x), log2), near);
  },
  gradient: ({ dy, inputs: [x] }) => [div(dy, sqrt(mul(sub(x, one(x)), add(x, one(x)))))],
});

/** The number whose hyperbolic tangent is x: log((1 + x) / (1 − x)) / 2. */
export const atanh = unary({
  name: "atanh",
  domain: "float",
  cost: 30,
  notation: functional("atanh", "\\operatorname{artanh}"),
  sample: [-0.8, 0.8],
  evaluate: Math.atanh,
  lower: (x) => {
    const a = f.size(x);
    const value = f.log1pOf(f.over(f.times(a, 2), f.minus(1, a)));
    return f.times(f.times(f.signOf(x), 0.5), value);
  },
  gradient: ({ dy, inputs: [x] }) => [div(dy, mul(sub(one(x), x), add(one(x), x)))],
});
