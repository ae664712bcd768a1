/** Activation functions beyond sigmoid, tanh and relu. */

import type { Node } from "../graph/node.ts";
import * as f from "../kernels/shorthand.ts";
import { add, like, mul, square, sub } from "./arithmetic.ts";
import { clip, gt, minimum, where } from "./comparison.ts";
import { binary, unary } from "./elementwise.ts";
import { exp, expm1, sigmoid, tanh } from "./exponential.ts";
import { asNode, type Operand } from "./leaf.ts";
import { functional } from "./notation.ts";
import { erfc } from "./special.ts";

const eluOf = binary({
  name: "elu",
  domain: "float",
  cost: 25,
  sample: [
    [-2, -0.2],
    [0.5, 2],
  ],
  lower: (x, alpha) => f.either(f.above(x, 0), x, f.times(alpha, f.expm1Of(x))),
  // Below 0: ∂/∂x = α·eˣ, ∂/∂α = eˣ − 1
  gradient: ({ dy, inputs: [x, alpha] }) => {
    const low = minimum(x, 0);
    return [where(gt(x, 0), dy, mul(mul(dy, alpha), exp(low))), mul(dy, expm1(low))];
  },
  notation: functional("elu", "\\mathop{\\mathrm{elu}}"),
});

/** x above 0, α·(eˣ − 1) elsewhere (Clevert and others, 2015). */
export const elu = Object.assign((x: Operand, alpha: Operand = 1): Node => eluOf(x, alpha), {
  op: eluOf.op,
});

/** Φ(x), the normal distribution, as erfc so that its left tail keeps its digits. */
const normal = (x: Node): Node => mul(erfc(mul(x, like(-Math.SQRT1_2, x))), like(0.5, x));

const geluExact = unary({
  name: "gelu",
  domain: "float",
  cost: 85,
  lower: (x) => f.times(x, f.times(f.named("erfc")(f.times(x, -Math.SQRT1_2)), 0.5)),
  expand: (x) => mul(x, normal(x)),
  // Φ(x) + x·φ(x)
  gradient: ({ dy, inputs: [x] }) => {
    const density = mul(like(1 / Math.sqrt(2 * Math.PI), x), exp(mul(like(-0.5, x), square(x))));
    return [mul(dy, add(normal(x), mul(x, density)))];
  },
  notation: functional("gelu", "\\mathop{\\mathrm{gelu}}"),
});

export interface GeluOptions {
  /** "tanh": ½x·(1 + tanh(√(2/π)·(x + 0.044715·x³))), as in the first transformers; exact when left out. */
  readonly approximate?: "none" | "tanh";
}

/** x·Φ(x), Φ the normal distribution (Hendrycks and Gimpel, 2016). */
export const gelu = Object.assign(
  (x: Operand, { approximate = "none" }: GeluOptions = {}): Node => {
    if (approximate === "none") return geluExact(x);
    const node = asNode(x);
    const cubic = mul(0.044715, mul(node, square(node)));
    const inner = mul(Math.sqrt(2 / Math.PI), add(node, cubic));
    return mul(mul(0.5, node), add(1, tanh(inner)));
  },
  { op: geluExact.op },
);

/** x·σ(x), also called swish. */
export const silu = unary({
  name: "silu",
  domain: "float",
  cost: 26,
  lower: (x) => f.over(x, f.plus(f.expOf(f.negated(x)), 1)),
  expand: (x) => mul(x, sigmoid(x)),
  // σ(x) + y·(1 − σ(x))
  gradient: ({ dy, y, inputs: [x] }) => [
    mul(dy, add(sigmoid(x), mul(y, sub(like(1, x), sigmoid(x))))),
  ],
  notation: functional("silu", "\\mathop{\\mathrm{silu}}"),
});

/** 0.2·x + 0.5 kept in [0, 1]: Theano's and ONNX's piecewise linear sigmoid. */
export const hardSigmoid = (x: Operand): Node => {
  const node = asNode(x);
  return clip(add(mul(node, 0.2), 0.5), 0, 1);
};
