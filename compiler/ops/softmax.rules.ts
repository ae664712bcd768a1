/** Softmax, its logarithm and log-sum-exp, found in the spellings that textbooks use. */

import { makeNode, type Node } from "../graph/node.ts";
import { applied, equation, type Rule, type RuleSample, variable } from "../simplify/rule.ts";
import { add, div, logOf as log, mul, sub } from "./arithmetic.ts";
import { exp } from "./exponential.ts";
import { gatherOp } from "./gathering.ts";
import { literal, symbol } from "./leaf.ts";
import type { AnyOp } from "./op.ts";
import {
  argmax,
  argmin,
  max,
  maxOp,
  type ReduceAttrs,
  restoreAxes,
  sum,
  sumOp,
} from "./reduction.ts";
import { broadcastOp, broadcastTo, dimshuffle, dimshuffleOp } from "./shape.ts";
import { logSoftmaxOp, logsumexp, logsumexpOp, softmaxOp } from "./softmax.ts";

const x = variable("x");
const attrsOf = (node: Node): ReduceAttrs => node.attrs as unknown as ReduceAttrs;

/** log(move(softmax(x))) = move(log softmax(x)): reading elements and taking logarithms commute. */
function logOfMovedSoftmax(node: Node): Node | undefined {
  const moves: Node[] = [];
  let inner = node.inputs[0];
  while (inner.op.movement || inner.op === gatherOp) {
    moves.push(inner);
    [inner] = inner.inputs;
  }
  if (inner.op !== softmaxOp) return undefined;
  return moves.reduceRight(
    (moved, move) => makeNode(move.op, [moved, ...move.inputs.slice(1)], move.attrs),
    makeNode(logSoftmaxOp, inner.inputs, inner.attrs),
  );
}

/** The sum (or maximum) of `of` with its axes kept, in any spelling; undefined for anything else. */
function along(node: Node, record: AnyOp, of: Node): readonly number[] | undefined {
  const isIt = (n: Node): boolean => n.op === record && n.inputs[0] === of;
  if (isIt(node)) {
    const { axes, keepdims } = attrsOf(node);
    return keepdims || node.shape.length === 0 ? axes : undefined;
  }
  // Σ without its axes, which come back with length 1: Σ[:, newaxis], or broadcast from the left.
  const moved = node.op === dimshuffleOp || node.op === broadcastOp;
  const [inner] = node.inputs;
  if (!moved || !isIt(inner) || attrsOf(inner).keepdims) return undefined;
  const { axes } = attrsOf(inner);
  if (inner.shape.length === 0) return axes;
  if (node.op !== dimshuffleOp) return undefined;
  const restored = restoreAxes(inner, of, attrsOf(inner));
  return restored === node ? axes : undefined;
}

/** eˣ / Σ eˣ for the exponential `top` and the value `total`. */
function normalised(top: Node, total: Node): Node | undefined {
  if (top.op !== exp.op) return undefined;
  const axes = along(total, sumOp, top);
  if (!axes || axes.length === 0) return undefined;
  const x = withoutMaximum(top.inputs[0]);
  if (axes.length === 1) return makeNode(softmaxOp, [x], { axis: axes[0] });
  return exp(sub(x, makeNode(logsumexpOp, [x], { axes, keepdims: true })));
}

/** eˣ / Σ eˣ, also among other factors, and with the maximum subtracted by hand. */
function softmaxSpelled(node: Node): Node | undefined {
  const [above, below] = node.inputs.map((n) => (n.op === mul.op ? n.inputs : [n]));
  for (const [i, top] of above.entries()) {
    for (const [k, total] of below.entries()) {
      const p = normalised(top, total);
      if (!p) continue;
      const [y, d] = [above[1 - i], below[1 - k]];
      const scaled = above.length > 1 ? mul(y, p) : p;
      return below.length > 1 ? div(scaled, d) : scaled;
    }
  }
  return undefined;
}

