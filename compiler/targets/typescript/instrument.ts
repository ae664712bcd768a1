/** Builds for looking: one that stops at the first value that is not finite, one that measures. */

import { type Node, topological } from "../../graph/node.ts";
import { pp } from "../../graph/print.ts";
import { formatSite } from "../../graph/site.ts";
import { isFloat, sizesOf } from "../../graph/types.ts";
import { costsOf } from "../../kernels/cost.ts";
import type { Nest } from "../../kernels/loops.ts";
import { type Axis, constant, extent, indexAdd, indexMul } from "../../kernels/scalar.ts";
import type { CompiledFunction, CompiledModel } from "../../model.ts";
import type { CommonKernels } from "../common.ts";
import type { Writer } from "../writer.ts";
import { offset } from "./expression.ts";

/** What a build does besides computing. */
export const instruments = ["nan", "profile"] as const;
export type Instrument = (typeof instruments)[number];

/** Hooks of the emitter: text before and after a function's kernels, and around each of them. */
export interface Hooks {
  /** Said below the head of the file. */
  readonly note: string;
  /** Imports and helpers, at the head of the file. */
  head(out: Writer): void;
  enter(out: Writer, fn: CompiledFunction): void;
  beforeNest(out: Writer, fn: CompiledFunction, nest: Nest): void;
  /** @param counters the counters of the loops over time around it, from the outermost */
  afterNest(out: Writer, fn: CompiledFunction, nest: Nest, counters: readonly string[]): void;
  leave(out: Writer, fn: CompiledFunction): void;
}

export function hooksOf(
  model: CompiledModel,
  instrument: Instrument,
  kernels: CommonKernels,
): Hooks {
  return instrument === "nan" ? finiteHooks(model) : profileHooks(model, kernels);
}

const quoted = (text: string): string => JSON.stringify(text);
const nameIn = ({ program }: CompiledFunction, node: Node): string =>
  program.names.get(node) ?? node.op.name;
const placeOf = (node: Node): string => (node.site ? formatSite(node.site) : "");

// ── Values that are not finite ──────────────────────────────────────────────────────────────────

function finiteHooks(model: CompiledModel): Hooks {
  const check = (out: Writer, fn: CompiledFunction, node: Node, value = node): void => {
    if (!isFloat(node.type.dtype)) return;
    checkAs(out, fn, node, value, shapeOf(fn, node), nameIn(fn, node));
  };
  const checkAs = (
    out: Writer,
    fn: CompiledFunction,
    node: Node,
    value: Node,
    shape: string,
    values: string,
    step: readonly string[] = [],
  ): void => {
    const name = nameIn(fn, node);
    const how = value.op.leaf ? "" : pp(asWritten(fn, value), { names: true, longest: 200 });
    const where = `${fn.publicName} of ${model.name}`;
    const texts = [where, name, placeOf(value), how].map((text) => JSON.stringify(text));
    out.list("checkFinite(", [...texts, shape, values, ...step], ");");
  };
  return {
    note: "This build stops at the first value that is not finite.",
    head(out) {
      out.doc(["Throws at the first element that is not finite, with its place in the model."]);
      out.block(
        "function checkFinite(where: string, name: string, place: string, formula: string, shape: readonly number[], value: number | ArrayLike<number>, ...steps: number[]): void {",
        () => {
          out.line('const values = typeof value === "number" ? [value] : value;');
          out.line("const size = shape.reduce((n, d) => n * d, 1);");
          out.block("for (let i = 0; i < size; i++) {", () => {
            out.line("if (Number.isFinite(values[i])) continue;");
            out.line("let rest = i;");
            out.line(
              "const index = [...shape].reverse().map((d) => [rest % d, (rest = Math.floor(rest / d))][0]);",
            );
            out.line('const at = shape.length > 0 ? `[${index.reverse().join(", ")}]` : "";');
            out.line('const line = place === "" ? "" : ` (${place})`;');
            out.line('const how = formula === "" ? "" : `\\n  ${name} = ${formula}`;');
            out.line(
              'const when = steps.length > 0 ? ` at step ${steps.join(", ")} (from 0)` : "";',
            );
            out.line(
              "throw new Error(`${where}: ${name}${at} is ${values[i]}${when}${line}${how}`);",
            );
          });
        },
      );
      out.line();
    },
    enter(out, fn) {
      const { program } = fn;
      const views = new Set(program.views.map((view) => view.base));
      const read = new Set(fn.nests.flatMap((nest) => nest.memory));
      for (const node of [...program.inputs, ...program.views.map((view) => view.node)])
        check(out, fn, node);
      for (const node of program.memory)
        if (read.has(node) && !views.has(node)) check(out, fn, node);
    },
    beforeNest: () => {},
    afterNest(out, fn, nest, steps) {
      for (const { into, value, prefix } of nest.stages) {
        const isSeen =
          nest.results.includes(into) || (nest.memory.includes(into) && !nest.dropped.get(into));
        if (!isSeen || !isFloat(into.type.dtype)) continue;
        const [entry] = prefix;
        if (!entry) {
          checkAs(out, fn, into, value, shapeOf(fn, into), nameIn(fn, into), steps);
          continue;
        }
        // A loop over time has written one entry; what lies behind it is from before.
        const shape = into.shape.slice(1);
        const names = {
          nameOf: () => "",
          letter: (s: { axis: Axis }) => nest.axisNames.get(s.axis) ?? "?",
        };
        const size = shape.reduce((n, dim) => indexMul(n, extent(dim)), constant(1, "int32"));
        const [from, to] = [entry, indexAdd(entry, constant(1, "int32"))].map(
          (n) => offset(indexMul(n, size), names).text,
        );
        const row = `${nameIn(fn, into)}.subarray(${from}, ${to})`;
        checkAs(out, fn, into, value, `[${shape.join(", ")}]`, row, steps);
      }
    },
    leave: () => {},
  };
}

