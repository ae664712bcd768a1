/** Models that are hard to derive compute what JAX computes: values, gradients, second derivatives. */

import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import test from "ava";
import { buildModel } from "../../compiler/cli/build.ts";
import { evaluateNodes } from "../../compiler/graph/evaluate.ts";
import type { NDArray } from "../../compiler/graph/ndarray.ts";
import { staticSize } from "../../compiler/graph/types.ts";
import { close, importText } from "../support/compile.ts";
import { faultsOf, formulasOf } from "../support/formulas.ts";

const folder = path.dirname(fileURLToPath(import.meta.url));
const expected = JSON.parse(readFileSync(path.join(folder, "models.json"), "utf8")) as Record<
  string,
  { readonly inputs: number[][]; readonly results: number[][] }
>;

/** How far each result is from JAX's, one message for each that is off. */
const wrong = (results: readonly number[][], wanted: readonly number[][]): string[] =>
  wanted.flatMap((want, i) => {
    const scale = Math.max(...want.map(Math.abs));
    return close(results[i], want, 1e-8, 1e-10 * (1 + scale))
      ? []
      : [`result ${i}: ${results[i]} and ${want}`];
  });

test("values and derivatives of models are JAX's (float64, relative 1e-8), interpreted and generated", async (t) => {
  const built = await buildModel(path.join(folder, "models.ts"), { root: folder, targets: [] });
  const text = built.files.get("models/typescript.ts") as string;
  const code = (await importText(text)) as Record<string, (...args: unknown[]) => unknown[]>;
  const state = code.createState(0);
  for (const formula of formulasOf(built.files.get("models/maths.md") as string))
    t.deepEqual(faultsOf(formula), [], formula);
  const { functions } = built.model;
  t.deepEqual(functions.map(({ program }) => program.name).sort(), Object.keys(expected).sort());
  let compared = 0;
  for (const { program } of functions) {
    const { inputs, results } = expected[program.name];
    const bindings = new Map(
      program.inputs.map((node, i): [typeof node, NDArray] => [
        node,
        {
          dtype: node.type.dtype,
          shape: node.shape as number[],
          data: Float64Array.from(inputs[i]),
        },
      ]),
    );
    const args = program.inputs.map((node, i) => {
      if (staticSize(node.shape) === 1 && node.shape.length === 0) return inputs[i][0];
      return node.type.dtype === "int32"
        ? Int32Array.from(inputs[i])
        : Float64Array.from(inputs[i]);
    });
    const generated = code[program.name](state, ...args).map((result) =>
      typeof result === "number" ? [result] : Array.from(result as Float64Array),
    );
    t.deepEqual(wrong(generated, results), [], `${program.name}, generated`);
    const interpreted = evaluateNodes(program.formulas.raw, bindings, { precision: "float64" });
    t.deepEqual(
      wrong(
        interpreted.map(({ data }) => Array.from(data)),
        results,
      ),
      [],
      `${program.name}, interpreted`,
    );
    compared += results.length;
  }
  t.log(`${compared} results of ${functions.length} models`);
});
