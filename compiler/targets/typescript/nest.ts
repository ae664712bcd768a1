/** One loop nest as a TypeScript function. */

import type { Node } from "../../graph/node.ts";
import { type DType, dimText } from "../../graph/types.ts";
import type { Nest, Statement } from "../../kernels/loops.ts";
import type { Program } from "../../kernels/program.ts";
import type { Axis, ReduceFn, Scalar } from "../../kernels/scalar.ts";
import { formulaOf } from "../formula.ts";
import type { Writer } from "../writer.ts";
import { expression, type Names, offset } from "./expression.ts";

/** The array that holds elements of a dtype; int64 values are indices, which fit 32 bits in memory. */
export const arrayTypes: Record<DType, string> = {
  float32: "Float32Array",
  float64: "Float64Array",
  int32: "Int32Array",
  int64: "Int32Array",
  bool: "Uint8Array",
};

export function scalarType(dtype: DType): string {
  return dtype === "bool" ? "boolean" : "number";
}

/** Arguments of a nest's function, in order. */
export function argumentsOf(nest: Nest, program: Program): { name: string; type: string }[] {
  const nameOf = (node: Node): string => program.names.get(node) ?? node.op.name;
  return [
    ...nest.memory.map((node) => ({ name: nameOf(node), type: arrayTypes[node.type.dtype] })),
    ...nest.scalars.map((node) => ({ name: nameOf(node), type: scalarType(node.type.dtype) })),
    ...nest.sizes.map((name) => ({ name, type: "number" })),
    ...nest.counters.map((axis) => ({ name: nest.axisNames.get(axis) as string, type: "number" })),
  ];
}

/** The formulas of a nest, for the comment above its function. */
export function formulasOf({ stages, axisNames }: Nest, program: Program): string[] {
  const letter = (axis: Axis): string => axisNames.get(axis) ?? "?";
  return stages.flatMap((stage) => formulaOf(stage, program, letter));
}

/** Writes the function of a nest. */
export function writeNest(out: Writer, nest: Nest, program: Program, functionName: string): void {
  const names: Names = {
    nameOf: (s) => program.names.get(s.node) ?? s.node.op.name,
    letter: (s) => nest.axisNames.get(s.axis) ?? "?",
  };
  const returns =
    nest.results.length === 0
      ? "void"
      : nest.results.length === 1
        ? scalarType(nest.results[0].type.dtype)
        : `[${nest.results.map((node) => scalarType(node.type.dtype)).join(", ")}]`;
  const args = argumentsOf(nest, program);
  const head = `function ${functionName}(${args.map((a) => `${a.name}: ${a.type}`).join(", ")}): ${returns} {`;
  const body = (): void => {
    writeStatements(out, nest.body, names);
    const results = nest.results.map((node) => program.names.get(node) ?? node.op.name);
    if (results.length === 1) out.line(`return ${results[0]};`);
    if (results.length > 1) out.line(`return [${results.join(", ")}];`);
  };
  if (head.length <= 100) out.block(head, body);
  else {
    out.line(`function ${functionName}(`);
    for (const a of args) out.line(`  ${a.name}: ${a.type},`);
    out.block(`): ${returns} {`, body);
  }
}

/** Names that the function of a nest declares: its own, its operands and what it computes. */
export function* declaredIn(text: string): Iterable<string> {
  const declarations =
    /\b(?:const|let|function) ([\p{L}_$][\p{L}\p{N}_$]*)|([\p{L}_$][\p{L}\p{N}_$]*): (?:\w+Array|number|boolean)\b/gu;
  for (const [, made, operand] of text.matchAll(declarations)) yield made ?? operand;
}

function writeStatements(out: Writer, statements: readonly Statement[], names: Names): void {
  for (const s of statements) writeStatement(out, s, names);
}

