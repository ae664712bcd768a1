/** The reference target: dependency-free TypeScript, loops over typed arrays, written for a reviewer. */

import type { Node } from "../../graph/node.ts";
import { dimPlus, dimText, sizesOf, staticSize } from "../../graph/types.ts";
import { type Call, type Choice, callsIn, type Nest, type Repeat } from "../../kernels/loops.ts";
import { roomOf } from "../../kernels/plan.ts";
import type { View } from "../../kernels/program.ts";
import { isArray } from "../../kernels/program.ts";
import {
  constant,
  extent,
  indexAdd,
  indexMul,
  local,
  rewrite,
  type Scalar,
  walk,
} from "../../kernels/scalar.ts";
import { type CompiledFunction, type CompiledModel, publicNameIn } from "../../model.ts";
import { isState } from "../../ops/scan.ts";
import { banner } from "../banner.ts";
import { CommonKernels, type OwnKernel } from "../common.ts";
import { formulaOf } from "../formula.ts";
import { Writer } from "../writer.ts";
import { offset } from "./expression.ts";
import { writeHelpers } from "./helpers.ts";
import { type Hooks, hooksOf, type Instrument } from "./instrument.ts";
import { argumentsOf, arrayTypes, declaredIn, formulasOf, scalarType, writeNest } from "./nest.ts";
import { writeRandom } from "./random.ts";
import {
  initials,
  nameIn,
  type SlotNames,
  slotNames,
  writeCreate,
  writeState,
  writeValues,
} from "./state.ts";

/**
 * Every line of the kernels indexes an array, which projects with `noUncheckedIndexedAccess`, a default of
 * `tsc --init`, could not compile. What the file exports keeps its types.
 */
const uncheckedIndices =
  "@ts-nocheck: projects differ on whether array[i] may be undefined; Adjoint's tests check it";

/** Writes `typescript.ts` of a model. @param instrument what the build does besides computing */
export function emitTypescript(model: CompiledModel, instrument?: Instrument): string {
  const out = new Writer();
  const kernels = new CommonKernels(kernelsOf(model), declaredIn);
  const hooks = instrument && hooksOf(model, instrument, kernels);
  banner(out, model, "TypeScript target: the reference.", uncheckedIndices);
  if (hooks) out.line(`// ${hooks.note}`).line();
  hooks?.head(out);
  const slots = slotNames(model);
  writeState(out, model, slots);
  writeCreate(out, model, slots);
  for (const variable of model.shared) writeValues(out, variable);
  if (drawsNumbers(model)) writeRandom(out);
  writeHelpers(out, bodiesOf(model));
  for (const fn of initials(model)) writeFunction(out, model, fn, { slots, kernels });
  for (const fn of model.functions) writeFunction(out, model, fn, { slots, kernels, hooks });
  return out.toString();
}

type Kernels = CommonKernels<OwnKernel & { of: Nest }>;

/** Every kernel of the model, in the order in which they are written. */
function kernelsOf(model: CompiledModel): (OwnKernel & { of: Nest })[] {
  return [...initials(model), ...model.functions].flatMap((fn) =>
    fn.nests.map((nest) => {
      const name = `${fn.program.name}_${nest.name}`;
      const out = new Writer();
      writeNest(out, nest, fn.program, name);
      return { fn, of: nest, value: nest.name, name, text: out.toString() };
    }),
  );
}

/** What the kernels compute. */
function bodiesOf(model: CompiledModel): Scalar[] {
  const all = [...model.functions, ...initials(model)];
  return all.flatMap((fn) => fn.program.stages.map((stage) => stage.body));
}

function drawsNumbers(model: CompiledModel): boolean {
  return bodiesOf(model).some((body) =>
    walk(body).some((s) => s.kind === "call" && s.fn === "random"),
  );
}

/** Names that a function's sizes have: parameters follow the inputs, others are those of data. */
function sizeParameters(fn: CompiledFunction): { own: string[]; ofData: string[] } {
  const own = [...new Set(fn.program.inputs.flatMap((input) => sizesOf(input.shape)))];
  const used = new Set(fn.nests.flatMap((nest) => nest.sizes));
  for (const node of fn.program.outputs) for (const name of sizesOf(node.shape)) used.add(name);
  const made = new Set(madeSizes(fn.calls));
  return { own, ofData: [...used].filter((name) => !own.includes(name) && !made.has(name)) };
}

/** Sizes that are computed during the call. */
function madeSizes(calls: readonly Call[]): string[] {
  return calls.flatMap((call) => {
    if (call.kind === "size") return [call.name];
    const counts = call.kind === "repeat" && call.counts ? [call.counts] : [];
    return [...counts, ...madeSizes(callsIn(call))];
  });
}

