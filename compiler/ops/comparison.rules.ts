/** Choices whose outcome is known, and truth values said twice. */

import { makeNode, type Node } from "../graph/node.ts";
import { applied, equation, type Pattern, type Rule, variable } from "../simplify/rule.ts";
import { eq, logicalNot, ne, whereOp } from "./comparison.ts";
import { constantValue, literal, symbol } from "./leaf.ts";

const x = variable("x");
const y = variable("y");
const Where = (...args: Pattern[]) => applied(whereOp, args);
const [Not, Eq, Ne] = [logicalNot, eq, ne].map(
  (builder) =>
    (...args: Pattern[]) =>
      applied(builder.op, args),
);
const truth = (): Node => symbol("bool", [2, 3]);

export const comparisonRules: readonly Rule[] = [
  {
    name: "where-known",
    tier: "exact",
    roots: ["where"],
    statement: "where(true, a, b) = a, where(false, a, b) = b",
    rewrite: (node) => {
      const condition = constantValue(node.inputs[0]);
      if (condition === undefined) return undefined;
      return node.inputs[condition !== 0 ? 1 : 2];
    },
    samples: () => {
      const [a, b] = [symbol("float64", [2, 3]), symbol("float64", [2, 3])];
      return [1, 0].map((c) => ({ expression: makeNode(whereOp, [literal(c, "bool"), a, b]) }));
    },
  },
  {
    ...equation("exact", "where-same", Where(variable("c"), x, x), x),
    samples: () => {
      const a = symbol("float64", [2, 3]);
      return [{ expression: makeNode(whereOp, [truth(), a, a]) }];
    },
  },
  {
    ...equation("exact", "not-not", Not(Not(x)), x),
    samples: () => [{ expression: logicalNot(logicalNot(truth())) }],
  },
  equation("exact", "not-equal", Not(Eq(x, y)), Ne(x, y)),
  equation("exact", "not-unequal", Not(Ne(x, y)), Eq(x, y)),
];
