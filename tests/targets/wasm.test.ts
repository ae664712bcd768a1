/** The WebAssembly target: every op beside the interpreter, in float32 and as the samples are. */

import test from "ava";
import type { NDArray } from "../../compiler/graph/ndarray.ts";
import { makeNode, type Node } from "../../compiler/graph/node.ts";
import { allOps } from "../../compiler/ops/index.ts";
import { symbol } from "../../compiler/ops/leaf.ts";
import { type Case, close, functionOf, runInterpreter } from "../support/compile.ts";
import { Random } from "../support/random.ts";
import { runAllWasm } from "../support/wasm.ts";

for (const precision of ["float32", "float64"] as const) {
  test.serial(
    `every op computes in WebAssembly what the interpreter computes, ${precision}`,
    async (t) => {
      const cases: (Case & { readonly name: string })[] = [];
      for (const op of allOps.values()) {
        for (const [n, sample] of op.samples.entries()) {
          const random = new Random(700 + n);
          const typed = (dtype = "float64") =>
            (dtype === "float64" ? precision : dtype) as "float32";
          const inputs = sample.inputs.map(({ shape, dtype }) => symbol(typed(dtype), shape));
          const attrs = Object.fromEntries(
            Object.entries(sample.attrs ?? {}).map(([k, v]) => [
              k,
              v === "float64" ? precision : v,
            ]),
          );
          const bindings = new Map(
            inputs.map((x, i): [Node, NDArray] => [
              x,
              random.sample(sample.inputs[i], x.type.dtype),
            ]),
          );
          const { outputs } = functionOf([makeNode(op, inputs, attrs)]);
          cases.push({ name: `${op.name}, sample ${n}`, outputs, bindings });
        }
      }
      const results = await runAllWasm(cases);
      const tolerance = precision === "float32" ? 2e-5 : 1e-10;
      const wrong = cases.flatMap(({ name, outputs, bindings }, i) =>
        runInterpreter(outputs, bindings).flatMap((row, k) =>
          close(results[i][k], row, tolerance) ? [] : [`${name}: ${results[i][k]} and ${row}`],
        ),
      );
      t.deepEqual(wrong, []);
      t.log(`${cases.length} kernels`);
      t.true(cases.length > 200);
    },
  );
}
