/** The native target: every op beside the interpreter, in float32 and as the samples are. */

import test from "ava";
import { close, runInterpreter } from "../support/compile.ts";
import { type BuildOptions, missingCompiler, quick, runAllNative } from "../support/native.ts";
import { exceptions, type NamedCase, opTable, specialTable } from "../support/op-table.ts";

const missing = missingCompiler();
const run = missing ? test.skip : test.serial;
if (missing) test(`skipped: ${missing}`, (t) => t.pass());

/** What C computes otherwise than the interpreter. */
async function wrongOf(
  cases: readonly NamedCase[],
  [relative, absolute]: readonly [number, number],
  options?: BuildOptions,
): Promise<string[]> {
  const results = await runAllNative(cases, options);
  return cases.flatMap(({ name, outputs, bindings }, i) =>
    runInterpreter(outputs, bindings).flatMap((row, k) =>
      row.flatMap((v, n) => {
        const found = results[i][k][n];
        if (close([found], [v], relative, absolute)) return [];
        const of = [...bindings.values()].map(
          ({ data }) => data[data.length === row.length ? n : 0],
        );
        return [`${name}, element ${n} (of ${of}): ${found} and ${v}`];
      }),
    ),
  );
}

for (const precision of ["float32", "float64"] as const) {
  const [relative, absolute] = precision === "float32" ? [2e-5, 2e-5] : [1e-10, 1e-10];
  run(`every op computes in C what the interpreter computes, ${precision}`, async (t) => {
    const cases = opTable(precision);
    t.deepEqual(await wrongOf(cases, [relative, absolute]), []);
    t.log(`${cases.length} kernels`);
    t.true(cases.length > 200);
  });

  run(`special values come out of C as of the interpreter, ${precision}`, async (t) => {
    const cases = specialTable(precision);
    t.deepEqual(await wrongOf(cases, [relative, 1e-36], quick), []);
    t.log(`${cases.length} functions; left out: ${JSON.stringify(exceptions)}`);
    t.true(cases.length > 40);
  });
}

for (const ADJOINT_VARIANT of ["avx2", "portable"]) {
  run(`every op in C for ${ADJOINT_VARIANT} processors, without warnings`, async (t) => {
    const cases = opTable("float32");
    t.deepEqual(await wrongOf(cases, [2e-5, 2e-5], { ...quick, ADJOINT_VARIANT }), []);
  });
}
