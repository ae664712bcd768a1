/** Arithmetic: + − · / % **, and what is built from them alone. */

import type { Node } from "../graph/node.ts";
import { call, constant } from "../kernels/scalar.ts";
import { binary, unary } from "./elementwise.ts";
import { movedLaw, scaledLaw } from "./laws.ts";
import { literal } from "./leaf.ts";
import { factor, functional, infix, power, powerSign, precedence, wrap } from "./notation.ts";
import type { Printed } from "./op.ts";

/** A scalar constant of a node's dtype. */
export const like = (value: number, x: Node): Node => literal(value, x.type.dtype);

/** A fraction of two numbers stands on one line inside another fraction. */
const inFraction = ({ text }: Printed): string =>
  text.replace(/^\\frac\{(-?[\d.]+)\}\{([\d.]+)\}$/, "$1 / $2");

export const add = binary({
  name: "add",
  linear: true,
  commutative: true,
  notation: {
    ...infix("+", precedence.add, { associative: true }),
    tex: ([a, b], attrs) => {
      if (a.law && b.isScalar) return movedLaw(a.law, b);
      if (b.law && a.isScalar) return movedLaw(b.law, a);
      return infix("+", precedence.add, { associative: true }).tex?.([a, b], attrs);
    },
  },
  evaluate: (a, b) => a + b,
  lower: (a, b) => call("add", a, b),
  gradient: ({ dy }) => [dy, dy],
});

export const sub = binary({
  name: "sub",
  linear: true,
  notation: {
    ...infix("-", precedence.add),
    tex: ([a, b], attrs) =>
      a.law && b.isScalar
        ? movedLaw(a.law, b, "-")
        : infix("-", precedence.add).tex?.([a, b], attrs),
  },
  evaluate: (a, b) => a - b,
  lower: (a, b) => call("sub", a, b),
  gradient: ({ dy }) => [dy, neg(dy)],
});

export const mul = binary({
  name: "mul",
  multilinear: true,
  commutative: true,
  notation: {
    ...infix("*", precedence.mul, { associative: true }),
    // Factors stand side by side, but a number needs a sign before it, and tensors one that tells
    // elements' products from a matrix product.
    tex: ([a, b]) => {
      if (a.law && b.isScalar) return scaledLaw(a.law, b);
      if (b.law && a.isScalar) return scaledLaw(b.law, a);
      const isScaled = a.isScalar || b.isScalar;
      const [x, y] = [a, b].map((p, i) => {
        const isLast = i === 1 && p.precedence === precedence.sum;
        return isScaled
          ? wrap(p, isLast ? precedence.sum : precedence.mul, true)
          : factor(p, "elements");
      });
      const isSum = isScaled && b.precedence === precedence.sum;
      const sign = /^[\d-]/.test(y) ? "\\cdot" : isScaled ? "\\," : "\\odot";
      const isScalar = a.isScalar && b.isScalar;
      const product = isScaled ? (a.product ?? b.product) : ("elements" as const);
      const kind = product ? { product } : {};
      return {
        text: `${x} ${sign} ${y}`,
        precedence: isSum ? precedence.sum : precedence.mul,
        isScalar,
        ...kind,
      };
    },
    signs: [
      {
        mark: "\\odot",
        example: "x \\odot y",
        meaning:
          "the product element by element; products without a sign are those of matrices, or by a number",
      },
    ],
  },
  evaluate: (a, b) => a * b,
  lower: (a, b) => call("mul", a, b),
  gradient: ({ dy, inputs: [a, b] }) => [mul(dy, b), mul(dy, a)],
});

/** True division: integers give floats. */
export const div = binary({
  name: "div",
  domain: "float",
  cost: 4,
  notation: {
    ...infix("/", precedence.mul),
    tex: ([a, b]) =>
      b.isScalar
        ? { text: `\\frac{${inFraction(a)}}{${inFraction(b)}}`, precedence: precedence.atom }
        : {
            text: `${wrap(a, precedence.mul + 0.5, true)} \\oslash ${wrap(b, precedence.mul + 0.5, true)}`,
            precedence: precedence.mul,
            product: "elements",
          },
    signs: [
      {
        mark: "\\oslash",
        example: "x \\oslash y",
        meaning: "the quotient element by element",
      },
    ],
  },
  sample: [
    [-2, 2],
    [0.5, 2],
  ],
  evaluate: (a, b) => a / b,
  lower: (a, b) => call("div", a, b),
  // ∂(a/b)/∂b = −(a/b)/b
  gradient: ({ dy, y, inputs: [, b] }) => [div(dy, b), neg(mul(dy, div(y, b)))],
});

/** Remainder with the divisor's sign, as NumPy's `%`. */
export const mod = binary({
  name: "mod",
  cost: 8,
  notation: infix("%", precedence.mul, { tex: "\\bmod" }),
  sample: [
    [0.1, 0.9],
    [1, 2],
  ],
  evaluate: (a, b) => a - b * Math.floor(a / b),
  lower: (a, b) =>
    a.dtype.startsWith("int")
      ? call("mod", a, b)
      : call("sub", a, call("mul", b, call("floor", call("div", a, b)))),
  gradient: ({ dy, inputs: [a, b] }) => [dy, neg(mul(dy, floor(div(a, b))))],
});

