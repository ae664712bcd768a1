/** The WebAssembly target: readable text with vectors, and its bytes. */

import type { Node } from "../../graph/node.ts";
import { sizesOf } from "../../graph/types.ts";
import { withRouted } from "../../kernels/contraction/arrange.ts";
import type { CompiledFunction, CompiledModel } from "../../model.ts";
import { banner } from "../banner.ts";
import { CommonKernels } from "../common.ts";
import { literalLines } from "../literals.ts";
import { columns, Writer } from "../writer.ts";
import { type Assembled, assemble, onSharedMemory, withoutFused } from "./assemble.ts";
import { brokenLine } from "./code.ts";
import { withoutPadded } from "./contraction/schedule.ts";
import { kernelsOf, type WasmKernel, writeFunction } from "./function.ts";
import { Helpers } from "./helpers/index.ts";
import {
  type FunctionLayout,
  functionsOf,
  type Layout,
  layoutOf,
  madeSizes,
  ownSizes,
  type Place,
  pool,
} from "./layout.ts";
import { inWasm } from "./names.ts";
import type { WrittenFunction } from "./nest.ts";
import { isRun } from "./routed.ts";
import { withoutUsedUp } from "./runs.ts";
import { comment, packed } from "./text.ts";
import { lanes } from "./tiles.ts";

/** `wasm.wat` and `wasm.ts` of a model. */
export async function emitWasm(compiled: CompiledModel): Promise<Map<string, string>> {
  const model = {
    ...compiled,
    functions: compiled.functions.map((fn) =>
      withoutUsedUp(withoutPadded(withRouted(fn, lanes, isRun))),
    ),
  };
  const layout = layoutOf(model);
  const { text, functions, scratch, isShared } = moduleOf(model, layout);
  const names = functions.map((fn) => fn.name);
  const fused = await assemble(text, names);
  // Threads need another import, which nothing else depends on.
  const shared = isShared ? await assemble(onSharedMemory(text), names) : undefined;
  const plain = await assemble(withoutFused(text), names);
  const out = new Writer();
  banner(out, model, "WebAssembly target: bytes.");
  out.line('import type { WasmCode } from "adjoint/wasm";').line();
  out.doc(["Where everything lies in memory, and the module in parts, in hexadecimal digits."]);
  out.block(
    "export const code: WasmCode = {",
    () => {
      out.line(`end: ${layout.end},`);
      out.line(`scratch: ${scratch},`);
      out.line(`free: ${layout.free.address},`);
      writeVariables(out, model, layout);
      writeSizes(out, layout);
      writeValues(out, model);
      writeInitials(out, model, layout);
      writeFunctions(out, model, layout);
      if (shared) writePool(out);
      writeBytes(out, "head", fused.head);
      if (shared) writeBytes(out, "sharedHead", shared.head);
      out.note([
        "Two of a function that multiplies and adds at once, the second for engines that do not.",
      ]);
      out.block("bodies: [", () => writeBodies(out, fused, plain), "],");
    },
    "};",
  );
  return new Map([
    ["wasm.wat", text],
    ["wasm.ts", out.toString()],
  ]);
}

function writePool(out: Writer): void {
  const at = (name: string): number | undefined => pool.find((p) => p.global === name)?.address;
  const places = ["threads", "sleeps", "calls"].map((name) => `${name}: ${at(`pool.${name}`)}`);
  out.line(`pool: { ${places.join(", ")} },`);
}

/** Bodies of functions in their order, under their names. */
function writeBodies(out: Writer, fused: Assembled, plain: Assembled): void {
  for (const [name, body] of fused.bodies) {
    const other = plain.bodies.get(name) as string;
    out.note([name]);
    if (other === body) writeDigits(out, body);
    else
      out.block(
        "[",
        () => {
          writeDigits(out, body);
          writeDigits(out, other);
        },
        "],",
      );
  }
}

function writeBytes(out: Writer, key: string, digits: string): void {
  out.line(`${key}:`);
  out.indent(() => writeDigits(out, digits));
}