/** The value as the model has it, where a value of the model became it. */
function asWritten({ program }: CompiledFunction, value: Node): Node {
  const written = topological(program.formulas.raw).find(
    (node) => node.label !== undefined && program.final(node) === value,
  );
  return written ?? value;
}

/** The shape as an expression; flat where it has a size that the function does not know by name. */
function shapeOf(fn: CompiledFunction, node: Node): string {
  const { inputs, outputs } = fn.program;
  const known = new Set([
    ...[...inputs, ...outputs].flatMap((n) => sizesOf(n.shape)),
    ...fn.nests.flatMap((nest) => nest.sizes),
  ]);
  const isKnown = sizesOf(node.shape).every((name) => known.has(name));
  return isKnown ? `[${node.shape.join(", ")}]` : `[${nameIn(fn, node)}.length]`;
}

// ── Time ────────────────────────────────────────────────────────────────────────────────────────

function profileHooks(model: CompiledModel, kernels: CommonKernels): Hooks {
  const frames: (readonly string[])[] = [];
  const numbers = new Map<unknown, number>();
  const add = (key: unknown, entries: readonly string[]): void => {
    numbers.set(key, frames.length);
    frames.push(entries);
  };
  for (const fn of model.functions) {
    add(fn, [`name: ${quoted(fn.publicName)}`]);
    for (const { nest, flops, bytes } of costsOf(fn.calls)) {
      const { site } = nest.stages[nest.stages.length - 1].value;
      const isGuess = nest.stages.some((s) =>
        s.axes.some((axis) => typeof axis.extent === "string"),
      );
      const own = `${fn.program.name}_${nest.name}`;
      const called = kernels.calledFor(nest)?.name ?? own;
      add(nest, [
        `name: ${quoted(called === own ? own : `${own} (${called})`)}`,
        ...(site ? [`file: ${quoted(site.file)}`, `line: ${site.line}`] : []),
        `flops: ${flops}`,
        `bytes: ${bytes}`,
        ...(isGuess ? ["isEstimate: true"] : []),
      ]);
    }
  }
  const call = (out: Writer, what: "open" | "close", key: unknown): void => {
    const number = numbers.get(key);
    if (number !== undefined) out.line(`profile.${what}(${number});`);
  };
  return {
    note: "This build measures the time of each kernel.",
    head(out) {
      out.line('import { Profile } from "adjoint/runtime";');
      out.line();
      out.doc([
        "Time, operations and bytes of the kernels that ran: profile.table(), profile.speedscope().",
      ]);
      out.block(
        `export const profile = new Profile(${quoted(model.name)}, [`,
        () => {
          for (const frame of frames) out.list("{", frame, "},", " ");
        },
        "]);",
      );
      out.line();
    },
    enter: (out, fn) => call(out, "open", fn),
    beforeNest: (out, _, nest) => call(out, "open", nest),
    afterNest: (out, _, nest) => call(out, "close", nest),
    leave: (out, fn) => call(out, "close", fn),
  };
}
