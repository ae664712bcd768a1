/** Loops and statements in C. */

import type { DType } from "../../graph/types.ts";
import type { Statement } from "../../kernels/loops.ts";
import { local, type ReduceFn, rewrite, type Scalar, walk } from "../../kernels/scalar.ts";
import type { Writer } from "../writer.ts";
import { expression, type Names, number, numberTypes, offset } from "./expression.ts";
import { dimInC, inC } from "./names.ts";

type Loop = Extract<Statement, { kind: "loop" }>;

/** Steps of a loop, from the first to behind the last. */
export interface Steps {
  readonly loop: Loop;
  readonly first: string;
  readonly end: string;
}

/** @param some the one loop of which only some steps are made */
export function writeStatements(
  out: Writer,
  statements: readonly Statement[],
  names: Names,
  some?: Steps,
): void {
  const long = longSums(statements);
  for (const [i, s] of statements.entries()) {
    if (s.kind === "loop") writeLoop(out, s, names, s === some?.loop ? some : undefined);
    else if (s.kind === "let" && s.local.dtype === "float32" && reads(s.value, long))
      out.line(`const float ${inC(s.local.name)} = (float)(${expression(s.value, names).text});`);
    else if (s.kind === "store" && isLongLine(s, names)) writeStore(out, s, names, statements);
    else writeStatement(out, s, names, laneSums(statements.slice(i + 1)));
  }
}

function writeLoop(out: Writer, loop: Loop, names: Names, some?: Steps): void {
  const i = names.letter(loop.axis);
  const next = loop.step === 1 ? `${i}++` : `${i} += ${loop.step}`;
  const sums = vectorSums(loop);
  if (sums) out.directive(`#pragma omp simd${sums}`);
  // gcc 12 exchanges terms of sums that it writes out before it makes vectors of the loop around.
  else if (addsUp(loop)) out.directive("#pragma GCC unroll 1");
  const { first, end } = some ?? { first: "0", end: dimInC(loop.axis.extent) };
  out.block(`for (int ${i} = ${first}; ${i} < ${end}; ${next}) {`, () =>
    writeStatements(out, loop.body, names),
  );
}

/** Steps that gcc writes out. */
const fewSteps = 16;

/** Whether a loop of few steps takes a sum or a product, of more than truth values. */
const addsUp = ({ axis, body }: Loop): boolean =>
  typeof axis.extent === "number" &&
  axis.extent <= fewSteps &&
  body.some(
    (s) =>
      s.kind === "accumulate" &&
      (s.fn === "add" || s.fn === "mul") &&
      s.local.dtype.startsWith("float") &&
      !isCount(s.value),
  );

const isCount = (s: Scalar): boolean =>
  s.kind === "call" && s.fn === "cast" && s.args[0].dtype === "bool";

const accumulated = (body: readonly Statement[]): Scalar[] =>
  body.flatMap((s) =>
    s.kind === "loop" ? accumulated(s.body) : s.kind === "accumulate" ? [s.local] : [],
  );

/** The steps of a loop and of those in it are few: compilers write them out. */
function isShort({ axis, body }: Loop, limit = 32): boolean {
  if (typeof axis.extent !== "number" || axis.extent > limit) return false;
  const left = limit / axis.extent;
  return body.every((s) => s.kind !== "loop" || isShort(s, left));
}

/** Accumulators that the next loops take in lanes, or in few steps. */
function laneSums(statements: readonly Statement[]): ReadonlySet<Scalar> {
  return new Set(
    statements.flatMap((s) =>
      s.kind === "loop" && (vectorSums(s) || isShort(s)) ? accumulated(s.body) : [],
    ),
  );
}

/** Accumulators of float32 that are kept in double precision: a sum that is taken in order would lose digits. */
export function longSums(statements: readonly Statement[]): ReadonlySet<string> {
  return new Set(
    statements.flatMap((s, i) =>
      s.kind === "declare" && isLong(s, laneSums(statements.slice(i + 1))) ? [s.local.name] : [],
    ),
  );
}

