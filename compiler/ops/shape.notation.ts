/** Rearranged axes and new shapes in formulas. */

import { formatShape } from "../graph/types.ts";
import { precedence, raised, texDim, word } from "./notation.ts";
import type { Notation } from "./op.ts";
import type { ShapeAttrs, ShuffleAttrs } from "./shape.ts";
import { permutedTex } from "./subscripts.ts";

export const dimshuffleNotation: Notation<ShuffleAttrs> = {
  text: ([x], { order }) =>
    isTranspose(order)
      ? { text: `transpose(${x.text})`, precedence: precedence.atom }
      : {
          text: `dimshuffle(${x.text}, [${order.map((o) => (o === "x" ? '"x"' : o)).join(", ")}])`,
          precedence: precedence.atom,
        },
  tex: ([x], { order }) => {
    if (x.isScalar) return x;
    const { shape } = x.type;
    const kept = order.filter((o) => o !== "x");
    if (isSqueeze(order, shape.length, x.squeezed?.axes)) return x.squeezed?.printed;
    // Vectors are columns.
    if (shape.length <= 2 && order.length <= 2) {
      if (order.every((o, place) => o === "x" || o === place)) return x;
      return (
        x.permuted?.of ?? {
          text: raised(x, "\\top"),
          precedence: precedence.power,
          permuted: { of: x, order: kept },
        }
      );
    }
    if (kept.length < order.length || kept.length < shape.length) return undefined;
    const from = x.permuted;
    const of = from?.of ?? x;
    const whole = from ? kept.map((o) => from.order[o]) : kept;
    if (whole.every((o, place) => o === place)) return of;
    return permutedTex(of, whole);
  },
  element: ([x], { order }, index) =>
    x.at(x.type.shape.map((_, axis) => (order.includes(axis) ? index[order.indexOf(axis)] : "0"))),
};

/** Whether an order leaves out just those axes. */
const isSqueeze = (
  order: readonly (number | "x")[],
  rank: number,
  axes: readonly number[] | undefined,
): boolean =>
  axes !== undefined &&
  order.length === rank - axes.length &&
  order.every(
    (o, i) => o !== "x" && !axes.includes(o) && (i === 0 || o > (order[i - 1] as number)),
  );

function isTranspose(order: readonly (number | "x")[]): boolean {
  return order.length > 1 && order.every((o, i) => o === order.length - 1 - i);
}

export const reshapeNotation: Notation<ShapeAttrs> = {
  text: ([x], { shape }) => ({
    text: `reshape(${x.text}, ${formatShape(shape)})`,
    precedence: precedence.atom,
  }),
  tex: ([x], { shape }) => {
    if (x.isScalar) return x;
    if (shape.every((dim) => dim === 1))
      return { ...x.at(x.type.shape.map(() => "0")), isScalar: true };
    return {
      text: `${word("reshape")}_{${shape.map((dim) => texDim(dim, true)).join(" \\times ")}}\\left(${x.text}\\right)`,
      precedence: precedence.atom,
    };
  },
  signs: [
    {
      mark: word("reshape"),
      example: `${word("reshape")}_{m \\times n}(x)`,
      meaning: "the elements of x, the last index running fastest, as an array of another shape",
    },
  ],
};
