/** `fn`: what a model exports – inputs, outputs, updates – checked when the model is read. */

import { collecting, fail } from "../diagnostics/error.ts";
import { currentSite } from "../graph/context.ts";
import { isNode, isPoison, type Node, topological } from "../graph/node.ts";
import type { Site } from "../graph/site.ts";
import { inherit, substitute } from "../graph/substitute.ts";
import { formatShape, formatType, type Shape, sameShape, sizesOf, widens } from "../graph/types.ts";
import { castTo } from "../ops/elementwise.ts";
import { asNode, refuseList } from "../ops/leaf.ts";
import { said } from "./arguments.ts";
import { warnOfPairs } from "./pitfalls.ts";
import { sharedInfo } from "./shared.ts";
import { signed } from "./signature.ts";
import { placeStates } from "./states.ts";
import type { Operand, Tensor } from "./types.ts";

/** Pairs of a value and what takes its place. */
export type Pairs = readonly (readonly [Tensor | number, Operand])[];

export interface FunctionOptions {
  /** New values of shared variables. All read the values from before the call, as outputs do. */
  readonly updates?: Pairs;
  /** Values to use in place of others, most often a slice of a data set in place of an input. */
  readonly givens?: Pairs;
  /** Its name, if it should differ from that of the export. */
  readonly name?: string;
}

/** One value returned bare, several as a list, a record by its keys, or nothing. */
export type Outputs =
  | Operand
  | readonly Operand[]
  | { readonly [key: string]: Operand }
  | null
  | undefined;

/** A function of a model, ready to be compiled. */
export class ModelFunction {
  readonly name: string | undefined;
  readonly site: Site | undefined;
  readonly inputs: readonly Node[];
  /** Values to return, in order. */
  readonly outputs: readonly Node[];
  /** How they are returned: the value itself, a list, or a record with these keys. */
  readonly returns: "none" | "single" | "list" | readonly string[];
  readonly updates: readonly { readonly target: Node; readonly value: Node }[];

  constructor(parts: Omit<ModelFunction, never>) {
    this.name = parts.name;
    this.site = parts.site;
    this.inputs = parts.inputs;
    this.outputs = parts.outputs;
    this.returns = parts.returns;
    this.updates = parts.updates;
  }
}

/**
 * A function that codegen compiles: `fn([index], cost, { updates: [[W, W - rate * grad(cost, W)]] })`.
 *
 * Mistakes are collected with the others of the model: ADJ3001 two updates of one variable, ADJ3002 an
 * update of another shape or dtype, ADJ3003 an input that nothing uses, ADJ3004 one that is missing,
 * ADJ3005/ADJ3006 a bad given, ADJ3007 an update of what is not shared.
 */
export const fn = signed(
  "fn(inputs, outputs?, { updates, givens, name })",
  (
    inputs: readonly (Tensor | number)[],
    outputs: Outputs,
    options: FunctionOptions = {},
  ): ModelFunction => {
    const site = currentSite();
    const { name } = options as { name?: unknown };
    const isText = typeof name === "string" && name !== "";
    if (name !== undefined && !isText && !(isNode(name) && isPoison(name)))
      fail("ADJ1008", `fn: name is what callers call it, got ${said(name)}`, {
        hint: 'fn([x], y, { name: "predict" })',
      });
    let faulty = false;
    const collect = <T>(body: () => T): T | undefined =>
      collecting<T | undefined>(body, () => {
        faulty = true;
        return undefined;
      });
    const symbols = collect(() => checkInputs(inputs)) ?? [];
    const { list, returns } = readOutputs(outputs);
    faulty ||= symbols.some(isPoison);
    const wanted = collect(() => checkPairs("updates", options.updates)) ?? [];
    const updates = wanted.flatMap((pair, i, all) => {
      const update = collect(() => checkUpdate(pair, all.slice(0, i)));
      return update ? [update] : [];
    });
    placeStates(updates);
    const givens = new Map<Node, Node>();
    const given = collect(() => checkPairs("givens", options.givens)) ?? [];
    for (const pair of given) collect(() => checkGiven(pair, symbols, givens));
    const roots = [...list, ...updates.map((u) => u.value)];
    const written = substitute(roots, givens).roots;
    const counted = defaultUpdates(
      written,
      updates.map((u) => u.target),
    );
    updates.push(...counted);
    const results = [...written, ...counted.map((u) => u.value)];
    warnOfPairs(written);
    // What is missing or left over would only follow from an earlier mistake.
    if (!results.some(isPoison) && !faulty) collect(() => checkUse(symbols, results));
    return new ModelFunction({
      name: options.name,
      site,
      inputs: symbols,
      outputs: results.slice(0, list.length),
      returns,
      updates: updates.map(({ target }, i) => ({ target, value: results[list.length + i] })),
    });
  },
);

