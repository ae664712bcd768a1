/** Memory of WebAssembly: where things lie in it, and calls that there is none for. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test from "ava";
import { buildModel } from "../../compiler/cli/build.ts";
import type { CompiledModel } from "../../compiler/model.ts";
import { emitTypescript } from "../../compiler/targets/typescript/index.ts";
import { emitWasm } from "../../compiler/targets/wasm/index.ts";
import { close, importText } from "../support/compile.ts";
import { wasmTrainerOf } from "../support/wasm.ts";

const text = `
import { dot, fn, matrix, shared, tanh, uniform } from "adjoint";
const x = matrix("rows", 2);
const W = shared(uniform([2, 100000], { low: -1, high: 1 }));
const V = shared(uniform([100000, 3], { low: -0.01, high: 0.01 }));
const wide = tanh(dot(x, W));
export const inside = fn([x], dot(wide, V));
export const told = fn([x], wide);
`;

async function compiled(text: string): Promise<CompiledModel> {
  const root = mkdtempSync(path.join(tmpdir(), "adjoint-"));
  writeFileSync(path.join(root, "package.json"), "{}");
  writeFileSync(path.join(root, "m.ts"), text);
  const { model } = await buildModel("m.ts", { root, targets: [] });
  rmSync(root, { recursive: true });
  return model;
}

type Matrix = Float32Array & { readonly shape: readonly number[] };

interface Trainer {
  inside(x: Matrix): Float32Array;
  told(x: Matrix): Float32Array;
}

const rowsOf = (rows: number): Matrix =>
  Object.assign(
    Float32Array.from({ length: 2 * rows }, (_, i) => Math.sin(i)),
    { shape: [rows, 2] },
  );

/** Rows of 400 kB: just above 4 GiB, so that 32 bits would count few, and far beyond. */
const tooMany = [10_738, 21_475, 300_000];

test.serial("what there is no memory for is refused, and calls go on", async (t) => {
  const model = await compiled(text);
  const code = await importText(emitTypescript(model));
  const state = (code.createState as (seed: number) => object)(0);
  const expected = (code.inside as (...args: unknown[]) => Float32Array)(state, rowsOf(3), 3);
  for (const threads of [1, 2]) {
    const trainer = await wasmTrainerOf<Trainer>(model, { seed: 0, threads });
    const first = trainer.inside(rowsOf(3)).slice();
    t.true(close(Array.from(first), Array.from(expected), 1e-4, 1e-4));
    for (const rows of tooMany) {
      const about = `${rows} rows on ${threads} threads`;
      for (const name of ["inside", "told"] as const)
        t.throws(
          () => trainer[name](rowsOf(rows)),
          { message: `${name}: there is not enough memory for what it computes` },
          about,
        );
      t.deepEqual(trainer.inside(rowsOf(3)), first, about);
    }
  }
});

/** Addresses by name. */
async function addressesIn(text: string): Promise<Map<string, number>> {
  const wat = (await emitWasm(await compiled(text))).get("wasm.wat") as string;
  const found = wat.matchAll(/\(global \$(\S+) i32 \(i32\.const (\d+)\)\)/g);
  return new Map(Array.from(found, ([, name, address]) => [name, Number(address)]));
}

/** A model whose first function returns so many numbers. */
const withNumbers = (count: number): string => `
import { fn, mean, shared, sum, vector, zeros } from "adjoint";
const x = vector(9);
export const W = shared(zeros(9));
const costs = [${Array.from({ length: count }, (_, i) => `sum((x - W) ** ${i + 2})`)}];
export const first = fn([x], costs, { updates: [[W, W + x]] });
const error = mean(x * W);
export const second = fn([x], [error, error ** 2]);
`;

test("more numbers of a function leave the addresses of others alone", async (t) => {
  const [few, more] = [await addressesIn(withNumbers(1)), await addressesIn(withNumbers(4))];
  t.true(more.size >= few.size + 3);
  t.true([...few.keys()].some((name) => name.startsWith("second.")));
  for (const [name, address] of few)
    if (!name.startsWith("first.")) t.is(more.get(name), address, name);
});
