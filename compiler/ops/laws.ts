/** Distributions in formulas: what is drawn, scaled and moved is written as the distribution that it has. */

import { precedence } from "./notation.ts";
import type { Law, Printed } from "./op.ts";

const number = (text: string): number => (text === "" ? Number.NaN : Number(text));

const rounded = (value: number, digits: number): string =>
  String(Number(value.toPrecision(digits)));

/** A parameter as it is printed: of numbers, the digits that all float32 have. */
export const shown = (text: string): string =>
  Number.isFinite(number(text)) ? rounded(number(text), 6) : text;

/** Numbers are added up, with more digits than are shown; other terms are written. */
export function sumOf(a: string, b: string, sign: "+" | "-" = "+"): string {
  const [x, y] = [a, b].map(number);
  if (Number.isFinite(x + y)) return rounded(sign === "+" ? x + y : x - y, 9);
  if (x === 0 && sign === "+") return b;
  return y === 0 ? a : `${a} ${sign} ${/[+-]/.test(b) ? `\\left(${b}\\right)` : b}`;
}

function productOf(a: string, b: string): string {
  const [x, y] = [a, b].map(number);
  if (Number.isFinite(x * y)) return rounded(x * y, 9);
  if (x === 0 || y === 0) return "0";
  if (x === 1 || y === 1) return x === 1 ? b : a;
  const [first, second] = [a, b].map((text) =>
    /[+-]/.test(text) ? `\\left(${text}\\right)` : text,
  );
  return `${first}\\,${second}`;
}

/** A draw with such a distribution. */
export function drawnFrom(law: Law): Printed {
  const { offset, scale } = law;
  return { text: law.write(offset, scale), precedence: precedence.atom, law };
}

/** by·x */
export const scaledLaw = (law: Law, by: Printed): Printed =>
  drawnFrom({
    ...law,
    offset: productOf(by.text, law.offset),
    scale: productOf(by.text, law.scale),
  });

/** x + by, or x − by. */
export const movedLaw = (law: Law, by: Printed, sign: "+" | "-" = "+"): Printed =>
  drawnFrom({ ...law, offset: sumOf(law.offset, by.text, sign) });
