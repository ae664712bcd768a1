/** Nested lists of numbers, compared. */

import type { NestedNumbers } from "adjoint";

/** All numbers of nested lists. */
export const flat = (value: NestedNumbers): number[] =>
  typeof value === "object" ? value.flatMap(flat) : [Number(value)];

/** Numbers that agree in so many digits, or in so many places behind the point where they are below 1. */
export function near(
  t: { deepEqual: (a: unknown, b: unknown) => unknown; true: (a: boolean, m?: string) => unknown },
  actual: NestedNumbers,
  expected: NestedNumbers,
  digits = 9,
): void {
  const [a, b] = [flat(actual), flat(expected)];
  t.true(
    a.length === b.length &&
      a.every(
        (x, i) => x === b[i] || Math.abs(x - b[i]) <= 10 ** -digits * Math.max(1, Math.abs(b[i])),
      ),
    `${a} and ${b}`,
  );
}
