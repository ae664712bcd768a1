/**
 * What arguments and options may be, by their names, which mean the same in every function: what JavaScript would
 * take for something else – `keepdims: "no"` for yes – or compute with – NaN – is a mistake where it is written.
 */

import { fail } from "../diagnostics/error.ts";
import { isNode, isPoison } from "../graph/node.ts";

interface Kind {
  readonly holds: (value: unknown) => boolean;
  /** As it is said to people. */
  readonly is: string;
}

const isNumber = (value: unknown): value is number => typeof value === "number";

const truth: Kind = { holds: (value) => typeof value === "boolean", is: "true or false" };
const truthOrSymbol: Kind = {
  holds: (value) => typeof value === "boolean" || isNode(value),
  is: "true, false or a symbol",
};
const list: Kind = { holds: Array.isArray, is: "a list" };
const dimensions: Kind = { holds: Array.isArray, is: "a list of dimensions" };
const whole: Kind = { holds: Number.isInteger, is: "a whole number" };
const count: Kind = {
  holds: (value) => Number.isInteger(value) && Number(value) >= 0,
  is: "a whole number, 0 or more",
};
const notNegative: Kind = {
  holds: (value) => isNode(value) || (isNumber(value) ? value >= 0 : Array.isArray(value)),
  is: "not negative",
};
const numeric: Kind = {
  holds: (value) => value !== null && ["number", "object"].includes(typeof value),
  is: "a number or a symbol",
};
const among = (...names: readonly string[]): Kind => ({
  holds: (value) => names.some((name) => name === value),
  is: names.map((name) => `"${name}"`).join(" or "),
});
const gradients = among("raise", "warn", "ignore");

const kinds: Readonly<Record<string, Kind>> = {
  keepdims: truth,
  descending: truth,
  smallest: truth,
  goBackwards: truth,
  flip: truth,
  replace: truth,
  exclusive: truth,
  reverse: truth,
  ignoreBorder: truth,
  includePadding: truth,
  upper: truth,
  train: truthOrSymbol,
  shape: dimensions,
  order: list,
  list,
  classes: count,
  rows: count,
  columns: count,
  diagonal: whole,
  offset: whole,
  low: numeric,
  high: numeric,
  mean: numeric,
  alpha: numeric,
  factor: numeric,
  std: notNegative,
  epsilon: notNegative,
  mode: among("constant", "edge", "reflect"),
  precision: among("declared", "float64"),
  disconnectedInputs: gradients,
  disconnectedOutputs: gradients,
};

/** Arguments that are values, of which NaN may be one. */
const values = new Set(["x", "y", "a", "b", "l", "value", "expression", "truth", "points"]);

/**
 * @param what the function
 * @param name of the argument or option
 * @param hint how the function is called
 * @throws ADJ1008 where the value is none for it
 */
export function checkValue(what: string, name: string, value: unknown, hint?: string): void {
  if (value === undefined || (isNode(value) && isPoison(value))) return;
  if (Number.isNaN(value) && !values.has(name)) refuseNaN(`${what}: ${name}`);
  const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
  if (kind && !kind.holds(value))
    fail(
      "ADJ1008",
      `${what}: ${name} is ${kind.is}, got ${said(value)}`,
      hint === undefined ? {} : { hint },
    );
}

/** @throws ADJ1008 for a plain number that is none */
export function refuseNaN(what: string): never {
  return fail("ADJ1008", `${what} is NaN`, {
    hint: "it is computed from what is no number, or from a property that is not there",
  });
}

/** A value as the model might have written it. */
export function said(value: unknown): string {
  if (isNode(value)) return value.label?.name ?? "…";
  if (Array.isArray(value)) return `[${value.map(said).join(", ")}]`;
  if (value === undefined) return "undefined";
  if (typeof value === "number") return String(value);
  return typeof value === "object" && value !== null ? "{ … }" : (JSON.stringify(value) ?? "…");
}