/** eˣ · (y / Σ eˣ) = y · softmax(x) */
function softmaxInProduct(node: Node): Node | undefined {
  for (const [top, quotient] of [node.inputs, [...node.inputs].reverse()]) {
    if (quotient.op !== div.op) continue;
    const [y, total] = quotient.inputs;
    const p = normalised(top, total);
    if (p) return mul(y, p);
  }
  return undefined;
}

/** x from x − max(x). */
function withoutMaximum(x: Node): Node {
  if (x.op !== sub.op) return x;
  const [inner, top] = x.inputs;
  return along(top, maxOp, inner) ? inner : x;
}

/** softmax(x − max x) = softmax(x): the shift is part of how it is computed. */
function shiftInside(node: Node): Node | undefined {
  const [x] = node.inputs;
  const inner = withoutMaximum(x);
  return inner === x ? undefined : makeNode(node.op, [inner], node.attrs);
}

/** x − log Σ eˣ = log softmax(x) */
function lessLogSumExp(node: Node): Node | undefined {
  const [x, total] = node.inputs;
  const axes = along(total, logsumexpOp, x);
  return axes?.length === 1 ? makeNode(logSoftmaxOp, [x], { axis: axes[0] }) : undefined;
}

/** log Σ eˣ; the shift by the maximum is part of how it is computed. */
function logSumExp(node: Node): Node | undefined {
  const [total] = node.inputs;
  if (total.op !== sumOp || total.inputs[0].op !== exp.op) return undefined;
  return makeNode(logsumexpOp, total.inputs[0].inputs, total.attrs);
}

/** max x + log Σ e^(x − max x) = log Σ eˣ */
function shiftedLogSumExp(node: Node): Node | undefined {
  for (const [a, b] of [node.inputs, [...node.inputs].reverse()]) {
    if (a.op !== logsumexpOp || b.op !== maxOp) continue;
    const { axes } = attrsOf(a);
    const inner = withoutMaximum(a.inputs[0]);
    const same =
      inner !== a.inputs[0] && b.inputs[0] === inner && attrsOf(b).axes.join() === axes.join();
    if (same && attrsOf(b).keepdims === attrsOf(a).keepdims)
      return makeNode(logsumexpOp, [inner], a.attrs);
  }
  return undefined;
}

/** The probabilities of a row add up to 1. */
function sumOfSoftmax(node: Node): Node | undefined {
  const [x] = node.inputs;
  const { axes } = attrsOf(node);
  if (x.op !== softmaxOp || axes.length !== 1 || axes[0] !== x.attrs.axis) return undefined;
  return broadcastTo(literal(1, node.type.dtype), node.shape);
}

const matrix = () => symbol("float64", [2, 3]);
const on = (...expressions: Node[]): readonly RuleSample[] =>
  expressions.map((expression) => ({ expression }));
const softmaxOf = (z: Node) => makeNode(softmaxOp, [z], { axis: 1 });
const shift = (z: Node) => sub(z, max(z, 1, { keepdims: true }));

