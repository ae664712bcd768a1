/** One function of a model in C: the memory that a call works on, the calls of its kernels, the loops around them. */

import type { Node } from "../../graph/node.ts";
import { type Dim, dimPlus, sizesOf, staticSize } from "../../graph/types.ts";
import { sumName } from "../../kernels/contraction/contraction.ts";
import type { Call, Choice, Repeat } from "../../kernels/loops.ts";
import { roomOf, type Slot, shapeText } from "../../kernels/plan.ts";
import { isArray, type View } from "../../kernels/program.ts";
import { constant, indexMul, local, rewrite, type Scalar } from "../../kernels/scalar.ts";
import type { CompiledFunction, CompiledModel } from "../../model.ts";
import type { CommonKernels } from "../common.ts";
import { Writer } from "../writer.ts";
import { elementTypes, expression, type Names, numberTypes, offset } from "./expression.ts";
import { type NativeKernel, type Operand, structName, unitsName } from "./kernel.ts";
import { calledInC, dimInC, inC, nameOf } from "./names.ts";
import { countOf, type Run } from "./share.ts";
import {
  canFail,
  dataSizes,
  isCopy,
  isMade,
  outputName,
  ownSizes,
  parametersOf,
  toldSizes,
} from "./signature.ts";

const noNames: Names = { nameOf: () => "", letter: () => "" };

interface Calling {
  readonly model: CompiledModel;
  readonly fn: CompiledFunction;
  readonly kernels: CommonKernels<NativeKernel>;
  /** Makes what has all its sizes, once one more is known. */
  readonly allocate: (size?: string) => void;
}

/** Kernels that no earlier function has, and the function. */
export function writeFunction(
  out: Writer,
  model: CompiledModel,
  fn: CompiledFunction,
  kernels: CommonKernels<NativeKernel>,
  arenaOf: (node: Node) => string,
): void {
  for (const kernel of kernels.writtenWith(fn)) {
    if (kernel.struct) {
      out.doc([`What ${kernel.name} works on.`]);
      out.text(kernel.struct).line();
    }
    out.doc([...kernel.doc, ...kernels.alsoFor(kernel)]);
    out.text(kernel.functions).line();
  }
  const { program } = fn;
  const results = program.outputs.map((node) => nameOf(fn, node)).join(", ");
  const updated = program.source.updates.map(({ target }) => nameOf(fn, target)).join(", ");
  out.doc([
    `${program.name}(${program.inputs.map((n) => nameOf(fn, n)).join(", ")})${results ? ` → ${results}` : ""}${updated ? `; updates ${updated}` : ""}`,
  ]);
  const isInitial = !model.functions.includes(fn);
  const name = isInitial ? program.name : calledInC(model, fn);
  const fails = canFail(fn);
  // Of initial values hardly any can fail; what programs call all look the same.
  const type = isInitial ? `static ${fails ? "int" : "void"}` : "int";
  const parameters = parametersOf(model, fn);
  const body = bodyOf(model, fn, kernels, arenaOf);
  const unused = parameters
    .map((parameter) => /[\p{L}_$][\p{L}\p{N}_$]*$/u.exec(parameter)?.[0] as string)
    .filter((given) => !new RegExp(`(?<![\\w.>])${given}(?!\\w)`).test(body));
  out.list(`${type} ${name}(`, parameters, ") {", "", "");
  out.indent(() => {
    if (unused.length > 0) out.line(unused.map((given) => `(void)${given};`).join(" "));
  });
  out.text(body);
  out.indent(() => {
    if (!fails && !isInitial) out.line("return adjoint_done;");
  });
  if (fails) {
    out.line("end:");
    out.indent(() => writeEnd(out, fn));
  }
  out.line("}");
  out.line();
}

/** What a function does, and before it the memory that it does it on. */
function bodyOf(
  model: CompiledModel,
  fn: CompiledFunction,
  kernels: CommonKernels<NativeKernel>,
  arenaOf: (node: Node) => string,
): string {
  const out = new Writer();
  const calling = { model, fn, kernels, allocate: allocation(out, fn) };
  out.indent(() => {
    if (canFail(fn)) out.line("int adjoint_status = adjoint_no_memory;");
    out.using(lastingOf(fn), () =>
      out.using(ownMemoryOf(fn, arenaOf), () => {
        for (const [i, node] of fn.program.outputs.entries())
          if (isMade(fn, node) && isCopy(fn, i)) out.line(`*${outputName(fn, i)} = NULL;`);
        calling.allocate();
        writeCalls(out, calling, fn.calls);
        writeResults(out, fn);
        if (canFail(fn)) out.line("adjoint_status = adjoint_done;");
      }),
    );
  });
  return out.toString().trimEnd();
}