/** New values of variables that count calls, where the function does not set them itself. */
function defaultUpdates(
  roots: readonly Node[],
  targets: readonly Node[],
): { target: Node; value: Node }[] {
  const counters = topological(roots).flatMap((target) => {
    const value = sharedInfo(target)?.next;
    return value && !targets.includes(target) ? [{ target, value }] : [];
  });
  return counters.sort((a, b) => a.target.id - b.target.id);
}

const nameOf = (node: Node): string => node.label?.name ?? "an expression";

function checkInputs(inputs: readonly unknown[]): Node[] {
  if (!Array.isArray(inputs)) fail("ADJ1008", "fn: the inputs are a list: fn([x], …)");
  return inputs.map((input, i) => {
    if (isNode(input) && isPoison(input)) return input;
    if (isNode(input) && input.op.name === "symbol") {
      if (inputs.indexOf(input) !== i) fail("ADJ1008", `fn: ${nameOf(input)} is listed twice`);
      return input;
    }
    const what = isNode(input) ? nameOf(input) : String(input);
    return fail("ADJ1008", `fn: input ${i + 1} (${what}) is not a symbol`, {
      hint:
        isNode(input) && sharedInfo(input)
          ? "shared variables are there without being listed"
          : "inputs are made by scalar(), vector(…), matrix(…) …",
    });
  });
}

function readOutputs(outputs: Outputs): { list: Node[]; returns: ModelFunction["returns"] } {
  if (outputs === null || outputs === undefined) return { list: [], returns: "none" };
  if (isNode(outputs) || typeof outputs !== "object")
    return { list: [asNode(outputs)], returns: "single" };
  refuseList(outputs);
  if (Array.isArray(outputs)) return { list: outputs.map((o) => asNode(o)), returns: "list" };
  const entries = Object.entries(outputs as Record<string, Operand>);
  for (const [key, value] of entries) {
    if (isNode(value)) value.label ??= { name: key, scope: [] };
  }
  return { list: entries.map(([, value]) => asNode(value)), returns: entries.map(([key]) => key) };
}

/** @throws ADJ1008 for anything but a list of pairs */
function checkPairs(what: "updates" | "givens", pairs: unknown): Pairs {
  if (pairs === undefined) return [];
  const isList = Array.isArray(pairs);
  if (isList && pairs.every((pair) => Array.isArray(pair) && pair.length === 2))
    return pairs as unknown as Pairs;
  const [first] = isList ? [] : Object.keys(Object(pairs));
  const [name, other] = what === "updates" ? ["variable", "new value"] : ["value", "replacement"];
  return fail("ADJ1008", `fn: ${what} is a list of pairs [${name}, ${other}]`, {
    hint: `${what}: [[${first && !isNode(pairs) ? first : name}, …]]`,
  });
}

function checkUpdate(pair: Pairs[number], before: Pairs): { target: Node; value: Node } {
  const target: unknown = pair[0];
  if (isNode(target) && isPoison(target)) return { target, value: target };
  if (!isNode(target) || !sharedInfo(target)) {
    return fail(
      "ADJ3007",
      `fn: ${isNode(target) ? nameOf(target) : "a plain value"} is updated, but it is not a shared variable`,
      {
        hint: "make it with shared(…)",
      },
    );
  }
  if (before.some(([other]) => (other as unknown) === target)) {
    fail("ADJ3001", `fn: ${nameOf(target)} is updated twice`, { hint: "add the two updates up" });
  }
  const value = asNode(pair[1], target.type.dtype);
  if (isPoison(value)) return { target, value };
  if (!sameShape(value.shape, target.shape)) {
    fail(
      "ADJ3002",
      `fn: the update of ${nameOf(target)} is ${formatShape(value.shape)}, but ${nameOf(target)} is ${formatShape(target.shape)}`,
      {
        related: target.site
          ? [{ message: `${nameOf(target)} is defined here`, site: target.site }]
          : [],
      },
    );
  }
  if (!widens(value.type.dtype, target.type.dtype)) {
    fail(
      "ADJ3002",
      `fn: the update of ${nameOf(target)} is ${value.type.dtype}, which ${target.type.dtype} cannot hold`,
      {
        hint: `write cast(…, "${target.type.dtype}") if the loss is meant`,
      },
    );
  }
  return { target, value: castTo(value, target.type.dtype) };
}

