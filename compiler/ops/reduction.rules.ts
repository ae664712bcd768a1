/** Sums of what is simple along the summed axes. */

import { makeNode, type Node } from "../graph/node.ts";
import { isFloat, type Shape } from "../graph/types.ts";
import {
  applied,
  equation,
  type Pattern,
  type Rule,
  type RuleContext,
  type RuleSample,
  variable,
} from "../simplify/rule.ts";
import { div, like, mul, neg } from "./arithmetic.ts";
import { prod } from "./factors.ts";
import { symbol } from "./leaf.ts";
import { max, maxOp, mean, min, minOp, type ReduceAttrs, sum, sumOp } from "./reduction.ts";
import { broadcastOp, broadcastTo, dimshuffle, dimshuffleOp, reshape, reshapeOp } from "./shape.ts";

const attrsOf = (node: Node): ReduceAttrs => node.attrs as unknown as ReduceAttrs;

/** Length of `x` along an axis of a broadcast result of the given rank; 1 where it has no such axis. */
function lengthAlong(x: Shape, rank: number, axis: number) {
  return x[axis - (rank - x.length)] ?? 1;
}

/** Whether every element of `x` is the same along the reduced axes. */
function steady(x: Node, rank: number, { axes }: ReduceAttrs): boolean {
  return axes.every((axis) => lengthAlong(x.shape, rank, axis) === 1);
}

/** A reduction over axes of length 1 moves elements only. */
function trivial(node: Node): Node | undefined {
  const [x] = node.inputs;
  const attrs = attrsOf(node);
  if (attrs.axes.some((axis) => x.shape[axis] !== 1)) return undefined;
  if (attrs.keepdims) return x;
  return dimshuffle(
    x,
    x.shape.map((_, i) => i).filter((i) => !attrs.axes.includes(i)),
  );
}

/**
 * A broadcast value without the repetitions along reduced axes, and how many there are of each element;
 * undefined where there are none, or the number is not known.
 */
function unrepeated(x: Node, attrs: ReduceAttrs): { value: Node; count: number } | undefined {
  const [inner] = x.inputs;
  const rank = x.shape.length;
  const repeated = attrs.axes.filter(
    (axis) => lengthAlong(inner.shape, rank, axis) === 1 && x.shape[axis] !== 1,
  );
  const count = repeated.reduce((n, axis) => n * Number(x.shape[axis]), 1);
  if (repeated.length === 0 || !(count > 0)) return undefined;
  const full = dimshuffle(inner, [
    ...new Array<"x">(rank - inner.shape.length).fill("x"),
    ...inner.shape.map((_, i) => i),
  ]);
  const once = x.shape.map((dim, i) => (repeated.includes(i) ? 1 : dim));
  return { value: broadcastTo(full, once), count };
}

/** Σ broadcast(x) = n · Σ x over the axes that x really has. */
function sumOfBroadcast(node: Node): Node | undefined {
  const [x] = node.inputs;
  if (x.op !== broadcastOp) return undefined;
  const once = unrepeated(x, attrsOf(node));
  return once && mul(like(once.count, node), makeNode(sumOp, [once.value], node.attrs));
}

/** Σ c·x = c·Σ x, for what does not change along the summed axes. */
function factorOut(node: Node, context?: RuleContext): Node | undefined {
  const [x] = node.inputs;
  if (context?.isShared(x)) return undefined;
  const attrs = attrsOf(node);
  const rank = x.shape.length;
  if (!isFloat(x.type.dtype)) return undefined;
  const inner = (value: Node): Node => makeNode(sumOp, [broadcastTo(value, x.shape)], node.attrs);
  // What is taken out, in the shape of the sum.
  const outside = (value: Node): Node => {
    const full = dimshuffle(value, [
      ...new Array<"x">(rank - value.shape.length).fill("x"),
      ...value.shape.map((_, i) => i),
    ]);
    if (attrs.keepdims) return full;
    return dimshuffle(
      full,
      full.shape.map((_, i) => i).filter((i) => !attrs.axes.includes(i)),
    );
  };
  if (x.op === neg.op) return neg(inner(x.inputs[0]));
  const [a, b] = x.inputs;
  if (x.op === mul.op) {
    if (steady(a, rank, attrs) && !steady(b, rank, attrs)) return mul(outside(a), inner(b));
    if (steady(b, rank, attrs) && !steady(a, rank, attrs)) return mul(inner(a), outside(b));
  }
  if (x.op === div.op && steady(b, rank, attrs) && !steady(a, rank, attrs))
    return div(inner(a), outside(b));
  return undefined;
}