/** Digits in lines that an editor can show. A float32 constant, 43 and four bytes, stays on one: another changes no more. */
function writeDigits(out: Writer, digits: string): void {
  const parts = [""];
  for (const bytes of digits.match(/43.{8}|../g) ?? []) {
    if (parts[parts.length - 1].length + bytes.length > 84) parts.push("");
    parts[parts.length - 1] += bytes;
  }
  for (const [i, part] of parts.entries())
    out.line(`${i > 0 ? "+ " : ""}"${part}"${i === parts.length - 1 ? "," : ""}`);
}

function writeVariables(out: Writer, model: CompiledModel, layout: Layout): void {
  out.block(
    "shared: {",
    () => {
      for (const { node, publicName } of model.shared)
        out.line(`${publicName}: ${(layout.shared.get(node) as Place).address},`);
    },
    "},",
  );
}

/** Numbers that the model writes out. */
function writeValues(out: Writer, model: CompiledModel): void {
  const written = model.shared.filter(({ values }) => values);
  if (written.length === 0) return;
  out.block(
    "values: {",
    () => {
      for (const variable of written) {
        out.line(`${variable.publicName}: [`);
        out.lines(literalLines(variable, 6));
        out.line("],");
      }
    },
    "},",
  );
}

function writeSizes(out: Writer, layout: Layout): void {
  const sizes = [...layout.dataSizes].map(([name, { address }]) => `${name}: ${address}`);
  out.list("sizes: {", sizes, "},", sizes.length > 0 ? " " : "");
}

function writeInitials(out: Writer, model: CompiledModel, layout: Layout): void {
  const initials = model.shared.flatMap(({ initial }) => (initial ? [initial] : []));
  const lines = initials.map((fn) => {
    const [seed] = fn.program.inputs;
    const place = seed && layout.functions.get(fn)?.places.get(seed);
    return `{ name: "${fn.program.name}"${place ? `, seed: ${place.address}` : ""} }`;
  });
  out.list("initials: [", lines, "],");
}

function writeFunctions(out: Writer, model: CompiledModel, layout: Layout): void {
  out.block(
    "functions: {",
    () => {
      for (const fn of model.functions) {
        const own = layout.functions.get(fn);
        const at = (nodes: readonly Node[]): string =>
          nodes.map((node) => own?.places.get(node)?.address).join(", ");
        const sizes = ownSizes(fn).map((size) => own?.sizes.get(size)?.address);
        const { inputs, outputs } = fn.program;
        const told = madeSizes(fn.calls).filter((size) =>
          outputs.some((node) => sizesOf(node.shape).includes(size)),
        );
        const made = [...new Set(told)].map((size) => `${size}: ${own?.sizes.get(size)?.address}`);
        const parts = [
          `inputs: [${at(inputs)}]`,
          `sizes: [${sizes.join(", ")}]`,
          `outputs: [${at(outputs)}]`,
          ...(made.length > 0 ? [`made: { ${made.join(", ")} }`] : []),
        ];
        out.list(`${fn.publicName}: {`, parts, "},", " ");
      }
    },
    "},",
  );
}

