/** Products as a rational coefficient and factors with exponents, in the order of the model. */

import type { Node } from "../graph/node.ts";
import { isFloat } from "../graph/types.ts";
import { wholePower } from "./arithmetic.rules.ts";
import { div, mul, neg, pow, square } from "./arithmetic.ts";
import { constantValue, literal } from "./leaf.ts";
import { normOp } from "./norm.ts";
import { folded, isHeld, one, type Rational, times } from "./rational.ts";

interface Factor {
  readonly base: Node;
  readonly exponent: number;
}
export interface Product {
  readonly coefficient: Rational;
  readonly factors: readonly Factor[];
}

/** Powers of more than this are factors as they stand: few constants have such powers. */
const largestExponent = 128;

/** Products wider than this are left alone, which keeps simplification near-linear. */
export const limit = 24;

/**
 * How many more parts of an expression may be looked at. A value that is read at many places is met
 * anew at each: without a bound a graph would be walked as the tree that it stands for.
 */
interface Budget {
  left: number;
}
export const budget = (): Budget => ({ left: 4 * limit });
export const spend = (of: Budget): boolean => of.left-- > 0;

export function productOf(node: Node, exponent = 1, depth = 0, parts = budget()): Product {
  const value = constantValue(node);
  const whole = Number.isInteger(exponent);
  if (
    value !== undefined &&
    value !== 0 &&
    Number.isFinite(value) &&
    whole &&
    isFloat(node.type.dtype)
  ) {
    const c = exponent < 0 ? { num: 1, den: value } : { num: value, den: 1 };
    return { coefficient: power(c, Math.abs(exponent)), factors: [] };
  }
  const [a, b] = node.inputs;
  const looks = depth < limit && spend(parts);
  if (looks && whole) {
    switch (node.op) {
      case mul.op:
        return multiply(
          productOf(a, exponent, depth + 1, parts),
          productOf(b, exponent, depth + 1, parts),
        );
      case div.op:
        return multiply(
          productOf(a, exponent, depth + 1, parts),
          productOf(b, -exponent, depth + 1, parts),
        );
      case neg.op: {
        const inner = productOf(a, exponent, depth + 1, parts);
        return exponent % 2 === 0
          ? inner
          : { ...inner, coefficient: times(inner.coefficient, { num: -1, den: 1 }) };
      }
      case square.op:
        return productOf(a, 2 * exponent, depth + 1, parts);
    }
  }
  if (node.op === pow.op && looks) {
    const fixed = constantValue(b);
    const isSmall = Math.abs((fixed ?? 0) * exponent) <= largestExponent;
    if (fixed !== undefined && Number.isInteger(fixed) && whole && isSmall)
      return productOf(a, fixed * exponent, depth + 1, parts);
  }
  return { coefficient: one, factors: [{ base: node, exponent }] };
}

function power(c: Rational, exponent: number): Rational {
  let result = one;
  for (let i = 0; i < exponent; i++) result = times(result, c);
  return result;
}

export function multiply(a: Product, b: Product): Product {
  const factors = [...a.factors];
  for (const factor of b.factors) {
    const at = factors.findIndex((f) => f.base === factor.base);
    if (at < 0) factors.push(factor);
    else factors[at] = { base: factor.base, exponent: factors[at].exponent + factor.exponent };
  }
  return {
    coefficient: times(a.coefficient, b.coefficient),
    factors: factors.filter((f) => f.exponent !== 0),
  };
}

function raised({ base, exponent }: Factor): Node {
  return Number.isInteger(exponent)
    ? wholePower(base, exponent)
    : pow(base, literal(exponent, base.type.dtype));
}

export function constantTimes(c: number, x: Node): Node {
  return c === 1 ? x : mul(literal(c, x.type.dtype), x);
}

/** The product written out: sign, then constants, then factors; one division at most. */
export function writeProduct(
  { coefficient, factors }: Product,
  dtype: Node["type"]["dtype"],
): Node {
  const above = factors.filter((f) => f.exponent > 0).map(raised);
  const below = factors
    .filter((f) => f.exponent < 0)
    .map((f) => raised({ base: f.base, exponent: -f.exponent }));
  const negative = coefficient.num < 0;
  const { num, den } = folded({ num: Math.abs(coefficient.num), den: coefficient.den });
  const numerator =
    above.length === 0
      ? literal(num, dtype)
      : constantTimes(
          num,
          above.reduce((a, b) => mul(a, b)),
        );
  const bottom =
    below.length === 0
      ? undefined
      : constantTimes(
          den,
          below.reduce((a, b) => mul(a, b)),
        );
  const denominator = bottom ?? (den === 1 ? undefined : literal(den, dtype));
  const size = denominator ? div(numerator, denominator) : numerator;
  if (!negative) return size;
  return size.op.name === "constant" ? literal(-num, dtype) : neg(size);
}

/** How many operations write the product: a rewrite must lower this. */
function productCost(node: Node, depth = 0, parts = budget()): number {
  if (depth > limit || !spend(parts)) return 0;
  const inside = [mul.op, div.op, neg.op, square.op].includes(node.op);
  if (node.op === pow.op && constantValue(node.inputs[1]) !== undefined) {
    return 8 + productCost(node.inputs[0], depth + 1, parts) + 1;
  }
  if (!inside) return 0;
  // Signs inside a product and divisions count for more, so that they move outwards and merge.
  const inner = depth > 0;
  const own =
    node.op === square.op
      ? 1
      : node.op === neg.op
        ? inner
          ? 2.5
          : 1
        : node.op === div.op
          ? inner
            ? 5
            : 4
          : 2;
  const constants = node.inputs.some((x) => constantValue(x) !== undefined) && depth > 0 ? 0.5 : 0;
  return own + constants + node.inputs.reduce((n, x) => n + productCost(x, depth + 1, parts), 0);
}

export function collectFactors(node: Node): Node | undefined {
  if (!isFloat(node.type.dtype)) return undefined;
  const product = productOf(node);
  if (!isHeld(product.coefficient, node.type.dtype)) return undefined;
  // A norm is scaled so that its square is never needed: (x/‖x‖)/‖x‖ and (x/‖x‖)·(y/‖y‖) stay as they are.
  const norms = product.factors.filter((f) => f.base.op === normOp && f.exponent < 0);
  if (norms.length > 1 || norms.some((f) => f.exponent < -1)) return undefined;
  const written = writeProduct(product, node.type.dtype);
  return productCost(written) < productCost(node) ? written : undefined;
}
