/**
 * The scalar language of kernels: what one element of a result is, as an expression over loop axes.
 *
 * This closed set is all that a target has to print. Values are hash-consed, so equal
 * sub-expressions are one object and are printed once.
 */

import type { Node } from "../graph/node.ts";
import { type Dim, type DType, dimParts } from "../graph/types.ts";
import type { ElementaryFn } from "./elementary.ts";
import type { ErrorFn } from "./error-function.ts";
import type { GammaFn } from "./gamma-function.ts";
import type { ReproducibleFn } from "./reproducible.ts";

/** A loop: `extent` steps from 0. */
export interface Axis {
  readonly id: number;
  readonly extent: Dim;
}

/** Instructions that every target has. */
export type InstructionFn =
  | "add"
  | "sub"
  | "mul"
  | "div"
  | "mod"
  | "pow"
  | "neg"
  | "abs"
  | "sign"
  | "floor"
  | "exp"
  | "log"
  | "log1p"
  | "expm1"
  | "sqrt"
  | "sin"
  | "cos"
  | "tanh"
  /** The angle of the point (second, first operand), in (−π, π]. */
  | "atan2"
  | "max"
  | "min"
  | "lt"
  | "le"
  | "gt"
  | "ge"
  | "eq"
  | "ne"
  | "and"
  | "or"
  | "not"
  | "where"
  | "cast"
  /** The operand, rounded to its dtype: never a product that is rounded along with a sum. */
  | "rounded"
  /** 24 random bits as a number in [0, 1): seed, stream, call, counter, all of them whole numbers. */
  | "random";

/** Functions of one number that are defined by instructions; a target may have its own (functions.ts). */
export type DefinedFn = ElementaryFn | ErrorFn | GammaFn | ReproducibleFn;

export type ScalarFn = InstructionFn | DefinedFn;

/** Ways to combine the values along reduction axes. */
export type ReduceFn = "add" | "mul" | "max" | "min" | "argmax" | "argmin";

export type Scalar =
  /** `div` and `mod` of integers are floor division and its remainder. */
  | { readonly kind: "const"; readonly key: string; readonly dtype: DType; readonly value: number }
  | { readonly kind: "axis"; readonly key: string; readonly dtype: "int32"; readonly axis: Axis }
  | { readonly kind: "size"; readonly key: string; readonly dtype: "int32"; readonly name: string }
  | {
      readonly kind: "load";
      readonly key: string;
      readonly dtype: DType;
      /** The value in memory. */
      readonly node: Node;
      readonly index: readonly Scalar[];
    }
  /** A load whose place in memory has been worked out: made by schedules, for targets with loops. */
  | {
      readonly kind: "element";
      readonly key: string;
      readonly dtype: DType;
      readonly node: Node;
      readonly offset: Scalar;
    }
  /** A variable of a schedule. */
  | { readonly kind: "local"; readonly key: string; readonly dtype: DType; readonly name: string }
  | {
      readonly kind: "call";
      readonly key: string;
      readonly dtype: DType;
      readonly fn: ScalarFn;
      readonly args: readonly Scalar[];
    }
  | {
      readonly kind: "reduce";
      readonly key: string;
      readonly dtype: DType;
      readonly fn: ReduceFn;
      readonly axes: readonly Axis[];
      readonly body: Scalar;
      /** The last step of its one axis: what is reduced up to an element, itself included or not. */
      readonly until?: Scalar;
    };

const comparisons: ReadonlySet<ScalarFn> = new Set([
  "lt",
  "le",
  "gt",
  "ge",
  "eq",
  "ne",
  "and",
  "or",
  "not",
]);

type Body<T> = T extends unknown ? Omit<T, "key"> : never;

let interned = new Map<string, Scalar>();
let axes = 0;

/** Forgets every scalar: the start of a compilation. */
export function resetScalars(): void {
  interned = new Map();
  axes = 0;
}

/** A new loop. */
export function newAxis(extent: Dim): Axis {
  return { id: axes++, extent };
}

function intern(signature: string, body: Body<Scalar>): Scalar {
  const known = interned.get(signature);
  if (known) return known;
  const scalar = { ...body, key: `s${interned.size}` } as Scalar;
  interned.set(signature, scalar);
  return scalar;
}

const keys = (scalars: readonly Scalar[]): string => scalars.map((s) => s.key).join(",");

/** A number. */
export function constant(value: number, dtype: DType): Scalar {
  return intern(`${Object.is(value, -0) ? "-0" : value}:${dtype}`, { kind: "const", dtype, value });
}

const int = (value: number): Scalar => constant(value, "int32");

/** The current step of a loop. */
export function axisIndex(axis: Axis): Scalar {
  return intern(`@${axis.id}`, { kind: "axis", dtype: "int32", axis });
}

/** A dimension as a number. */
export function extent(dim: Dim): Scalar {
  if (typeof dim === "number") return int(dim);
  const { name, offset } = dimParts(dim);
  const size = intern(`#${name}`, { kind: "size", dtype: "int32", name });
  return offset === 0 ? size : indexAdd(size, int(offset));
}

