/** Softmax, its logarithm and log-sum-exp, found in the spellings that textbooks use. */

import { makeNode, type Node } from "../graph/node.ts";
import { applied, equation, type Rule, type RuleSample, variable } from "../simplify/rule.ts";
import { add, div, logOf as log, sub } from "./arithmetic.ts";
import { exp } from "./exponential.ts";
import { gatherOp } from "./gathering.ts";
import { literal, symbol } from "./leaf.ts";
import { argmax, argmin, max, maxOp, type ReduceAttrs, sum, sumOp } from "./reduction.ts";
import { dimshuffle } from "./shape.ts";
import { logSoftmaxOp, logsumexpOp, softmaxOp } from "./softmax.ts";

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

/** eˣ / Σ eˣ, also with the maximum subtracted by hand. */
function softmaxSpelled(node: Node): Node | undefined {
  const [top, total] = node.inputs;
  if (top.op !== exp.op || total.op !== sumOp || total.inputs[0] !== top) return undefined;
  const { axes, keepdims } = attrsOf(total);
  if (!keepdims || axes.length !== 1) return undefined;
  return makeNode(softmaxOp, [withoutMaximum(top.inputs[0], axes)], { axis: axes[0] });
}

/** x from x − max(x). */
function withoutMaximum(x: Node, axes: readonly number[]): Node {
  if (x.op !== sub.op) return x;
  const [inner, top] = x.inputs;
  const isMaximum =
    top.op === maxOp && top.inputs[0] === inner && attrsOf(top).axes.join() === axes.join();
  return isMaximum ? inner : x;
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
    const inner = withoutMaximum(a.inputs[0], axes);
    const same =
      inner !== a.inputs[0] && b.inputs[0] === inner && attrsOf(b).axes.join() === axes.join();
    if (same && attrsOf(b).keepdims === attrsOf(a).keepdims)
      return makeNode(logsumexpOp, [inner], a.attrs);
  }
  return undefined;
}

const matrix = () => symbol("float64", [2, 3]);
const on = (...expressions: Node[]): readonly RuleSample[] =>
  expressions.map((expression) => ({ expression }));
const softmaxOf = (z: Node) => makeNode(softmaxOp, [z], { axis: 1 });
const shift = (z: Node) => sub(z, max(z, 1, { keepdims: true }));

export const softmaxRules: readonly Rule[] = [
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
  equation(
    "stabilising",
    "exp-log-softmax",
    applied(exp.op, [applied(logSoftmaxOp, [x], "axis")]),
    applied(softmaxOp, [x], "axis"),
    { attrs: { axis: { axis: 1 } } },
  ),
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
  {
    name: "softmax",
    tier: "stabilising",
    roots: ["div"],
    statement: "eˣ / Σ eˣ = softmax(x)",
    rewrite: softmaxSpelled,
    samples: () => {
      const [a, b] = [exp(matrix()), exp(shift(matrix()))];
      return on(div(a, sum(a, 1, { keepdims: true })), div(b, sum(b, 1, { keepdims: true })));
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
];
