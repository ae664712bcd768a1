/** Products with one-hot rows pick elements; picking every element in order picks nothing. */

import { makeNode, type Node } from "../graph/node.ts";
import { type Shape, sameShape } from "../graph/types.ts";
import type { Rule, RuleSample } from "../simplify/rule.ts";
import { mul } from "./arithmetic.ts";
import { arange, arangeOp, oneHot, oneHotOp } from "./creation.ts";
import { castOp } from "./elementwise.ts";
import { type GatherAttrs, gatherOp } from "./gathering.ts";
import { intRange } from "./index-range.ts";
import { symbol } from "./leaf.ts";
import { contractOp, dot } from "./product.ts";
import { type ReduceAttrs, sum } from "./reduction.ts";
import { rowIndices } from "./row-index.ts";
import { expandDims } from "./shape.ts";

/** Whether labels are sure to be rows: by what they are made of, or because the border checks them. */
function areRows(hot: Node): boolean {
  const range = intRange(hot.inputs[0]);
  if (range) return range.min >= 0 && range.max < (hot.attrs.classes as number);
  let [source] = hot.inputs;
  while (source.op.movement || source.op === castOp) [source] = source.inputs;
  return source.op.leaf === true;
}

/** oneHot(y)·W = W[y], W·oneHot(y)ᵀ = W[:, y] */
function productWithOneHot(node: Node): Node | undefined {
  const { left, right } = node.attrs as { left: readonly number[]; right: readonly number[] };
  if (left.length !== 1) return undefined;
  const [a, b] = node.inputs;
  const picks = (hot: Node, bound: readonly number[]): boolean =>
    hot.op === oneHotOp && bound[0] === hot.shape.length - 1 && areRows(hot);
  const pick = (x: Node, axis: number, hot: Node, position: number): Node =>
    makeNode(gatherOp, [x, hot.inputs[0]], { axes: [axis], position });
  if (picks(a, left)) return pick(b, right[0], a, 0);
  if (picks(b, right)) return pick(a, left[0], b, a.shape.length - 1);
  return undefined;
}

/** Σⱼ oneHot(y)ᵢⱼ·xᵢⱼ = x[i, yᵢ] */
function sumWithOneHot(node: Node): Node | undefined {
  const [product] = node.inputs;
  const { axes, keepdims } = node.attrs as unknown as ReduceAttrs;
  const last = product.shape.length - 1;
  if (product.op !== mul.op || last < 1 || axes.length !== 1 || axes[0] !== last) return undefined;
  for (const [hot, x] of [product.inputs, [...product.inputs].reverse()]) {
    if (hot.op !== oneHotOp || !areRows(hot)) continue;
    if (!sameShape(hot.shape, product.shape) || !sameShape(x.shape, product.shape)) continue;
    const indices = [...rowIndices(product.shape.slice(0, -1)), hot.inputs[0]];
    const picked = makeNode(gatherOp, [x, ...indices], {
      axes: indices.map((_, i) => i),
      position: 0,
    });
    return keepdims ? expandDims(picked, last) : picked;
  }
  return undefined;
}

/** x[0, 1, …, n − 1] = x */
function gatherOfAll(node: Node): Node | undefined {
  const [x, index, ...others] = node.inputs;
  const { axes, position } = node.attrs as unknown as GatherAttrs;
  const isAll =
    others.length === 0 &&
    position === axes[0] &&
    index.op === arangeOp &&
    index.attrs.start === 0 &&
    index.attrs.step === 1 &&
    index.attrs.length === x.shape[axes[0]];
  return isAll ? x : undefined;
}

const labelled = (make: (hot: Node) => Node): RuleSample => labelledIn([4], make);
const labelledIn = (rows: Shape, make: (hot: Node) => Node): RuleSample => {
  const y = symbol("int32", rows);
  return {
    expression: make(oneHot(y, 3, { dtype: "float64" })),
    domains: new Map([[y, [0, 3]]]),
  };
};

export const gatheringRules: readonly Rule[] = [
  {
    name: "product-with-one-hot",
    tier: "stabilising",
    roots: ["contract"],
    statement: "oneHot(y)·W = W[y]",
    rewrite: productWithOneHot,
    samples: () => [
      labelled((hot) => dot(hot, symbol("float64", [3, 2]))),
      labelled((hot) =>
        makeNode(contractOp, [symbol("float64", [2, 3]), hot], { left: [1], right: [1] }),
      ),
    ],
  },
  {
    name: "sum-with-one-hot",
    tier: "stabilising",
    roots: ["sum"],
    statement: "Σⱼ oneHot(y)ᵢⱼ·xᵢⱼ = x[i, yᵢ]",
    rewrite: sumWithOneHot,
    samples: () => [
      labelled((hot) => sum(mul(hot, symbol("float64", [4, 3])), 1)),
      labelled((hot) => sum(mul(symbol("float64", [4, 3]), hot), 1, { keepdims: true })),
      labelledIn([2, 4], (hot) => sum(mul(hot, symbol("float64", [2, 4, 3])), 2)),
    ],
  },
  {
    name: "gather-of-all",
    tier: "exact",
    roots: ["gather"],
    statement: "x[0, 1, …, n − 1] = x",
    rewrite: gatherOfAll,
    samples: () => [
      {
        expression: makeNode(gatherOp, [symbol("float64", [4, 3]), arange(3)], {
          axes: [1],
          position: 1,
        }),
      },
    ],
  },
];