/** An element of a value in memory. */
export function load(node: Node, index: readonly Scalar[]): Scalar {
  return intern(`n${node.id}[${keys(index)}]`, {
    kind: "load",
    dtype: node.type.dtype,
    node,
    index,
  });
}

/** An element of memory at a flat offset. */
export function element(node: Node, offset: Scalar): Scalar {
  return intern(`n${node.id}@${offset.key}`, {
    kind: "element",
    dtype: node.type.dtype,
    node,
    offset,
  });
}

/** A variable of a schedule; its name is unique in the kernel. */
export function local(name: string, dtype: DType): Scalar {
  return intern(`local:${name}:${dtype}`, { kind: "local", dtype, name });
}

/** A function of scalars; the dtype is that of the last operand, bool for comparisons. */
export function call(fn: ScalarFn, ...args: readonly Scalar[]): Scalar {
  const last = args[args.length - 1].dtype;
  const dtype = comparisons.has(fn) ? "bool" : fn === "random" ? "float32" : last;
  return intern(`${fn}(${keys(args)})`, { kind: "call", dtype, fn, args });
}

/** Conversion to another dtype. */
export function cast(value: Scalar, dtype: DType): Scalar {
  if (value.dtype === dtype) return value;
  if (value.kind === "const" && dtype !== "bool")
    return constant(dtype.startsWith("int") ? Math.trunc(value.value) : value.value, dtype);
  return intern(`cast:${dtype}(${value.key})`, { kind: "call", dtype, fn: "cast", args: [value] });
}

/** The values of `body` over `axes`, combined; with `until`, up to this step of a single axis. */
export function reduce(fn: ReduceFn, axes: readonly Axis[], body: Scalar, until?: Scalar): Scalar {
  const dtype = fn === "argmax" || fn === "argmin" ? "int32" : body.dtype;
  const over = axes.map((a) => a.id).join(",");
  const whole = { kind: "reduce", dtype, fn, axes, body } as const;
  return until
    ? intern(`${fn}<${over}≤${until.key}>(${body.key})`, { ...whole, until })
    : intern(`${fn}<${over}>(${body.key})`, whole);
}

// ── Index arithmetic ────────────────────────────────────────────────────────────────────────────
// Integer sums are kept as Σ coefficient·term + constant, so that (i·28 + j) / 28 is i when j < 28.

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

// ── Walking ─────────────────────────────────────────────────────────────────────────────────────

/** Operands of a scalar. */
export function operandsOf(s: Scalar): readonly Scalar[] {
  switch (s.kind) {
    case "load":
      return s.index;
    case "element":
      return [s.offset];
    case "call":
      return s.args;
    case "reduce":
      return s.until ? [s.body, s.until] : [s.body];
    default:
      return [];
  }
}

/** The scalar with its operands replaced; index arithmetic is tidied again. */
export function withOperands(s: Scalar, operands: readonly Scalar[]): Scalar {
  if (operandsOf(s).every((o, i) => o === operands[i])) return s;
  switch (s.kind) {
    case "load":
      return load(s.node, operands);
    case "element":
      return element(s.node, operands[0]);
    case "reduce":
      return reduce(s.fn, s.axes, operands[0], operands[1]);
    case "call": {
      if (s.fn === "cast") return cast(operands[0], s.dtype);
      if (s.dtype === "int32" && operands.every((o) => isIndex(o))) {
        if (s.fn === "add") return indexAdd(operands[0], operands[1]);
        if (s.fn === "sub") return indexSub(operands[0], operands[1]);
        if (s.fn === "mul") return indexMul(operands[0], operands[1]);
        if (s.fn === "div" && isPositive(operands[1])) return indexDiv(operands[0], operands[1]);
        if (s.fn === "mod" && isPositive(operands[1])) return indexMod(operands[0], operands[1]);
      }
      return call(s.fn, ...operands);
    }
    default:
      return s;
  }
}

const isPositive = (s: Scalar): boolean => s.kind === "const" && s.value > 0;

/** Made of loop axes, sizes and whole numbers only. */
function isIndex(s: Scalar): boolean {
  if (s.kind === "axis" || s.kind === "size") return true;
  if (s.kind === "const") return s.dtype === "int32";
  return s.kind === "call" && s.dtype === "int32" && s.args.every(isIndex);
}

/** Replaces scalars bottom-up; `replace` answers undefined for what stays. */
export function rewrite(root: Scalar, replace: (s: Scalar) => Scalar | undefined): Scalar {
  const memo = new Map<Scalar, Scalar>();
  const visit = (s: Scalar): Scalar => {
    const known = memo.get(s);
    if (known) return known;
    const result = replace(s) ?? withOperands(s, operandsOf(s).map(visit));
    memo.set(s, result);
    return result;
  };
  return visit(root);
}

/** Every distinct scalar below `root`, operands first. */
export function walk(root: Scalar): Scalar[] {
  const seen = new Set<Scalar>();
  const order: Scalar[] = [];
  const visit = (s: Scalar): void => {
    if (seen.has(s)) return;
    seen.add(s);
    operandsOf(s).forEach(visit);
    order.push(s);
  };
  visit(root);
  return order;
}
