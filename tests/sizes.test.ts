/** Named sizes beside other names: what generated code calls them, and what their ranges are. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test from "ava";
import { buildModel } from "../compiler/cli/build.ts";
import { importText } from "./support/compile.ts";

/** Generated files of a model text, by name. */
async function generate(text: string): Promise<ReadonlyMap<string, string>> {
  const root = mkdtempSync(path.join(tmpdir(), "adjoint-"));
  try {
    mkdirSync(path.join(root, "models"));
    writeFileSync(path.join(root, "package.json"), "{}");
    writeFileSync(path.join(root, "models", "sizes.ts"), text);
    const { files } = await buildModel("models/sizes.ts", {
      root,
      targets: ["native", "wasm", "gpu"],
    });
    return new Map([...files].map(([name, content]) => [path.basename(name), content]));
  } finally {
    rmSync(root, { recursive: true });
  }
}

test("loops and values give way to sizes of their names", async (t) => {
  const files = await generate(`
import { dot, fn, matrix, shared, sum, vector, zeros } from "adjoint";
const x = matrix("k", 3);
const y = matrix("n", "i");
const rows = vector("rows");
export const W = shared(zeros(3, 2));
export const product = fn([x], dot(x, W + 1));
export const rowSums = fn([y], sum(y, 1));
export const parts = fn([rows], rows / sum(rows));
`);
  const code = await importText(files.get("typescript.ts") as string);
  type Generated = (state: unknown, x: Float32Array, ...sizes: number[]) => Float32Array;
  const state = (code.createState as (seed: number) => unknown)(0);
  const run = (name: string, values: readonly number[], ...sizes: number[]): number[] =>
    Array.from((code[name] as Generated)(state, Float32Array.from(values), ...sizes));
  t.deepEqual(run("product", [1, 2, 3, 0, 1, 0], 2), [6, 6, 1, 1]);
  t.deepEqual(run("rowSums", [1, 2, 3, 4, 5, 6], 3, 2), [3, 7, 11]);
  t.deepEqual(run("parts", [1, 1, 2], 3), [0.25, 0.25, 0.5]);
});

test("an input has the range that its own function needs", async (t) => {
  const files = await generate(`
import { at, data, fn, ivector, matrix } from "adjoint";
export const X = data("samples", 3);
const x = matrix("rows", 3);
const picks = ivector("count");
export const ofData = fn([picks], at(X, picks));
export const ofInput = fn([x, picks], at(x, picks));
`);
  const inputs = (files.get("index.ts") as string).match(/name: "picks".*range: .*/g) as string[];
  t.regex(inputs[0], /range: \[0, "samples"\]/);
  t.regex(inputs[1], /range: \[0, "rows"\]/);
});

for (const [name, size, why] of [
  ["a word of the language", "class", "it is a word of TypeScript"],
  ["the name of a shared variable", "picks", "a shared variable has this name"],
]) {
  test(`a size that is ${name} is refused`, async (t) => {
    const text = `
import { data, fn, matrix, sum } from "adjoint";
export const picks = data("samples");
const x = matrix("${size}", 3);
export const f = fn([x], sum(x) + sum(picks));
`;
    const error = await t.throwsAsync(generate(text));
    t.regex(String(error?.message), new RegExp(`the size "${size}" cannot be called that: ${why}`));
  });
}