/** Σ over some axes of Σ over others = one Σ; also of products, means and extremes. */
function reduceOfReduce(node: Node): Node | undefined {
  const [x] = node.inputs;
  if (x.op !== node.op) return undefined;
  const inner = attrsOf(x);
  const outer = attrsOf(node);
  if (inner.keepdims !== outer.keepdims) return undefined;
  const left = x.inputs[0].shape.map((_, i) => i).filter((i) => !inner.axes.includes(i));
  const further = inner.keepdims ? outer.axes : outer.axes.map((axis) => left[axis]);
  const axes = [...new Set([...inner.axes, ...further])].sort((a, b) => a - b);
  return makeNode(node.op, [x.inputs[0]], { axes, keepdims: inner.keepdims });
}

/** A reduction over all elements does not see how they are arranged. */
function reduceOfReshape(node: Node): Node | undefined {
  const [x] = node.inputs;
  const { axes, keepdims } = attrsOf(node);
  if (x.op !== reshapeOp || keepdims || axes.length !== x.shape.length) return undefined;
  const [source] = x.inputs;
  return makeNode(node.op, [source], { axes: source.shape.map((_, i) => i), keepdims });
}

/** A reduction of a dimshuffle = that of x, over the axes where they were. */
function reduceOfShuffle(node: Node): Node | undefined {
  const [x] = node.inputs;
  if (x.op !== dimshuffleOp) return undefined;
  const attrs = attrsOf(node);
  const order = x.attrs.order as readonly (number | "x")[];
  if (attrs.keepdims) return undefined;
  const [inner] = x.inputs;
  const axes = attrs.axes.flatMap((axis) => {
    const from = order[axis];
    return from === "x" ? [] : [from];
  });
  if (axes.length === 0) return undefined;
  const summed = makeNode(node.op, [inner], {
    axes: [...axes].sort((a, b) => a - b),
    keepdims: false,
  });
  const kept = inner.shape.map((_, i) => i).filter((i) => !axes.includes(i));
  const rest = order.filter((_, i) => !attrs.axes.includes(i));
  return dimshuffle(
    summed,
    rest.map((o) => (o === "x" ? "x" : kept.indexOf(o))),
  );
}

/** max over repeated elements = max over one of each; also min, mean and truth values. */
function extremeOfBroadcast(node: Node): Node | undefined {
  const [x] = node.inputs;
  if (x.op !== broadcastOp) return undefined;
  const once = unrepeated(x, attrsOf(node));
  return once && makeNode(node.op, [once.value], node.attrs);
}

const x = variable("x");
const Neg = (a: Pattern): Pattern => applied(neg.op, [a]);
const Max = (a: Pattern): Pattern => applied(maxOp, [a], "over");
const Min = (a: Pattern): Pattern => applied(minOp, [a], "over");
const rows = { over: { axes: [1], keepdims: false } };

const cube = () => symbol("float64", [2, 3, 4]);
const row = () => symbol("float64", [4]);
const on = (...expressions: Node[]): readonly RuleSample[] =>
  expressions.map((expression) => ({ expression }));

