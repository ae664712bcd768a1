/**
 * How a function of the language is called. What a call gives beyond that – an option that there is not, an
 * argument too many – would otherwise be a model that quietly does something else.
 */

import { fail } from "../diagnostics/error.ts";
import { isNode, isPoison, type Node } from "../graph/node.ts";
import { dtypes } from "../graph/types.ts";
import { checkValue, said } from "./arguments.ts";
import { checkName, checkOptionNames } from "./options.ts";

/** A call as documentation writes it, `sum(x, axis?, { keepdims })`, in parts. */
interface Signature {
  readonly text: string;
  readonly name: string;
  readonly parameters: readonly string[];
  /** Which of them may be left out. */
  readonly optional: ReadonlySet<string>;
  /** Names of options, which come last; undefined where there are none. */
  readonly options: readonly string[] | undefined;
  /** What may stand in place of the options: `p` in `norm(x, axis?, p | { p, keepdims })`. */
  readonly isOptionsOnly: boolean;
  /** The last parameter takes any number of arguments. */
  readonly isOpen: boolean;
}

function parse(text: string): Signature {
  const [, name, list] = /^(?:\w+\.)?(\w+)\((.*)\)$/.exec(text) as RegExpExecArray;
  const [, before, options] = /^(.*?)(?:\{ ?(.*?) ?\})?$/.exec(list) as RegExpExecArray;
  const parameters = before.split(/,\s*/).filter((part) => part !== "" && !part.endsWith("| "));
  return {
    text,
    name,
    parameters: parameters.map((part) => part.replace(/\?$/, "")),
    optional: new Set(parameters.flatMap((part) => /^(\w+)\?$|^\.\.\./.exec(part)?.[1] ?? [])),
    options: options?.split(/,\s*/),
    isOptionsOnly: !before.endsWith("| "),
    isOpen: parameters.at(-1)?.startsWith("...") === true,
  };
}

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" &&
  value !== null &&
  !isNode(value) &&
  Object.getPrototypeOf(value) === Object.prototype;

/** `f`, called as its signature says. @throws ADJ1008 for any other call, and for what is no dtype */
export function signed<F extends (...args: never[]) => unknown>(text: string, f: F): F {
  const signature = parse(text);
  const called = function (this: unknown, ...given: unknown[]): unknown {
    return Reflect.apply(f, this, checked(signature, given));
  };
  return Object.assign(called, f) as unknown as F;
}

/** A builder of nodes as a model file calls it: a symbol is a node that the type checker is told is a branded number. */
export const lift = <F>(text: string, builder: (...args: never[]) => unknown): F =>
  signed(text, (...given: never[]) => spoiltAmong(given) ?? builder(...given)) as F;

/** What stands for a refused expression among arguments, in lists or in records of them: nothing is made of it. */
function spoiltAmong(given: readonly unknown[]): Node | undefined {
  for (const argument of given) {
    const parts = isRecord(argument) ? Object.values(argument) : [argument].flat();
    const spoilt = parts.find((part): part is Node => isNode(part) && isPoison(part));
    if (spoilt) return spoilt;
  }
  return undefined;
}

/** The same of a method of a class; before its name stands what documentation calls an instance. @returns its name */
export function signMethod(prototype: object, text: string): string {
  const methods = prototype as Record<string, (...args: never[]) => unknown>;
  const { name } = parse(text);
  methods[name] = signed(text, methods[name]);
  return name;
}

/** Parameters that are records themselves, by names that the model chooses. */
const recordsToo = new Set(["f", "wrt", "end", "points", "sequences", "outputs", "outputsInfo"]);

/** The arguments to go on with. */
function checked(signature: Signature, given: readonly unknown[]): readonly unknown[] {
  const { text, name, parameters, optional, options, isOpen, isOptionsOnly } = signature;
  const count = given.findLastIndex((argument) => argument !== undefined) + 1;
  const place = isOpen ? count - 1 : parameters.length;
  const most = parameters.length + (options ? 1 : 0);
  if (!isOpen && count > most) {
    if (isCallback(given, most)) return given.slice(0, -2);
    fail("ADJ1008", `${name}: takes ${counted(most)}, got ${count}`, {
      hint: hintFor(signature, given),
    });
  }
  const missing = parameters.find(
    (parameter, i) =>
      given[i] === undefined && !optional.has(parameter) && !parameter.startsWith("..."),
  );
  if (missing !== undefined) fail("ADJ1008", `${name}: ${missing} is missing`, { hint: text });
  for (const [i, argument] of given.entries()) {
    if (parameters[i] === "dtype") checkName("dtype", argument, dtypes);
    if (i !== place || !options) checkPlace(signature, given, i);
    // A draw is also shaped like a tensor.
    const isShaped = parameters[i] === "shape" && text.startsWith("rng.");
    if (i < parameters.length && !isOpen && !isShaped)
      checkValue(name, parameters[i], argument, text);
  }
  const last = given[place];
  if (!options || last === undefined || (isOpen && !isRecord(last))) return given;
  if (isRecord(last)) {
    checkOptionNames(name, last, options);
    for (const [option, value] of Object.entries(last)) {
      if (option === "dtype" && value !== undefined) checkName("dtype", value, dtypes);
      else checkValue(name, option, value, text);
    }
  } else if (isOptionsOnly) {
    fail("ADJ1008", `${name}: argument ${place + 1} is a record of options, got ${said(last)}`, {
      hint: hintFor(signature, given),
    });
  }
  return given;
}

/** Array's map and reduce add a place and the array to what they call a function with. */
function isCallback(given: readonly unknown[], most: number): boolean {
  const [value, place, array] = given.slice(-3);
  return given.length - 2 <= most && Array.isArray(array) && array[place as number] === value;
}

/** @throws ADJ1008 where arguments that have a place of their own are given by name, or options too early */
function checkPlace(
  { name, text, parameters, options = [], isOpen }: Signature,
  given: readonly unknown[],
  at: number,
): void {
  const record = given[at];
  if (isOpen || !isRecord(record) || recordsToo.has(parameters[at])) return;
  const names = Object.keys(record);
  const meant = names.filter((key) => parameters.includes(key));
  if (
    names.length === 0 ||
    !names.every((key) => parameters.includes(key) || options.includes(key))
  )
    return;
  const after = given.slice(at + 1);
  const args = parameters.map((parameter, i) =>
    said(i < at ? given[i] : parameter in record ? record[parameter] : after.shift()),
  );
  const left = names.filter((key) => options.includes(key) && !meant.includes(key));
  if (left.length > 0)
    args.push(`{ ${left.map((key) => `${key}: ${said(record[key])}`).join(", ")} }`);
  while (args.at(-1) === "undefined") args.pop();
  fail(
    "ADJ1008",
    meant.length > 0
      ? `${name}: ${meant.join(" and ")} ${meant.length > 1 ? "are arguments" : "is an argument"} by place, not by name`
      : `${name}: options come after all other arguments, ${text}`,
    { hint: `write ${name}(${args.join(", ")})` },
  );
}

function hintFor({ text, parameters }: Signature, given: readonly unknown[]): string {
  const isShape =
    parameters[0] === "shape" && given.every((n) => Number.isInteger(n) && Number(n) >= 0);
  if (!isShape) return text;
  return `a shape is a list: ${text.slice(0, text.indexOf("("))}([${given.map(said).join(", ")}])`;
}

const counted = (n: number): string => (n === 1 ? "1 argument" : `${n} arguments`);
