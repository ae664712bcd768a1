/** Native code with more memory than there is, and with more of it than an int counts. */

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test, { type ExecutionContext } from "ava";
import { compileModel } from "../../compiler/compile.ts";
import type { Node } from "../../compiler/graph/node.ts";
import * as l from "../../compiler/language/index.ts";
import type { CompiledModel } from "../../compiler/model.ts";
import { emitNative } from "../../compiler/targets/native/index.ts";
import { findCompiler } from "../../runtime/native/compiler.ts";
import { functionOf, named } from "../support/compile.ts";
import { addonOf, missingCompiler } from "../support/native.ts";

const missing = missingCompiler();
const run = missing ? test.skip : test.serial;
if (missing) test(`skipped: ${missing}`, (t) => t.pass());

/** Temporaries of a named size, and results whose size the call finds out, one of them twice. */
function model(): CompiledModel {
  const x = l.vector("n");
  const square = l.dot(l.outer(x, x), l.outer(x, x));
  const [states] = l.scan({
    fn: (v: l.Tensor) => {
      const next = l.mul(v, 2);
      return { outputs: next, until: l.gt(l.sum(next), 45) };
    },
    outputsInfo: x,
    nSteps: 20,
    name: "states",
  });
  const functions = {
    total: [l.sum(l.exp(square))],
    doubled: [states, l.dot(states, l.outer(x, x)), states],
  };
  return compileModel(
    "m",
    "models/m.ts",
    Object.entries(functions).map(([name, outputs]) => [
      name,
      functionOf(outputs as unknown as Node[], name),
    ]),
  );
}

/** Runs a C program of native-memory/ on a model's C. @returns what it prints */
function runProgram(t: ExecutionContext, name: string, of: CompiledModel, flags: string[]): string {
  const folder = mkdtempSync(path.join(tmpdir(), "adjoint-memory-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  for (const [file, text] of emitNative(of)) writeFileSync(path.join(folder, file), text);
  const [compiler, ...first] = findCompiler().command;
  const program = path.join(folder, "program");
  const files = [
    `tests/targets/native-memory/${name}.c`,
    path.join(folder, "native.c"),
    "runtime/native/adjoint.c",
  ];
  execFileSync(compiler, [
    ...[...first, "-Wall", "-Wextra", "-Werror", "-pthread", "-fopenmp-simd", ...flags],
    ...["-I", "runtime/native", "-I", folder, ...files, "-lm", "-o", program],
  ]);
  return execFileSync(program, { encoding: "utf8" });
}

run("a call without memory returns a status and leaves nothing allocated", (t) => {
  const replaced = ["malloc", "calloc", "realloc", "aligned_alloc"].map(
    (f) => `-D${f}=failing_${f}`,
  );
  const flags = ["-O1", ...replaced, "-Dfree=counted_free"];
  t.regex(
    runProgram(t, "failing", model(), flags),
    /^create: [1-9]\d* allocations\ntotal: 2 allocations\ndoubled: 5 allocations\n$/,
  );
});

run("a call without memory is an error of JavaScript", async (t) => {
  const { create, functions } = await addonOf(model(), { CFLAGS: "-O1" });
  const handle = create(0, 2);
  const x = new Float32Array(5).fill(1);
  const before = functions.total(handle, x, 5);
  // More bytes than there are addresses.
  const n = 20_000_000;
  const message = { message: "total: there is not enough memory for what it computes" };
  t.throws(() => functions.total(handle, new Float32Array(n), n), message);
  t.is(functions.total(handle, x, 5), before, "it goes on");
});

(process.platform === "linux" ? run : test.skip)(
  "data of more elements than an int counts",
  (t) => {
    const x = named(l.data("samples", 784), "x");
    const at = named(l.ivector(2), "at");
    const W = named(l.matrix(784, 3), "W");
    const gather = functionOf([l.at(x, at)] as unknown as Node[], "gather");
    const product = functionOf([l.dot(x, W)] as unknown as Node[], "product");
    const of = compileModel("m", "models/m.ts", [
      ["x", x],
      ["gather", gather],
      ["product", product],
    ]);
    const said = runProgram(t, "many-rows", of, ["-O2", "-march=native"]);
    if (said === "no memory\n") t.log("not tested: there are not enough addresses");
    else t.is(said, "right\n");
  },
);
