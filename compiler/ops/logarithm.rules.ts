/** Logarithms of likelihoods: of products, quotients, powers and sums whose parts overflow or vanish. */

import { makeNode, type Node } from "../graph/node.ts";
import type { Rule, RuleSample } from "../simplify/rule.ts";
import { abs, add, div, logOf as log, mul, neg, pow, sqrt, square, sub } from "./arithmetic.ts";
import { eq, maximum, where, whereOp } from "./comparison.ts";
import { exp, sigmoid, softplus } from "./exponential.ts";
import { prod, prodOp } from "./factors.ts";
import { gatherOp } from "./gathering.ts";
import { constantValue, literal, symbol } from "./leaf.ts";
import { countOf, meanOp, type ReduceAttrs, sum, sumOp } from "./reduction.ts";
import { dimshuffle } from "./shape.ts";
import { isNonnegative } from "./sign.ts";
import { logSoftmaxOp, logsumexpOp, softmaxOp } from "./softmax.ts";

const attrsOf = (node: Node): ReduceAttrs => node.attrs as unknown as ReduceAttrs;
const isMove = (node: Node): boolean => node.op.movement === true || node.op === gatherOp;

/** 1 − σ(x), of which the logarithm is known. */
const isRest = (node: Node): boolean =>
  node.op === sub.op && constantValue(node.inputs[0]) === 1 && node.inputs[1].op === sigmoid.op;

/** Whether a value has an exponential as a factor, so that it may overflow. */
function grows(node: Node, depth = 0): boolean {
  if (node.op === exp.op) return true;
  if (depth > 8) return false;
  const inside = (n: Node): boolean => grows(n, depth + 1);
  if (node.op === sumOp || node.op === meanOp) return node.inputs[0].op === exp.op;
  if (node.op === mul.op || node.op === div.op || node.op === add.op)
    return node.inputs.some(inside);
  return isMove(node) && inside(node.inputs[0]);
}

/** Whether the logarithm of a value can be written without computing the value. */
function hasLog(node: Node, depth = 0): boolean {
  if (depth > 8) return false;
  const known = (n: Node): boolean => hasLog(n, depth + 1);
  const [a, b] = node.inputs;
  switch (node.op) {
    case exp.op:
    case softmaxOp:
    case sigmoid.op:
      return true;
    case sub.op:
      return isRest(node);
    case mul.op:
    case div.op:
      return known(a) || known(b);
    case add.op: {
      const positive = (n: Node): boolean => known(n) || (constantValue(n) ?? 0) > 0;
      return positive(a) && positive(b) && (grows(a) || grows(b));
    }
    case pow.op:
    case sqrt.op:
      return known(a);
    case whereOp:
      return known(b) && known(node.inputs[2]);
    case sumOp:
    case meanOp:
      return a.op === exp.op;
    case prodOp:
      return known(a);
    default:
      return isMove(node) && known(a);
  }
}

/** The logarithm of a value, through its parts where that is known to be safe. */
function logarithm(node: Node, depth = 0): Node {
  if (constantValue(node) === 1) return literal(0, node.type.dtype);
  if (!hasLog(node, depth)) return log(node);
  const inner = (n: Node): Node => logarithm(n, depth + 1);
  const [a, b] = node.inputs;
  switch (node.op) {
    case exp.op:
      return a;
    case softmaxOp:
      return makeNode(logSoftmaxOp, node.inputs, node.attrs);
    case sigmoid.op:
      return neg(softplus(neg(a)));
    case sub.op:
      return neg(softplus(b.inputs[0]));
    case mul.op:
      return add(inner(a), inner(b));
    case div.op:
      return sub(inner(a), inner(b));
    case add.op:
      return logOfSum(inner(a), inner(b));
    case pow.op:
      return mul(b, inner(a));
    case sqrt.op:
      return mul(literal(0.5, a.type.dtype), inner(a));
    case whereOp:
      return where(a, inner(b), inner(node.inputs[2]));
    case sumOp:
      return makeNode(logsumexpOp, a.inputs, node.attrs);
    case meanOp:
      return sub(makeNode(logsumexpOp, a.inputs, node.attrs), log(countOf(a, attrsOf(node))));
    case prodOp:
      return makeNode(sumOp, [inner(a)], node.attrs);
    default:
      return makeNode(node.op, [inner(a), ...node.inputs.slice(1)], node.attrs);
  }
}

