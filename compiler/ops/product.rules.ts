/** Products of moved operands: the axes are named differently, and nothing is moved. */

import { makeNode, type Node } from "../graph/node.ts";
import type { Rule, RuleSample } from "../simplify/rule.ts";
import { symbol } from "./leaf.ts";
import { contractOp, dot } from "./product.ts";
import { dimshuffle, dimshuffleOp } from "./shape.ts";

type Contract = { left: readonly number[]; right: readonly number[] };
const contractOf = (node: Node): Contract => node.attrs as unknown as Contract;

/** Axes of the operand below a permutation; undefined unless the free axes keep their order. */
function below(x: Node, bound: readonly number[]): readonly number[] | undefined {
  const order = x.attrs.order as readonly (number | "x")[];
  if (order.includes("x") || order.length !== x.inputs[0].shape.length) return undefined;
  const free = order.filter((_, i) => !bound.includes(i)) as number[];
  if (free.some((axis, i) => i > 0 && axis < free[i - 1])) return undefined;
  return bound.map((axis) => order[axis] as number);
}

function transposedOperands(node: Node): Node | undefined {
  const { left, right } = contractOf(node);
  const [a, b] = node.inputs;
  const l = a.op === dimshuffleOp ? below(a, left) : undefined;
  const r = b.op === dimshuffleOp ? below(b, right) : undefined;
  if (!l && !r) return undefined;
  return makeNode(contractOp, [l ? a.inputs[0] : a, r ? b.inputs[0] : b], {
    left: l ?? left,
    right: r ?? right,
  });
}

/** (A·B)ᵀ = Bᵀ·Aᵀ, which needs no transpose of the operands. */
function transposedResult(node: Node): Node | undefined {
  const [product] = node.inputs;
  if (product.op !== contractOp) return undefined;
  const { left, right } = contractOf(product);
  const [a, b] = product.inputs;
  const freeA = a.shape.length - left.length;
  const freeB = b.shape.length - right.length;
  const swapped = Array.from({ length: freeA + freeB }, (_, i) =>
    i < freeB ? freeA + i : i - freeB,
  );
  const order = node.attrs.order as readonly (number | "x")[];
  if (order.length !== swapped.length || order.some((o, i) => o !== swapped[i])) return undefined;
  return makeNode(contractOp, [b, a], { left: right, right: left });
}

const on = (...expressions: Node[]): readonly RuleSample[] =>
  expressions.map((expression) => ({ expression }));
const a = () => symbol("float64", [2, 3]);
const b = () => symbol("float64", [4, 3]);

export const productRules: readonly Rule[] = [
  {
    name: "product-of-transpose",
    tier: "exact",
    roots: ["contract"],
    statement: "A · transpose(B) = the product over the other axis of B",
    rewrite: transposedOperands,
    samples: () =>
      on(
        dot(a(), dimshuffle(b(), [1, 0])),
        dot(dimshuffle(a(), [1, 0]), symbol("float64", [2, 4])),
      ),
  },
  {
    name: "transpose-of-product",
    tier: "exact",
    roots: ["dimshuffle"],
    statement: "(A·B)ᵀ = Bᵀ·Aᵀ",
    rewrite: transposedResult,
    samples: () => on(dimshuffle(dot(a(), symbol("float64", [3, 4])), [1, 0])),
  },
];
