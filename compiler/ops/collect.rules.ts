/**
 * Sums and products as a reader would tidy them: equal terms and factors are collected, signs and
 * constants come to one place. A sum is a list of terms with a rational coefficient, a product a
 * rational coefficient and factors with exponents; both keep the order of the model.
 */

import type { Node } from "../graph/node.ts";
import { type DType, isFloat, sameShape } from "../graph/types.ts";
import type { Rule, RuleSample } from "../simplify/rule.ts";
import { wholePower } from "./arithmetic.rules.ts";
import { add, div, mul, neg, pow, square, sub } from "./arithmetic.ts";
import { castTo } from "./elementwise.ts";
import { constantValue, literal, symbol } from "./leaf.ts";
import { normOp } from "./norm.ts";
import { broadcastTo, lengthOf } from "./shape.ts";

/** A rational number that is kept as the model wrote it: 1/600, not 0.001666…. */
interface Rational {
  readonly num: number;
  readonly den: number;
}

const one: Rational = { num: 1, den: 1 };

function times(a: Rational, b: Rational): Rational {
  return reduced({ num: a.num * b.num, den: a.den * b.den });
}

/** Common whole factors removed; the sign is in the numerator. */
function reduced({ num, den }: Rational): Rational {
  const sign = den < 0 ? -1 : 1;
  let [a, b] = [Math.abs(num), Math.abs(den)];
  if (!Number.isSafeInteger(a) || !Number.isSafeInteger(b))
    return { num: num * sign, den: den * sign };
  while (b !== 0) [a, b] = [b, a % b];
  return a === 0 ? { num: 0, den: 1 } : { num: (num * sign) / a, den: (den * sign) / a };
}

/** What a folded constant may be: its reciprocal and its products have room in float32. */
const moderate = (x: number): boolean => x > 1e-30 && x < 1e30;

/** Magnitudes that a dtype holds with all of their digits. */
const single = { least: 2 ** -126, most: (2 - 2 ** -23) * 2 ** 127 };
const double = { least: 2 ** -1022, most: Number.MAX_VALUE };

/** Whether constants that have come together can be written: 10⁻²⁰·(10⁻²⁰·x) is not 10⁻⁴⁰·x in float32. */
function isHeld({ num, den }: Rational, dtype: DType): boolean {
  const { least, most } = dtype === "float32" ? single : double;
  return [num, den].map(Math.abs).every((c) => c >= least && c <= most);
}

/** A constant over another one as one, 0.002/7840; fractions of whole numbers stay, and what is over 1. */
function folded({ num, den }: Rational): Rational {
  const isFraction = Number.isSafeInteger(num) && Number.isSafeInteger(den);
  const value = num / den;
  return isFraction || Math.abs(num) === 1 || den === 1 || !moderate(Math.abs(value))
    ? { num, den }
    : { num: value, den: 1 };
}

// ── Products ────────────────────────────────────────────────────────────────────────────────────

interface Factor {
  readonly base: Node;
  readonly exponent: number;
}
interface Product {
  readonly coefficient: Rational;
  readonly factors: readonly Factor[];
}

/** Powers of more than this are factors as they stand: few constants have such powers. */
const largestExponent = 128;

/** Products wider than this are left alone, which keeps simplification near-linear. */
const limit = 24;

/**
 * How many more parts of an expression may be looked at. A value that is read at many places is met
 * anew at each: without a bound a graph would be walked as the tree that it stands for.
 */
interface Budget {
  left: number;
}
const budget = (): Budget => ({ left: 4 * limit });
const spend = (of: Budget): boolean => of.left-- > 0;

