/**
 * Index arithmetic. Sums of whole numbers are kept as Σ coefficient·term + constant, so that (i·28 + j) / 28 is i
 * where j < 28.
 */

import { type Dim, dimParts } from "../graph/types.ts";
import { type Axis, call, constant, type Scalar, size, walk } from "./instructions.ts";

const int = (value: number): Scalar => constant(value, "int32");

/** A dimension as a number. */
export function extent(dim: Dim): Scalar {
  if (typeof dim === "number") return int(dim);
  const { name, offset } = dimParts(dim);
  return offset === 0 ? size(name) : indexAdd(size(name), int(offset));
}

interface Affine {
  readonly terms: Map<string, { term: Scalar; coefficient: number }>;
  readonly constant: number;
}

function affine(s: Scalar): Affine {
  if (s.kind === "const") return { terms: new Map(), constant: s.value };
  if (s.kind === "call" && (s.fn === "add" || s.fn === "sub")) {
    return combine(affine(s.args[0]), affine(s.args[1]), s.fn === "add" ? 1 : -1);
  }
  if (s.kind === "call" && s.fn === "mul") {
    const [a, b] = s.args;
    if (b.kind === "const") return combine({ terms: new Map(), constant: 0 }, affine(a), b.value);
    if (a.kind === "const") return combine({ terms: new Map(), constant: 0 }, affine(b), a.value);
  }
  return { terms: new Map([[s.key, { term: s, coefficient: 1 }]]), constant: 0 };
}

function combine(a: Affine, b: Affine, scale: number): Affine {
  const terms = new Map(a.terms);
  for (const [key, { term, coefficient }] of b.terms) {
    const sum = (terms.get(key)?.coefficient ?? 0) + scale * coefficient;
    if (sum === 0) terms.delete(key);
    else terms.set(key, { term, coefficient: sum });
  }
  return { terms, constant: a.constant + scale * b.constant };
}

/** c·m·⌊s / m⌋ + c·(s mod m) is c·s. */
function rejoin(sum: Affine): Affine {
  for (const [key, { term, coefficient }] of sum.terms) {
    if (term.kind !== "call" || term.fn !== "mod" || term.args[1].kind !== "const") continue;
    const [s, by] = term.args;
    const quotient = indexDiv(s, by).key;
    if (sum.terms.get(quotient)?.coefficient !== coefficient * term.args[1].value) continue;
    const terms = new Map(sum.terms);
    terms.delete(key);
    terms.delete(quotient);
    return rejoin(combine({ ...sum, terms }, affine(s), coefficient));
  }
  return sum;
}

function fromAffine({ terms, constant: c }: Affine): Scalar {
  let sum: Scalar | undefined;
  // What is subtracted comes last, after the constant if need be: 8 − i, not i·(−1) + 8.
  const ordered = [...terms.values()].sort(
    (a, b) => Number(a.coefficient < 0) - Number(b.coefficient < 0),
  );
  if (c > 0 && ordered.length > 0 && ordered[0].coefficient < 0) {
    return ordered.reduce<Scalar>((rest, { term, coefficient }) => {
      const scaled = coefficient === -1 ? term : call("mul", term, int(-coefficient));
      return call("sub", rest, scaled);
    }, int(c));
  }
  for (const { term, coefficient } of ordered) {
    const size = Math.abs(coefficient);
    const scaled = size === 1 ? term : call("mul", term, int(size));
    if (!sum) sum = coefficient < 0 ? call("mul", term, int(coefficient)) : scaled;
    else sum = call(coefficient < 0 ? "sub" : "add", sum, scaled);
  }
  if (!sum) return int(c);
  if (c === 0) return sum;
  return c < 0 ? call("sub", sum, int(-c)) : call("add", sum, int(c));
}

/** What is added to an index expression whatever its terms are. */
export const addedTo = (s: Scalar): number => affine(s).constant;

/** Σ coefficient·axis + rest, where `axes` are in no other place of the index. */
export function linear(
  s: Scalar,
  axes: readonly Axis[],
): { readonly coefficients: readonly number[]; readonly rest: Scalar } | undefined {
  const { terms, constant: c } = affine(s);
  const coefficients = axes.map(() => 0);
  const rest = new Map<string, { term: Scalar; coefficient: number }>();
  for (const [key, entry] of terms) {
    const { term, coefficient } = entry;
    const at = term.kind === "axis" ? axes.indexOf(term.axis) : -1;
    if (at >= 0) coefficients[at] = coefficient;
    else if (walk(term).some((part) => part.kind === "axis" && axes.includes(part.axis)))
      return undefined;
    else rest.set(key, entry);
  }
  return { coefficients, rest: fromAffine({ terms: rest, constant: c }) };
}

