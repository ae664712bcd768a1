/** Variances by the textbook's one pass, which cancel; norms, whose squares overflow. */

import { makeNode, type Node } from "../graph/node.ts";
import type { Rule, RuleSample } from "../simplify/rule.ts";
import { div, like, mul, sqrt, square, sub } from "./arithmetic.ts";
import { constantValue, literal, symbol } from "./leaf.ts";
import { euclideanNorm, normOp } from "./norm.ts";
import { mean, meanOp, type ReduceAttrs, sum, sumOp } from "./reduction.ts";

interface Mean {
  readonly of: Node;
  readonly attrs: ReduceAttrs;
}

const attrsOf = (node: Node): ReduceAttrs => node.attrs as unknown as ReduceAttrs;
const sameAxes = (a: ReduceAttrs, b: ReduceAttrs): boolean =>
  a.axes.join() === b.axes.join() && a.keepdims === b.keepdims;

/** Elements that a sum adds into one; undefined where a named size is among them. */
function count(total: Node): number | undefined {
  const dims = attrsOf(total).axes.map((axis) => total.inputs[0].shape[axis]);
  return dims.every((d) => typeof d === "number") ? dims.reduce((a, b) => a * b, 1) : undefined;
}

/** What a value is the mean of: mean(x), or Σ x / n. */
function meanOf(node: Node): Mean | undefined {
  if (node.op === meanOp) return { of: node.inputs[0], attrs: attrsOf(node) };
  if (node.op !== div.op || node.inputs[0].op !== sumOp) return undefined;
  const [total, n] = node.inputs;
  return constantValue(n) === count(total)
    ? { of: total.inputs[0], attrs: attrsOf(total) }
    : undefined;
}

/** The factors of a product of two. */
function factors(node: Node): readonly [Node, Node] | undefined {
  if (node.op === square.op) return [node.inputs[0], node.inputs[0]];
  return node.op === mul.op ? [node.inputs[0], node.inputs[1]] : undefined;
}

const centred = (x: Node, { axes }: ReduceAttrs): Node => sub(x, mean(x, axes, { keepdims: true }));

const productOfCentred = (x: Node, y: Node, attrs: ReduceAttrs): Node =>
  x === y ? square(centred(x, attrs)) : mul(centred(x, attrs), centred(y, attrs));

/** mean(x·y) − mean(x)·mean(y) = mean((x − mean x)·(y − mean y)) */
function twoPasses(node: Node): Node | undefined {
  const [first, second] = node.inputs;
  const whole = meanOf(first);
  const inside = whole && factors(whole.of);
  const means = factors(second)?.map(meanOf);
  if (!inside || !means) return undefined;
  const [a, b] = means;
  if (!a || !b || !sameAxes(a.attrs, whole.attrs) || !sameAxes(b.attrs, whole.attrs))
    return undefined;
  const [x, y] = inside;
  if (!((a.of === x && b.of === y) || (a.of === y && b.of === x))) return undefined;
  return makeNode(meanOp, [productOfCentred(x, y, whole.attrs)], { ...whole.attrs });
}

/** Σ x² − (Σ x)²/n = Σ (x − mean x)², also with n·(mean x)². */
function sumOfSquares(node: Node): Node | undefined {
  const [total, rest] = node.inputs;
  if (total.op !== sumOp || total.inputs[0].op !== square.op) return undefined;
  const [x] = total.inputs[0].inputs;
  const n = count(total);
  if (n === undefined) return undefined;
  const isSum = (s: Node): boolean =>
    s.op === square.op && s.inputs[0] === makeNode(sumOp, [x], total.attrs);
  const isMean = (s: Node): boolean => {
    const m = s.op === square.op ? meanOf(s.inputs[0]) : undefined;
    return m !== undefined && m.of === x && sameAxes(m.attrs, attrsOf(total));
  };
  const [a, b] = rest.inputs;
  const spelled =
    (rest.op === div.op && isSum(a) && constantValue(b) === n) ||
    (rest.op === mul.op && constantValue(a) === n && isMean(b)) ||
    (rest.op === mul.op && constantValue(b) === n && isMean(a));
  if (!spelled) return undefined;
  return makeNode(sumOp, [square(centred(x, attrsOf(total)))], total.attrs);
}

/** √Σ x² = ‖x‖, √mean x² = ‖x‖/√n */
function rootOfSquares({ inputs: [total] }: Node): Node | undefined {
  const average = meanOf(total);
  const of = average?.of ?? (total.op === sumOp ? total.inputs[0] : undefined);
  const parts = of && factors(of);
  if (!parts || parts[0] !== parts[1]) return undefined;
  if (!average) return euclideanNorm(parts[0], attrsOf(total));
  const n = count(total.op === meanOp ? total : total.inputs[0]);
  if (n === undefined) return undefined;
  return div(euclideanNorm(parts[0], average.attrs), like(Math.sqrt(n), total));
}

const z = () => symbol("float64", [2, 3]);
const on = (...expressions: Node[]): readonly RuleSample[] =>
  expressions.map((expression) => ({ expression }));

/** Used before gradients are taken as well. */
export const varianceSpellings: readonly Rule[] = [
  {
    name: "two-pass-variance",
    tier: "stabilising",
    roots: ["sub"],
    statement: "mean(x·y) − mean x · mean y = mean((x − mean x)·(y − mean y))",
    rewrite: twoPasses,
    samples: () => {
      const [x, y] = [z(), z()];
      const n = literal(3, "float64");
      return on(
        sub(mean(square(x), 1), square(mean(x, 1))),
        sub(mean(square(x), 0, { keepdims: true }), square(mean(x, 0, { keepdims: true }))),
        sub(mean(mul(x, y)), mul(mean(x), mean(y))),
        sub(div(sum(mul(x, x), 1), n), square(div(sum(x, 1), n))),
      );
    },
  },
  {
    name: "two-pass-squares",
    tier: "stabilising",
    roots: ["sub"],
    statement: "Σ x² − (Σ x)²/n = Σ (x − mean x)²",
    rewrite: sumOfSquares,
    samples: () => {
      const [x, n] = [z(), literal(3, "float64")];
      return on(
        sub(sum(square(x), 1), div(square(sum(x, 1)), n)),
        sub(sum(square(x), 1), mul(n, square(mean(x, 1)))),
      );
    },
  },
  {
    name: "norm",
    tier: "stabilising",
    roots: ["sqrt"],
    statement: "√Σ x² = ‖x‖, scaled by max |x| as it is computed; √mean x² = ‖x‖/√n",
    rewrite: rootOfSquares,
    samples: () => {
      const x = z();
      return on(
        sqrt(sum(square(x), 1)),
        sqrt(sum(mul(x, x))),
        sqrt(mean(square(x), 1)),
        sqrt(div(sum(square(x), 1), literal(3, "float64"))),
      );
    },
  },
];

export const varianceRules: readonly Rule[] = [
  ...varianceSpellings,
  {
    name: "square-of-norm",
    tier: "reassociating",
    roots: ["square"],
    statement: "‖x‖² = Σ x²",
    rewrite: ({ inputs: [length] }) =>
      length.op === normOp ? makeNode(sumOp, [square(length.inputs[0])], length.attrs) : undefined,
    samples: () => on(square(euclideanNorm(z(), { axes: [1], keepdims: false }))),
  },
];
