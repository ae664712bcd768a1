/** The native target: every op beside the interpreter, in float32 and as the samples are. */

import test from "ava";
import type { NDArray } from "../../compiler/graph/ndarray.ts";
import { makeNode, type Node } from "../../compiler/graph/node.ts";
import { allOps } from "../../compiler/ops/index.ts";
import { symbol } from "../../compiler/ops/leaf.ts";
import { type Case, close, functionOf, runInterpreter } from "../support/compile.ts";
import { type BuildOptions, missingCompiler, quick, runAllNative } from "../support/native.ts";
import { Random } from "../support/random.ts";

const missing = missingCompiler();
const run = missing ? test.skip : test.serial;
if (missing) test(`skipped: ${missing}`, (t) => t.pass());

type NamedCase = Case & { readonly name: string };
type Precision = "float32" | "float64";

/** Each op on its samples. */
function opTable(precision: Precision): NamedCase[] {
  return [...allOps.values()].flatMap((op) =>
    op.samples.map((sample, n) => {
      const random = new Random(700 + n);
      const typed = (dtype = "float64") => (dtype === "float64" ? precision : dtype) as "float32";
      const inputs = sample.inputs.map(({ shape, dtype }) => symbol(typed(dtype), shape));
      const attrs = Object.fromEntries(
        Object.entries(sample.attrs ?? {}).map(([k, v]) => [k, v === "float64" ? precision : v]),
      );
      const bindings = new Map(
        inputs.map((x, i): [Node, NDArray] => [x, random.sample(sample.inputs[i], x.type.dtype)]),
      );
      const { outputs } = functionOf([makeNode(op, inputs, attrs)]);
      return { name: `${op.name}, sample ${n}`, outputs, bindings };
    }),
  );
}

const special = [
  Number.NaN,
  Infinity,
  -Infinity,
  0,
  -0,
  1e30,
  -1e30,
  1e-30,
  1e-40,
  1,
  -1,
  0.5,
  88.5,
];

/** Functions that float32 computes otherwise at such values, and why. */
const exceptions: Readonly<Record<string, string>> = {
  mod: "x − y·⌊x/y⌋ where float32 does not hold the quotient",
};

/** Each function of numbers, on all pairs of special values. */
function specialTable(precision: Precision): NamedCase[] {
  return [...allOps.values()].flatMap((op) => {
    const [sample] = op.samples;
    const isReal = sample?.inputs.every((i) => (i.dtype ?? "float64") === "float64");
    if (!op.elementwise || !isReal || sample.inputs.length === 0 || sample.inputs.length > 2)
      return [];
    if (precision === "float32" && op.name in exceptions) return [];
    const points =
      sample.inputs.length === 1
        ? special.map((x) => [x])
        : special.flatMap((x) => special.map((y) => [x, y]));
    const inputs = sample.inputs.map(() => symbol(precision, [points.length]));
    const bindings = new Map(
      inputs.map((x, i): [Node, NDArray] => [
        x,
        { dtype: precision, shape: [points.length], data: Float64Array.from(points, (p) => p[i]) },
      ]),
    );
    const attrs = Object.fromEntries(
      Object.entries(sample.attrs ?? {}).map(([k, v]) => [k, v === "float64" ? precision : v]),
    );
    const { outputs } = functionOf([makeNode(op, inputs, attrs)]);
    return [{ name: `${op.name} of special values`, outputs, bindings }];
  });
}

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
    t.log(`${cases.length} functions; left out in float32: ${JSON.stringify(exceptions)}`);
    t.true(cases.length > 40);
  });
}

for (const ADJOINT_VARIANT of ["avx2", "portable"]) {
  run(`every op in C for ${ADJOINT_VARIANT} processors, without warnings`, async (t) => {
    const cases = opTable("float32");
    t.deepEqual(await wrongOf(cases, [2e-5, 2e-5], { ...quick, ADJOINT_VARIANT }), []);
  });
}