/** What a function calls a value: arrays that it returns are the caller's. */
function placeOf(fn: CompiledFunction, node: Node): string {
  const output = fn.program.outputs.indexOf(node);
  const isTheirs =
    output >= 0 && node.shape.length > 0 && !fn.program.inputs.includes(node) && !isMade(fn, node);
  return isTheirs ? outputName(fn, output) : nameOf(fn, node);
}

/** A scalar over what the function has by name. */
function ownScalar(fn: CompiledFunction, s: Scalar): Scalar {
  return rewrite(s, (part) => {
    if (part.kind === "load") return local(numberIn(fn, part.node), part.dtype);
    return part.kind === "size" ? local(inC(part.name), "int32") : undefined;
  });
}

/** A number, wherever it lies. */
const numberIn = (fn: CompiledFunction, node: Node): string =>
  `${placeOf(fn, node)}${isArray(fn.program, node) ? "[0]" : ""}`;

/** Declarations by the names that they declare. */
type Declarations = readonly (readonly [name: string, line: string])[];

/** Variables and sizes that last from call to call. */
function lastingOf(fn: CompiledFunction): Declarations {
  const written = new Set(fn.program.stages.map((stage) => stage.into));
  return [
    ...fn.program.memory.map((node) => {
      const name = nameOf(fn, node);
      const type = `${written.has(node) ? "" : "const "}${elementTypes[node.type.dtype]} *`;
      return [name, `${type}${name} = model->${name}; /* ${shapeText(node)} */`] as const;
    }),
    ...dataSizes(fn).map(
      (size) => [inC(size), `const int32_t ${inC(size)} = model->${inC(size)};`] as const,
    ),
  ];
}

/** Values that live during the call, and rows under a name of their own. */
function ownMemoryOf(fn: CompiledFunction, arenaOf: (node: Node) => string): Declarations {
  const { program, plan } = fn;
  const made = program.outputs.filter((node) => isMade(fn, node));
  return [
    ...program.views.map((view) => [nameOf(fn, view.node), viewText(fn, view)] as const),
    ...plan.slots.map((slot) => {
      const { node } = slot;
      const name = nameOf(fn, node);
      const type = elementTypes[node.type.dtype];
      const about = `${shapeText(node, slot)}${placeText(fn, slot)}`;
      return [name, `${type} *${name} = ${arenaOf(node)}; /* ${about} */`] as const;
    }),
    ...[...new Set([...plan.dynamic, ...made])].map((node) => {
      const name = nameOf(fn, node);
      const type = elementTypes[node.type.dtype];
      const isReady = !isCalled(fn, node) && isKnown(fn, node, knownFirst(fn));
      const memory = isReady ? newMemory(fn, node, "NULL") : "NULL";
      return [name, `${type} *${name} = ${memory}; /* ${shapeText(node)} */`] as const;
    }),
  ];
}

/** Where a temporary lies among those that have a place before it. */
function placeText(fn: CompiledFunction, { node, dtype, offset: from, size }: Slot): string {
  const all = fn.plan.slots.filter((slot) => slot.dtype === dtype);
  const before = all.slice(
    0,
    all.findIndex((slot) => slot.node === node),
  );
  const done = before.filter((slot) => slot.offset < from + size && from < slot.offset + slot.size);
  const names = done.map((slot) => nameOf(fn, slot.node));
  const [last, ...more] = [...names].reverse();
  if (last === undefined) {
    const [ahead] = before
      .filter((slot) => slot.offset < from)
      .sort((a, b) => b.offset + b.size - a.offset - a.size);
    return ahead ? `, behind ${nameOf(fn, ahead.node)}` : "";
  }
  return `, in the place of ${[...more.reverse(), last].join(", ").replace(/, (?=[^,]*$)/, " and ")}`;
}

function viewText(fn: CompiledFunction, view: View): string {
  const row = staticSize(view.node.shape.slice(1)) as number;
  const at = ownScalar(fn, indexMul(view.start, constant(row, "int32")));
  const start = inDimensions(offset(at, noNames, view.base).text, view.node.shape);
  const base = fn.program.memory.includes(view.base)
    ? `model->${nameOf(fn, view.base)}`
    : nameOf(fn, view.base);
  const type = elementTypes[view.node.type.dtype];
  const name = nameOf(fn, view.node);
  return `const ${type} *${name} = ${base} + ${start}; /* ${shapeText(view.node)} */`;
}