/** A sum in lanes is many short ones, which lose none. */
const isLong = (
  { fn, local }: Extract<Statement, { kind: "declare" }>,
  inLanes: ReadonlySet<Scalar>,
): boolean => fn === "add" && local.dtype === "float32" && !inLanes.has(local);

const reads = (s: Scalar, names: ReadonlySet<string>): boolean =>
  walk(s).some((part) => part.kind === "local" && names.has(part.name));

type Store = Extract<Statement, { kind: "store" }>;

/** Whether an assignment is broken, though its index is an expression that need not be. */
const isLongLine = (s: Store, names: Names): boolean =>
  assignment(s, names).length > 88 && offset(s.offset, names, s.into).text.includes(" ");

/** An assignment that has its index under a name, where no statement beside it has that name. */
function writeStore(out: Writer, s: Store, names: Names, beside: readonly Statement[]): void {
  const name = `${names.nameOf(s.into)}_at`;
  const isOnly = beside.filter((o) => o.kind === "store" && o.into === s.into).length === 1;
  if (!isOnly || namesIn(beside, names).has(name)) {
    out.line(assignment(s, names));
    return;
  }
  const place = offset(s.offset, names, s.into).text;
  const index = local(name, "int32");
  const value = rewrite(s.value, (part) => (part === s.offset ? index : undefined));
  out.line(`const ${place.includes("ptrdiff_t") ? "ptrdiff_t" : "int"} ${name} = ${place};`);
  out.line(assignment({ into: s.into, offset: index, value }, names));
}

/** What statements mention by name. */
function namesIn(statements: readonly Statement[], names: Names): Set<string> {
  const found = new Set<string>();
  const add = (s: Scalar): void => {
    for (const part of walk(s)) {
      if (part.kind === "element") found.add(names.nameOf(part.node));
      if (part.kind === "local" || part.kind === "size") found.add(inC(part.name));
    }
  };
  for (const s of statements) {
    if (s.kind === "loop") for (const name of namesIn(s.body, names)) found.add(name);
    else if (s.kind === "declare") found.add(inC(s.local.name));
    else add(s.value);
    if (s.kind === "store") found.add(names.nameOf(s.into));
  }
  return found;
}

/** @param inLanes accumulators of few numbers, or of lanes of vectors */
function writeStatement(
  out: Writer,
  s: Exclude<Statement, Loop>,
  names: Names,
  inLanes: ReadonlySet<Scalar>,
): void {
  const text = (value: Scalar): string => expression(value, names).text;
  switch (s.kind) {
    case "let":
      out.line(`const ${numberTypes[s.local.dtype]} ${inC(s.local.name)} = ${text(s.value)};`);
      return;
    case "declare": {
      const dtype = isLong(s, inLanes) ? "float64" : s.local.dtype;
      out.line(`${numberTypes[dtype]} ${inC(s.local.name)} = ${start(s.fn, dtype)};`);
      if (s.best) {
        const from = s.fn === "argmax" ? -Infinity : Infinity;
        out.line(
          `${numberTypes[s.best.dtype]} ${inC(s.best.name)} = ${startOfBest(from, s.best.dtype)};`,
        );
      }
      return;
    }
    case "accumulate":
      writeAccumulate(out, s, text);
      return;
    case "store":
      out.line(assignment(s, names));
      return;
  }
}

/**
 * The clause for a loop whose sums and products may be taken in lanes; undefined for other loops. Only
 * these are told to the compiler: it finds by itself what may be done in vectors without changing order.
 */
