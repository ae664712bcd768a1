/**
 * Generated C under sanitizers: every op, products, convolutions and recurrences, compared with the interpreter.
 *
 *   npm run sanitize              addresses and undefined behaviour, for this processor and for any
 *   npm run sanitize -- thread    races of threads
 */

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { compileModel } from "../compiler/compile.ts";
import { gradients } from "../compiler/gradient/grad.ts";
import type { NDArray } from "../compiler/graph/ndarray.ts";
import { type Node, resetGraph, topological } from "../compiler/graph/node.ts";
import { resetScalars } from "../compiler/kernels/scalar.ts";
import * as a from "../compiler/ops/arithmetic.ts";
import { conv2d } from "../compiler/ops/convolution.ts";
import * as e from "../compiler/ops/exponential.ts";
import { maxPool2d } from "../compiler/ops/pooling.ts";
import { dot } from "../compiler/ops/product.ts";
import * as r from "../compiler/ops/reduction.ts";
import { dimshuffle, transpose } from "../compiler/ops/shape.ts";
import { emitNative } from "../compiler/targets/native/index.ts";
import { elementArrays } from "../runtime/arrays.ts";
import { type Compiler, findCompiler } from "../runtime/native/compiler.ts";
import { cases as recurrences } from "../tests/scan/cases.ts";
import { bindingsOf } from "../tests/scan/values.ts";
import { type Case, functionOf, runInterpreter } from "../tests/support/compile.ts";
import { Cases } from "../tests/support/native-cases.ts";
import { opTable, specialTable } from "../tests/support/op-table.ts";
import { checkArguments } from "./usage.ts";

checkArguments(
  `npm run sanitize             generated C under sanitizers of addresses and undefined behaviour
npm run sanitize -- thread   races of threads`,
  ["thread"],
);

/** Products and convolutions at sizes that fill no vector and no tile. */
function contractions(): Case[] {
  const cases = new Cases(21);
  for (const [rows, columns, k] of [
    [1, 70, 65],
    [5, 3, 300],
    [13, 17, 19],
    [20, 33, 47],
    [65, 10, 70],
  ]) {
    cases.add("", [[rows, k], [k, columns], [columns]], (x, w, b) => [
      e.tanh(a.add(dot(x, w), b)),
      dot(transpose(a.mul(x, 2)), dot(x, w)),
    ]);
    cases.add(
      "",
      [
        [k, rows],
        [columns, k],
      ],
      (x, w) => [dot(transpose(x), transpose(w))],
    );
    cases.add(
      "",
      [
        ["rows", k],
        [k, columns],
      ],
      (x, w) => [dot(x, w), r.sum(x, 0)],
      { rows },
    );
    cases.add(
      "",
      [
        ["rows", k],
        [k, columns],
      ],
      (x, w) => [dot(x, w)],
      { rows: 0 },
    );
  }
  for (const [batch, channels, filters, size] of [
    [3, 1, 6, 13],
    [9, 5, 3, 12],
  ])
    cases.add(
      "",
      [[batch, channels, size, size], [filters, channels, 3, 3], [filters]],
      (x, w, b) => {
        const pooled = maxPool2d(conv2d(x, w, { flip: true, padding: 1 }), 2);
        const y = e.tanh(a.add(pooled, dimshuffle(b, ["x", 0, "x", "x"])));
        return [y, ...gradients(r.mean(a.mul(y, y)), [x, w, b])];
      },
    );
  return cases.list;
}

/** Large enough for several threads. */
function shared(): Case[] {
  const cases = new Cases(22);
  cases.add("", [[301, 257], [257, 97], [97]], (x, w, b) => {
    const y = e.tanh(a.add(dot(x, w), b));
    return [y, ...gradients(r.mean(a.mul(y, y)), [x, w, b])];
  });
  cases.add(
    "",
    [
      ["rows", 257],
      [257, 97],
    ],
    (x, w) => [e.tanh(dot(x, w)), r.sum(x, 1)],
    {
      rows: 300,
    },
  );
  cases.add(
    "",
    [
      [40, 3, 24, 24],
      [6, 3, 5, 5],
    ],
    (x, w) => {
      const y = e.tanh(maxPool2d(conv2d(x, w), 2));
      return [y, ...gradients(r.mean(a.mul(y, y)), [x, w])];
    },
  );
  return cases.list;
}

const loops = (): Case[] =>
  Object.values(recurrences).map((make) => {
    const scan = make();
    const symbols = topological(scan.results).filter((n) => n.op.name === "symbol");
    return { outputs: scan.results, bindings: bindingsOf(symbols, scan) };
  });

