/** Updates of several variables from one gradient in C: made while the gradient's elements are in registers. */

import test from "ava";
import { emitNative } from "../../compiler/targets/native/index.ts";
import { emitTypescript } from "../../compiler/targets/typescript/index.ts";
import { close, importText } from "../support/compile.ts";
import { addonOf, missingCompiler } from "../support/native.ts";
import { height, samples, steps, updatesModel, width } from "../support/updates.ts";

const missing = missingCompiler();
const run = missing ? test.skip : test.serial;
if (missing) test(`skipped: ${missing}`, (t) => t.pass());

run("momentum, Adam and others are one walk over a gradient's elements", async (t) => {
  const compiled = await updatesModel();
  const c = emitNative(compiled).get("native.c") as string;
  /** Kernels that a function calls. */
  const callsOf = (name: string): number =>
    c
      .slice(c.search(new RegExp(`^\\w+ m_${name}\\(`, "m")))
      .split("\n}\n")[0]
      .split(/^ +(?:const \w+ \w+ = )?(?:adjoint_parallel|(?!adjoint_)\w+_\w+)\(/m).length - 1;
  t.is(callsOf("momentum"), callsOf("nesterov"));
  t.is(callsOf("momentum"), callsOf("adam"));
  // Two products forward, the cost, one product back, two of gradients with their updates.
  t.is(callsOf("layers"), 6);
  t.true(callsOf("clipped") > callsOf("momentum"));
  const code = await importText(emitTypescript(compiled));
  const addon = await addonOf(compiled);
  const state = (code.createState as (seed: number) => Record<string, Float32Array>)(0);
  const handles = [1, 2, 3].map((threads) => addon.create(0, threads));
  for (const name of [...steps, ...steps]) {
    (code[name] as (...args: unknown[]) => unknown)(state, samples);
    const results = handles.map((handle) => {
      addon.functions[name](handle, samples);
      const arrays = [1, 2, 3].map(() => new Float32Array(width * height));
      addon.functions.look(handle, ...arrays);
      return arrays.flatMap((array) => Array.from(array));
    });
    t.deepEqual(results[1], results[0], `${name} on two threads`);
    t.deepEqual(results[2], results[0], `${name} on three threads`);
    const expected = [state.W, state.v, state.s].flatMap((array) => Array.from(array));
    t.true(close(results[0], expected, 2e-4, 2e-4), name);
  }
});