/** The least and greatest value of an index expression, where they can be told. */
export function rangeOf(s: Scalar): { min: number; max: number } {
  const unknown = { min: -Infinity, max: Infinity };
  if (s.kind === "const") return { min: s.value, max: s.value };
  if (s.kind === "axis") {
    return { min: 0, max: typeof s.axis.extent === "number" ? s.axis.extent - 1 : Infinity };
  }
  if (s.kind === "size") return { min: 0, max: Infinity };
  if (s.kind !== "call") return unknown;
  if (s.fn === "mod" && s.args[1].kind === "const") return { min: 0, max: s.args[1].value - 1 };
  if (s.fn === "floor" || (s.fn === "div" && s.args[1].kind === "const")) {
    const inner = rangeOf(s.args[0]);
    const by = s.args[1]?.kind === "const" ? s.args[1].value : 1;
    return { min: Math.floor(inner.min / by), max: Math.floor(inner.max / by) };
  }
  if (s.fn === "add" || s.fn === "sub" || s.fn === "mul") {
    const { terms, constant: c } = affine(s);
    let min = c;
    let max = c;
    for (const { term, coefficient } of terms.values()) {
      if (term === s) return unknown;
      const inner = rangeOf(term);
      min += coefficient * (coefficient < 0 ? inner.max : inner.min);
      max += coefficient * (coefficient < 0 ? inner.min : inner.max);
    }
    return { min, max };
  }
  return unknown;
}

export const indexAdd = (a: Scalar, b: Scalar): Scalar =>
  fromAffine(rejoin(combine(affine(a), affine(b), 1)));
export const indexSub = (a: Scalar, b: Scalar): Scalar =>
  fromAffine(combine(affine(a), affine(b), -1));

export function indexMul(a: Scalar, b: Scalar): Scalar {
  if (b.kind === "const")
    return fromAffine(combine({ terms: new Map(), constant: 0 }, affine(a), b.value));
  if (a.kind === "const") return indexMul(b, a);
  return call("mul", a, b);
}

/** Splits a sum into what `by` divides and a rest in [0, by), if it can be told. */
function split(a: Scalar, by: Scalar): { quotient: Scalar; rest: Scalar } | undefined {
  if (by.kind !== "const") {
    const { terms, constant: c } = affine(a);
    if (c === 0 && terms.size === 1 && a.key === by.key) return { quotient: int(1), rest: int(0) };
    return undefined;
  }
  const { terms, constant: c } = affine(a);
  const divisible: Affine = { terms: new Map(), constant: Math.floor(c / by.value) };
  const rest: Affine = { terms: new Map(), constant: c - Math.floor(c / by.value) * by.value };
  for (const [key, { term, coefficient }] of terms) {
    if (coefficient % by.value === 0)
      divisible.terms.set(key, { term, coefficient: coefficient / by.value });
    else rest.terms.set(key, { term, coefficient });
  }
  const remaining = fromAffine(rest);
  const { min, max } = rangeOf(remaining);
  if (min < 0 || max >= by.value) return undefined;
  return { quotient: fromAffine(divisible), rest: remaining };
}

/** Floor division of an index. */
export function indexDiv(a: Scalar, by: Scalar): Scalar {
  if (by.kind === "const" && by.value === 1) return a;
  const inner = a.kind === "call" && a.fn === "div" ? a.args[1] : undefined;
  if (a.kind === "call" && inner?.kind === "const" && by.kind === "const" && inner.value > 0)
    return indexDiv(a.args[0], int(inner.value * by.value));
  return split(a, by)?.quotient ?? call("div", a, by);
}

/** Remainder of an index that is not negative. */
export function indexMod(a: Scalar, by: Scalar): Scalar {
  if (by.kind === "const" && by.value === 1) return int(0);
  return split(a, by)?.rest ?? call("mod", a, by);
}

/** A comparison of indices; a truth where their ranges settle it. */
export function compare(fn: "ge" | "lt", a: Scalar, b: Scalar): Scalar {
  const { min, max } = rangeOf(indexSub(a, b));
  const isTrue = fn === "ge" ? min >= 0 : max < 0;
  return isTrue ? constant(1, "bool") : call(fn, a, b);
}

/** Both; a truth that is settled is left out. */
export function and(a: Scalar, b: Scalar): Scalar {
  if (a.kind === "const" && a.value !== 0) return b;
  return b.kind === "const" && b.value !== 0 ? a : call("and", a, b);
}
