/** Lazy choices: outcomes that are known, and zeros of gradients brought out, so that a side that is not taken costs nothing. */

import { makeNode, type Node } from "../graph/node.ts";
import { applied, equation, type Pattern, type Rule, variable } from "../simplify/rule.ts";
import { add, div, mul } from "./arithmetic.ts";
import { ifelseOp, isZero, linearIn, zeroLike } from "./choice.ts";
import { logicalNot, where } from "./comparison.ts";
import { allOps } from "./index.ts";
import { constantValue, literal, symbol } from "./leaf.ts";
import { dot } from "./product.ts";
import { sum } from "./reduction.ts";
import { broadcastTo } from "./shape.ts";

const [c, x, y, z] = ["c", "x", "y", "z"].map((name) => variable(name));
const Choice = (...args: Pattern[]) => applied(ifelseOp, args);

/** f(…, ifelse(c, x, 0), …) = ifelse(c, f(…, x, …), 0) where f is linear in that operand. */
function outOfLinear(node: Node): Node | undefined {
  const places = linearIn(node).filter((i) => node.inputs[i].op === ifelseOp);
  if (places.length === 0) return undefined;
  const [first] = places;
  const [condition, ...sides] = node.inputs[first].inputs;
  const zero = sides.findIndex(isZero);
  if (zero < 0) return undefined;
  const taken = new Map<number, Node>();
  for (const i of places) {
    const [own, ...values] = node.inputs[i].inputs;
    if (own !== condition || !isZero(values[zero])) return undefined;
    taken.set(i, values[1 - zero]);
  }
  // A sum or a choice is 0 only if all that it is linear in is.
  const rest = linearIn(node).filter((i) => !taken.has(i));
  if (!(node.op.multilinear || rest.every((i) => isZero(node.inputs[i])))) return undefined;
  const value = makeNode(
    node.op,
    node.inputs.map((input, i) => taken.get(i) ?? input),
    node.attrs,
  );
  const none = zeroLike(value);
  return makeNode(ifelseOp, zero === 1 ? [condition, value, none] : [condition, none, value]);
}

const truth = (): Node => symbol("bool", []);
const matrix = (...shape: number[]): Node => symbol("float64", shape);
const chosen = (condition: Node, a: Node, b: Node): Node => makeNode(ifelseOp, [condition, a, b]);
const orZero = (a: Node, condition = truth()): Node => chosen(condition, a, zeroLike(a));

const sampled = (rule: Rule, ...expressions: (() => Node)[]): Rule => ({
  ...rule,
  samples: () => expressions.map((make) => ({ expression: make() })),
});

export const choiceRules: readonly Rule[] = [
  {
    name: "ifelse-known",
    tier: "exact",
    roots: ["ifelse"],
    statement: "ifelse(true, a, b) = a, ifelse(false, a, b) = b",
    rewrite: ({ inputs: [condition, a, b] }) => {
      const value = constantValue(condition);
      if (value === undefined) return undefined;
      return value !== 0 ? a : b;
    },
    samples: () =>
      [1, 0].map((v) => ({ expression: chosen(literal(v, "bool"), matrix(2), matrix(2)) })),
  },
  sampled(equation("exact", "ifelse-same", Choice(c, x, x), x), () => {
    const a = matrix(2, 3);
    return chosen(truth(), a, a);
  }),
  sampled(
    equation("exact", "ifelse-not", Choice(applied(logicalNot.op, [c]), x, y), Choice(c, y, x)),
    () => chosen(logicalNot(truth()), matrix(2), matrix(2)),
  ),
  sampled(
    equation("exact", "ifelse-then-ifelse", Choice(c, Choice(c, x, y), z), Choice(c, x, z)),
    () => {
      const t = truth();
      return chosen(t, chosen(t, matrix(2), matrix(2)), matrix(2));
    },
  ),
  sampled(
    equation("exact", "ifelse-else-ifelse", Choice(c, x, Choice(c, y, z)), Choice(c, x, z)),
    () => {
      const t = truth();
      return chosen(t, matrix(2), chosen(t, matrix(2), matrix(2)));
    },
  ),
  {
    name: "ifelse-sum",
    tier: "exact",
    roots: ["add"],
    statement: "ifelse(c, a, b) + ifelse(c, d, e) = ifelse(c, a + d, b + e)",
    rewrite: ({ inputs: [a, b] }) => {
      if (a.op !== ifelseOp || b.op !== ifelseOp || a.inputs[0] !== b.inputs[0]) return undefined;
      const [left, right] = [1, 2].map((i) => add(a.inputs[i], b.inputs[i]));
      // Sides that broadcast with a constant have to agree in shape.
      const shape = add(a, b).shape;
      return chosen(a.inputs[0], broadcastTo(left, shape), broadcastTo(right, shape));
    },
    samples: () => {
      const t = truth();
      const expression = add(
        chosen(t, matrix(2, 3), matrix(2, 3)),
        chosen(t, matrix(3), matrix(3)),
      );
      return [{ expression }];
    },
  },
  {
    name: "ifelse-zero",
    tier: "stabilising",
    roots: [
      ...[...allOps.values()]
        .filter((op) => op.linear || op.multilinear || op.movement)
        .map((op) => op.name),
      "div",
      "where",
    ],
    statement: "f(ifelse(c, x, 0)) = ifelse(c, f(x), 0) for f linear in it",
    rewrite: outOfLinear,
    samples: () => {
      const t = truth();
      return [
        mul(orZero(matrix(2, 3)), matrix(2, 3)),
        dot(matrix(2, 3), orZero(matrix(3, 2))),
        sum(orZero(matrix(2, 3)), 0),
        div(orZero(matrix(3)), matrix(3)),
        where(symbol("bool", [3]), orZero(matrix(3), t), literal(0, "float64")),
      ].map((expression) => ({ expression }));
    },
  },
];
