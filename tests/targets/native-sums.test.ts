/** Sums over whole values in C: in parts that threads share, and along with the products that write the values. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test from "ava";
import { buildModel } from "../../compiler/cli/build.ts";
import { gradients } from "../../compiler/gradient/grad.ts";
import type { Node } from "../../compiler/graph/node.ts";
import * as a from "../../compiler/ops/arithmetic.ts";
import { conv2d } from "../../compiler/ops/convolution.ts";
import * as e from "../../compiler/ops/exponential.ts";
import { maxPool2d } from "../../compiler/ops/pooling.ts";
import { dot } from "../../compiler/ops/product.ts";
import * as r from "../../compiler/ops/reduction.ts";
import { emitNative } from "../../compiler/targets/native/index.ts";
import { emitTypescript } from "../../compiler/targets/typescript/index.ts";
import { close, importText } from "../support/compile.ts";
import { addonOf, missingCompiler } from "../support/native.ts";
import { Cases, wrongOf } from "../support/native-cases.ts";

const missing = missingCompiler();
const run = missing ? test.skip : test.serial;
if (missing) test(`skipped: ${missing}`, (t) => t.pass());

run("large sums are taken in parts, to the same bits on any number of threads", async (t) => {
  const cases = new Cases(5);
  for (const shape of [[100_000], [301, 330], [3, 40_000], [1000, 3, 33]])
    cases.add(`sums over ${shape}`, [shape], (x) => [r.sum(e.tanh(x)), r.mean(e.exp(x)), r.max(x)]);
  for (const rows of [0, 1, 63, 64, 65, 3001])
    cases.add(`${rows} rows of 40`, [["rows", 40]], (x) => [r.sum(e.tanh(x)), r.mean(x)], {
      rows,
    });
  for (const [rows, columns, k] of [
    [40, 500, 300],
    [500, 97, 65],
  ])
    cases.add(
      `sums of a product, ${rows} × ${columns} × ${k}`,
      [
        [rows, k],
        [k, columns],
      ],
      (x, w) => {
        const h = e.tanh(dot(x, w));
        return [h, r.sum(e.exp(h)), r.mean(h)];
      },
    );
  t.deepEqual(await wrongOf(cases), []);
});

run("short sums inside of loops keep their terms", async (t) => {
  const cases = new Cases(6);
  for (const size of [7, 9, 13, 25])
    cases.add(
      `second gradients through a max-pooling of ${size} × ${size}`,
      [
        [1, 1, size, size],
        [1, 1, 2, 2],
      ],
      (x, w) => {
        const [gx] = gradients(r.sum(a.mul(pooled(x, w), pooled(x, w))), [x]);
        return gradients(r.sum(a.mul(gx, gx)), [x, w]);
      },
    );
  for (const filters of [4, 16])
    cases.add(
      `norm of the gradient of ${filters} filters that are turned round`,
      [
        [3, 2, 8, 8],
        [filters, 2, 3, 3],
      ],
      (x, w) => {
        const [gw] = gradients(r.sum(e.tanh(conv2d(x, w, { flip: true }))), [w]);
        return [r.sum(a.mul(gw, gw))];
      },
    );
  t.deepEqual(await wrongOf(cases, {}), []);
});

/** Convolution and max-pooling. */
const pooled = (x: Node, w: Node): Node => maxPool2d(conv2d(x, w), 2);

/**
 * A layer with a penalty on its weights: sums of the weights before a step, of the gradient, and one that the
 * step itself needs.
 */
const penalised = `
import { dot, fn, grad, matrix, shared, sum, switch as choose, tanh, uniform } from "adjoint";
const x = matrix(20, 301);
export const W = shared(uniform([301, 70], { low: -1, high: 1 }));
const size = sum(W ** 2);
const cost = sum(tanh(dot(x, W)) ** 2) + 0.01 * size;
const slope = grad(cost, W);
const rate = choose(size > 5000, 0.005, 0.01);
export const train = fn([x], [cost, sum(slope ** 2)], { updates: [[W, W - 0.01 * slope]] });
export const steepness = fn([x], [slope, sum(slope ** 2)]);
export const limit = fn([x], size, { updates: [[W, W - rate * slope]] });
`;

run("sums of weights and of gradients ride along with what writes them", async (t) => {
  const root = mkdtempSync(path.join(tmpdir(), "adjoint-"));
  writeFileSync(path.join(root, "package.json"), "{}");
  writeFileSync(path.join(root, "m.ts"), penalised);
  const { model } = await buildModel("m.ts", { root, targets: [] });
  rmSync(root, { recursive: true });
  const c = emitNative(model).get("native.c") as string;
  const bodyOf = (name: string): string =>
    c.slice(c.search(new RegExp(`^\\w+ m_${name}\\(`, "m"))).split("\n}\n")[0];
  t.regex(bodyOf("train"), /adjoint_sum\(size_parts/);
  t.regex(bodyOf("steepness"), /adjoint_sum\(/);
  t.notRegex(bodyOf("limit"), /adjoint_sum\(size_parts/);
  const code = await importText(emitTypescript(model));
  const addon = await addonOf(model);
  const x = Float32Array.from({ length: 20 * 301 }, (_, i) => ((i * 7919) % 256) / 512);
  const state = (code.createState as (seed: number) => Record<string, Float32Array>)(0);
  const handles = [1, 2, 3].map((threads) => addon.create(0, threads));
  for (const name of ["train", "steepness", "train", "limit", "steepness"]) {
    const expected = (code[name] as (...args: unknown[]) => unknown)(state, x);
    const results = handles.map((handle) => {
      const slope = new Float32Array(301 * 70);
      const arrays = name === "steepness" ? [slope] : [];
      const told = addon.functions[name](handle, x, ...arrays);
      return [...arrays, told].flatMap((value) =>
        typeof value === "number" ? [value] : Array.from(value as ArrayLike<number>),
      );
    });
    t.deepEqual(results[1], results[0], `${name} on two threads`);
    t.deepEqual(results[2], results[0], `${name} on three threads`);
    const flat = [expected]
      .flat()
      .flatMap((value) =>
        typeof value === "number" ? [value] : Array.from(value as ArrayLike<number>),
      );
    t.true(close(results[0], flat, 1e-4), `${name}: ${results[0].slice(-2)} and ${flat.slice(-2)}`);
  }
});
