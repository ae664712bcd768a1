/** Updates of several variables from one gradient in C: made while the gradient's elements are in registers. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test from "ava";
import { buildModel } from "../../compiler/cli/build.ts";
import { emitNative } from "../../compiler/targets/native/index.ts";
import { emitTypescript } from "../../compiler/targets/typescript/index.ts";
import { close, importText } from "../support/compile.ts";
import { addonOf, missingCompiler } from "../support/native.ts";

const missing = missingCompiler();
const run = missing ? test.skip : test.serial;
if (missing) test(`skipped: ${missing}`, (t) => t.pass());

const [rows, width, height] = [23, 301, 70];

const model = `
import { clip, dot, fn, grad, matrix, mean, shared, sqrt, sum, tanh, transpose, uniform, zeros } from "adjoint";
const x = matrix(${rows}, ${width});
export const W = shared(uniform([${width}, ${height}], { low: -0.1, high: 0.1 }));
export const b = shared(zeros(${height}));
export const v = shared(zeros(${width}, ${height}));
export const s = shared(zeros(${width}, ${height}));
const cost = mean((tanh(dot(x, W) + b) - 0.5) ** 2) * 100;
const g = grad(cost, W);
const speed = 0.9 * v - 0.1 * g;
export const momentum = fn([x], cost, { updates: [[v, speed], [W, W + speed]] });
export const nesterov = fn([x], cost, { updates: [[v, speed], [W, W + 0.9 * speed - 0.1 * g]] });
const first = 0.9 * v + 0.1 * g;
const second = 0.999 * s + 0.001 * g ** 2;
export const adam = fn([x], cost, {
  updates: [[v, first], [s, second], [W, W - 0.001 * first / (sqrt(second) + 0.01)]],
});
export const rows_ = fn([x], cost, { updates: [[v, speed], [W, W + speed * b]] });
export const told = fn([x], [cost, sum(g)], { updates: [[v, speed], [W, W + speed]] });
export const crossed = fn([x], cost, { updates: [[v, W + 0.1 * g], [W, v - 0.1 * g]] });
export const clipped = fn([x], cost, { updates: [[v, speed], [W, W + speed / sqrt(sum(speed ** 2))]] });
export const again = fn([x], cost, { updates: [[v, speed], [W, W + clip(dot(transpose(x), dot(x, v)), -1, 1)]] });
const U = shared(uniform([${height}, 30], { low: -0.1, high: 0.1 }));
const u = shared(zeros(${height}, 30));
const deep = mean((tanh(dot(tanh(dot(x, W) + b), U)) - 0.5) ** 2) * 100;
const [deepW, deepU] = [0.9 * v - 0.1 * grad(deep, W), 0.9 * u - 0.1 * grad(deep, U)];
export const layers = fn([x], deep, {
  updates: [[v, deepW], [W, W + deepW], [u, deepU], [U, U + deepU]],
});
export const look = fn([], [W, v, s]);
`;

run("momentum, Adam and others are one walk over a gradient's elements", async (t) => {
  const root = mkdtempSync(path.join(tmpdir(), "adjoint-"));
  writeFileSync(path.join(root, "package.json"), "{}");
  writeFileSync(path.join(root, "m.ts"), model);
  const { model: compiled } = await buildModel("m.ts", { root, targets: [] });
  rmSync(root, { recursive: true });
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
  const x = Float32Array.from({ length: rows * width }, (_, i) => ((i * 7919) % 256) / 256 - 0.4);
  const state = (code.createState as (seed: number) => Record<string, Float32Array>)(0);
  const handles = [1, 2, 3].map((threads) => addon.create(0, threads));
  const steps = [
    "momentum",
    "nesterov",
    "adam",
    "rows_",
    "told",
    "crossed",
    "clipped",
    "again",
    "layers",
  ];
  for (const name of [...steps, ...steps]) {
    (code[name] as (...args: unknown[]) => unknown)(state, x);
    const results = handles.map((handle) => {
      addon.functions[name](handle, x);
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
