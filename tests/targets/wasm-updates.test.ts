/** Updates of several variables from one gradient in WebAssembly, and sums that ride along with them. */

import test from "ava";
import { emitTypescript } from "../../compiler/targets/typescript/index.ts";
import { emitWasm } from "../../compiler/targets/wasm/index.ts";
import { close, importText } from "../support/compile.ts";
import { samples, steps, updatesModel } from "../support/updates.ts";
import { wasmTrainerOf } from "../support/wasm.ts";

type Functions = Record<string, (...args: unknown[]) => unknown>;

test.serial("momentum, Adam and others are one walk over a gradient's elements", async (t) => {
  const compiled = await updatesModel();
  const wat = (await emitWasm(compiled)).get("wasm.wat") as string;
  /** Kernels that a function calls. */
  const callsOf = (name: string): number => {
    const start = wat.indexOf(`\n  (func $${name}\n`);
    return (
      wat.slice(start, wat.indexOf("\n\n", start)).split(/\(call \$(?!sum_of_parts)/).length - 1
    );
  };
  t.is(callsOf("momentum"), callsOf("nesterov"));
  t.is(callsOf("momentum"), callsOf("adam"));
  // Two products forward, the cost, one product back, two of gradients with their updates.
  t.is(callsOf("layers"), 6);
  t.true(callsOf("clipped") > callsOf("momentum"));
  // The penalty and the gradient's norm are summed where their elements are at hand.
  t.regex(wat, /and \S+ = Σ_ij W\[i,j\]·W\[i,j\], of what is there before it is written/);
  t.regex(wat, /as it is written/);
  const code = await importText(emitTypescript(compiled));
  const state = (code.createState as (seed: number) => Record<string, Float32Array>)(0);
  const trainers = await Promise.all(
    [1, 2, 3].map((threads) => wasmTrainerOf<Functions>(compiled, { seed: 0, threads })),
  );
  for (const name of [...steps, ...steps]) {
    const cost = (code[name] as (...args: unknown[]) => unknown)(state, samples);
    const results = trainers.map((trainer) => {
      const own = [trainer[name](samples)].flat().map(Number);
      const arrays = trainer.look() as Float32Array[];
      return [...own, ...arrays.flatMap((array) => Array.from(array))];
    });
    t.deepEqual(results[1], results[0], `${name} on two threads`);
    t.deepEqual(results[2], results[0], `${name} on three threads`);
    const expected = [state.W, state.v, state.s].flatMap((array) => Array.from(array));
    const own = [cost].flat().map(Number);
    t.true(close(results[0].slice(0, own.length), own, 1e-4, 1e-4), `${name}: ${own}`);
    t.true(close(results[0].slice(own.length), expected, 2e-4, 2e-4), name);
  }
});