/** An offset with what its factor is made of, where that is the size of a value: `index * 15680 /* 20·784 *\/`. */
function inDimensions(offset: string, shape: readonly Dim[]): string {
  const known = shape.filter((dim) => dim !== 1);
  return offset.replace(/(?<=\* )\d+$/, (factor) => {
    const own = known.findIndex((_, i) => staticSize(known.slice(i)) === Number(factor));
    return own >= 0 && own < known.length - 1
      ? `${factor} /* ${known.slice(own).join("·")} */`
      : factor;
  });
}

const elementsText = (shape: readonly Dim[]): string => {
  const dims = shape.filter((d) => d !== 1).map((d) => dimInC(d, true));
  return dims.join(" * ") || "1";
};

/** Elements of a value in double precision, where no product of sizes wraps around. */
const countText = (shape: readonly Dim[]): string => `(double)${elementsText(shape)}`;

/** Sizes that are known before the first kernel is called. */
const knownFirst = (fn: CompiledFunction): Set<string> =>
  new Set([...ownSizes(fn), ...dataSizes(fn)]);

const isKnown = (fn: CompiledFunction, node: Node, known: ReadonlySet<string>): boolean =>
  sizesOf(roomOf(fn.plan, node)).every((size) => known.has(size));

/** Whether the caller has memory for a value. */
const isCalled = (fn: CompiledFunction, node: Node): boolean =>
  fn.program.outputs.includes(node) && !isMade(fn, node);

/** Memory for a value in place of what it had. */
const newMemory = (fn: CompiledFunction, node: Node, old: string): string =>
  `adjoint_memory(${old}, ${countText(roomOf(fn.plan, node))}, sizeof(${elementTypes[node.type.dtype]}))`;

/** Makes what has all its sizes, once one more is known. */
function allocation(out: Writer, fn: CompiledFunction): (size?: string) => void {
  const { program, plan } = fn;
  const made = program.outputs.filter((node) => isMade(fn, node));
  const own = plan.dynamic.filter((node) => !program.outputs.includes(node));
  const waiting = new Set([...own, ...made]);
  const known = knownFirst(fn);
  return (size) => {
    if (size) known.add(size);
    const ready = [...waiting].filter((node) => isKnown(fn, node, known));
    if (ready.length === 0) return;
    for (const node of ready) {
      waiting.delete(node);
      const name = nameOf(fn, node);
      // What has its size before the first call is made where it is declared. Every step of a loop may need
      // another size: it takes the place of the one before.
      if (size) out.line(`${name} = ${newMemory(fn, node, name)};`);
    }
    out.line(`if (${ready.map((node) => `!${nameOf(fn, node)}`).join(" || ")}) goto end;`);
  };
}

/** Hands results to the caller, once nothing more can go wrong. */
function writeResults(out: Writer, fn: CompiledFunction): void {
  const { program } = fn;
  for (const [i, node] of program.outputs.entries()) {
    const to = outputName(fn, i);
    const element = elementTypes[node.type.dtype];
    const bytes = `sizeof(${element}) * ${elementsText(node.shape)}`;
    if (node.shape.length === 0) out.line(`*${to} = ${numberIn(fn, node)};`);
    else if (!isCopy(fn, i)) continue;
    else if (isMade(fn, node)) {
      out.line(`*${to} = adjoint_memory(NULL, ${countText(node.shape)}, sizeof(${element}));`);
      out.line(`if (!*${to}) goto end;`);
      out.line(`memcpy(*${to}, ${nameOf(fn, node)}, ${bytes});`);
    } else out.line(`memcpy(${to}, ${placeOf(fn, node)}, ${bytes});`);
  }
  for (const size of toldSizes(fn)) out.line(`*${inC(size)}_out = ${inC(size)};`);
  for (const [i, node] of program.outputs.entries())
    if (isMade(fn, node) && !isCopy(fn, i))
      out.line(`*${outputName(fn, i)} = ${nameOf(fn, node)};`);
}

/** Frees what a call has made: its temporaries, and results where it failed. */
function writeEnd(out: Writer, fn: CompiledFunction): void {
  const { program, plan } = fn;
  for (const node of plan.dynamic)
    if (!program.outputs.includes(node)) out.line(`free(${nameOf(fn, node)});`);
  const made = program.outputs.flatMap((node, i) =>
    isMade(fn, node) ? [isCopy(fn, i) ? `*${outputName(fn, i)}` : nameOf(fn, node)] : [],
  );
  if (made.length > 0)
    out.block("if (adjoint_status != adjoint_done) {", () => {
      for (const place of made) out.line(`free(${place});`);
    });
  out.line("return adjoint_status;");
}

