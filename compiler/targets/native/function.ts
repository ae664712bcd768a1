/** One function of a model in C: its memory, the calls of its nests, what a program calls. */

import type { Node } from "../../graph/node.ts";
import { type Dim, dimPlus, sizesOf, staticSize } from "../../graph/types.ts";
import { type Call, type Choice, callsIn, type Repeat } from "../../kernels/loops.ts";
import { roomOf, shapeText } from "../../kernels/plan.ts";
import type { View } from "../../kernels/program.ts";
import { isArray } from "../../kernels/program.ts";
import { constant, indexMul, local, rewrite, type Scalar, walk } from "../../kernels/scalar.ts";
import type { CompiledFunction, CompiledModel } from "../../model.ts";
import type { Writer } from "../writer.ts";
import { elementTypes, expression, type Names, numberTypes, offset } from "./expression.ts";
import { calledInC, dimInC, inC, nameOf } from "./names.ts";
import { callOf, riderText, unitsName, writeNest } from "./nest.ts";
import { countOf, type Run, runsOf } from "./share.ts";

const noNames: Names = { nameOf: () => "", letter: () => "" };

/** A scalar of the function's own: inputs and results by name. */
function ownScalar(fn: CompiledFunction, s: Scalar): Scalar {
  return rewrite(s, (part) => {
    if (part.kind === "load") return local(`call.${nameOf(fn, part.node)}`, part.dtype);
    if (part.kind === "size") return local(`call.${inC(part.name)}`, "int32");
    return undefined;
  });
}

const elementsText = (shape: readonly Dim[]): string => {
  const dims = shape.filter((d) => d !== 1).map((d) => sizeText(d));
  return dims.join(" * ") || "1";
};

/** Elements of a value in double precision, where no product of sizes wraps around. */
const countText = (shape: readonly Dim[]): string => `(double)${elementsText(shape)}`;

/** Bytes of a value, over the function's memory. */
const bytesText = ({ type, shape }: Node): string =>
  `sizeof(${elementTypes[type.dtype]}) * ${elementsText(shape)}`;

/** A dimension over the function's memory `call`. */
const sizeText = (dim: Dim): string =>
  typeof dim === "number"
    ? String(dim)
    : dimInC(dim, true).replace(/[A-Za-z_]\w*/, (n) => `call.${n}`);

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
const isCopy = ({ program }: CompiledFunction, index: number): boolean =>
  program.inputs.includes(program.outputs[index]) ||
  program.outputs.indexOf(program.outputs[index]) < index;