export const pow = binary({
  name: "pow",
  cost: 30,
  notation: {
    text: ([a, b]) => ({
      text: `${wrap(a, precedence.power + 0.5)} ** ${wrap(b, precedence.power)}`,
      precedence: precedence.power,
    }),
    tex: ([a, b]) => power(a, b),
    signs: [powerSign],
  },
  sample: [
    [0.5, 2],
    [-2, 2],
  ],
  evaluate: (a, b) => a ** b,
  lower: (a, b) => call("pow", a, b),
  // ∂aᵇ/∂a = b·aᵇ⁻¹, ∂aᵇ/∂b = aᵇ·log a, which is 0 where aᵇ is
  gradient: ({ dy, y, inputs: [a, b] }) => [
    mul(mul(dy, b), pow(a, sub(b, like(1, b)))),
    mul(dy, xlogy(y, a)),
  ],
});

export const neg = unary({
  name: "neg",
  chooses: true,
  linear: true,
  notation: {
    text: ([x]) => ({ text: `-${wrap(x, precedence.power + 0.5)}`, precedence: precedence.unary }),
    tex: ([x]) => ({ text: `-${wrap(x, precedence.sum, true)}`, precedence: precedence.add }),
  },
  evaluate: (x) => -x,
  lower: (x) => call("neg", x),
  gradient: ({ dy }) => [neg(dy)],
});

export const abs = unary({
  name: "abs",
  chooses: true,
  notation: {
    ...functional("abs"),
    tex: ([x]) => ({ text: `\\left|${x.text}\\right|`, precedence: precedence.atom }),
  },
  sample: [0.2, 2],
  evaluate: Math.abs,
  lower: (x) => call("abs", x),
  gradient: ({ dy, inputs: [x] }) => [mul(dy, sign(x))],
});

/** −1, 0 or 1. */
export const sign = unary({
  name: "sign",
  notation: functional("sign", "\\mathop{\\mathrm{sign}}"),
  sample: [0.2, 2],
  evaluate: Math.sign,
  lower: (x) => call("sign", x),
  gradient: () => [undefined],
});

export const floor = unary({
  name: "floor",
  notation: {
    ...functional("floor"),
    tex: ([x]) => ({
      text: `\\left\\lfloor ${x.text} \\right\\rfloor`,
      precedence: precedence.atom,
    }),
  },
  sample: [0.2, 0.8],
  evaluate: Math.floor,
  lower: (x) => call("floor", x),
  gradient: () => [undefined],
});

/** x² */
export const square = unary({
  name: "square",
  notation: {
    ...functional("square"),
    tex: ([x]) => power(x, { text: "2", precedence: precedence.atom, isScalar: true }),
    signs: [powerSign],
  },
  evaluate: (x) => x * x,
  lower: (x) => call("mul", x, x),
  gradient: ({ dy, inputs: [x] }) => [mul(dy, mul(like(2, x), x))],
});

export const sqrt = unary({
  name: "sqrt",
  domain: "float",
  cost: 6,
  notation: {
    ...functional("sqrt"),
    tex: ([x]) => ({ text: `\\sqrt{${x.text}}`, precedence: precedence.atom }),
  },
  sample: [0.3, 4],
  evaluate: Math.sqrt,
  lower: (x) => call("sqrt", x),
  gradient: ({ dy, y }) => [div(mul(like(0.5, y), dy), y)],
});

/** Natural logarithm; lives here because the gradient of `**` needs it. */
export const logOf = unary({
  name: "log",
  domain: "float",
  cost: 20,
  notation: functional("log", "\\log"),
  sample: [0.1, 4],
  evaluate: Math.log,
  lower: (x) => call("log", x),
  gradient: ({ dy, inputs: [x] }) => [div(dy, x)],
});

/** x·log y, and 0 where x is 0 (unless y is NaN): the terms of entropies and likelihoods. */
export const xlogy = binary({
  name: "xlogy",
  domain: "float",
  cost: 22,
  notation: {
    ...functional("xlogy"),
    tex: ([x, y]) => ({
      text: `${wrap(x, precedence.mul, true)}\\,\\log\\left(${y.text}\\right)`,
      precedence: precedence.mul,
    }),
  },
  sample: [
    [-2, 2],
    [0.1, 4],
  ],
  evaluate: (x, y) => (x === 0 && !Number.isNaN(y) ? 0 : x * Math.log(y)),
  lower: (x, y) => {
    const zero = constant(0, x.dtype);
    const vanishes = call("and", call("eq", x, zero), call("eq", y, y));
    return call("where", vanishes, zero, call("mul", x, call("log", y)));
  },
  gradient: ({ dy, inputs: [x, y] }) => [xlogy(dy, y), mul(dy, div(x, y))],
});