function bytesOf(node: Node, { data }: NDArray): Uint8Array {
  const isNumber = node.shape.length === 0;
  const array =
    isNumber && node.type.dtype === "int64"
      ? BigInt64Array.from(data, (v) => BigInt(Math.trunc(v)))
      : elementArrays[node.type.dtype].from(data);
  return new Uint8Array(array.buffer);
}

const length = (n: number): Uint8Array => new Uint8Array(BigUint64Array.of(BigInt(n)).buffer);
const doubles = (values: readonly number[]): Uint8Array =>
  new Uint8Array(Float64Array.from(values).buffer);

/** The C of expressions, and the file of their values. */
function prepare(
  cases: readonly Case[],
  tolerance: readonly [number, number],
  folder: string,
): void {
  const functions = cases.map(({ outputs }, i) => functionOf(outputs, `f${i}`));
  const model = compileModel(
    "m",
    "models/m.ts",
    functions.map((fn, i) => [`f${i}`, fn]),
  );
  for (const [file, text] of emitNative(model)) writeFileSync(path.join(folder, file), text);
  const parts: Uint8Array[] = [doubles(tolerance)];
  for (const [i, fn] of functions.entries()) {
    const { outputs, bindings } = cases[i];
    const sizes = new Map<string, number>();
    for (const input of fn.inputs) {
      const value = bindings.get(input) as NDArray;
      parts.push(length(value.data.length), bytesOf(input, value));
      for (const [axis, dim] of input.shape.entries())
        if (typeof dim === "string") sizes.set(dim, value.shape[axis]);
    }
    parts.push(new Uint8Array(Int32Array.from(sizes.values()).buffer));
    for (const row of runInterpreter(outputs, bindings))
      parts.push(length(row.length), doubles(row));
  }
  writeFileSync(path.join(folder, "cases.bin"), Buffer.concat(parts));
}

interface Run {
  readonly name: string;
  readonly cases: () => readonly Case[];
  readonly tolerance: readonly [number, number];
}

const float32 = [2e-5, 1e-4] as const;
const runs: readonly Run[] = [
  { name: "ops, float32", cases: () => opTable("float32"), tolerance: float32 },
  { name: "ops, float64", cases: () => opTable("float64"), tolerance: [1e-9, 1e-9] },
  { name: "special values", cases: () => specialTable("float32"), tolerance: float32 },
  { name: "contractions", cases: contractions, tolerance: float32 },
  { name: "recurrences", cases: loops, tolerance: [1e-9, 1e-9] },
  { name: "shared among threads", cases: shared, tolerance: float32 },
];

const isThread = process.argv[2] === "thread";
const sanitizers = isThread
  ? ["-fsanitize=thread"]
  : ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"];

/** Compiles and runs; says how it went. */
function check(
  name: string,
  { command, flags }: Compiler,
  sources: string[],
  args: string[],
): void {
  const program = path.join(folder, "program");
  const built = spawnSync(
    command[0],
    [
      ...command.slice(1),
      ...["-std=gnu11", "-O1", "-g", "-Wall", "-Wextra", "-Werror", "-fopenmp-simd"],
      ...["-fno-math-errno", "-fno-trapping-math", "-pthread", ...flags, ...sanitizers],
      ...["-I", "runtime/native", "-I", folder, ...sources, "-lm"],
      ...["-o", program],
    ],
    { encoding: "utf8" },
  );
  const ran = built.status === 0 ? spawnSync(program, args, { encoding: "utf8" }) : built;
  const good = ran.status === 0;
  if (!good) process.exitCode = 1;
  console.log(`${name}: ${good ? ran.stdout.trim() : `failed\n${ran.stdout}${ran.stderr}`}`);
}

function compilers(): Compiler[] {
  try {
    const best = findCompiler();
    return isThread || best.variant === "portable" ? [best] : [best, findCompiler("portable")];
  } catch (error) {
    console.log(`left out: ${(error as Error).message}`);
    return [];
  }
}

const folder = mkdtempSync(path.join(tmpdir(), "adjoint-sanitize-"));
const found = compilers();
if (isThread)
  for (const compiler of found) check("units of jobs", compiler, ["scripts/sanitize/pool.c"], []);
for (const { name, cases, tolerance } of isThread ? runs.slice(-1) : runs) {
  if (found.length === 0) break;
  resetGraph();
  resetScalars();
  prepare(cases(), tolerance, folder);
  const sources = [
    "scripts/sanitize/functions.c",
    path.join(folder, "native.c"),
    "runtime/native/adjoint.c",
  ];
  const args = [path.join(folder, "cases.bin"), isThread ? "3" : "2"];
  for (const compiler of found) check(`${name}, ${compiler.variant}`, compiler, sources, args);
}
rmSync(folder, { recursive: true });
