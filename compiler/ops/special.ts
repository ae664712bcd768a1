/** The error function and the gamma family; their formulas are those of kernels/functions.ts. */

import type { Node } from "../graph/node.ts";
import { named } from "../kernels/shorthand.ts";
import { like, mul, neg, square } from "./arithmetic.ts";
import { unary } from "./elementwise.ts";
import { exp } from "./exponential.ts";
import { functional } from "./notation.ts";

/** 2/√π · e^(−x²) */
const gauss = (x: Node): Node => {
  const bell = exp(neg(square(x)));
  return mul(like(2 / Math.sqrt(Math.PI), bell), bell);
};

/** 2/√π · ∫₀ˣ e^(−t²) dt */
export const erf = unary({
  name: "erf",
  domain: "float",
  cost: 80,
  lower: named("erf"),
  gradient: ({ dy, inputs: [x] }) => [mul(dy, gauss(x))],
  notation: functional("erf", "\\operatorname{erf}"),
});

/** 1 − erf x, with its relative digits where erf is near 1. */
export const erfc = unary({
  name: "erfc",
  domain: "float",
  cost: 80,
  lower: named("erfc"),
  gradient: ({ dy, inputs: [x] }) => [neg(mul(dy, gauss(x)))],
  notation: functional("erfc", "\\operatorname{erfc}"),
});

/** log |Γ(x)| */
export const lgamma = unary({
  name: "lgamma",
  domain: "float",
  cost: 150,
  sample: [0.3, 6],
  lower: named("lgamma"),
  gradient: ({ dy, inputs: [x] }) => [mul(dy, digamma(x))],
  notation: functional("lgamma", "\\log\\Gamma"),
});

/** Γ(x), (x − 1)! for whole numbers; ∞ at 0, NaN at −1, −2 … */
export const gamma = unary({
  name: "gamma",
  domain: "float",
  cost: 170,
  sample: [0.3, 4],
  lower: named("gamma"),
  gradient: ({ dy, y, inputs: [x] }) => [mul(dy, mul(y, digamma(x)))],
  notation: functional("gamma", "\\Gamma"),
});

/** ψ(x) = d/dx log Γ(x); its relative digits are lost next to its zero at 1.4616… */
export const digamma = unary({
  name: "digamma",
  domain: "float",
  cost: 150,
  sample: [0.3, 4],
  lower: named("digamma"),
  gradient: ({ dy, inputs: [x] }) => [mul(dy, trigamma(x))],
  notation: functional("digamma", "\\psi"),
});

/** ψ₁(x) = d/dx ψ(x) */
export const trigamma = unary({
  name: "trigamma",
  domain: "float",
  cost: 150,
  sample: [0.3, 4],
  lower: named("trigamma"),
  gradient: {
    none: "the third derivative of log Γ is not among the ops; hold it constant with stopGradient",
  },
  notation: functional("trigamma", "\\psi_{1}"),
});