export const reductionRules: readonly Rule[] = [
  {
    name: "reduce-nothing",
    tier: "exact",
    roots: ["sum", "prod", "max", "min", "any", "all", "mean"],
    statement: "Σ over axes of length 1 = x",
    rewrite: trivial,
    samples: () =>
      on(sum(symbol("float64", [1, 3]), 0), sum(symbol("float64", [1, 3]), 0, { keepdims: true })),
  },
  {
    name: "sum-of-broadcast",
    tier: "reassociating",
    roots: ["sum"],
    statement: "Σᵢ x = n·x",
    rewrite: sumOfBroadcast,
    samples: () =>
      on(
        sum(broadcastTo(row(), [3, 4]), 0),
        sum(broadcastTo(row(), [3, 4])),
        sum(broadcastTo(row(), [3, 4]), 0, { keepdims: true }),
      ),
  },
  {
    name: "factor-out-of-sum",
    tier: "reassociating",
    roots: ["sum"],
    statement: "Σ c·x = c·Σ x, Σ x/c = (Σ x)/c, Σ −x = −Σ x",
    rewrite: factorOut,
    samples: () => {
      const c = symbol("float64", [2, 1, 1]);
      return [
        ...on(
          sum(neg(cube()), 1),
          sum(mul(symbol("float64", []), cube()), [0, 2]),
          sum(mul(cube(), c), [1, 2]),
        ),
        {
          expression: sum(div(cube(), c), 1, { keepdims: true }),
          domains: new Map([[c, [0.5, 2]]]),
        },
      ];
    },
  },
  {
    name: "sum-of-sum",
    tier: "reassociating",
    roots: ["sum", "prod", "mean"],
    statement: "Σᵢ Σⱼ x = Σᵢⱼ x, Πᵢ Πⱼ x = Πᵢⱼ x, mean of means = mean",
    rewrite: reduceOfReduce,
    samples: () =>
      on(
        sum(sum(cube(), 1)),
        sum(sum(cube(), 0), 1),
        sum(sum(cube(), 0, { keepdims: true }), 2, { keepdims: true }),
        prod(prod(cube(), 2), 0),
        mean(mean(cube(), 1), 0),
      ),
  },
  {
    name: "extreme-of-extreme",
    tier: "exact",
    roots: ["max", "min", "any", "all"],
    statement: "maxᵢ maxⱼ x = maxᵢⱼ x",
    rewrite: reduceOfReduce,
    samples: () => on(max(max(cube(), 1)), min(min(cube(), 0), 1)),
  },
  {
    name: "sum-of-reshape",
    tier: "reassociating",
    roots: ["sum", "prod", "mean"],
    statement: "Σ reshape(x) = Σ x",
    rewrite: reduceOfReshape,
    samples: () => on(sum(reshape(cube(), [6, 4])), mean(reshape(cube(), [24]))),
  },
  {
    name: "extreme-of-reshape",
    tier: "exact",
    roots: ["max", "min", "any", "all"],
    statement: "max reshape(x) = max x",
    rewrite: reduceOfReshape,
    samples: () => on(max(reshape(cube(), [6, 4]))),
  },
  equation("exact", "negative-of-maximum", Neg(Max(Neg(x))), Min(x), { attrs: rows }),
  equation("exact", "negative-of-minimum", Neg(Min(Neg(x))), Max(x), { attrs: rows }),
  {
    name: "sum-of-shuffle",
    tier: "reassociating",
    roots: ["sum", "mean", "prod", "logsumexp", "norm"],
    statement: "Σ Aᵀ = Σ A",
    rewrite: reduceOfShuffle,
    samples: () =>
      on(sum(dimshuffle(cube(), [2, 0, 1])), sum(dimshuffle(cube(), [2, "x", 0, 1]), [0, 1])),
  },
  {
    name: "extreme-of-shuffle",
    tier: "exact",
    roots: ["max", "min", "any", "all"],
    statement: "max Aᵀ = max A",
    rewrite: reduceOfShuffle,
    samples: () => on(max(dimshuffle(cube(), [2, 0, 1])), min(dimshuffle(cube(), [2, 0, 1]), 1)),
  },
  {
    name: "extreme-of-broadcast",
    tier: "exact",
    roots: ["max", "min", "any", "all"],
    statement: "maxᵢ x = x",
    rewrite: extremeOfBroadcast,
    samples: () =>
      on(
        max(broadcastTo(row(), [3, 4]), 0),
        min(broadcastTo(row(), [3, 4]), 0, { keepdims: true }),
      ),
  },
  {
    name: "mean-of-broadcast",
    tier: "reassociating",
    roots: ["mean"],
    statement: "mean over i of x = x",
    rewrite: extremeOfBroadcast,
    samples: () => on(mean(broadcastTo(row(), [3, 4]), 0), mean(broadcastTo(row(), [3, 4]))),
  },
];
