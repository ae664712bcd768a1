/** Angles and hyperbolic functions. */

import { call } from "../kernels/scalar.ts";
import { named } from "../kernels/shorthand.ts";
import { add, div, like, mul, neg, sqrt, square, sub } from "./arithmetic.ts";
import { binary, unary } from "./elementwise.ts";
import { functional } from "./notation.ts";

const one = (x: Parameters<typeof like>[1]) => like(1, x);

/** sin x / cos x */
export const tan = unary({
  name: "tan",
  domain: "float",
  cost: 45,
  sample: [-1.2, 1.2],
  evaluate: Math.tan,
  lower: named("tan"),
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
  lower: named("asin"),
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
  lower: named("acos"),
  gradient: ({ dy, inputs: [x] }) => [neg(div(dy, sqrt(mul(sub(one(x), x), add(one(x), x)))))],
});

/** The angle whose tangent is x. */
export const atan = unary({
  name: "atan",
  domain: "float",
  cost: 25,
  notation: functional("atan", "\\arctan"),
  evaluate: Math.atan,
  lower: named("atan"),
  gradient: ({ dy, inputs: [x] }) => [div(dy, add(one(x), square(x)))],
});

/** The angle of the point (x, y), in (−π, π]; the ordinate y comes first. */
export const atan2 = binary({
  name: "atan2",
  domain: "float",
  cost: 25,
  notation: functional("atan2", "\\mathop{\\mathrm{atan2}}"),
  sample: [
    [0.5, 2],
    [-2, 2],
  ],
  evaluate: Math.atan2,
  lower: (y, x) => call("atan2", y, x),
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
  lower: named("cosh"),
  gradient: ({ dy, inputs: [x] }) => [mul(dy, sinh(x))],
});

/** (eˣ − e⁻ˣ) / 2 */
export const sinh = unary({
  name: "sinh",
  domain: "float",
  cost: 60,
  evaluate: Math.sinh,
  lower: named("sinh"),
  gradient: ({ dy, inputs: [x] }) => [mul(dy, cosh(x))],
});

/** The number whose hyperbolic sine is x: log(x + √(x² + 1)). */
export const asinh = unary({
  name: "asinh",
  domain: "float",
  cost: 45,
  notation: functional("asinh", "\\mathop{\\mathrm{arsinh}}"),
  evaluate: Math.asinh,
  lower: named("asinh"),
  gradient: ({ dy, inputs: [x] }) => [div(dy, sqrt(add(square(x), one(x))))],
});

/** The number ≥ 0 whose hyperbolic cosine is x: log(x + √(x² − 1)). */
export const acosh = unary({
  name: "acosh",
  domain: "float",
  cost: 50,
  notation: functional("acosh", "\\mathop{\\mathrm{arcosh}}"),
  sample: [1.2, 4],
  evaluate: Math.acosh,
  lower: named("acosh"),
  gradient: ({ dy, inputs: [x] }) => [div(dy, sqrt(mul(sub(x, one(x)), add(x, one(x)))))],
});

/** The number whose hyperbolic tangent is x: log((1 + x) / (1 − x)) / 2. */
export const atanh = unary({
  name: "atanh",
  domain: "float",
  cost: 30,
  notation: functional("atanh", "\\mathop{\\mathrm{artanh}}"),
  sample: [-0.8, 0.8],
  evaluate: Math.atanh,
  lower: named("atanh"),
  gradient: ({ dy, inputs: [x] }) => [div(dy, mul(sub(one(x), x), add(one(x), x)))],
});
