/** What a function of a model looks like to programs in C: its parameters, its results, the sizes that it knows. */

import type { Node } from "../../graph/node.ts";
import { sizesOf } from "../../graph/types.ts";
import { type Call, callsIn } from "../../kernels/loops.ts";
import { roomOf } from "../../kernels/plan.ts";
import type { CompiledFunction, CompiledModel } from "../../model.ts";
import { elementTypes, numberTypes } from "./expression.ts";
import { inC, nameOf } from "./names.ts";

/** Named sizes of inputs, in order of first appearance: parameters of the function. */
export function ownSizes({ program }: CompiledFunction): string[] {
  return [...new Set(program.inputs.flatMap((input) => sizesOf(input.shape)))];
}

/** Parameters of a function in C. */
export function parametersOf(model: CompiledModel, fn: CompiledFunction): string[] {
  const { program } = fn;
  const pointer = (node: Node, constness: string): string =>
    `${constness}${elementTypes[node.type.dtype]} *${nameOf(fn, node)}`;
  return [
    `struct ${inC(model.name)} *model`,
    ...program.inputs.map((node) =>
      node.shape.length === 0
        ? `${numberTypes[node.type.dtype]} ${nameOf(fn, node)}`
        : pointer(node, "const "),
    ),
    ...ownSizes(fn).map((size) => `int32_t ${inC(size)}`),
    ...program.outputs.map((node, i) => {
      const type = node.shape.length === 0 ? numberTypes : elementTypes;
      return `${type[node.type.dtype]} ${isMade(fn, node) ? "**" : "*"}${outputName(fn, i)}`;
    }),
    ...toldSizes(fn).map((size) => `int32_t *${inC(size)}_out`),
  ];
}

/** Sizes that callers learn with the results. */
export function toldSizes(fn: CompiledFunction): string[] {
  const made = new Set(madeSizes(fn.calls));
  const all = fn.program.outputs.flatMap((node) => sizesOf(node.shape));
  return [...new Set(all)].filter((size) => made.has(size));
}

/** A result whose size the call finds out: its memory is made there, and the caller frees it. */
export function isMade(fn: CompiledFunction, node: Node): boolean {
  const made = new Set(madeSizes(fn.calls));
  return sizesOf(node.shape).some((size) => made.has(size));
}

/** A result may be returned twice, or be an input. */
export function outputName(fn: CompiledFunction, index: number): string {
  const node = fn.program.outputs[index];
  const name = nameOf(fn, node);
  const isTaken =
    fn.program.inputs.some((input) => nameOf(fn, input) === name) ||
    ownSizes(fn).includes(name) ||
    fn.program.outputs.indexOf(node) < index;
  return `${name}${isTaken ? `_out${index === 0 ? "" : index + 1}` : "_out"}`;
}

/** Whether a result has its values from an input, or from the same result before it. */
export const isCopy = ({ program }: CompiledFunction, index: number): boolean =>
  program.inputs.includes(program.outputs[index]) ||
  program.outputs.indexOf(program.outputs[index]) < index;

/** Sizes of data that a function needs. */
export function dataSizes(fn: CompiledFunction): string[] {
  const used = new Set(fn.nests.flatMap((nest) => nest.sizes));
  for (const node of [...fn.program.outputs, ...fn.plan.dynamic])
    for (const name of sizesOf(roomOf(fn.plan, node))) used.add(name);
  const others = new Set([...ownSizes(fn), ...madeSizes(fn.calls)]);
  return [...used].filter((name) => !others.has(name));
}

/** Sizes that are computed during the call. */
export function madeSizes(calls: readonly Call[]): string[] {
  return calls.flatMap((call) => {
    if (call.kind === "size") return [call.name];
    const counts = call.kind === "repeat" && call.counts ? [call.counts] : [];
    return [...counts, ...madeSizes(callsIn(call))];
  });
}

/** Whether a call makes memory of its own, of which there may not be enough. */
export function canFail(fn: CompiledFunction): boolean {
  return fn.plan.dynamic.length > 0 || fn.program.outputs.some((node) => isMade(fn, node));
}
