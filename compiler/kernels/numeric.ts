/** Scalar expressions as functions of numbers: the reference meaning of ops that are only a formula. */

import { fail } from "../diagnostics/error.ts";
import { expanded, isDefined } from "./functions.ts";
import { type InstructionFn, local, type Scalar, walk } from "./scalar.ts";

const truth = (value: boolean): number => Number(value);

/** What each instruction computes; exhaustive by type. Truth values are 0 and 1. */
const table: Record<InstructionFn, (a: number, b: number, c: number) => number> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  mod: (a, b) => a - b * Math.floor(a / b),
  pow: (a, b) => a ** b,
  neg: (a) => -a,
  abs: Math.abs,
  sign: Math.sign,
  floor: Math.floor,
  exp: Math.exp,
  log: Math.log,
  log1p: Math.log1p,
  expm1: Math.expm1,
  sqrt: Math.sqrt,
  sin: Math.sin,
  cos: Math.cos,
  tanh: Math.tanh,
  atan2: Math.atan2,
  max: (a, b) => Math.max(a, b),
  min: (a, b) => Math.min(a, b),
  lt: (a, b) => truth(a < b),
  le: (a, b) => truth(a <= b),
  gt: (a, b) => truth(a > b),
  ge: (a, b) => truth(a >= b),
  eq: (a, b) => truth(a === b),
  ne: (a, b) => truth(a !== b),
  and: (a, b) => truth(a !== 0 && b !== 0),
  or: (a, b) => truth(a !== 0 || b !== 0),
  not: (a) => truth(a === 0),
  where: (c, a, b) => (c !== 0 ? a : b),
  cast: (a) => a,
  random: () => fail("ADJ9001", "a formula of numbers cannot draw"),
};

/**
 * The function of float64 numbers that `formula` writes in scalar instructions. Formulas of floats only:
 * whole-number division and casts to integers are no part of one.
 */
export function numeric(
  formula: (...args: Scalar[]) => Scalar,
  arity: number,
): (...values: number[]) => number {
  let steps: readonly Scalar[] | undefined;
  const names = Array.from({ length: arity }, (_, i) => `x${i}`);
  return (...values) => {
    // Written down on first use: the formula may refer to ops that are defined after this one.
    steps ??= walk(expanded(formula(...names.map((name) => local(name, "float64")))));
    const known = new Map<Scalar, number>();
    let last = Number.NaN;
    for (const s of steps) {
      if (s.kind === "const") last = s.value;
      else if (s.kind === "local") last = values[names.indexOf(s.name)];
      else if (s.kind === "call" && !isDefined(s.fn)) {
        const [a, b, c] = s.args.map((arg) => known.get(arg) as number);
        last = table[s.fn](a, b, c);
      } else fail("ADJ9001", `a formula of numbers has no ${s.kind}`);
      known.set(s, last);
    }
    return last;
  };
}
