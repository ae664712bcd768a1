/** Doc comments of the entry, in the words of the model: names, shapes, dtypes, what is read, updated and refused. */

import type { Node } from "../graph/node.ts";
import { formatShape } from "../graph/types.ts";
import { type Checks, checksOf, type RowCheck } from "../kernels/checks.ts";
import { sharedInfo } from "../language/shared.ts";
import { type CompiledFunction, publicNameIn, type SharedVariable } from "../model.ts";

/** `float32`, `float32[rows, 784]` */
const typeText = ({ type: { dtype, shape } }: Node): string =>
  shape.length === 0 ? dtype : `${dtype}${formatShape(shape)}`;

/** `a`, `a and b`, `a, b and c` */
const listed = (items: readonly string[]): string =>
  items.join(", ").replace(/, ([^,]*)$/, " and $1");

export function describeShared({ node, isData }: SharedVariable): string {
  const counts = sharedInfo(node)?.next
    ? ": how many calls have drawn; its draws go on from there"
    : "";
  return `${typeText(node)}${isData ? ", to be filled by the caller" : ""}${counts}`;
}

/** What a call does, takes, returns and refuses. */
export function describeFunction(fn: CompiledFunction): string[] {
  const { program } = fn;
  const { outputs, updates } = program.source;
  const checks = checksOf([...outputs, ...updates.map((u) => u.value)]);
  const nameOf = (node: Node): string => publicNameIn(fn, node);
  const does = [
    ...(updates.length > 0 ? [`Updates ${listed(updates.map((u) => nameOf(u.target)))}.`] : []),
    ...rowsRead(checks, nameOf),
  ];
  const parameters = program.inputs.map((node) => {
    const range = checks.ranges.get(node);
    const limits = range ? `, ${range[0]} ≤ each < ${range[1]}` : "";
    return `@param ${nameOf(node)} ${typeText(node)}${limits}`;
  });
  const results = resultsText(fn, nameOf);
  return [
    ...(does.length > 0 ? [...does, ""] : []),
    ...parameters,
    ...(results === "" ? [] : [`@returns ${results}`]),
    ...refused(fn, checks),
  ];
}

/** `cost: float32`; what the model does not name has its type alone. */
function resultsText({ program }: CompiledFunction, nameOf: (node: Node) => string): string {
  const { returns } = program.source;
  const keys = typeof returns === "string" ? [] : returns;
  return program.outputs
    .map((node, i) => {
      const name = keys[i] ?? (node.label ? nameOf(node) : undefined);
      return name === undefined ? typeText(node) : `${name}: ${typeText(node)}`;
    })
    .join("; ");
}

/** `Reads rows 20·index to 20·index + 19 of trainX and trainY.` */
function rowsRead({ rows }: Checks, nameOf: (node: Node) => string): string[] {
  const readers = new Map<string, Set<string>>();
  for (const row of rows) {
    const places = placesText(row, nameOf);
    const of = readers.get(places) ?? new Set<string>();
    readers.set(places, of.add(nameOf(row.of)));
  }
  return [...readers].map(([places, of]) => `Reads ${places} of ${listed([...of])}.`);
}

function placesText(
  { axis, terms, offset, length }: RowCheck,
  nameOf: (node: Node) => string,
): string {
  const from = (by: number): string => {
    const sum = [
      ...terms.map(([node, c]) => (c === 1 ? nameOf(node) : `${c}·${nameOf(node)}`)),
      ...(by === 0 && terms.length > 0 ? [] : [String(by)]),
    ];
    return sum.join(" + ").replaceAll("+ -", "− ").replace(/^-/, "−");
  };
  const [what, where] = axis === 0 ? ["row", ""] : ["place", ` along axis ${axis}`];
  return length === 1
    ? `${what} ${from(offset)}${where}`
    : `${what}s ${from(offset)} to ${from(offset + length - 1)}${where}`;
}

/** Variables without an initial value are data of the caller. */
function isData(node: Node): boolean {
  const info = sharedInfo(node);
  return info !== undefined && info.initial === undefined;
}

function refused({ program }: CompiledFunction, checks: Checks): string[] {
  const cases = [
    ...(program.inputs.length > 0 ? ["arguments that do not fit"] : []),
    ...(checks.rows.length > 0 ? ["missing rows"] : []),
    ...(program.memory.some(isData) ? ["missing data"] : []),
  ];
  return cases.length > 0 ? [`@throws InputError for ${listed(cases)}`] : [];
}
