/** Poolings in formulas. */

import { formatShape } from "../graph/types.ts";
import { precedence, word, wrap } from "./notation.ts";
import type { Notation, Printed, Sign } from "./op.ts";
import type { PoolAttrs } from "./pools.ts";

const sides = (list: readonly number[]): string => list.join("\\times ");

/** The window and, where they are not next to each other, the stride. */
function marks({ size, stride, dilation }: PoolAttrs): string {
  return [
    sides(size),
    ...(stride.some((s, n) => s !== size[n]) ? [`\\downarrow ${sides(stride)}`] : []),
    ...(dilation.some((d) => d !== 1) ? [`d = ${sides(dilation)}`] : []),
  ].join(",\\,");
}

const markSign: Sign = {
  mark: ",\\,\\downarrow",
  example: "\\downarrow s",
  meaning: "windows begin s places apart; elsewhere they lie side by side",
};

const notation = (
  name: string,
  tex: (inputs: readonly Printed[], window: string) => Printed,
  signs: readonly Sign[],
): Notation<PoolAttrs> => ({
  text: (inputs, { size, stride, dilation }) => {
    const options = [
      `size: ${formatShape(size)}`,
      `stride: ${formatShape(stride)}`,
      ...(dilation.some((d) => d !== 1) ? [`dilation: ${formatShape(dilation)}`] : []),
    ];
    return {
      text: `${name}(${inputs.map((p) => p.text).join(", ")}, { ${options.join(", ")} })`,
      precedence: precedence.atom,
    };
  },
  tex: (inputs, attrs) => tex(inputs, marks(attrs)),
  signs: [...signs, markSign],
});

/** `maxpool_{2×2}(x)` */
export const poolNotation = (name: string, tex: string): Notation<PoolAttrs> =>
  notation(
    name,
    ([x], size) => ({
      text: `${word(tex)}_{${size}}\\left(${x.text}\\right)`,
      precedence: precedence.atom,
    }),
    [
      {
        mark: word(tex),
        example: `${word(tex)}_{a\\times b}(x)`,
        meaning: `the ${tex === "maxpool" ? "largest element" : "sum"} of each window of a × b elements along the last axes`,
      },
    ],
  );

const equal = ([x, m]: readonly Printed[]): string => `${x.text} = ${m.text}`;

/** `sumpool^{x = m}(d)`, and how many they are where d is 1. */
export const poolWhereNotation: Notation<PoolAttrs> = notation(
  "poolWhere",
  (inputs, size) => {
    const [, , d] = inputs;
    const isCount = d.text === "1";
    return {
      text: isCount
        ? `${word("count")}_{${size}}\\left(${equal(inputs)}\\right)`
        : `${word("sumpool")}_{${size}}^{${equal(inputs)}}\\left(${d.text}\\right)`,
      precedence: precedence.atom,
    };
  },
  [
    {
      mark: word("count"),
      example: `${word("count")}_{a\\times b}(x = m)`,
      meaning: "for each window, how many of its elements of x are equal to its element of m",
    },
    {
      mark: `${word("sumpool")}_{`,
      example: `${word("sumpool")}_{a\\times b}^{x = m}(d)`,
      meaning:
        "for each window of a × b elements the sum of its d; with x = m above, of those whose x is equal to the window's element of m",
    },
  ],
);

const unpooled = (g: Printed, size: string, above: string): Printed => ({
  text: `{\\uparrow_{${size}}${above}} ${wrap(g, precedence.mul + 0.5, true)}`,
  precedence: precedence.unary,
});

const unpoolSign: Sign = {
  mark: "{\\uparrow_{",
  example: "{\\uparrow_{a\\times b}^{x = m}}\\, g",
  meaning:
    "for each element, the sum of g over the windows of a × b elements that it is in; with x = m above, over those whose m is equal to its x",
};

export const unpoolSumNotation = notation("unpoolSum", ([g], size) => unpooled(g, size, ""), [
  unpoolSign,
]);

export const unpoolWhereNotation = notation(
  "unpoolWhere",
  (inputs, size) => unpooled(inputs[2], size, `^{${equal(inputs)}}`),
  [unpoolSign],
);
