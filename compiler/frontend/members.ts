/** Members of symbols: a symbol has a shape, and nothing else that a program may ask an array or a number for. */

import { fail } from "../diagnostics/error.ts";
import { closest } from "../diagnostics/suggest.ts";
import { isPoison, type Node } from "../graph/node.ts";
import { formatShape } from "../graph/types.ts";
import * as language from "../language/index.ts";

/** What can be read of a symbol. */
export const isReadable = (member: string): boolean => member === "shape";

const walking = (x: string): string =>
  `operators and functions take all elements at once; map(f, ${x}) and scan walk along axis 0`;
const printing = (x: string): string => `pp(${x}) prints an expression`;
const joining = (x: string): string => `concatenate([${x}, y]), stack([${x}, y])`;
const training = (x: string): string =>
  `a value is there when the program runs: trainer.${x}.get() of an exported variable`;

/** What to write for members that arrays, numbers and other libraries' tensors have. */
const instead: Readonly<Record<string, (x: string, node: Node) => string>> = {
  length: (x, { shape }) =>
    `${x}.shape is ${formatShape(shape)}; mean(${x}) is sum(${x}) over the number of elements`,
  size: (x, node) => instead.length(x, node),
  ndim: (x) => `${x}.shape.length`,
  rank: (x) => `${x}.shape.length`,
  ...Object.fromEntries(
    ["map", "forEach", "filter", "reduce", "every", "some", "find", "keys", "entries"].map(
      (name) => [name, walking],
    ),
  ),
  ...Object.fromEntries(
    ["toString", "toFixed", "toPrecision", "toLocaleString", "join"].map((name) => [
      name,
      printing,
    ]),
  ),
  ...Object.fromEntries(["push", "concat", "unshift"].map((name) => [name, joining])),
  ...Object.fromEntries(
    ["get", "set", "value", "values", "data", "valueOf", "item"].map((name) => [name, training]),
  ),
};

/**
 * @param member undefined where all of them are wanted
 * @throws ADJ4007: a symbol has no such member
 */
export function refuseMember(
  node: Node,
  member: string | undefined,
  kind: "property" | "method",
): void {
  if (isPoison(node)) return;
  const what = `${node.label ? `"${node.label.name}"` : "this expression"} is a symbol`;
  if (member === undefined) fail("ADJ4007", `${what}: it has no properties to spread`);
  const x = node.label?.name ?? "x";
  const known = Object.hasOwn(language, member)
    ? member
    : closest(member, member.length > 2 ? Object.keys(language) : []);
  const hint = Object.hasOwn(instead, member)
    ? instead[member](x, node)
    : known
      ? kind === "method"
        ? `symbols have no methods: ${known}(${x}, …)`
        : `write ${known}(${x})`
      : `of a symbol only ${x}.shape can be read`;
  fail("ADJ4007", `${what}: it has no ${kind} ${member}`, { hint });
}

/** @throws ADJ1008: a random stream has no such method */
export function refuseDraw(name: string, methods: readonly string[]): never {
  const guess = closest(name, methods);
  return fail("ADJ1008", `a random stream has no method ${name}`, {
    hint: `${guess ? `did you mean ${guess}? ` : ""}draws: ${methods.join(", ")}`,
  });
}
