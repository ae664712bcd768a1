/** Sums of lengths and indices, in which nothing is rounded. */

import type { Node } from "../graph/node.ts";
import { isInteger } from "../graph/types.ts";
import type { Rule } from "../simplify/rule.ts";
import { add, mul, neg, sub } from "./arithmetic.ts";
import { castTo } from "./elementwise.ts";
import { affineOf } from "./index-range.ts";
import { literal, symbol } from "./leaf.ts";

/** Sums deeper than this are left alone. */
const limit = 24;

/** n − 1 + 1 = n */
function collectIntegers(node: Node): Node | undefined {
  if (!isInteger(node.type.dtype) || node.shape.length > 0) return undefined;
  const { terms, constant } = affineOf(node);
  if (terms.size + Number(constant !== 0) >= partsOf(node)) return undefined;
  const { dtype } = node.type;
  const times = (n: number, x: Node): Node => (n === 1 ? x : mul(literal(n, dtype), x));
  let sum: Node | undefined;
  for (const [value, n] of [...terms].sort(([, a], [, b]) => Number(b > 0) - Number(a > 0))) {
    const part = times(Math.abs(n), castTo(value, dtype));
    if (!sum) sum = n > 0 ? part : neg(part);
    else sum = n > 0 ? add(sum, part) : sub(sum, part);
  }
  if (!sum) return literal(constant, dtype);
  const rest = literal(Math.abs(constant), dtype);
  return constant === 0 ? sum : constant > 0 ? add(sum, rest) : sub(sum, rest);
}

/** How many operands a sum of integers has. */
function partsOf(node: Node, depth = 0): number {
  const isSum = node.op === add.op || node.op === sub.op;
  return isSum && depth < limit ? node.inputs.reduce((n, x) => n + partsOf(x, depth + 1), 0) : 1;
}

export const integerRules: readonly Rule[] = [
  {
    name: "collect-integers",
    tier: "exact",
    roots: ["add", "sub"],
    statement: "n − 1 + 1 = n",
    rewrite: collectIntegers,
    samples: () => {
      const n = symbol("int32", []);
      const domains = new Map([[n, [0, 9] as const]]);
      return [add(sub(n, 1), 1), sub(add(n, 3), n), sub(sub(n, 1), 2)].map((expression) => ({
        expression,
        domains,
      }));
    },
  },
];