function writeFunction(
  out: Writer,
  model: CompiledModel,
  fn: CompiledFunction,
  { slots, kernels, hooks }: { slots: SlotNames; kernels: Kernels; hooks?: Hooks | undefined },
): void {
  const { program, plan } = fn;
  const isInitial = !model.functions.includes(fn);
  const { own, ofData } = sizeParameters(fn);
  const inputs = program.inputs.map((input) => {
    const type =
      input.shape.length === 0 ? scalarType(input.type.dtype) : arrayTypes[input.type.dtype];
    return `${nameIn(fn, input)}: ${type}`;
  });
  const fromState = [
    ...program.memory.map((node) => {
      const [name, key] = [nameIn(fn, node), publicNameIn(fn, node)];
      return key === name ? name : `${key}: ${name}`;
    }),
    ...plan.slots.map((slot) =>
      isInitial ? nameIn(fn, slot.node) : `${slots.get(slot)}: ${nameIn(fn, slot.node)}`,
    ),
  ].filter((entry) => usedInBody(entry, fn));
  // Every function is given the state, also one that keeps nothing.
  const isRead = fromState.length > 0 || ofData.length > 0 || program.views.length > 0;
  const parameters = [
    `${isRead ? "state" : "_state"}: State`,
    ...inputs,
    ...own.map((size) => `${size}: number`),
  ];
  const results = program.outputs.map((node) =>
    node.shape.length === 0 ? scalarType(node.type.dtype) : arrayTypes[node.type.dtype],
  );
  const returns =
    results.length === 0
      ? "void"
      : program.source.returns === "single"
        ? results[0]
        : `[${results.join(", ")}]`;
  out.doc(describe(fn));
  const isRenamed = fn.publicName !== program.name;
  const head = `${isInitial || isRenamed ? "" : "export "}function ${program.name}(${parameters.join(", ")}): ${returns} {`;
  out.block(head, () => {
    if (fromState.length > 0) out.list("const {", fromState, "} = state;", " ");
    if (ofData.length > 0) out.line(`const { ${ofData.join(", ")} } = state.sizes;`);
    for (const view of program.views) writeView(out, fn, view);
    const declare = declarations(out, fn, [...own, ...ofData]);
    declare();
    hooks?.enter(out, fn);
    writeCalls(out, { fn, kernels, declare, hooks, counters: [] }, fn.calls);
    hooks?.leave(out, fn);
    const values = program.outputs.map((node) => nameIn(fn, node));
    if (program.source.returns === "single") out.line(`return ${values[0]};`);
    else if (values.length > 0) out.line(`return [${values.join(", ")}];`);
  });
  if (isRenamed) out.line().line(`export { ${program.name} as ${fn.publicName} };`);
  out.line();
  for (const kernel of kernels.writtenWith(fn)) {
    out.doc([...formulasOf(kernel.of, program), ...kernels.alsoFor(kernel)]);
    out.text(kernel.text).line();
  }
}

/** A function that declares the arrays whose lengths are known by then; it is told of sizes. */
function declarations(
  out: Writer,
  fn: CompiledFunction,
  sizes: readonly string[],
): (size?: string) => void {
  const known = new Set(sizes);
  const waiting = [...new Set([...fn.plan.dynamic, ...fn.program.outputs])].filter(
    (n) => n.shape.length > 0,
  );
  return (size) => {
    if (size) known.add(size);
    for (const node of [...waiting]) {
      const room = roomOf(fn.plan, node).filter((d) => d !== 1);
      if (!sizesOf(room).every((s) => known.has(s))) continue;
      waiting.splice(waiting.indexOf(node), 1);
      const length =
        room.length === 1 ? dimText(room[0]) : room.map((d) => dimText(d, true)).join(" * ");
      out.line(`const ${nameIn(fn, node)} = new ${arrayTypes[node.type.dtype]}(${length || "1"});`);
    }
  };
}

interface Calling {
  readonly fn: CompiledFunction;
  readonly kernels: Kernels;
  readonly declare: (size?: string) => void;
  readonly hooks: Hooks | undefined;
  /** Counters of the loops over time around. */
  readonly counters: readonly string[];
}

/** The calls of nests, and the loops over time around them. */
function writeCalls(out: Writer, calling: Calling, calls: readonly Call[]): void {
  const { fn, declare, hooks, counters } = calling;
  for (const call of calls) {
    if (call.kind === "size") {
      const value = rewrite(call.value, (s) =>
        s.kind === "load" ? local(nameIn(fn, s.node), s.dtype) : undefined,
      );
      const names = { nameOf: () => "", letter: () => "" };
      out.line(`const ${call.name} = ${offset(value, names).text};`);
      declare(call.name);
    } else if (call.kind === "repeat") writeRepeat(out, calling, call);
    else if (call.kind === "choice") writeChoice(out, calling, call);
    else {
      hooks?.beforeNest(out, fn, call.nest);
      writeNestCall(out, calling, call.nest);
      hooks?.afterNest(out, fn, call.nest, counters);
    }
  }
}