/** The calls of kernels, and the loops over time around them. */
function writeCalls(out: Writer, calling: Calling, calls: readonly Call[]): void {
  const { fn, kernels, allocate } = calling;
  for (const call of calls) {
    if (call.kind === "size") {
      const value = expression(ownScalar(fn, call.value), noNames).text;
      out.line(`const int32_t ${inC(call.name)} = ${value};`);
      allocate(call.name);
    } else if (call.kind === "repeat") writeRepeat(out, calling, call);
    else if (call.kind === "choice") writeChoice(out, calling, call);
    else {
      const own = kernels.ownOf(call.nest);
      // Without one it rides along with another.
      if (own) writeKernelCall(out, fn, own, kernels.calledFor(call.nest)?.name ?? own.name);
    }
  }
}

/** The call of a kernel, and what becomes of the parts of its sums. */
function writeKernelCall(
  out: Writer,
  fn: CompiledFunction,
  { run, operands, atEnd }: NativeKernel,
  name: string,
): void {
  const count = countOf(run);
  const argument = ({ name: own, node }: Operand): string => (node ? placeOf(fn, node) : own);
  for (const { array } of run.parts) out.line(`double ${array}[${count}];`);
  if (!run.contraction && !run.routed && !run.cut) {
    writeResultsOf(out, fn, run.nest.results, name, operands.map(argument));
    return;
  }
  const handed = `&(${structName(name)}){${operands.map(argument).join(", ")}}`;
  if (run.units === undefined) out.line(`${name}(${handed}, 0, ${count});`);
  else {
    const work = unitsName(name, run);
    out.line(`adjoint_parallel(model->adjoint_pool, ${work}, ${handed}, ${count});`);
  }
  for (const [i, { stage }] of run.riders.entries()) {
    const type = numberTypes[stage.into.type.dtype];
    out.line(`const ${type} ${nameOf(fn, stage.into)} = ${riderText(fn, run, i, count)};`);
  }
  if (run.cut && run.parts.length > 0) {
    const args = [...run.parts.map(({ array }) => array), ...atEnd.map(argument)];
    writeResultsOf(out, fn, run.nest.results, `${name}_end`, args);
  }
}

/** The call of a function that gives results: it returns one, and writes several where it is told. */
function writeResultsOf(
  out: Writer,
  fn: CompiledFunction,
  results: readonly Node[],
  name: string,
  args: readonly string[],
): void {
  const [one, ...more] = results;
  const typeOf = (node: Node): string => numberTypes[node.type.dtype];
  if (one && more.length === 0) {
    out.list(`const ${typeOf(one)} ${nameOf(fn, one)} = ${name}(`, args, ");", "", "");
    return;
  }
  for (const node of results) out.line(`${typeOf(node)} ${nameOf(fn, node)};`);
  const told = results.map((node) => `&${nameOf(fn, node)}`);
  out.list(`${name}(`, [...args, ...told], ");", "", "");
}

/** A sum that rides along, once all units are done. */
function riderText(fn: CompiledFunction, run: Run, index: number, count: string): string {
  const { result } = run.riders[index];
  const sum = local(`adjoint_sum(${run.parts[index].array}, ${count})`, "float32");
  const whole = rewrite(result, (s) =>
    s.kind === "local" && s.name === sumName ? sum : undefined,
  );
  const { text } = expression(whole, { nameOf: (node) => nameOf(fn, node), letter: () => "" });
  if (whole.dtype !== "float32") return text;
  return `(float)${whole.kind === "local" ? text : `(${text})`}`;
}

function writeRepeat(
  out: Writer,
  calling: Calling,
  { axis, counter: t, backwards, body, until, counts }: Repeat,
): void {
  if (counts) out.line(`int32_t ${inC(counts)} = 0;`);
  const head = backwards
    ? `for (int ${t} = ${dimInC(dimPlus(axis.extent, -1))}; ${t} >= 0; ${t}--) {`
    : `for (int ${t} = 0; ${t} < ${dimInC(axis.extent)}; ${t}++) {`;
  out.block(head, () => {
    writeCalls(out, calling, body);
    if (counts) out.line(`${inC(counts)}++;`);
    if (until) out.line(`if (${numberIn(calling.fn, until)}) break;`);
  });
  if (counts) calling.allocate(counts);
}

function writeChoice(out: Writer, calling: Calling, { condition, holds, otherwise }: Choice): void {
  const [yes, no] = [holds, otherwise].map((side) => () => writeCalls(out, calling, side));
  const truth = numberIn(calling.fn, condition);
  if (holds.length === 0) out.block(`if (!${truth}) {`, no);
  else {
    out.block(`if (${truth}) {`, yes, otherwise.length > 0 ? "} else {" : "}");
    if (otherwise.length > 0) out.indent(no).line("}");
  }
}