function vectorSums({ axis, body }: Loop): string | undefined {
  if (typeof axis.extent === "number" && axis.extent < 4) return undefined;
  if (body.some((s) => s.kind === "loop" || s.kind === "declare")) return undefined;
  const sums = body.filter((s) => s.kind === "accumulate");
  // A running sum is needed in order.
  const held = new Set<Scalar>(sums.map((s) => s.local));
  if (valuesOf(body).some((value) => walk(value).some((part) => held.has(part)))) return undefined;
  if (sums.length === 0) return undefined;
  const fits = sums.every(
    (s) => (s.fn === "add" || s.fn === "mul") && s.local.dtype.startsWith("float"),
  );
  if (!fits || !body.every((s) => s.kind === "accumulate" || isOwnStep(s, body))) return undefined;
  const clause = (fn: ReduceFn, sign: string): string => {
    const names = sums.filter((s) => s.fn === fn).map((s) => inC(s.local.name));
    return names.length > 0 ? ` reduction(${sign} : ${names.join(", ")})` : "";
  };
  return clause("add", "+") + clause("mul", "*");
}

/** What statements compute. */
const valuesOf = (body: readonly Statement[]): Scalar[] =>
  body.flatMap((s) =>
    s.kind === "let" || s.kind === "store" || s.kind === "accumulate" ? [s.value] : [],
  );

/** Whether what a statement stores is read, if at all, at the step that stores it. */
function isOwnStep(s: Statement, body: readonly Statement[]): boolean {
  if (s.kind !== "store") return s.kind === "let";
  const reads = valuesOf(body).flatMap(walk);
  return reads.every((r) => r.kind !== "element" || r.node !== s.into || r.offset === s.offset);
}

/** `W[i] -= step` where the old value is what changes. */
export function assignment(
  s: Pick<Extract<Statement, { kind: "store" }>, "into" | "offset" | "value">,
  names: Names,
): string {
  const { value, into } = s;
  const text = (v: Scalar): string => expression(v, names).text;
  const place = `${names.nameOf(into)}[${offset(s.offset, names, into).text}]`;
  const sign =
    value.kind === "call"
      ? ({ add: "+=", sub: "-=" } as const)[value.fn as "add" | "sub"]
      : undefined;
  if (value.kind === "call" && sign) {
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
    const sign = fn === "argmax" ? ">" : "<";
    const test = `${value} ${sign} ${inC(best.name)} || (${value} != ${value} && ${inC(best.name)} == ${inC(best.name)})`;
    out.note([`${fn === "argmax" ? "Larger" : "Smaller"}, or the first NaN.`]);
    out.block(`if (${test}) {`, () => {
      out.line(`${inC(best.name)} = ${value};`);
      out.line(`${inC(local.name)} = ${text(position)};`);
    });
    return;
  }
  if (local.dtype === "bool") {
    const sign = fn === "max" ? "||" : "&&";
    out.line(
      `${inC(local.name)} = ${inC(local.name)} ${sign} ${value.includes(" ") ? `(${value})` : value};`,
    );
  } else if (fn === "max" || fn === "min") {
    const prefix = { float32: "f32", float64: "f64", int32: "i32", int64: "i64" }[local.dtype];
    out.line(`${inC(local.name)} = ${prefix}_${fn}(${inC(local.name)}, ${value});`);
  } else if (local.dtype === "int32") {
    const name = inC(local.name);
    out.line(`${name} = i32_${fn}(${name}, ${value});`);
  } else out.line(`${inC(local.name)} ${fn === "add" ? "+=" : "*="} ${value};`);
}

function startOfBest(value: number, dtype: DType): string {
  if (dtype === "float32" || dtype === "float64") return number(value, dtype).text;
  return value < 0 ? "INT32_MIN" : "INT32_MAX";
}

/** What an accumulator starts from. */
function start(fn: ReduceFn, dtype: DType): string {
  if (dtype === "bool") return fn === "max" ? "false" : "true";
  const isFloat = dtype === "float32" || dtype === "float64";
  switch (fn) {
    case "mul":
      return number(1, dtype).text;
    case "max":
      return isFloat ? "-INFINITY" : "INT32_MIN";
    case "min":
      return isFloat ? "INFINITY" : "INT32_MAX";
    default:
      return number(0, dtype).text;
  }
}
