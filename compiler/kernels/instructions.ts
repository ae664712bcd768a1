/**
 * The scalar language of kernels: what one element of a result is, as an expression over loop axes.
 *
 * This closed set is all that a target has to print. Values are hash-consed, so equal
 * sub-expressions are one object and are printed once.
 */

import type { Node } from "../graph/node.ts";
import type { Dim, DType } from "../graph/types.ts";
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

/** The current step of a loop. */
export function axisIndex(axis: Axis): Scalar {
  return intern(`@${axis.id}`, { kind: "axis", dtype: "int32", axis });
}

/** A size that is known in a call. */
export function size(name: string): Scalar {
  return intern(`#${name}`, { kind: "size", dtype: "int32", name });
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