function writeNestCall(out: Writer, { fn, kernels }: Calling, nest: Nest): void {
  const args = argumentsOf(nest, fn.program).map((a) => a.name);
  const held = nest.results.map((node) => nameIn(fn, node));
  const [one] = held;
  const into =
    held.length === 0 ? "" : `const ${held.length === 1 ? one : `[${held.join(", ")}]`} = `;
  out.list(`${into}${kernels.calledFor(nest)?.name}(`, args, ");");
}

function writeRepeat(
  out: Writer,
  calling: Calling,
  { axis, counter: t, backwards, body, until, counts }: Repeat,
): void {
  if (counts) out.line(`let ${counts} = 0;`);
  out.note(recurrence(calling.fn, body));
  const last = dimPlus(axis.extent, -1);
  const head = backwards
    ? `for (let ${t} = ${dimText(last)}; ${t} >= 0; ${t}--) {`
    : `for (let ${t} = 0; ${t} < ${dimText(axis.extent)}; ${t}++) {`;
  out.block(head, () => {
    writeCalls(out, { ...calling, counters: [...calling.counters, t] }, body);
    if (counts) out.line(`${counts}++;`);
    if (until) out.line(`if (${truthOf(calling.fn, until)}) break;`);
  });
  if (counts) calling.declare(counts);
}

/** What a loop computes from step to step: the formulas of its states. */
function recurrence({ program }: CompiledFunction, body: readonly Call[]): string[] {
  return body.flatMap((call) => {
    if (call.kind !== "nest") return [];
    const { stages, axisNames } = call.nest;
    return stages
      .filter((stage) => isState(stage.into))
      .map((stage) => formulaOf(stage, program, (axis) => axisNames.get(axis) ?? "?")[0]);
  });
}

/** A truth value, wherever it lies. */
function truthOf(fn: CompiledFunction, node: Node): string {
  return isArray(fn.program, node) ? `${nameIn(fn, node)}[0]` : nameIn(fn, node);
}

function writeChoice(out: Writer, calling: Calling, { condition, holds, otherwise }: Choice): void {
  const truth = truthOf(calling.fn, condition);
  const [yes, no] = [holds, otherwise].map((side) => () => writeCalls(out, calling, side));
  if (holds.length === 0) out.block(`if (!${truth}) {`, no);
  else {
    out.block(`if (${truth}) {`, yes, otherwise.length > 0 ? "} else {" : "}");
    if (otherwise.length > 0) out.indent(no).line("}");
  }
}

/** Views are made from the arrays of the state, so bases that nothing else reads are left there. */
function usedInBody(entry: string, fn: CompiledFunction): boolean {
  const name = entry.split(": ").at(-1);
  return fn.nests.some((nest) => nest.memory.some((node) => nameIn(fn, node) === name));
}

function writeView(out: Writer, fn: CompiledFunction, view: View): void {
  const { program } = fn;
  const row = staticSize(view.node.shape.slice(1)) as number;
  const [rows] = view.node.shape;
  const length =
    typeof rows === "number"
      ? constant(rows * row, "int32")
      : indexMul(extent(rows), constant(row, "int32"));
  const names = { nameOf: () => "", letter: () => "" };
  // The first row depends on scalars of the call only.
  const start = rewrite(indexMul(view.start, constant(row, "int32")), (s) =>
    s.kind === "load" ? local(nameIn(fn, s.node), s.dtype) : undefined,
  );
  const [from, to] = [start, indexAdd(start, length)].map((s) => offset(s, names).text);
  const source = program.memory.includes(view.base)
    ? `state.${publicNameIn(fn, view.base)}`
    : nameIn(fn, view.base);
  out.line(`const ${nameIn(fn, view.node)} = ${source}.subarray(${from}, ${to});`);
}

/** What a function does, for the comment above it. */
function describe({ program }: CompiledFunction): string[] {
  const { source, names } = program;
  const nameOf = (node: Node): string => names.get(node) ?? node.op.name;
  const results = program.outputs.map(nameOf).join(", ");
  const updated = source.updates.map(({ target }) => nameOf(target)).join(", ");
  return [
    `${program.name}(${program.inputs.map(nameOf).join(", ")})${results ? ` → ${results}` : ""}${updated ? `; updates ${updated}` : ""}`,
    ...program.inputs
      .filter((n) => n.shape.length > 0)
      .map((n) => `  ${nameOf(n)}: ${n.type.dtype}[${n.shape.join(", ")}]`),
  ];
}
