/** Choices whose outcome is known, and truth values said twice. */

import { makeNode, type Node } from "../graph/node.ts";
import { applied, equation, type Pattern, type Rule, variable } from "../simplify/rule.ts";
import { eq, logicalNot, maximum, minimum, ne, whereOp } from "./comparison.ts";
import { constantValue, literal, symbol } from "./leaf.ts";

const x = variable("x");
const y = variable("y");
const Where = (...args: Pattern[]) => applied(whereOp, args);
const [Not, Eq, Ne, Maximum, Minimum] = [logicalNot, eq, ne, maximum, minimum].map(
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
  {
    ...equation("exact", "where-not", Where(Not(variable("c")), x, y), Where(variable("c"), y, x)),
    samples: () => {
      const [a, b] = [symbol("float64", [2, 3]), symbol("float64", [2, 3])];
      return [{ expression: makeNode(whereOp, [logicalNot(truth()), a, b]) }];
    },
  },
  {
    ...equation(
      "exact",
      "where-where",
      Where(variable("c"), Where(variable("c"), x, y), variable("z")),
      Where(variable("c"), x, variable("z")),
    ),
    samples: () => {
      const [a, b, c] = [0, 1, 2].map(() => symbol("float64", [2, 3]));
      const t = truth();
      return [{ expression: makeNode(whereOp, [t, makeNode(whereOp, [t, a, b]), c]) }];
    },
  },
  equation("exact", "maximum-same", Maximum(x, x), x),
  equation("exact", "minimum-same", Minimum(x, x), x),
];