/** The text of the module, with its functions in order. */
function moduleOf(
  model: CompiledModel,
  layout: Layout,
): {
  text: string;
  functions: readonly WrittenFunction[];
  scratch: number;
  isShared: boolean;
} {
  const helpers = new Helpers();
  const all = functionsOf(model);
  const layouts = all.map((fn) => layout.functions.get(fn) as FunctionLayout);
  const kernels = new CommonKernels(
    layouts.flatMap((own) => kernelsOf(own, helpers.use)),
    () => [],
  );
  const written = layouts.flatMap((own) => writeFunction(layout, own, kernels, helpers.use));
  const ownKernels = all.flatMap((fn) => kernels.writtenWith(fn));
  const shared = ownKernels.filter((k) => k.written.isShared).map(({ name }) => name);
  const own: WrittenFunction[] = [...helpers.functions()].map(([name, lines]) => ({
    name,
    lines: lines.flatMap(brokenLine),
  }));
  const functions = [...own, ...written];
  const lines = [
    `;; WebAssembly target. Generated from ${model.file} by Adjoint; do not edit.`,
    `;; Regenerate: ${model.command}`,
    "",
    "(module",
    ...indented([
      '(import "adjoint" "memory" (memory 1))',
      ";; Memory of a thread, for what it copies together and for sums.",
      '(import "adjoint" "scratch" (global $scratch i32))',
      ...helpers.imports(),
      "",
      ...globals(layout, all, kernels),
      ...(shared.length > 0 ? jobs(shared) : []),
      "",
      ...functions.flatMap((fn) => [...fn.lines, ""]),
      ...(shared.length > 0 ? ['(export "serve" (func $serve))'] : []),
      ...all.map((fn) => `(export "${fn.publicName}" (func $${inWasm(fn.program.name)}))`),
    ]),
    ")",
  ];
  return {
    text: `${lines.join("\n")}\n`,
    functions,
    isShared: shared.length > 0,
    scratch: Math.max(0, ...ownKernels.map((k) => k.written.scratch)),
  };
}

/** The table of functions whose units threads share. */
function jobs(shared: readonly string[]): string[] {
  return [
    ...comment(["Functions whose units threads share."]),
    "(type $units (func (param $from i32) (param $to i32)))",
    "(table funcref",
    ...packed(["  (elem", ...shared.map((name) => `$${name}`)], "").map((line, i, all) =>
      i === all.length - 1 ? `${line}))` : line,
    ),
  ];
}

/** A constant, and what it is behind it; above it where there is no room. */
function globalOf(name: string, value: number, about: string): string[] {
  const line = `(global $${name} i32 (i32.const ${value}))`;
  const whole = `${line} ;; ${about}`;
  return whole.length + 2 <= columns ? [whole] : [...comment([about]), line];
}

const indented = (lines: readonly string[]): string[] =>
  lines.map((line) => (line === "" ? "" : `  ${line}`));

/**
 * Addresses by name, with what lies there. What all have comes first, then what each function has: the numbers of
 * globals, and with them the bytes of functions, do not change when a function is added behind them.
 */
function globals(
  layout: Layout,
  all: readonly CompiledFunction[],
  kernels: CommonKernels<WasmKernel>,
): string[] {
  const lines: string[] = [];
  const seen = new Set<Place>();
  const add = (places: Iterable<Place>): void => {
    for (const place of places) {
      if (seen.has(place)) continue;
      seen.add(place);
      lines.push(...globalOf(place.global, place.address, place.about));
    }
  };
  const sharedBy = (fn: CompiledFunction): WasmKernel[] =>
    kernels.writtenWith(fn).filter((kernel) => kernel.written.isShared);
  lines.push(...comment(["What all functions share."]));
  add([layout.free, ...layout.dataSizes.values(), ...layout.shared.values()]);
  if (all.some((fn) => sharedBy(fn).length > 0)) {
    lines.push(...comment(["What threads agree by."]));
    add(pool);
    lines.push(...globalOf("pool.spins", 10_000, "how often a thread looks before it sleeps"));
  }
  let jobs = 0;
  for (const fn of all) {
    const own = layout.functions.get(fn);
    if (!own) continue;
    const places = [
      ...own.places.values(),
      ...own.sizes.values(),
      ...own.counters.values(),
      ...own.parts.values(),
    ];
    const also = places
      .filter((place) => seen.has(place) && !isOfAll(layout, place))
      .map(({ global }) => `$${global}`);
    const behind = also.length > 0 ? `, with ${[...new Set(also)].join(", ")}` : "";
    lines.push(...comment([`What a call of ${fn.program.name} works on${behind}.`]));
    add(places);
    for (const { name } of sharedBy(fn))
      lines.push(...globalOf(`${name}.job`, jobs++, "place in the table below"));
  }
  return lines;
}

/** Whether a place is not of a function but of the model. */
function isOfAll({ shared, dataSizes }: Layout, place: Place): boolean {
  return [...shared.values(), ...dataSizes.values()].includes(place);
}
