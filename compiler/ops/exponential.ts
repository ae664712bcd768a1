/** Exponentials, logarithms, and the functions of neural networks that are made of them. */

import { call, constant, type Scalar } from "../kernels/scalar.ts";
import { add, div, like, logOf, mul, neg, square, sub } from "./arithmetic.ts";
import { unary } from "./elementwise.ts";
import { functional, power, powerSign, precedence } from "./notation.ts";

const num = (value: number, x: Scalar): Scalar => constant(value, x.dtype);

export const log = logOf;

export const exp = unary({
  name: "exp",
  domain: "float",
  cost: 20,
  notation: {
    ...functional("exp"),
    // Without a number, it could be that of a matrix.
    tex: ([x]) =>
      x.isScalar
        ? { text: `e^{${x.text}}`, precedence: precedence.power }
        : { text: `\\exp\\left(${x.text}\\right)`, precedence: precedence.atom },
  },
  evaluate: Math.exp,
  lower: (x) => call("exp", x),
  gradient: ({ dy, y }) => [mul(dy, y)],
});

/** Logarithm to the base 2. */
export const log2 = unary({
  name: "log2",
  domain: "float",
  cost: 24,
  notation: functional("log2", "\\log_{2}"),
  sample: [0.1, 4],
  evaluate: Math.log2,
  lower: (x) => call("log2", x),
  gradient: ({ dy, inputs: [x] }) => [div(dy, mul(x, like(Math.LN2, x)))],
});

/** Logarithm to the base 10. */
export const log10 = unary({
  name: "log10",
  domain: "float",
  cost: 24,
  notation: functional("log10", "\\log_{10}"),
  sample: [0.1, 4],
  evaluate: Math.log10,
  lower: (x) => call("log10", x),
  gradient: ({ dy, inputs: [x] }) => [div(dy, mul(x, like(Math.LN10, x)))],
});

/** 2ˣ */
export const exp2 = unary({
  name: "exp2",
  domain: "float",
  cost: 30,
  notation: {
    ...functional("exp2"),
    tex: ([x]) => power({ text: "2", precedence: precedence.atom, isScalar: true }, x),
    signs: [powerSign],
  },
  evaluate: (x) => 2 ** x,
  lower: (x) => call("pow", num(2, x), x),
  gradient: ({ dy, y }) => [mul(dy, mul(y, like(Math.LN2, y)))],
});

/** log(1 + x), accurate near 0. */
export const log1p = unary({
  name: "log1p",
  domain: "float",
  cost: 20,
  notation: functional("log1p", "\\mathop{\\mathrm{log1p}}"),
  sample: [-0.5, 2],
  evaluate: Math.log1p,
  lower: (x) => call("log1p", x),
  gradient: ({ dy, inputs: [x] }) => [div(dy, add(like(1, x), x))],
});

/** eˣ − 1, accurate near 0. */
export const expm1 = unary({
  name: "expm1",
  domain: "float",
  cost: 20,
  notation: functional("expm1", "\\mathop{\\mathrm{expm1}}"),
  evaluate: Math.expm1,
  lower: (x) => call("expm1", x),
  gradient: ({ dy, y }) => [mul(dy, add(y, like(1, y)))],
});

export const sin = unary({
  name: "sin",
  domain: "float",
  cost: 20,
  evaluate: Math.sin,
  lower: (x) => call("sin", x),
  gradient: ({ dy, inputs: [x] }) => [mul(dy, cos(x))],
});

export const cos = unary({
  name: "cos",
  domain: "float",
  cost: 20,
  evaluate: Math.cos,
  lower: (x) => call("cos", x),
  gradient: ({ dy, inputs: [x] }) => [neg(mul(dy, sin(x)))],
});

export const tanh = unary({
  name: "tanh",
  domain: "float",
  cost: 25,
  evaluate: Math.tanh,
  lower: (x) => call("tanh", x),
  gradient: ({ dy, y }) => [mul(dy, sub(like(1, y), square(y)))],
});

/** 1 / (1 + e⁻ˣ) */
export const sigmoid = unary({
  name: "sigmoid",
  domain: "float",
  cost: 25,
  notation: functional("sigmoid", "\\sigma"),
  evaluate: (x) => 1 / (1 + Math.exp(-x)),
  lower: (x) => call("div", num(1, x), call("add", num(1, x), call("exp", call("neg", x)))),
  gradient: ({ dy, y }) => [mul(dy, mul(y, sub(like(1, y), y)))],
});

/** log(1 + eˣ), without overflow. */
export const softplus = unary({
  name: "softplus",
  domain: "float",
  cost: 45,
  notation: functional("softplus", "\\mathop{\\mathrm{softplus}}"),
  evaluate: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  lower: (x) =>
    call("add", call("max", x, num(0, x)), call("log1p", call("exp", call("neg", call("abs", x))))),
  gradient: ({ dy, inputs: [x] }) => [mul(dy, sigmoid(x))],
});