/** log(eᵃ + eᵇ) = max(a, b) + log(1 + e^−|a − b|), where equal infinities have difference 0. */
function logOfSum(a: Node, b: Node): Node {
  if (constantValue(a) === 0) return softplus(b);
  return constantValue(b) === 0
    ? softplus(a)
    : add(maximum(a, b), softplus(where(eq(a, b), 0, neg(abs(sub(a, b))))));
}

function logOfParts(node: Node): Node | undefined {
  const [x] = node.inputs;
  // Rules of their own say these in one step.
  let moved = x;
  while (isMove(moved)) [moved] = moved.inputs;
  if (moved.op === softmaxOp) return undefined;
  if (x.op === exp.op || x.op === sigmoid.op || isRest(x)) return undefined;
  return hasLog(x) ? logarithm(x) : undefined;
}

const z = () => symbol("float64", [2, 3]);
const c = (value: number): Node => literal(value, "float64");
const on = (...expressions: Node[]): readonly RuleSample[] =>
  expressions.map((expression) => ({ expression }));
const softmaxOf = (a: Node): Node => makeNode(softmaxOp, [a], { axis: 1 });

/** Used before gradients are taken as well. */
export const logarithmSpellings: readonly Rule[] = [
  {
    name: "log-of-parts",
    tier: "stabilising",
    roots: ["log"],
    statement:
      "log(p·q) = log p + log q, log(p/q) = log p − log q, log pⁿ = n·log p, log(eᵃ + eᵇ) = max(a, b) + softplus(−|a − b|), log Π p = Σ log p, where log p is known without p: p = softmax(x), σ(x), 1 − σ(x), eˣ, Σ eˣ",
    rewrite: logOfParts,
    samples: () => [
      ...on(
        log(div(softmaxOf(z()), softmaxOf(z()))),
        log(div(sigmoid(z()), sub(1, sigmoid(z())))),
        log(add(exp(z()), exp(z()))),
        log(add(add(exp(z()), mul(c(0.3), exp(z()))), c(2))),
        log(where(symbol("bool", [2, 3]), sigmoid(z()), sub(1, sigmoid(z())))),
        log(prod(sigmoid(z()), 1)),
        log(sum(exp(z()), 1)),
        log(makeNode(meanOp, [exp(z())], { axes: [1], keepdims: false })),
        log(sqrt(exp(z()))),
        log(dimshuffle(div(exp(z()), 3), [1, 0])),
        log(makeNode(gatherOp, [exp(z()), literal(1, "int32")], { axes: [1], position: 1 })),
      ),
      ...[(p: Node) => mul(exp(z()), p), (p: Node) => mul(pow(sigmoid(z()), p), pow(p, p))].map(
        (make) => {
          const p = z();
          return { expression: log(make(p)), domains: new Map([[p, [0.2, 2] as const]]) };
        },
      ),
    ],
  },
];

export const logarithmRules: readonly Rule[] = [
  ...logarithmSpellings,
  {
    name: "log-of-square",
    tier: "stabilising",
    roots: ["log"],
    statement: "log x² = 2·log |x|",
    rewrite: ({ inputs: [x] }) =>
      x.op === square.op ? mul(literal(2, x.type.dtype), log(abs(x.inputs[0]))) : undefined,
    samples: () => on(log(square(z()))),
  },
  {
    name: "log-of-product",
    tier: "stabilising",
    roots: ["log"],
    statement: "log Π x = Σ log x for x ≥ 0",
    rewrite: ({ inputs: [x] }) =>
      x.op === prodOp && isNonnegative(x.inputs[0])
        ? makeNode(sumOp, [log(x.inputs[0])], x.attrs)
        : undefined,
    samples: () => on(log(prod(square(z()), 1))),
  },
  {
    name: "absolute-of-nonnegative",
    tier: "exact",
    roots: ["abs"],
    statement: "|x| = x for x ≥ 0",
    rewrite: ({ inputs: [x] }) => (isNonnegative(x) ? x : undefined),
    samples: () => on(abs(exp(z())), abs(sum(square(z()), 1)), abs(abs(z()))),
  },
  {
    name: "square-of-root",
    tier: "stabilising",
    roots: ["square"],
    statement: "(√x)² = x for x ≥ 0",
    rewrite: ({ inputs: [x] }) =>
      x.op === sqrt.op && isNonnegative(x.inputs[0]) ? x.inputs[0] : undefined,
    samples: () => on(square(sqrt(sum(square(z()), 1)))),
  },
];
