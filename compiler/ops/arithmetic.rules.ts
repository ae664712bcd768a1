/** Identities of arithmetic, powers and elementary functions. */

import { evaluateNodes } from "../graph/evaluate.ts";
import type { Node } from "../graph/node.ts";
import { isFloat, isInteger } from "../graph/types.ts";
import { applied, equation, type Match, type Rule, variable } from "../simplify/rule.ts";
import { abs, add, div, floor, like, mul, neg, pow, sqrt, square, sub } from "./arithmetic.ts";
import { castOp } from "./elementwise.ts";
import { constantValue, literal, symbol } from "./leaf.ts";

const x = variable("x");
const positive = variable("x", [0.2, 2]);
const of =
  (builder: { op: Parameters<typeof applied>[0] }) =>
  (...args: Parameters<typeof applied>[1]) =>
    applied(builder.op, args);
const [Add, Sub, Mul, Div, Neg, Pow, Sqrt, Square, Abs] = [
  add,
  sub,
  mul,
  div,
  neg,
  pow,
  sqrt,
  square,
  abs,
].map(of);

/** Values that can be neither infinite nor NaN: integers, truth values, and what is cast from them. */
const finite = ({ nodes }: Match): boolean => alwaysFinite(nodes.get("x") as Node);

function alwaysFinite(node: Node): boolean {
  if (!isFloat(node.type.dtype)) return true;
  const value = constantValue(node);
  if (value !== undefined) return Number.isFinite(value);
  return node.op === castOp && !isFloat(node.inputs[0].type.dtype);
}

/**
 * Folds an op of constants. A quotient other than a whole or a half stays as it was written: a reader knows 1/600 and
 * not 0.0016666666666666668, and 1/32 looks as 1/20 does.
 */
function foldConstants(node: Node): Node | undefined {
  const values = node.inputs.map(constantValue);
  const isScalar = node.shape.length === 0 && !node.op.tuple;
  if (!isScalar || values.length === 0 || values.some((v) => v === undefined)) return undefined;
  const [folded] = evaluateNodes([node], new Map(), { precision: "float64" });
  const [value] = folded.data;
  if (node.op === div.op && !Number.isInteger(value * 2) && Number.isFinite(value))
    return undefined;
  return literal(isInteger(node.type.dtype) ? value | 0 : value, node.type.dtype);
}

/** Exponents up to this are written as products: a handful of multiplications at most. */
const largestPower = 16;

/** xⁿ by squaring: x⁵ = (x²)²·x */
export function wholePower(x: Node, n: number): Node {
  if (n === 1) return x;
  if (n > largestPower) return pow(x, literal(n, x.type.dtype));
  return n % 2 === 0 ? square(wholePower(x, n / 2)) : mul(wholePower(x, n - 1), x);
}

function powerByProducts(node: Node): Node | undefined {
  const [x, exponent] = node.inputs;
  const n = constantValue(exponent) ?? 0;
  const size = Math.abs(n);
  if (!isFloat(node.type.dtype) || !Number.isInteger(n) || size < 2 || size > largestPower)
    return undefined;
  const product = wholePower(x, size);
  return n > 0 ? product : div(like(1, product), product);
}

const half = literalSample(0.5);
function literalSample(value: number) {
  return () => literal(value, "float64");
}

export const arithmeticRules: readonly Rule[] = [
  {
    name: "fold-constants",
    tier: "exact",
    roots: [add, sub, mul, div, pow, neg, abs, sqrt, square, floor].map((b) => b.op.name),
    statement: "f(c₁, c₂) = the number",
    rewrite: foldConstants,
    samples: () => [
      { expression: add(half(), literal(2, "float64")) },
      { expression: pow(half(), literal(2, "float64")) },
    ],
  },
  equation("exact", "add-zero", Add(x, 0), x),
  equation("exact", "subtract-zero", Sub(x, 0), x),
  equation("exact", "zero-minus", Sub(0, x), Neg(x)),
  equation("exact", "multiply-one", Mul(x, 1), x),
  equation("exact", "divide-by-one", Div(x, 1), x),
  equation("exact", "multiply-minus-one", Mul(x, -1), Neg(x)),
  equation("exact", "power-zero", Pow(x, 0), 1),
  equation("exact", "power-one", Pow(x, 1), x),
  equation("exact", "power-two", Pow(x, 2), Square(x)),
  equation("exact", "power-minus-one", Pow(positive, -1), Div(1, x)),
  equation("reassociating", "power-half", Pow(positive, 0.5), Sqrt(x)),
  equation("reassociating", "power-minus-half", Pow(positive, -0.5), Div(1, Sqrt(x))),
  {
    name: "power-by-products",
    tier: "reassociating",
    roots: ["pow"],
    statement: "x³ = x²·x, x⁵ = (x²)²·x, x⁻² = 1/x²",
    rewrite: powerByProducts,
    samples: () =>
      [3, 4, 5, 10, 16, -2, -3].map((n) => {
        const base = symbol("float64", [2, 3]);
        return { expression: pow(base, n), domains: new Map([[base, [0.5, 2] as const]]) };
      }),
  },
  equation("exact", "square-of-negative", Square(Neg(x)), Square(x)),
  equation("exact", "square-of-absolute", Square(Abs(x)), Square(x)),
  equation("exact", "absolute-of-negative", Abs(Neg(x)), Abs(x)),
  equation("exact", "absolute-of-square", Abs(Square(x)), Square(x)),
  equation("stabilising", "root-of-square", Sqrt(Square(x)), Abs(x)),
  {
    ...equation("exact", "multiply-zero", Mul(x, 0), 0, { when: finite }),
    samples: () => {
      const count = symbol("int32", [2, 3]);
      return [
        { expression: mul(count, literal(0, "int32")), domains: new Map([[count, [-3, 4]]]) },
      ];
    },
  },
];