function productOf(node: Node, exponent = 1, depth = 0, parts = budget()): Product {
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

function multiply(a: Product, b: Product): Product {
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

function constantTimes(c: number, x: Node): Node {
  return c === 1 ? x : mul(literal(c, x.type.dtype), x);
}

/** The product written out: sign, then constants, then factors; one division at most. */
function writeProduct({ coefficient, factors }: Product, dtype: Node["type"]["dtype"]): Node {
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

function collectFactors(node: Node): Node | undefined {
  if (!isFloat(node.type.dtype)) return undefined;
  const product = productOf(node);
  if (!isHeld(product.coefficient, node.type.dtype)) return undefined;
  // A norm is scaled so that its square is never needed: (x/‖x‖)/‖x‖ and (x/‖x‖)·(y/‖y‖) stay as they are.
  const norms = product.factors.filter((f) => f.base.op === normOp && f.exponent < 0);
  if (norms.length > 1 || norms.some((f) => f.exponent < -1)) return undefined;
  const written = writeProduct(product, node.type.dtype);
  return productCost(written) < productCost(node) ? written : undefined;
}

// ── Sums ────────────────────────────────────────────────────────────────────────────────────────

interface Term {
  readonly coefficient: Rational;
  readonly value: Node;
}

function termsOf(node: Node, scale: Rational = one, depth = 0, parts = budget()): Term[] {
  const [a, b] = node.inputs;
  if (depth < limit && spend(parts)) {
    switch (node.op) {
      case add.op:
        return [...termsOf(a, scale, depth + 1, parts), ...termsOf(b, scale, depth + 1, parts)];
      case sub.op:
        return [
          ...termsOf(a, scale, depth + 1, parts),
          ...termsOf(b, times(scale, { num: -1, den: 1 }), depth + 1, parts),
        ];
      case neg.op:
        return termsOf(a, times(scale, { num: -1, den: 1 }), depth + 1, parts);
    }
  }
  const { coefficient, factors } = productOf(node);
  if (factors.length === 0)
    return [{ coefficient: times(scale, coefficient), value: literal(1, node.type.dtype) }];
  const value = writeProduct({ coefficient: one, factors }, node.type.dtype);
  return [{ coefficient: times(scale, coefficient), value }];
}

function merge(terms: readonly Term[]): Term[] {
  const merged: Term[] = [];
  for (const term of terms) {
    const at = merged.findIndex((t) => t.value === term.value);
    if (at < 0) merged.push(term);
    else
      merged[at] = {
        value: term.value,
        coefficient: plus(merged[at].coefficient, term.coefficient),
      };
  }
  return merged.filter((t) => t.coefficient.num !== 0);
}

function plus(a: Rational, b: Rational): Rational {
  return a.den === b.den
    ? reduced({ num: a.num + b.num, den: a.den })
    : reduced({ num: a.num * b.den + b.num * a.den, den: a.den * b.den });
}

/** Terms joined by + and −, a positive one first where there is one. */
function writeSum(terms: readonly Term[]): Node {
  const first = Math.max(
    0,
    terms.findIndex((t) => t.coefficient.num > 0),
  );
  const ordered = [terms[first], ...terms.slice(0, first), ...terms.slice(first + 1)];
  const size = (t: Term): Node =>
    scaled({ num: Math.abs(t.coefficient.num), den: t.coefficient.den }, t.value);
  const [head, ...rest] = ordered;
  const start = head.coefficient.num < 0 ? neg(size(head)) : size(head);
  return rest.reduce(
    (sum, t) => (t.coefficient.num < 0 ? sub(sum, size(t)) : add(sum, size(t))),
    start,
  );
}

function scaled(coefficient: Rational, value: Node): Node {
  const { num, den } = folded(coefficient);
  if (constantValue(value) === 1) {
    const n = literal(num, value.type.dtype);
    return den === 1 ? n : div(n, literal(den, value.type.dtype));
  }
  const top = constantTimes(num, value);
  return den === 1 ? top : div(top, literal(den, value.type.dtype));
}

function collectTerms(node: Node): Node | undefined {
  if (!isFloat(node.type.dtype)) return undefined;
  const terms = termsOf(node);
  if (terms.length > limit) return undefined;
  const merged = merge(terms);
  if (merged.length === 0) return literal(0, node.type.dtype);
  if (merged.length === terms.length) return undefined;
  return merged.every((t) => isHeld(t.coefficient, node.type.dtype)) ? writeSum(merged) : undefined;
}

/** a/n − b/n = (a − b)/n: one division instead of two. */
function commonFactor(node: Node): Node | undefined {
  if (!isFloat(node.type.dtype)) return undefined;
  const terms = termsOf(node);
  if (terms.length < 2 || terms.length > limit) return undefined;
  const { num, den } = terms[0].coefficient;
  const size = Math.abs(num);
  if (size === 1 && den === 1) return commonCount(terms);
  if (!isHeld({ num, den }, node.type.dtype)) return undefined;
  if (terms.some((t) => Math.abs(t.coefficient.num) !== size || t.coefficient.den !== den))
    return undefined;
  if (terms.every((t) => constantValue(t.value) !== undefined)) return undefined;
  const sum = writeSum(
    terms.map((t) => ({
      value: t.value,
      coefficient: { num: Math.sign(t.coefficient.num), den: 1 },
    })),
  );
  const top = size === 1 ? sum : mul(literal(size, node.type.dtype), sum);
  return den === 1 ? top : div(top, literal(den, node.type.dtype));
}

/** The same for a divisor that is only known at run time: a mean over a dimension with a name. */
function commonCount(terms: readonly Term[]): Node | undefined {
  const [, count] = terms[0].value.inputs;
  const areQuotients = terms.every(({ value }) => value.op === div.op && value.inputs[1] === count);
  if (!areQuotients || constantValue(count) !== undefined || !isCount(count)) return undefined;
  return div(writeSum(terms.map((t) => ({ ...t, value: t.value.inputs[0] }))), count);
}

/** Whether a scalar follows from shapes alone: the number of elements along axes. */
function isCount(node: Node, depth = 0): boolean {
  if (node.shape.length > 0 || depth > 4) return false;
  if (node.op.shapeOnly || constantValue(node) !== undefined) return true;
  return node.inputs.length > 0 && node.inputs.every((input) => isCount(input, depth + 1));
}

/** (x·y + x·z)/x = y + z: a divisor that every term has as a factor. */
function divideTerms(node: Node): Node | undefined {
  const [top, bottom] = node.inputs;
  if (!isFloat(node.type.dtype) || (top.op !== add.op && top.op !== sub.op)) return undefined;
  if (constantValue(bottom) !== undefined || !sameShape(top.shape, node.shape)) return undefined;
  const terms = termsOf(top);
  const divisor = productOf(bottom, -1);
  if (terms.length > limit || divisor.factors.length === 0) return undefined;
  const divided = terms.map(({ coefficient, value }) => {
    const product = multiply(productOf(value), divisor);
    return { ...product, coefficient: times(coefficient, product.coefficient) };
  });
  const isLeft = (product: Product): boolean =>
    product.factors.some((f) => f.exponent < 0 && divisor.factors.some((d) => d.base === f.base));
  if (divided.some((product) => isLeft(product) || !isHeld(product.coefficient, node.type.dtype)))
    return undefined;
  const written = divided.map(({ coefficient, factors }) => ({
    coefficient,
    value: broadcastTo(writeProduct({ coefficient: one, factors }, node.type.dtype), node.shape),
  }));
  return writeSum(written);
}

/** Signs of a sum where they read best: a + (−b) = a − b, −a + b = b − a, −(a − b) = b − a. */
function tidySigns(node: Node): Node | undefined {
  const [a, b] = node.inputs;
  if (node.op === add.op) {
    if (b.op === neg.op) return sub(a, b.inputs[0]);
    if (a.op === neg.op) return sub(b, a.inputs[0]);
  }
  if (node.op === sub.op && b.op === neg.op) return add(a, b.inputs[0]);
  if (node.op === neg.op) {
    if (a.op === neg.op) return a.inputs[0];
    if (a.op === sub.op) return sub(a.inputs[1], a.inputs[0]);
  }
  return undefined;
}

// ── The rules ───────────────────────────────────────────────────────────────────────────────────

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