function checkGiven(
  [key, to]: Pairs[number],
  inputs: readonly Node[],
  givens: Map<Node, Node>,
): void {
  const from: unknown = key;
  if (isNode(from) && isPoison(from)) return;
  if (!isNode(from)) {
    fail("ADJ3006", "fn: a given replaces a symbol or an expression, not a plain value");
  }
  if (inputs.includes(from)) {
    fail("ADJ3006", `fn: ${nameOf(from)} is both an input and given`, {
      hint: "leave it out of one of the two",
    });
  }
  if (givens.has(from)) fail("ADJ3006", `fn: ${nameOf(from)} is given twice`);
  const value = asNode(to, from.type.dtype);
  if (isPoison(value)) {
    givens.set(from, value);
    return;
  }
  const widened = widens(value.type.dtype, from.type.dtype);
  if (!sameShape(value.shape, from.shape) || !widened) {
    fail(
      "ADJ3005",
      `fn: ${nameOf(from)} is ${formatType(from.type)}, but what is given for it is ${formatType(value.type)}`,
      {
        ...(fitsByName(from.shape, value.shape) && {
          hint: `a named size is the caller's choice; what is given has one: make ${nameOf(from)} ${formatShape(value.shape)}`,
        }),
        related: from.site ? [{ message: `${nameOf(from)} is defined here`, site: from.site }] : [],
      },
    );
  }
  const shaped = castTo(value, from.type.dtype);
  inherit(shaped, from);
  givens.set(from, shaped);
}

/** Whether two shapes differ only where the first one has a name. */
const fitsByName = (named: Shape, given: Shape): boolean =>
  !sameShape(named, given) &&
  named.length === given.length &&
  named.every((dim, axis) => typeof dim === "string" || dim === given[axis]);

/** @throws ADJ3004 for a named size that no input, no data and no loop tells */
function checkSizes(inputs: readonly Node[], used: ReadonlySet<Node>): void {
  const leaves = [...used].filter((node) => node.op.leaf);
  const loops = [...used].filter((node) => node.op.tuple?.makesSize(node));
  const told = new Set(
    [...inputs, ...leaves.filter((node) => node.op.name === "symbol" || sharedInfo(node))].flatMap(
      (node) => sizesOf(node.shape),
    ),
  );
  for (const node of used) {
    if (node.op.tuple || (loops.length > 0 && node.op.part))
      for (const size of sizesOf(node.shape)) told.add(size);
  }
  for (const node of used) {
    const size = sizesOf(node.shape).find((name) => !told.has(name));
    if (size === undefined) continue;
    fail("ADJ3004", `fn: no input and no data says how many "${size}" are`, {
      hint: `an input of that size, as vector("${size}")`,
      ...(node.site && { site: node.site }),
    });
  }
}

function checkUse(inputs: readonly Node[], roots: readonly Node[]): void {
  const used = new Set(topological(roots));
  checkSizes(inputs, used);
  for (const node of used) {
    if (node.op.name === "symbol" && !inputs.includes(node)) {
      fail(
        "ADJ3004",
        `fn: the result depends on ${nameOf(node)}, which is neither an input nor given`,
        {
          hint: `add it to the inputs, or to givens: [[${nameOf(node)}, …]]`,
          related: node.site
            ? [{ message: `${nameOf(node)} is defined here`, site: node.site }]
            : [],
        },
      );
    }
  }
  for (const input of inputs) {
    if (used.has(input)) continue;
    fail("ADJ3003", `fn: the input ${nameOf(input)} is not used`, { hint: "take it off the list" });
  }
}
