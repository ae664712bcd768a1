/** Formulas with indices: one element of an array, arrays by their elements, and letters for what runs. */

import type { Shape } from "../graph/types.ts";
import { precedence, raised, texDim, wrap } from "./notation.ts";
import type { Printed, Shown, Sign } from "./op.ts";

/** Letters of running indices: the first axis is i. */
const letters = "ijklmnpqrsuvabcdefgh";

/** Letters of names and indices in TeX, without words and commands. */
function lettersIn(tex: string): ReadonlySet<string> {
  const rest = tex
    .replace(/\\(?:mathrm|text|mathcal|mathbf)\{(?:\\_|[^{}])*\}/g, " ")
    .replace(/\\[A-Za-z]+/g, " ");
  return new Set(rest.match(/[A-Za-z]/g) ?? []);
}

/** For each axis its own letter, where the formulas do not have it already, else the next free one. */
export function freeLetters(axes: readonly number[], formulas: readonly string[]): string[] {
  const taken = new Set(formulas.flatMap((formula) => [...lettersIn(formula)]));
  return axes.map((axis) => {
    const own = letters[axis] ?? "i";
    const free = taken.has(own) ? [...letters].find((letter) => !taken.has(letter)) : own;
    const letter = free ?? `i_{${axis}}`;
    taken.add(letter);
    return letter;
  });
}

/** Stands for an index while letters are looked for. */
export const blank = "\\square";

/** Letters for all axes of a shape that do not occur in an element. */
export function lettersOf(
  shape: Shape,
  elementAt: (index: readonly string[]) => string,
  besides: readonly string[] = [],
): string[] {
  return freeLetters(
    shape.map((_, axis) => axis),
    [elementAt(shape.map(() => blank)), ...besides],
  );
}

/** Whether one pair of parentheses is around it all. */
function isEnclosed(text: string): boolean {
  let depth = 0;
  for (const { 0: mark, index } of text.matchAll(/\\left(?![a-z])|\\right(?![a-z])/g)) {
    depth += mark === "\\left" ? 1 : -1;
    if (depth === 0) return text.startsWith("\\left(") && index === text.length - "\\right)".length;
  }
  return false;
}

/** `x_{i,\,j}`: what has an index itself, a fraction, or what binds loosely, is put in parentheses. */
export function subscripted(x: Printed, index: readonly string[]): Printed {
  const { text } = x;
  const isOne = x.precedence >= precedence.atom && !text.startsWith("\\frac");
  const isPlain = isOne && !/(?<!\\)[_^]/.test(text) && !text.startsWith("-");
  const whole = isPlain || isEnclosed(text) ? text : `\\left(${text}\\right)`;
  return { text: `${whole}_{${index.join(",\\,")}}`, precedence: precedence.atom };
}

/** `(x_{j,i})_{i,j}`: the array with such elements. Axes of length 1 have the index 0. */
export function arrayOf(
  shape: Shape,
  elementAt: (index: readonly string[]) => Printed,
  besides: readonly string[] = [],
): Printed {
  const free = lettersOf(shape, (index) => elementAt(index).text, besides);
  const index = shape.map((dim, axis) => (dim === 1 ? "0" : free[axis]));
  const element = elementAt(index);
  if (shape.length === 0) return element;
  return {
    text: `\\left(${element.text}\\right)_{${index.join(",\\,")}}`,
    precedence: precedence.atom,
  };
}

/** The index of an operand that broadcasts, from that of the result. */
export const alignedIndex = (shape: Shape, index: readonly string[]): string[] =>
  shape.map((dim, axis) => (dim === 1 ? "0" : index[index.length - shape.length + axis]));

/** An array with its axes in another order, by its elements. */
export function permutedTex(of: Shown, order: readonly number[]): Printed {
  const shape = order.map((axis) => of.type.shape[axis]);
  const at = (index: readonly string[]): Printed =>
    of.at(order.map((_, axis) => index[order.indexOf(axis)]));
  return { ...arrayOf(shape, at), permuted: { of, order } };
}

/** An operand repeated to a shape: `\mathbf{1}\,b^\top` has the row b again and again. */
export function repeatedTex(x: Shown, to: Shape): Printed {
  const { shape } = x.type;
  if (x.isScalar || shape.length === 0) return x;
  if (shape.every((dim) => dim === 1) && to.length <= 2)
    return { ...x.at(shape.map(() => "0")), isScalar: true };
  if (to.length !== 2) return arrayOf(to, (index) => x.at(alignedIndex(shape, index)));
  const ones = (dim: Shape[number]): string => `\\mathbf{1}_{${texDim(dim)}}`;
  const isColumn = shape.length === 2 && shape[1] === 1;
  const row = shape.length === 1 ? raised(x, "\\top") : wrap(x, precedence.mul + 0.5, true);
  return {
    text: isColumn
      ? `${wrap(x, precedence.mul + 0.5, true)}\\,${ones(to[1])}^{\\top}`
      : `${ones(to[0])}\\,${row}`,
    precedence: precedence.mul,
    product: "matrices",
  };
}

/** One number in all places, where an array is meant: `2\,\mathbf{1}_{n}`. */
export function filledTex(x: Shown): Printed {
  const { shape } = x.type;
  if (!x.isScalar || shape.length === 0) return x;
  if (shape.length > 2) return arrayOf(shape, () => x);
  const [rows, columns] = shape.map((dim) => `\\mathbf{1}_{${texDim(dim)}}`);
  const ones = columns === undefined ? rows : `${rows}\\,${columns}^{\\top}`;
  if (x.text === "0") return x;
  return {
    text: x.text === "1" ? ones : `${wrap(x, precedence.mul, true)}\\,${ones}`,
    precedence: precedence.mul,
    product: "matrices",
  };
}

/** `start + step·i`, added up where it is known. */
export function elementAt(start: string, step: number, i: string): Printed {
  const isSum = /[+-]/.test(i);
  const size = Math.abs(step);
  const own = size === 1 ? i : `${size}\\,${isSum ? `\\left(${i}\\right)` : i}`;
  const term = step < 0 && isSum && size === 1 ? `\\left(${own}\\right)` : own;
  if (i === "0" || step === 0) return { text: start, precedence: precedence.atom };
  if (start === "0" && step > 0)
    return { text: own, precedence: size === 1 ? precedence.add : precedence.mul };
  const text =
    step > 0 && Number(start) > 0
      ? `${term} + ${start}`
      : `${start} ${step < 0 ? "-" : "+"} ${term}`;
  return { text, precedence: precedence.add };
}

/** `_{\text{axis }0}` where something runs along another axis than the last one. */
export const axisMark = (axis: number, { type }: Shown): string =>
  axis === type.shape.length - 1 ? "" : `_{\\text{axis }${axis}}`;

export const axisSign: Sign = {
  mark: "\\text{axis }",
  example: "f_{\\text{axis }0}",
  meaning: "f along this axis in place of the last one; the first axis is 0",
};

/** What updates of parts are written as. */
export const placedSign: Sign = {
  mark: ":=",
  example: "\\left[x_{a} := v\\right]",
  meaning: "x with v in the place a",
};
