/** Native code where there is no memory: calls say so, and leave nothing behind. */

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test from "ava";
import { compileModel } from "../../compiler/compile.ts";
import type { Node } from "../../compiler/graph/node.ts";
import * as l from "../../compiler/language/index.ts";
import type { CompiledModel } from "../../compiler/model.ts";
import { emitNative } from "../../compiler/targets/native/index.ts";
import { findCompiler } from "../../runtime/native/compiler.ts";
import { functionOf } from "../support/compile.ts";
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

run("a call without memory returns a status and leaves nothing allocated", (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), "adjoint-memory-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  for (const [file, text] of emitNative(model())) writeFileSync(path.join(folder, file), text);
  const [compiler, ...first] = findCompiler().command;
  const program = path.join(folder, "failing");
  const replaced = ["malloc", "calloc", "realloc", "aligned_alloc"].map(
    (f) => `-D${f}=failing_${f}`,
  );
  const files = [
    "tests/targets/native-memory/failing.c",
    path.join(folder, "native.c"),
    "runtime/native/adjoint.c",
  ];
  execFileSync(compiler, [
    ...[...first, "-O1", "-Wall", "-Wextra", "-Werror", "-pthread", "-fopenmp-simd"],
    ...[...replaced, "-Dfree=counted_free", "-I", "runtime/native", "-I", folder],
    ...[...files, "-lm", "-o", program],
  ]);
  const said = execFileSync(program, { encoding: "utf8" });
  t.regex(said, /^create: [1-9]\d* allocations\ntotal: 2 allocations\ndoubled: 5 allocations\n$/);
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
