/** Whether two systems did the same work: their parameters after some steps from the same start. */

import type { Values } from "./workload.ts";

export type Parameters = ReadonlyMap<string, Float32Array>;

export interface Comparison {
  readonly equal: boolean;
  /** Largest difference of two parameters. */
  readonly difference: number;
  /** What differs too much. */
  readonly reason?: string;
}

/** Largest difference that counts as equal, of parameters and (relative) of costs. */
export const tolerance = 1e-4;

/**
 * Differences must also be small beside what training changed: a system that leaves out an update would
 * otherwise pass wherever a few steps change little.
 */
const partOfChange = 0.02;

function largest(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i] - b[i]);
    // Not a number is not equal to anything.
    if (Number.isNaN(difference)) return Number.NaN;
    if (difference > most) most = difference;
  }
  return most;
}

/**
 * Compares with the reference's parameters and its cost of the last step.
 *
 * @param start values before the first step
 */
export function compare(
  start: Readonly<Record<string, Values>>,
  reference: { readonly parameters: Parameters; readonly cost: number },
  other: { readonly parameters: Parameters; readonly cost: number },
): Comparison {
  let difference = 0;
  for (const [name, expected] of reference.parameters) {
    const values = other.parameters.get(name);
    if (values?.length !== expected.length)
      return {
        equal: false,
        difference: Number.NaN,
        reason: `${name} has ${values?.length ?? "no"} values, expected ${expected.length}`,
      };
    const apart = largest(values, expected);
    difference = Math.max(difference, apart);
    const change = largest(expected, start[name].values);
    if (!(apart <= tolerance && apart <= partOfChange * change))
      return {
        equal: false,
        difference,
        reason: `${name} differs by ${apart.toExponential(1)}, training changed it by ${change.toExponential(1)}`,
      };
  }
  const costs = Math.abs(other.cost - reference.cost);
  if (!(costs <= tolerance * Math.max(1, Math.abs(reference.cost))))
    return {
      equal: false,
      difference,
      reason: `its cost is ${other.cost}, expected ${reference.cost}`,
    };
  return { equal: true, difference };
}
