/** Products over axes, and the products of all other elements, which their derivatives are. */

import { alongAxis } from "../graph/ndarray.ts";
import { makeNode, type Node } from "../graph/node.ts";
import { add, div, like, mul } from "./arithmetic.ts";
import { flip } from "./arranging.ts";
import { eq, where } from "./comparison.ts";
import { backwards, cumprodOp, productCotangent, productTangent } from "./cumulative.ts";
import { castTo } from "./elementwise.ts";
import { precedence, wrap } from "./notation.ts";
import { type AnyOp, op, type Printed } from "./op.ts";
import {
  counts,
  type ReduceAttrs,
  realSamples,
  reducer,
  reduction,
  restoreAxes,
  sumOp,
} from "./reduction.ts";
import { blank, freeLetters } from "./subscripts.ts";

/** ∂Πx/∂x over several axes: the others along the last one, times the others' products along the rest. */
function derivative(x: Node, { axes, keepdims }: ReduceAttrs): Node {
  const [last, ...rest] = [...axes].reverse();
  if (last === undefined) return like(1, x);
  if (rest.length === 0) return makeNode(otherFactorsOp, [x], { axis: last, keepdims });
  const along = makeNode(otherFactorsOp, [x], { axis: last, keepdims: true });
  const products = makeNode(prodOp, [x], { axes: [last], keepdims: true });
  return mul(along, derivative(products, { axes: rest.reverse(), keepdims: true }));
}

export const prodOp: AnyOp = reduction({
  name: "prod",
  tex: "\\prod",
  fn: "mul",
  samples: realSamples({ domain: [0.5, 1.5] }),
  evaluate: (values) => values.reduce((a, b) => a * b, 1),
  gradient: ({ dy, inputs: [x], attrs }) => [mul(restoreAxes(dy, x, attrs), derivative(x, attrs))],
  pushforward: ({ tangents: [t], inputs: [x], attrs }) =>
    t && makeNode(sumOp, [mul(t, derivative(x, attrs))], attrs),
});

/** Product over the given axes. Its derivatives of every order are right where factors are 0. */
export const prod = reducer(prodOp, (x) => castTo(x, counts(x.type.dtype)));

/** `keepdims` is that of the product: its value is shared. */
type OthersAttrs = { axis: number; keepdims: boolean };

/** Π_{j<k} x_j and Π_{j>k} x_j, whose own derivatives divide by nothing. */
function sides(x: Node, axis: number): [before: Node, after: Node] {
  const attrs = { axis, exclusive: true };
  return [makeNode(cumprodOp, [x], attrs), backwards(cumprodOp, x, attrs)];
}

/** Π_{j≠k} x_j at each k: Πx / x_k; at the only zero the product of the rest, at one of several 0. */
export const otherFactorsOp: AnyOp = op<OthersAttrs>({
  name: "otherFactors",
  cost: 2,
  onlyFinite: "the whole product is divided by the factor: ∞ / ∞ is NaN",
  infer: ([x]) => x,
  evaluate: ([x], { axis }) =>
    alongAxis(x, axis, (line) =>
      line.map((_, k) => line.reduce((p, v, j) => (j === k ? p : p * v), 1)),
    ),
  expand: ([x], { axis, keepdims }) => {
    const isZero = eq(x, like(0, x));
    const safe = where(isZero, like(1, x), x);
    const [own, whole] = [keepdims, true].map((k) => ({ axes: [axis], keepdims: k }));
    const zeros = makeNode(sumOp, [castTo(isZero, x.type.dtype)], whole);
    const others = makeNode(prodOp, [safe], whole);
    const atZero = where(eq(zeros, like(1, x)), others, like(0, x));
    const product = restoreAxes(makeNode(prodOp, [x], own), x, own);
    return where(isZero, atZero, div(product, safe));
  },
  vectorise: ([{ node: x }], { axis, keepdims }) =>
    makeNode(otherFactorsOp, [x], { axis: axis + 1, keepdims }),
  gradient: ({ dy, inputs: [x], attrs: { axis } }) => {
    const attrs = { axis, exclusive: true };
    const [before, after] = sides(x, axis);
    const fromLeft = productCotangent(mul(dy, after), x, attrs);
    const fromRight = productCotangent(flip(mul(dy, before), axis), flip(x, axis), attrs);
    return [add(fromLeft, flip(fromRight, axis))];
  },
  pushforward: ({ tangents: [t], inputs: [x], attrs: { axis } }) => {
    if (!t) return undefined;
    const attrs = { axis, exclusive: true };
    const [before, after] = sides(x, axis);
    const onLeft = productTangent(t, x, attrs);
    const onRight = flip(productTangent(flip(t, axis), flip(x, axis), attrs), axis);
    return add(mul(onLeft, after), mul(before, onRight));
  },
  notation: {
    text: ([x], { axis }) => ({
      text: `otherFactors(${x.text}, ${axis})`,
      precedence: precedence.atom,
    }),
    element: ([x], { axis }, index) => {
      const at = (letter: string): Printed => x.at(index.map((i, n) => (n === axis ? letter : i)));
      const [letter] = freeLetters([x.type.shape.length], [at(blank).text, ...index]);
      return {
        text: `\\prod_{${letter} \\ne ${index[axis]}} ${wrap(at(letter), precedence.sum, true)}`,
        precedence: precedence.sum,
      };
    },
  },
  samples: [
    { inputs: [{ shape: [4], domain: [0.5, 1.5] }], attrs: { axis: 0, keepdims: false } },
    { inputs: [{ shape: [2, 3], domain: [-1.5, -0.5] }], attrs: { axis: 1, keepdims: true } },
  ],
});
