/** Sums as terms with a rational coefficient, in the order of the model. */

import type { Node } from "../graph/node.ts";
import { isFloat, sameShape } from "../graph/types.ts";
import { add, div, mul, neg, sub } from "./arithmetic.ts";
import {
  budget,
  constantTimes,
  limit,
  multiply,
  type Product,
  productOf,
  spend,
  writeProduct,
} from "./collect.products.ts";
import { constantValue, literal } from "./leaf.ts";
import { folded, isHeld, one, plus, type Rational, times } from "./rational.ts";
import { broadcastTo } from "./shape.ts";

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

export function collectTerms(node: Node): Node | undefined {
  if (!isFloat(node.type.dtype)) return undefined;
  const terms = termsOf(node);
  if (terms.length > limit) return undefined;
  const merged = merge(terms);
  if (merged.length === 0) return literal(0, node.type.dtype);
  if (merged.length === terms.length) return undefined;
  return merged.every((t) => isHeld(t.coefficient, node.type.dtype)) ? writeSum(merged) : undefined;
}

/** a/n − b/n = (a − b)/n: one division instead of two. */
export function commonFactor(node: Node): Node | undefined {
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
export function divideTerms(node: Node): Node | undefined {
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
export function tidySigns(node: Node): Node | undefined {
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
