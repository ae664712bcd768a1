/** Reductions in formulas: sums with the letters that they run along. */

import type { TensorType } from "../graph/types.ts";
import { precedence, raised, texDim, wrap } from "./notation.ts";
import type { Notation, Printed, Shown } from "./op.ts";
import type { ReduceAttrs } from "./reduction.ts";
import { blank, freeLetters, subscripted } from "./subscripts.ts";

const axesText = ({ axes, keepdims }: ReduceAttrs): string => {
  const list = axes.length === 1 ? `${axes[0]}` : `[${axes.join(", ")}]`;
  return keepdims ? `, ${list}, { keepdims: true }` : `, ${list}`;
};

/** The letters of a reduction, and the index of its operand: with what is given along the axes that are kept. */
export function boundIn(
  x: Shown,
  { axes, keepdims }: ReduceAttrs,
  index: readonly string[],
): { readonly letters: readonly string[]; readonly whole: readonly string[] } {
  let next = 0;
  const kept = x.type.shape.map((_, axis) => {
    const i = keepdims ? axis : next;
    if (axes.includes(axis)) return undefined;
    next++;
    return index[i];
  });
  const formula = x.at(kept.map((i) => i ?? blank)).text;
  const letters = freeLetters(axes, [formula, ...index]);
  return { letters, whole: kept.map((i, axis) => i ?? letters[axes.indexOf(axis)]) };
}

/** `\sum_{i,j} x_{i,j}`; along some axes `\sum_{i} x_{i,:}`, of rows. */
const reduceTex = (sign: string): Pick<Notation<ReduceAttrs>, "tex" | "element"> => ({
  tex: ([x], attrs) => {
    const { axes, keepdims } = attrs;
    const { shape } = x.type;
    if (axes.length === 0) return x;
    if (x.isScalar || axes.length === shape.length) {
      const { letters, whole } = boundIn(x, { axes, keepdims: false }, []);
      return { ...applied(sign, letters, x.at(whole)), isScalar: true };
    }
    if (keepdims && (shape.length > 2 || axes[0] === 0)) {
      const rows =
        shape.length === 2 ? reduceTex(sign).tex?.([x], { axes, keepdims: false }) : undefined;
      return rows && { text: raised(rows, "\\top"), precedence: precedence.power };
    }
    if (x.isByElement) return undefined;
    const letters = freeLetters(axes, [x.text]);
    const places = shape.map((_, axis) => letters[axes.indexOf(axis)] ?? ":");
    return applied(sign, letters, subscripted(x, places));
  },
  element: ([x], attrs, index) => {
    if (attrs.axes.length === 0) return x.at(index);
    const { letters, whole } = boundIn(x, attrs, index);
    return applied(sign, letters, x.at(whole));
  },
});

const applied = (sign: string, letters: readonly string[], x: Printed): Printed => ({
  text: `${sign}_{${letters.join(",")}} ${wrap(x, precedence.sum, true)}`,
  precedence: precedence.sum,
});

/** `Σ_i x` */
export const reduceNotation = (name: string, sign: string): Notation<ReduceAttrs> => ({
  text: ([x], attrs) => ({
    text: `${name}(${x.text}${axesText(attrs)})`,
    precedence: precedence.atom,
  }),
  ...reduceTex(sign),
});

/** `1/n Σ_i x` */
export const meanNotation: Notation<ReduceAttrs> = {
  text: reduceNotation("mean", "").text,
  tex: ([x], attrs) => {
    const sign = meanSign(x.type, attrs);
    return reduceTex(sign).tex?.([x], attrs);
  },
  element: (inputs, attrs, index) =>
    reduceTex(meanSign(inputs[0].type, attrs)).element?.(inputs, attrs, index) as Printed,
};

function meanSign({ shape }: TensorType, { axes }: ReduceAttrs): string {
  const count = axes.map((axis) => shape[axis]);
  const size = count.every((d) => typeof d === "number")
    ? String(count.reduce((a, b) => a * b, 1))
    : count.map((dim) => texDim(dim, count.length > 1)).join("\\,");
  return `\\frac{1}{${size}} \\sum`;
}