/** Sizes of data that a function needs. */
function dataSizes(fn: CompiledFunction): string[] {
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

/** Counters of loops over time. */
function counters(calls: readonly Call[]): string[] {
  return calls.flatMap((call) => [
    ...(call.kind === "repeat" ? [call.counter] : []),
    ...counters(callsIn(call)),
  ]);
}

/** Makes what has all its sizes, once one more is known. */
type Allocate = (size?: string) => void;

/** Whether a call makes memory of its own, of which there may not be enough. */
export function canFail(fn: CompiledFunction): boolean {
  return fn.plan.dynamic.length > 0 || fn.program.outputs.some((node) => isMade(fn, node));
}

interface Calling {
  readonly model: CompiledModel;
  readonly fn: CompiledFunction;
  readonly runs: ReadonlyMap<unknown, Run>;
}

/** The type of a function's memory, the functions of its nests, and the function. */
export function writeFunction(
  out: Writer,
  model: CompiledModel,
  fn: CompiledFunction,
  arenaOf: (node: Node) => string,
): void {
  const calling = { model, fn, runs: runsOf(fn) };
  writeMemory(out, calling);
  for (const run of calling.runs.values()) writeNest(out, fn, run);
  writeBody(out, calling, arenaOf);
}

/** Variables that a call itself works on; of others it has only views. */
function memoryOf({ program, nests }: CompiledFunction): Node[] {
  const used = new Set([
    ...nests.flatMap((nest) => [...nest.memory, ...nest.scalars]),
    ...program.outputs,
    ...program.views.flatMap((view) =>
      walk(view.start).flatMap((s) => (s.kind === "load" ? [s.node] : [])),
    ),
  ]);
  const viewed = new Set(program.views.map((view) => view.base));
  return program.memory.filter((node) => used.has(node) || !viewed.has(node));
}

function pointersOf(fn: CompiledFunction): Node[] {
  const { program, plan } = fn;
  const all = [
    ...program.inputs.filter((node) => node.shape.length > 0),
    ...memoryOf(fn),
    ...program.views.map((view) => view.node),
    ...plan.slots.map((slot) => slot.node),
    ...plan.dynamic,
    ...program.outputs.filter((node) => node.shape.length > 0),
  ];
  return [...new Set(all)];
}

function numbersOf(fn: CompiledFunction): Node[] {
  const { program, nests } = fn;
  const all = [
    ...program.inputs.filter((node) => node.shape.length === 0),
    ...nests.flatMap((nest) => [...nest.scalars, ...nest.results]),
    ...program.outputs.filter((node) => node.shape.length === 0),
  ];
  return [...new Set(all)].filter((node) => !pointersOf(fn).includes(node));
}

function writeMemory(out: Writer, { fn, runs }: Calling): void {
  const slots = new Map(fn.plan.slots.map((slot) => [slot.node, slot]));
  out.doc([`What a call of ${fn.program.name} works on.`]);
  out.block(
    `struct ${inC(fn.program.name)}_call {`,
    () => {
      out.line("struct adjoint_pool *adjoint_pool;");
      for (const node of pointersOf(fn)) {
        const isInput = fn.program.inputs.includes(node);
        out.line(
          `${isInput ? "const " : ""}${elementTypes[node.type.dtype]} *${nameOf(fn, node)}; /* ${shapeText(node, slots.get(node))} */`,
        );
      }
      for (const node of numbersOf(fn))
        out.line(`${numberTypes[node.type.dtype]} ${nameOf(fn, node)};`);
      for (const name of [...ownSizes(fn), ...dataSizes(fn), ...new Set(madeSizes(fn.calls))])
        out.line(`int32_t ${inC(name)};`);
      for (const name of new Set(counters(fn.calls))) out.line(`int ${name};`);
      for (const run of runs.values())
        for (const { sum, array } of run.parts)
          out.line(`double ${array}[${countOf(run)}]; /* of ${sum}, one a unit */`);
    },
    "};",
  );
  out.line();
}

function writeBody(out: Writer, calling: Calling, arenaOf: (node: Node) => string): void {
  const { model, fn } = calling;
  const { program, plan } = fn;
  const { source } = program;
  const results = program.outputs.map((node) => nameOf(fn, node)).join(", ");
  const updated = source.updates.map(({ target }) => nameOf(fn, target)).join(", ");
  const isInitial = !model.functions.includes(fn);
  out.doc([
    `${program.name}(${program.inputs.map((n) => nameOf(fn, n)).join(", ")})${results ? ` → ${results}` : ""}${updated ? `; updates ${updated}` : ""}`,
  ]);
  const name = isInitial ? program.name : calledInC(model, fn);
  const fails = canFail(fn);
  // Of initial values hardly any can fail; what programs call all look the same.
  const type = isInitial ? `static ${fails ? "int" : "void"}` : "int";
  out.list(`${type} ${name}(`, parametersOf(model, fn), ") {", "", "");
  out.indent(() => {
    out.line(`struct ${inC(program.name)}_call call = {.adjoint_pool = model->adjoint_pool};`);
    if (fails) out.line("int adjoint_status = adjoint_no_memory;");
    for (const node of memoryOf(fn))
      out.line(`call.${nameOf(fn, node)} = model->${nameOf(fn, node)};`);
    for (const node of program.inputs) out.line(`call.${nameOf(fn, node)} = ${nameOf(fn, node)};`);
    for (const size of ownSizes(fn)) out.line(`call.${inC(size)} = ${inC(size)};`);
    for (const size of dataSizes(fn)) out.line(`call.${inC(size)} = model->${inC(size)};`);
    for (const { node } of plan.slots) out.line(`call.${nameOf(fn, node)} = ${arenaOf(node)};`);
    const given = new Set<Node>();
    for (const [i, node] of program.outputs.entries()) {
      if (node.shape.length === 0 || given.has(node) || program.inputs.includes(node)) continue;
      if (isMade(fn, node)) continue;
      given.add(node);
      out.line(`call.${nameOf(fn, node)} = ${outputName(fn, i)};`);
    }
    for (const [i, node] of program.outputs.entries())
      if (isMade(fn, node) && isCopy(fn, i)) out.line(`*${outputName(fn, i)} = NULL;`);
    for (const view of program.views) writeView(out, fn, view);
    const made = [...new Set(program.outputs.filter((node) => isMade(fn, node)))];
    const own = plan.dynamic.filter((node) => !program.outputs.includes(node));
    const waiting = new Set([...own, ...made]);
    const known = new Set([...ownSizes(fn), ...dataSizes(fn)]);
    const allocate: Allocate = (size) => {
      if (size) known.add(size);
      const ready = [...waiting].filter((node) =>
        sizesOf(roomOf(fn.plan, node)).every((s) => known.has(s)),
      );
      if (ready.length === 0) return;
      for (const node of ready) {
        waiting.delete(node);
        const place = `call.${nameOf(fn, node)}`;
        const element = elementTypes[node.type.dtype];
        // Every step of a loop may need another size: it takes the place of the one before.
        out.line(
          `${place} = adjoint_memory(${place}, ${countText(roomOf(fn.plan, node))}, sizeof(${element}));`,
        );
      }
      out.line(`if (${ready.map((node) => `!call.${nameOf(fn, node)}`).join(" || ")}) goto end;`);
    };
    allocate();
    writeCalls(out, calling, fn.calls, allocate);
    for (const [i, node] of program.outputs.entries()) {
      const to = outputName(fn, i);
      const value = `call.${nameOf(fn, node)}`;
      if (node.shape.length === 0) out.line(`*${to} = ${value};`);
      else if (!isCopy(fn, i)) continue;
      else if (isMade(fn, node)) {
        const element = elementTypes[node.type.dtype];
        out.line(`*${to} = adjoint_memory(NULL, ${countText(node.shape)}, sizeof(${element}));`);
        out.line(`if (!*${to}) goto end;`);
        out.line(`memcpy(*${to}, ${value}, ${bytesText(node)});`);
      } else out.line(`memcpy(${to}, ${value}, ${bytesText(node)});`);
    }
    for (const size of toldSizes(fn)) out.line(`*${inC(size)}_out = call.${inC(size)};`);
    // Results are handed out when nothing more can go wrong.
    const handedOut = program.outputs.flatMap((node, i) =>
      isMade(fn, node) && !isCopy(fn, i) ? [{ node, to: outputName(fn, i) }] : [],
    );
    for (const { node, to } of handedOut) out.line(`*${to} = call.${nameOf(fn, node)};`);
    if (fails) out.line("adjoint_status = adjoint_done;");
    else if (!isInitial) out.line("return adjoint_done;");
  });
  if (fails) {
    out.line("end:");
    out.indent(() => writeEnd(out, fn));
  }
  out.line("}");
  out.line();
}

/** Frees what a call has made: its temporaries, and results where it failed. */
function writeEnd(out: Writer, fn: CompiledFunction): void {
  const { program, plan } = fn;
  for (const node of plan.dynamic)
    if (!program.outputs.includes(node)) out.line(`free(call.${nameOf(fn, node)});`);
  const made = program.outputs.flatMap((node, i) =>
    isMade(fn, node) ? [isCopy(fn, i) ? `*${outputName(fn, i)}` : `call.${nameOf(fn, node)}`] : [],
  );
  if (made.length > 0)
    out.block("if (adjoint_status != adjoint_done) {", () => {
      for (const place of made) out.line(`free(${place});`);
    });
  out.line("return adjoint_status;");
}

function writeView(out: Writer, fn: CompiledFunction, view: View): void {
  const row = staticSize(view.node.shape.slice(1)) as number;
  const at = ownScalar(fn, indexMul(view.start, constant(row, "int32")));
  const start = offset(at, noNames, view.base).text;
  const base = fn.program.memory.includes(view.base)
    ? `model->${nameOf(fn, view.base)}`
    : `call.${nameOf(fn, view.base)}`;
  const type = elementTypes[view.node.type.dtype];
  // Inputs are the caller's: they are only read.
  const from = fn.program.inputs.includes(view.base) ? `(${type} *)${base}` : base;
  out.line(`call.${nameOf(fn, view.node)} = ${from} + ${start};`);
}

/** The calls of nests, and the loops over time around them. */
function writeCalls(
  out: Writer,
  calling: Calling,
  calls: readonly Call[],
  allocate: Allocate,
): void {
  for (const call of calls) {
    if (call.kind === "size") {
      out.line(
        `call.${inC(call.name)} = ${expression(ownScalar(calling.fn, call.value), noNames).text};`,
      );
      allocate(call.name);
    } else if (call.kind === "repeat") writeRepeat(out, calling, call, allocate);
    else if (call.kind === "choice") writeChoice(out, calling, call, allocate);
    else {
      const run = calling.runs.get(call.nest);
      // Without one it rides along with another.
      if (run) writeRun(out, calling.fn, run);
    }
  }
}

/** The call of a nest, and what becomes of the parts of its sums. */
function writeRun(out: Writer, fn: CompiledFunction, run: Run): void {
  const { sizes } = run.nest;
  const count = overMemory(countOf(run), sizes);
  if (run.units !== undefined)
    out.line(`adjoint_parallel(call.adjoint_pool, ${unitsName(run)}, &call, ${count});`);
  else if (run.contraction || run.routed) out.line(`${run.name}(&call, 0, ${count});`);
  else {
    const { open, args } = callOf(fn, run);
    out.list(open, args, ");", "", "");
  }
  for (const [i, { stage }] of run.riders.entries())
    out.line(`call.${nameOf(fn, stage.into)} = ${riderText(fn, run, i, count)};`);
  if (run.cut && run.parts.length > 0) out.line(`${run.name}_end(&call);`);
}

/** Sizes by name in an expression are those of the function's memory. */
function overMemory(text: string, sizes: readonly string[]): string {
  return sizes.reduce(
    (done, size) => done.replace(new RegExp(`\\b${inC(size)}\\b`, "g"), `call.${inC(size)}`),
    text,
  );
}

function writeRepeat(
  out: Writer,
  calling: Calling,
  { axis, counter, backwards, body, until, counts }: Repeat,
  allocate: Allocate,
): void {
  const t = `call.${counter}`;
  if (counts) out.line(`call.${inC(counts)} = 0;`);
  const head = backwards
    ? `for (${t} = ${sizeText(dimPlus(axis.extent, -1))}; ${t} >= 0; ${t}--) {`
    : `for (${t} = 0; ${t} < ${sizeText(axis.extent)}; ${t}++) {`;
  out.block(head, () => {
    writeCalls(out, calling, body, allocate);
    if (counts) out.line(`call.${inC(counts)}++;`);
    if (until) out.line(`if (${truthOf(calling.fn, until)}) break;`);
  });
  if (counts) allocate(counts);
}

/** A truth value, wherever it lies. */
function truthOf(fn: CompiledFunction, node: Node): string {
  return `call.${nameOf(fn, node)}${isArray(fn.program, node) ? "[0]" : ""}`;
}

function writeChoice(
  out: Writer,
  calling: Calling,
  { condition, holds, otherwise }: Choice,
  allocate: Allocate,
): void {
  const [yes, no] = [holds, otherwise].map(
    (side) => () => writeCalls(out, calling, side, allocate),
  );
  out.block(`if (${truthOf(calling.fn, condition)}) {`, yes, "} else {");
  out.indent(no);
  out.line("}");
}
