/** What other systems computed, in the JSON files of tests/fixtures. */

import { readFileSync } from "node:fs";

/** A number as JSON has it. */
export type Value = number | "nan" | "inf" | "-inf";

export interface Plain<V = number> {
  readonly shape: number[];
  readonly data: V[];
}

/** A call of one of our functions with what it returns. */
export interface CallCase<V = number> {
  readonly name: string;
  readonly inputs: Plain<V>[];
  readonly args: unknown[];
  readonly results: Plain<V>[];
}

const special = { nan: Number.NaN, inf: Infinity, "-inf": -Infinity };

export const number = (v: Value): number => (typeof v === "number" ? v : special[v]);

/** The contents of `tests/fixtures/NAME.json`. */
export function fixture<T>(name: string): T {
  return JSON.parse(
    readFileSync(new URL(`../fixtures/${name}.json`, import.meta.url), "utf8"),
  ) as T;
}

/** `name([2,3], 1)`: a call as a test shows it. */
export function titleOf({ name, inputs, args }: Omit<CallCase<unknown>, "results">): string {
  const all = [...inputs.map(({ shape }) => `[${shape}]`), ...args.map((a) => JSON.stringify(a))];
  return `${name}(${all.join(", ")})`;
}
