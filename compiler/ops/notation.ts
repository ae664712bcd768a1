/** Ways in which ops are written, in model syntax and in TeX. */

import type { Attrs } from "../graph/node.ts";
import { type Dim, dimText } from "../graph/types.ts";
import type { Notation, Printed, Sign } from "./op.ts";

/** How tightly notations bind; higher binds tighter. */
export const precedence = {
  choice: 1,
  or: 2,
  and: 3,
  compare: 4,
  add: 5,
  /** Sums and products over indices: they go on to the end of a product. */
  sum: 5.5,
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

/** What has an exponent itself, a fraction and a negative number are put in parentheses below another one. */
export function base(x: Printed): string {
  const isApart = /^(\\frac|-)/.test(x.text) || (/\^/.test(x.text) && !x.text.startsWith("\\left"));
  return isApart ? `\\left(${x.text}\\right)` : wrap(x, precedence.power + 0.5, true);
}

/** `x^{\\top}` */
export const raised = (x: Printed, exponent: string): string => `${base(x)}^{${exponent}}`;

/** `\mathop{\mathrm{softmax}}`: GitHub's pages have no `\operatorname`. */
export const word = (name: string): string => `\\mathop{\\mathrm{${name}}}`;

/** `x^{3}` of a number, `x^{\circ 3}` of elements: without a sign it is that of a matrix. */
export function power(x: Printed, exponent: Printed): Printed {
  if (x.isScalar && exponent.isScalar)
    return { text: `${base(x)}^{${exponent.text}}`, precedence: precedence.power };
  const isOne = exponent.precedence >= precedence.atom && !exponent.text.startsWith("-");
  const text = isOne ? ` ${exponent.text}` : `\\left(${exponent.text}\\right)`;
  return { text: `${base(x)}^{\\circ${text}}`, precedence: precedence.power };
}

export const powerSign: Sign = {
  mark: "^{\\circ",
  example: "x^{\\circ 2}",
  meaning: "powers element by element",
};

/** `100`, `n`, `\\mathrm{rows} - 1`; as a factor, a sum stands in parentheses. */
export const texDim = (dim: Dim, isFactor = false): string =>
  dimText(dim, isFactor).replace(/[A-Za-z_]\w*/, (name) =>
    name.length === 1 ? name : `\\mathrm{${name.replaceAll("_", "\\_")}}`,
  );

/** `name(a, b)`, in TeX the same with an upright name or the given command. */
export function functional<A extends Attrs>(
  name: string,
  tex: string = word(name),
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
      text: `${wrap(a, level, true)} ${tex} ${wrap(b, right, true)}`.replace(
        / \+ -(?=[^ ])/,
        " - ",
      ),
      precedence: level,
    }),
  };
}
