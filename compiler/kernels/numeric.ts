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
  rounded: (a) => a,
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
  let steps: readonly Step[] | undefined;
  const names = Array.from({ length: arity }, (_, i) => `x${i}`);
  return (...values) => {
    // Written down on first use: the formula may refer to ops that are defined after this one.
    steps ??= stepsOf(formula(...names.map((name) => local(name, "float64"))), names);
    const known = new Float64Array(steps.length);
    for (const [i, { run, at }] of steps.entries())
      known[i] = run ? run(known[at[0]], known[at[1]], known[at[2]]) : values[at[0]];
    return known[steps.length - 1];
  };
}

interface Step {
  /** Undefined for what a value is given for. */
  readonly run: ((a: number, b: number, c: number) => number) | undefined;
  /** Steps whose results it takes, or the value's place. */
  readonly at: readonly number[];
}

function stepsOf(formula: Scalar, names: readonly string[]): Step[] {
  const order = walk(expanded(formula));
  return order.map((s) => {
    if (s.kind === "const") return { run: () => s.value, at: [] };
    if (s.kind === "local") return { run: undefined, at: [names.indexOf(s.name)] };
    if (s.kind !== "call" || isDefined(s.fn))
      return fail("ADJ9001", `a formula of numbers has no ${s.kind}`);
    return { run: table[s.fn], at: s.args.map((arg) => order.indexOf(arg)) };
  });
}