/** Textbook spellings, which are recognised before a gradient is taken as well. */
export const softmaxSpellings: readonly Rule[] = [
  equation(
    "stabilising",
    "exp-log-softmax",
    applied(exp.op, [applied(logSoftmaxOp, [x], "axis")]),
    applied(softmaxOp, [x], "axis"),
    { attrs: { axis: { axis: 1 } } },
  ),
  {
    name: "softmax",
    tier: "stabilising",
    roots: ["div"],
    statement: "eˣ / Σ eˣ = softmax(x)",
    rewrite: softmaxSpelled,
    samples: () => {
      const [a, b] = [exp(matrix()), exp(shift(matrix()))];
      const y = matrix();
      const total = sum(a, 1, { keepdims: true });
      return on(
        div(a, total),
        div(b, sum(b, 1, { keepdims: true })),
        div(a, dimshuffle(sum(a, 1), [0, "x"])),
        div(a, sum(a)),
        div(mul(y, a), total),
        div(mul(y, a), mul(literal(3, "float64"), total)),
      );
    },
  },
  {
    name: "softmax-in-product",
    tier: "stabilising",
    roots: ["mul"],
    statement: "eˣ · (y / Σ eˣ) = y · softmax(x)",
    rewrite: softmaxInProduct,
    samples: () => {
      const [z, y] = [exp(matrix()), matrix()];
      return on(mul(z, div(y, sum(z, 1, { keepdims: true }))), mul(div(y, sum(z)), z));
    },
  },
  {
    name: "log-sum-exp",
    tier: "stabilising",
    roots: ["log"],
    statement: "log Σ eˣ = logsumexp(x)",
    rewrite: logSumExp,
    samples: () => on(log(sum(exp(matrix()), 1)), log(sum(exp(matrix())))),
  },
  {
    name: "shifted-log-sum-exp",
    tier: "stabilising",
    roots: ["add"],
    statement: "max x + log Σ e^(x − max x) = logsumexp(x)",
    rewrite: shiftedLogSumExp,
    samples: () => {
      const z = matrix();
      const inner = makeNode(logsumexpOp, [shift(z)], { axes: [1], keepdims: true });
      return on(
        add(max(z, 1, { keepdims: true }), inner),
        add(inner, max(z, 1, { keepdims: true })),
      );
    },
  },
  {
    name: "shift-of-softmax",
    tier: "stabilising",
    roots: ["softmax", "logSoftmax"],
    statement: "softmax(x − max x) = softmax(x)",
    rewrite: shiftInside,
    samples: () =>
      on(softmaxOf(shift(matrix())), makeNode(logSoftmaxOp, [shift(matrix())], { axis: 1 })),
  },
  {
    name: "less-log-sum-exp",
    tier: "stabilising",
    roots: ["sub"],
    statement: "x − log Σ eˣ = logSoftmax(x)",
    rewrite: lessLogSumExp,
    samples: () => {
      const [z, v] = [matrix(), symbol("float64", [3])];
      return on(
        sub(z, logsumexp(z, 1, { keepdims: true })),
        sub(z, dimshuffle(logsumexp(z, 1), [0, "x"])),
        sub(v, logsumexp(v)),
      );
    },
  },
];

export const softmaxRules: readonly Rule[] = [
  {
    name: "sum-of-softmax",
    tier: "reassociating",
    roots: ["sum"],
    statement: "Σ softmax(x) = 1",
    rewrite: sumOfSoftmax,
    samples: () => on(sum(softmaxOf(matrix()), 1), sum(softmaxOf(matrix()), 1, { keepdims: true })),
  },
  ...softmaxSpellings,
  {
    name: "log-softmax",
    tier: "stabilising",
    roots: ["log"],
    statement: "log(softmax(x)[…]) = logSoftmax(x)[…]",
    rewrite: logOfMovedSoftmax,
    samples: () =>
      on(
        log(softmaxOf(matrix())),
        log(dimshuffle(softmaxOf(matrix()), [1, 0])),
        log(
          makeNode(gatherOp, [softmaxOf(matrix()), literal(1, "int32")], {
            axes: [1],
            position: 1,
          }),
        ),
      ),
  },
  {
    name: "argmax-of-softmax",
    tier: "reassociating",
    roots: ["argmax", "argmin"],
    statement: "argmax softmax(x) = argmax x",
    rewrite: (node) => {
      const [p] = node.inputs;
      const monotone =
        (p.op === softmaxOp || p.op === logSoftmaxOp) &&
        attrsOf(node).axes.join() === String(p.attrs.axis);
      return monotone ? makeNode(node.op, p.inputs, node.attrs) : undefined;
    },
    samples: () => on(argmax(softmaxOf(matrix()), 1), argmin(softmaxOf(matrix()), 1)),
  },
];
