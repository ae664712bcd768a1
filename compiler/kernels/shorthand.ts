/** Shorthand for formulas in scalar instructions: plain numbers take the dtype of what they meet. */

import { call, constant, type DefinedFn, type Scalar, type ScalarFn } from "./scalar.ts";

export type Term = Scalar | number;

const binary =
  (fn: ScalarFn) =>
  (a: Term, b: Term): Scalar => {
    const partner = typeof a === "number" ? b : a;
    const dtype = typeof partner === "number" ? "float64" : partner.dtype;
    const [x, y] = [a, b].map((t) => (typeof t === "number" ? constant(t, dtype) : t));
    return call(fn, x, y);
  };

const unary =
  (fn: ScalarFn) =>
  (a: Scalar): Scalar =>
    call(fn, a);

export const plus = binary("add");
export const minus = binary("sub");
export const times = binary("mul");
export const over = binary("div");
export const power = binary("pow");
export const atan2 = binary("atan2");
export const least = binary("min");
export const most = binary("max");
export const below = binary("lt");
export const atMost = binary("le");
export const above = binary("gt");
export const equal = binary("eq");
export const differ = binary("ne");
export const negated = unary("neg");
export const size = unary("abs");
export const signOf = unary("sign");
export const floored = unary("floor");
export const root = unary("sqrt");
export const expOf = unary("exp");
export const expm1Of = unary("expm1");
export const logOf = unary("log");
export const log1pOf = unary("log1p");
/** Rounded before it meets anything else. */
export const rounded = unary("rounded");
export const sinOf = unary("sin");
export const cosOf = unary("cos");

/** `a` where the condition holds, else `b`; one of the two may be a number. */
export function either(condition: Scalar, a: Term, b: Term): Scalar {
  const dtype = typeof a !== "number" ? a.dtype : typeof b !== "number" ? b.dtype : "float64";
  const [x, y] = [a, b].map((t) => (typeof t === "number" ? constant(t, dtype) : t));
  return call("where", condition, x, y);
}

/** c₀·xⁿ + c₁·xⁿ⁻¹ + … + cₙ, by Horner's rule. */
export function polynomial(x: Scalar, [first, ...rest]: readonly number[]): Scalar {
  const [second, ...others] = rest;
  const lead = first === 1 ? x : times(x, first);
  return others.reduce<Scalar>((sum, c) => plus(times(sum, x), c), plus(lead, second));
}

/** A function of one value by name. */
export const named =
  (fn: DefinedFn) =>
  (x: Scalar): Scalar =>
    call(fn, x);

/** A quotient of two polynomials: numerator and denominator, highest power first. */
export const quotient = (x: Scalar, [top, bottom]: readonly (readonly number[])[]): Scalar =>
  over(polynomial(x, top), polynomial(x, bottom));
