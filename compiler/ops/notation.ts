/** Ways in which ops are written, in model syntax and in TeX. */

import type { Attrs } from "../graph/node.ts";
import { type Dim, dimText } from "../graph/types.ts";
import type { Notation, Printed } from "./op.ts";

/** How tightly notations bind; higher binds tighter. */
export const precedence = {
  choice: 1,
  or: 2,
  and: 3,
  compare: 4,
  add: 5,
  mul: 6,
  unary: 7,
  power: 8,
  atom: 9,
} as const;

/** Puts parentheses around what binds more loosely than `level`. */
export function wrap(p: Printed, level: number, tex = false): string {
  if (p.precedence >= level) return p.text;
  return tex ? `\\left(${p.text}\\right)` : `(${p.text})`;
}

/** A factor in TeX, in parentheses where it is a product of the other kind itself. */
export function factor(p: Printed, of: "elements" | "matrices"): string {
  const isOther = p.product !== undefined && p.product !== of;
  return wrap(p, isOther ? precedence.mul + 0.5 : precedence.mul, true);
}

/** What has an exponent itself, and a fraction, is put in parentheses below another one. */
export function base(x: Printed): string {
  const isFraction = x.text.startsWith("\\frac");
  return isFraction ? `\\left(${x.text}\\right)` : wrap(x, precedence.power + 0.5, true);
}

/** `x^{\\top}` */
export const raised = (x: Printed, exponent: string): string => `${base(x)}^{${exponent}}`;

/** `x_{k}`: what has an index itself is kept together. */
export function entry(x: Printed, index: string): string {
  const whole = wrap(x, precedence.power + 0.5, true);
  return `${whole.includes("_") ? `{${whole}}` : whole}_{${index}}`;
}

/** `100`, `n`, `\\mathrm{rows} - 1`; as a factor, a sum stands in parentheses. */
export const texDim = (dim: Dim, isFactor = false): string =>
  dimText(dim, isFactor).replace(/[A-Za-z_]\w*/, (name) =>
    name.length === 1 ? name : `\\mathrm{${name.replaceAll("_", "\\_")}}`,
  );

/** `name(a, b)`, in TeX `\operatorname{name}(a, b)` or the given command. */
export function functional<A extends Attrs>(
  name: string,
  tex: string = `\\operatorname{${name}}`,
  extra: (attrs: A) => string[] = () => [],
): Notation<A> {
  return {
    text: (inputs, attrs) => ({
      text: `${name}(${[...inputs.map((p) => p.text), ...extra(attrs)].join(", ")})`,
      precedence: precedence.atom,
    }),
    tex: (inputs) => ({
      text: `${tex}\\left(${inputs.map((p) => p.text).join(", ")}\\right)`,
      precedence: precedence.atom,
    }),
  };
}

/** `a + b`; a right operand of equal strength is put in parentheses where the operator asks for it. */
export function infix(
  sign: string,
  level: number,
  { tex = sign, associative = false }: { tex?: string; associative?: boolean } = {},
): Notation {
  const right = associative ? level : level + 0.5;
  return {
    text: ([a, b]) => ({ text: `${wrap(a, level)} ${sign} ${wrap(b, right)}`, precedence: level }),
    tex: ([a, b]) => ({
      text: `${wrap(a, level, true)} ${tex} ${wrap(b, right, true)}`,
      precedence: level,
    }),
  };
}
