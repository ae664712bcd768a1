/** The error function and the gamma family; their formulas are those of kernels/functions.ts. */

import { fail } from "../diagnostics/error.ts";
import { makeNode, type Node } from "../graph/node.ts";
import { floatX, isFloat } from "../graph/types.ts";
import { polygamma as series } from "../kernels/gamma-function.ts";
import { numeric } from "../kernels/numeric.ts";
import { named } from "../kernels/shorthand.ts";
import { like, mul, neg, square } from "./arithmetic.ts";
import { castTo, unary } from "./elementwise.ts";
import { exp } from "./exponential.ts";
import { asNode, type Operand } from "./leaf.ts";
import { functional, precedence } from "./notation.ts";
import { type AnyOp, op } from "./op.ts";

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
  notation: functional("erf", "\\mathop{\\mathrm{erf}}"),
});

/** 1 − erf x, with its relative digits where erf is near 1. */
export const erfc = unary({
  name: "erfc",
  domain: "float",
  cost: 80,
  lower: named("erfc"),
  gradient: ({ dy, inputs: [x] }) => [neg(mul(dy, gauss(x)))],
  notation: functional("erfc", "\\mathop{\\mathrm{erfc}}"),
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
  gradient: ({ dy, inputs: [x] }) => [mul(dy, makeNode(polygammaOp, [x], { order: 2 }))],
  notation: functional("trigamma", "\\psi_{1}"),
});

/** ψₙ(x), the n-th derivative of ψ(x), n ≥ 2. */
export const polygammaOp: AnyOp = op<{ order: number }>({
  name: "polygamma",
  domain: "float",
  elementwise: true,
  cost: 300,
  infer: ([x]) => x,
  evaluate: ([x], { order }, { dtype, shape }) => {
    const value = numeric((s) => series(order, s), 1);
    return { dtype, shape, data: x.data.map((v) => value(v)) };
  },
  lower: ({ attrs, read }, index) => series(attrs.order, read(0, index)),
  gradient: ({ dy, inputs: [x], attrs: { order } }) => [
    mul(dy, makeNode(polygammaOp, [x], { order: order + 1 })),
  ],
  notation: {
    text: ([x], { order }) => ({
      text: `polygamma(${order}, ${x.text})`,
      precedence: precedence.atom,
    }),
    tex: ([x], { order }) => ({
      text: `\\psi_{${order}}\\left(${x.text}\\right)`,
      precedence: precedence.atom,
    }),
  },
  samples: [2, 3, 5].map((order) => ({
    inputs: [{ shape: [2, 3], domain: [0.5, 4] as const }],
    attrs: { order },
  })),
});

/** ψₙ(x): ψ for n = 0, ψ₁ for n = 1. @throws ADJ1008 unless n is a whole number from 0 to 20 */
export function polygamma(n: number, x: Operand): Node {
  if (!Number.isInteger(n) || n < 0 || n > 20)
    fail("ADJ1008", `polygamma: the order ${n} is no whole number from 0 to 20`);
  if (n < 2) return n === 0 ? digamma(x) : trigamma(x);
  const node = asNode(x);
  const to = isFloat(node.type.dtype) ? node.type.dtype : floatX;
  return makeNode(polygammaOp, [castTo(node, to)], { order: n });
}
