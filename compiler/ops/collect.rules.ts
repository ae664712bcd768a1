/**
 * Sums and products as a reader would tidy them: equal terms and factors are collected, signs and
 * constants come to one place.
 */

import type { Node } from "../graph/node.ts";
import type { Rule, RuleSample } from "../simplify/rule.ts";
import { add, div, mul, neg, square, sub } from "./arithmetic.ts";
import { collectFactors } from "./collect.products.ts";
import { collectTerms, commonFactor, divideTerms, tidySigns } from "./collect.sums.ts";
import { castTo } from "./elementwise.ts";
import { literal, symbol } from "./leaf.ts";
import { lengthOf } from "./shape.ts";

function samples(...make: ((x: Node, y: Node, z: Node) => Node)[]): () => readonly RuleSample[] {
  return () =>
    make.map((f) => {
      const [x, y, z] = [0, 1, 2].map(() => symbol("float64", [2, 3]));
      const away = [0.5, 2] as const;
      return { expression: f(x, y, z), domains: new Map([x, y, z].map((s) => [s, away])) };
    });
}

export const collectRules: readonly Rule[] = [
  {
    name: "signs-of-sum",
    tier: "exact",
    roots: ["add", "sub", "neg"],
    statement: "a + (−b) = a − b, −a + b = b − a, a − (−b) = a + b, −(a − b) = b − a, −(−a) = a",
    rewrite: tidySigns,
    samples: samples(
      (x, y) => add(x, neg(y)),
      (x, y) => add(neg(x), y),
      (x, y) => sub(x, neg(y)),
      (x, y) => neg(sub(x, y)),
      (x) => neg(neg(x)),
    ),
  },
  {
    // a·(b/c) as (a·b)/c may overflow.
    name: "collect-factors",
    tier: "reassociating",
    asWritten: true,
    roots: ["mul", "div", "neg"],
    statement: "Π of constants, equal factors and signs = c · Π xᵢ^nᵢ / Π yⱼ^mⱼ",
    rewrite: collectFactors,
    samples: samples(
      (x) => mul(x, x),
      (x, y) => div(mul(x, y), x),
      (x, y) => mul(mul(literal(2, "float64"), x), mul(literal(3, "float64"), y)),
      (x, y) => mul(neg(x), neg(y)),
      (x, y, z) => div(div(x, y), z),
      (x, y) => mul(div(x, literal(600, "float64")), y.op === x.op ? neg(y) : y),
      (x) => mul(square(x), div(x, square(x))),
    ),
  },
  {
    name: "divide-terms",
    tier: "reassociating",
    roots: ["div"],
    statement: "(x·y + x·z)/x = y + z",
    rewrite: divideTerms,
    samples: samples(
      (x, y, z) => div(add(mul(x, y), mul(z, x)), x),
      (x, y) => div(sub(mul(x, y), mul(x, literal(3, "float64"))), x),
      (x, y, z) => div(add(mul(x, mul(y, z)), x), x),
    ),
  },
  {
    name: "collect-terms",
    tier: "reassociating",
    roots: ["add", "sub"],
    statement: "Σ of equal terms = Σ cᵢ·xᵢ",
    rewrite: collectTerms,
    samples: samples(
      (x) => add(x, x),
      (x, y) => sub(add(x, y), x),
      (x) => add(mul(literal(3, "float64"), x), x),
      (x) => sub(x, x),
    ),
  },
  {
    name: "common-factor",
    tier: "reassociating",
    roots: ["add", "sub"],
    statement: "a/n − b/n = (a − b)/n, c·a + c·b = c·(a + b)",
    rewrite: commonFactor,
    samples: samples(
      (x, y) => sub(div(x, literal(600, "float64")), div(y, literal(600, "float64"))),
      (x, y) => add(mul(literal(3, "float64"), x), mul(literal(3, "float64"), y)),
      () => {
        const [x, y] = ["rows", "rows"].map((rows) => symbol("float64", [rows, 3]));
        const rows = castTo(lengthOf(x, 0), "float64");
        return sub(div(x, rows), div(y, rows));
      },
    ),
  },
];