function writeStatement(out: Writer, s: Statement, names: Names): void {
  const text = (value: Scalar): string => expression(value, names).text;
  switch (s.kind) {
    case "loop": {
      const i = names.letter({ kind: "axis", key: "", dtype: "int32", axis: s.axis });
      const next = s.step === 1 ? `${i}++` : `${i} += ${s.step}`;
      out.block(`for (let ${i} = 0; ${i} < ${dimText(s.axis.extent)}; ${next}) {`, () =>
        writeStatements(out, s.body, names),
      );
      return;
    }
    case "let": {
      out.line(`const ${s.local.name} = ${text(s.value)};`);
      return;
    }
    case "declare": {
      out.line(`let ${s.local.name} = ${start(s.fn, s.local.dtype)};`);
      if (s.best) out.line(`let ${s.best.name} = ${s.fn === "argmax" ? "-Infinity" : "Infinity"};`);
      return;
    }
    case "accumulate":
      writeAccumulate(out, s, text);
      return;
    case "store": {
      const place = `${names.nameOf({ kind: "element", key: "", dtype: s.into.type.dtype, node: s.into, offset: s.offset })}[${offset(s.offset, names).text}]`;
      out.line(assignment(place, s, text));
      return;
    }
  }
}

/** An array rounds what is written into it by itself. */
function unrounded(value: Scalar, into: Node): Scalar {
  const isRounded = value.kind === "call" && (value.fn === "rounded" || value.fn === "cast");
  const [of] = value.kind === "call" ? value.args : [];
  return isRounded && into.type.dtype === "float32" && of.dtype.startsWith("float") ? of : value;
}

/** `W[i] -= step` where the old value is what changes. */
function assignment(
  place: string,
  s: Extract<Statement, { kind: "store" }>,
  text: (v: Scalar) => string,
): string {
  const { into } = s;
  const value = unrounded(s.value, into);
  if (value.dtype === "bool") return `${place} = ${text(value)} ? 1 : 0;`;
  const sign =
    value.kind === "call"
      ? ({ add: "+=", sub: "-=" } as const)[value.fn as "add" | "sub"]
      : undefined;
  if (value.kind === "call" && sign && value.dtype !== "int32") {
    const [old, change] = value.args;
    if (old.kind === "element" && old.node === into && old.offset === s.offset)
      return `${place} ${sign} ${text(change)};`;
  }
  return `${place} = ${text(value)};`;
}

function writeAccumulate(
  out: Writer,
  s: Extract<Statement, { kind: "accumulate" }>,
  text: (v: Scalar) => string,
): void {
  const { local, fn, best, position } = s;
  const value = text(s.value);
  if (best && position) {
    // The first NaN counts as the most extreme value.
    const sign = fn === "argmax" ? ">" : "<";
    const test = `${value} ${sign} ${best.name} || (${value} !== ${value} && ${best.name} === ${best.name})`;
    out.block(`if (${test}) {`, () => {
      out.line(`${best.name} = ${value};`);
      out.line(`${local.name} = ${text(position)};`);
    });
    return;
  }
  if (local.dtype === "bool") {
    out.line(
      `${local.name} = ${local.name} ${fn === "max" ? "||" : "&&"} ${value.includes(" ") ? `(${value})` : value};`,
    );
    return;
  }
  if (fn === "max" || fn === "min")
    out.line(`${local.name} = Math.${fn}(${local.name}, ${value});`);
  else if (local.dtype === "int32") {
    out.line(
      fn === "add"
        ? `${local.name} = (${local.name} + (${value})) | 0;`
        : `${local.name} = Math.imul(${local.name}, ${value});`,
    );
  } else out.line(`${local.name} ${fn === "add" ? "+=" : "*="} ${value};`);
}

/** What an accumulator starts from. */
function start(fn: ReduceFn, dtype: DType): string {
  if (dtype === "bool") return fn === "max" ? "false" : "true";
  switch (fn) {
    case "mul":
      return "1";
    case "max":
      return dtype === "int32" ? "-2147483648" : "-Infinity";
    case "min":
      return dtype === "int32" ? "2147483647" : "Infinity";
    default:
      return "0";
  }
}
