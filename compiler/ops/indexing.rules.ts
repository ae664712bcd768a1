/** Gradients of indexing: a tensor that is zero but at a few places, and what arithmetic makes of it. */

import { makeNode, type Node } from "../graph/node.ts";
import { sameShape } from "../graph/types.ts";
import type { Rule, RuleSample } from "../simplify/rule.ts";
import { add, div, mul, neg } from "./arithmetic.ts";
import { arange, oneHot, oneHotOp, zeros } from "./creation.ts";
import { gatherOp, type ScatterAttrs, scatterOp } from "./gathering.ts";
import { constantValue, literal, symbol } from "./leaf.ts";
import { type ReduceAttrs, sum } from "./reduction.ts";
import { isOnePerRow, rowIndices } from "./row-index.ts";
import { broadcastOp, broadcastTo, dimshuffle, expandDims } from "./shape.ts";

const isZeros = (node: Node): boolean =>
  constantValue(node) === 0 || (node.op.movement === true && isZeros(node.inputs[0]));

/** A scatter-add onto zeros: what the gradient of a gather is. */
function spread(node: Node): { v: Node; idx: readonly Node[]; attrs: ScatterAttrs } | undefined {
  if (node.op !== scatterOp || node.attrs.mode !== "add" || !isZeros(node.inputs[0]))
    return undefined;
  const [, v, ...idx] = node.inputs;
  return { v, idx, attrs: node.attrs as unknown as ScatterAttrs };
}

/** scatter(v)·w = scatter(v·w[…]): outside of the places, 0·w is taken to be 0. */
function spreadTimes(node: Node): Node | undefined {
  for (const [a, w] of [node.inputs, [...node.inputs].reverse()]) {
    const parts = spread(a);
    if (!parts || !sameShape(a.shape, node.shape)) continue;
    const whole = broadcastTo(w, a.shape);
    const { mode: _, ...where } = parts.attrs;
    const there = makeNode(gatherOp, [whole, ...parts.idx], where);
    return makeNode(scatterOp, [a.inputs[0], mul(parts.v, there), ...parts.idx], a.attrs);
  }
  return undefined;
}

/** A gather of a value that is the same everywhere along the axes, or of an elementwise broadcast. */
function gatherOfBroadcast(node: Node): Node | undefined {
  const [x, ...idx] = node.inputs;
  if (x.op !== broadcastOp) return undefined;
  const [inner] = x.inputs;
  if (inner.shape.length === 0) return broadcastTo(inner, node.shape);
  const { axes } = node.attrs as { axes: readonly number[] };
  const lead = x.shape.length - inner.shape.length;
  const full = dimshuffle(inner, [
    ...new Array<"x">(lead).fill("x"),
    ...inner.shape.map((_, i) => i),
  ]);
  // Along picked axes of length 1 every index means 0.
  if (!axes.every((a) => full.shape[a] === 1 || full.shape[a] === x.shape[a])) return undefined;
  const rest = full.shape.some((dim, i) => !axes.includes(i) && dim !== x.shape[i]);
  if (rest || !axes.some((a) => full.shape[a] === 1)) return undefined;
  const zeroed = idx.map((index, n) =>
    full.shape[axes[n]] === 1 ? mul(index, literal(0, index.type.dtype)) : index,
  );
  return makeNode(gatherOp, [full, ...zeroed], node.attrs);
}

/** The same value in each row: scatter over (i, yᵢ) of c = c · oneHot(y). */
function spreadRows(node: Node): Node | undefined {
  const parts = spread(node);
  if (!parts || !isOnePerRow(node.shape, parts.attrs.axes, parts.idx)) return undefined;
  const classes = node.shape.at(-1);
  const same = constantValue(parts.v) !== undefined || isSame(parts.v);
  if (!same || typeof classes !== "number") return undefined;
  const labels = broadcastTo(parts.idx.at(-1) as Node, node.shape.slice(0, -1));
  const hot = makeNode(oneHotOp, [labels], { classes, dtype: node.type.dtype });
  return mul(expandDims(parts.v, parts.v.shape.length), hot);
}

/** Whether all elements are one scalar, repeated. */
const isSame = (v: Node): boolean => v.op === broadcastOp && v.inputs[0].shape.length === 0;

/** Σⱼ of what was scattered over (i, yᵢ) = v. */
function sumOfRows(node: Node): Node | undefined {
  const [x] = node.inputs;
  const parts = spread(x);
  const { axes, keepdims } = node.attrs as unknown as ReduceAttrs;
  const last = x.shape.length - 1;
  if (!parts || axes.length !== 1 || axes[0] !== last) return undefined;
  if (!isOnePerRow(x.shape, parts.attrs.axes, parts.idx)) return undefined;
  return keepdims ? expandDims(parts.v, last) : parts.v;
}

/** Σ over the classes of a one-hot row is 1; a scalar factor stays in front. */
function sumOfOneHot(node: Node): Node | undefined {
  return sumOfScaled(node.inputs[0], node);
}

function sumOfScaled(x: Node, node: Node): Node | undefined {
  const [a, b] = x.inputs;
  const within = (part: Node, scale: (sum: Node) => Node): Node | undefined => {
    const inner = sumOfScaled(part, node);
    return inner && scale(inner);
  };
  if (x.op === neg.op) return within(a, neg);
  if (x.op === div.op && b.shape.length === 0) return within(a, (s) => div(s, b));
  if (x.op === mul.op && a.shape.length === 0) return within(b, (s) => mul(a, s));
  if (x.op === mul.op && b.shape.length === 0) return within(a, (s) => mul(s, b));
  if (x.op !== oneHotOp) return undefined;
  const { axes, keepdims } = node.attrs as unknown as ReduceAttrs;
  const last = x.shape.length - 1;
  if (!axes.includes(last)) return undefined;
  const ones = makeNode(node.op, [broadcastTo(literal(1, x.type.dtype), x.shape.slice(0, -1))], {
    axes: axes.filter((a) => a !== last),
    keepdims,
  });
  return keepdims ? expandDims(ones, last) : ones;
}

/** Σ over a scattered axis: the places along it no longer matter. */
function sumOfSpread(node: Node): Node | undefined {
  const parts = spread(node.inputs[0]);
  if (!parts) return undefined;
  const { axes, keepdims } = node.attrs as unknown as ReduceAttrs;
  const all =
    parts.attrs.axes.every((a) => axes.includes(a)) && axes.length === node.inputs[0].shape.length;
  if (!all || keepdims) return undefined;
  return sum(parts.v);
}

/** base + scatter-add onto zeros = scatter-add onto base. */
function addSpread(node: Node): Node | undefined {
  for (const [base, other] of [node.inputs, [...node.inputs].reverse()]) {
    const parts = spread(other);
    if (!parts || isZeros(base) || base.shape.length !== other.shape.length || spread(base))
      continue;
    if (base.shape.some((dim, i) => dim !== other.shape[i])) continue;
    return makeNode(scatterOp, [base, parts.v, ...parts.idx], other.attrs);
  }
  return undefined;
}

const matrix = () => symbol("float64", [4, 3]);
const labelled = (make: (y: Node) => Node): RuleSample => {
  const y = symbol("int32", [4]);
  return { expression: make(y), domains: new Map([[y, [0, 3]]]) };
};
const spreadOver = (v: Node, y: Node): Node =>
  makeNode(scatterOp, [zeros(4, 3, { dtype: "float64" }), v, arange(4), y], {
    axes: [0, 1],
    position: 0,
    mode: "add",
  });
/** Rows along two axes: at (i, j, yᵢⱼ). */
const spreadOverTwo = (v: Node, y: Node): Node =>
  makeNode(scatterOp, [zeros(2, 4, 3, { dtype: "float64" }), v, ...rowIndices([2, 4]), y], {
    axes: [0, 1, 2],
    position: 0,
    mode: "add",
  });
const vector = () => symbol("float64", [4]);

export const indexingRules: readonly Rule[] = [
  {
    name: "scatter-times",
    tier: "stabilising",
    roots: ["mul"],
    statement: "scatter(v)·w = scatter(v·w[…])",
    rewrite: spreadTimes,
    samples: () => [
      labelled((y) => mul(spreadOver(vector(), y), matrix())),
      labelled((y) => mul(symbol("float64", [1, 3]), spreadOver(vector(), y))),
    ],
  },
  {
    name: "gather-of-broadcast",
    tier: "exact",
    roots: ["gather"],
    statement: "broadcast(c)[…] = c",
    rewrite: gatherOfBroadcast,
    samples: () => [
      labelled((y) =>
        makeNode(gatherOp, [broadcastTo(symbol("float64", []), [4, 3]), y], {
          axes: [1],
          position: 1,
        }),
      ),
    ],
  },
  {
    name: "scatter-rows",
    tier: "exact",
    roots: ["scatter"],
    statement: "scatter over (i, yᵢ) of c = c·oneHot(y)",
    rewrite: spreadRows,
    samples: () => [
      labelled((y) => spreadOver(broadcastTo(symbol("float64", []), [4]), y)),
      labelled((y) => spreadOverTwo(broadcastTo(symbol("float64", []), [2, 4]), y)),
    ],
  },
  {
    name: "sum-of-scattered-rows",
    tier: "exact",
    roots: ["sum"],
    statement: "Σⱼ scatter over (i, yᵢ) of v = v",
    rewrite: sumOfRows,
    samples: () => [
      labelled((y) => sum(spreadOver(vector(), y), 1)),
      labelled((y) => sum(spreadOver(vector(), y), 1, { keepdims: true })),
      labelled((y) => sum(spreadOverTwo(symbol("float64", [2, 4]), y), 2, { keepdims: true })),
    ],
  },
  {
    name: "sum-of-one-hot",
    tier: "exact",
    roots: ["sum"],
    statement: "Σⱼ oneHot(y)ⱼ = 1",
    rewrite: sumOfOneHot,
    samples: () => [
      labelled((y) => sum(oneHot(y, 3, { dtype: "float64" }), 1)),
      labelled((y) => sum(oneHot(y, 3, { dtype: "float64" }), 1, { keepdims: true })),
      labelled((y) => sum(oneHot(y, 3, { dtype: "float64" }))),
      labelled((y) => sum(neg(div(oneHot(y, 3, { dtype: "float64" }), 4)), 1)),
    ],
  },
  {
    name: "sum-of-scatter",
    tier: "reassociating",
    roots: ["sum"],
    statement: "Σ scatter(v) = Σ v",
    rewrite: sumOfSpread,
    samples: () => [
      labelled((y) =>
        sum(
          makeNode(scatterOp, [zeros(4, 3, { dtype: "float64" }), vector(), y, y], {
            axes: [0, 1],
            position: 0,
            mode: "add",
          }),
        ),
      ),
    ],
  },
  {
    name: "add-scatter",
    tier: "exact",
    roots: ["add"],
    statement: "x + scatter(v) = x with v added",
    rewrite: addSpread,
    samples: () => [
      labelled((y) =>
        add(
          symbol("float64", [4, 3]),
          makeNode(scatterOp, [zeros(4, 3, { dtype: "float64" }), symbol("float64", [4, 3]), y], {
            axes: [0],
            position: 0,
            mode: "add",
          }),
        ),
      ),
    ],
  },
];
