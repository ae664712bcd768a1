/** Functions that have kernels in common compute, on every target and any number of threads, what the reference does. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test from "ava";
import { buildModel } from "../../compiler/cli/build.ts";
import type { CompiledModel } from "../../compiler/model.ts";
import { emitGpu } from "../../compiler/targets/gpu/index.ts";
import { emitNative } from "../../compiler/targets/native/index.ts";
import { emitTypescript } from "../../compiler/targets/typescript/index.ts";
import { emitWasm } from "../../compiler/targets/wasm/index.ts";
import { close, importText } from "../support/compile.ts";
import { addonOf, missingCompiler } from "../support/native.ts";
import { wasmTrainerOf } from "../support/wasm.ts";

const missing = missingCompiler();
if (missing) test(`skipped, C: ${missing}`, (t) => t.pass());

const [rows, width, hidden] = [40, 301, 170];

/**
 * `cost` shares the forward pass of `train`; `dropped` draws, so that its `h` is another; `bigger` has other extents; `sums` needs
 * memory in another order; `last` and `all` have a loop each, whose
 * steps differ in what they keep.
 */
const text = `
import { at, dot, dropout, fn, grad, matrix, mean, randomStream, scan, shared, sum, tanh, uniform, vector, zeros } from "adjoint";
const x = matrix(${rows}, ${width});
const y = matrix("rows", ${width});
const more = matrix(${rows + 4}, ${width});
export const W = shared(uniform([${width}, ${hidden}], { low: -0.1, high: 0.1 }));
export const V = shared(uniform([${hidden}, ${hidden}], { low: -0.1, high: 0.1 }));
const U = shared(uniform([${hidden}, ${hidden}], { low: -0.1, high: 0.1 }));
export const b = shared(zeros(${hidden}));
const rng = randomStream(3);
const layers = (x) => {
  const h = tanh(dot(x, W) + b);
  const p = tanh(dot(h, V));
  return { h, p };
};
const { h, p } = layers(x);
const cost_ = mean((p - 0.3) ** 2) * 100 + 0.001 * sum(W ** 2);
const [dW, dV, db] = grad(cost_, [W, V, b]);
export const train = fn([x], cost_, { updates: [[W, W - 0.01 * dW], [V, V - 0.01 * dV], [b, b - 0.01 * db]] });
export const cost = fn([x], cost_);
export const norm = fn([x], [sum(p ** 2), sum(h)]);
const ofRows = layers(y);
export const rows_ = fn([y], ofRows.p);
export const best = fn([y], mean(ofRows.p, 1));
export const bigger = fn([more], sum(layers(more).p ** 2));
const other = (() => { const h = tanh(dot(dropout(x, 0.5, rng), W) + b); return mean(dot(h, V)); })();
export const dropped = fn([x], other);
export const swapped = fn([x], (() => { const h = tanh(dot(x, W) + b); const p = tanh(dot(h, U)); return sum(p) + sum(h * p); })());
const start = vector(${hidden});
const steps = () => scan({ fn: (s) => tanh(dot(s, V) + b), outputsInfo: start, nSteps: 5 })[0];
export const last = fn([start], at(steps(), -1));
export const all = fn([start], steps());
`;

async function modelOf(source: string): Promise<CompiledModel> {
  const root = mkdtempSync(path.join(tmpdir(), "adjoint-"));
  try {
    writeFileSync(path.join(root, "package.json"), "{}");
    writeFileSync(path.join(root, "m.ts"), source);
    return (await buildModel("m.ts", { root, targets: [] })).model;
  } finally {
    rmSync(root, { recursive: true });
  }
}

/** Kernels that functions call, in the order of the calls. */
function callsIn(code: string, heads: RegExp, kernel: RegExp): Record<string, string[]> {
  const parts = code.split(heads).slice(1);
  const named = parts.flatMap((part, i) => (i % 2 === 0 ? [[part, parts[i + 1]] as const] : []));
  return Object.fromEntries(
    named.map(([name, rest]) => [
      name,
      [...rest.split(/\n}\n|\n\n/)[0].matchAll(kernel)].map(([, called]) => called),
    ]),
  );
}

test.serial("every target shares what is equal, and nothing else", async (t) => {
  const model = await modelOf(text);
  const calls = {
    typescript: callsIn(
      emitTypescript(model),
      /^export function (\w+)(?=\(state)/m,
      /(?:^ +|= )(\w+_\w+)\(/gm,
    ),
    native: callsIn(
      emitNative(model).get("native.c") as string,
      /^int m_(\w+)(?=\()/m,
      /(?:^ +|= |pool, )([a-z]+_+\w+?)(?:_units)?[(,]/gm,
    ),
    wasm: callsIn(
      (await emitWasm(model)).get("wasm.wat") as string,
      /^ {2}\(func \$([a-z_]+)$/m,
      /\(call (?:\$share\s+\(global.get )?\$(\w+\.\w+)/g,
    ),
  };
  for (const [target, by] of Object.entries(calls)) {
    const called = (name: string): string[] => by[name].map((kernel) => kernel.replace(".", "_"));
    t.true(called("cost").includes("train_h"), target);
    // In C the sum of h rides along with h, which is then another kernel.
    if (target === "typescript") t.true(called("norm").includes("train_h"), target);
    if (target === "native") t.true(called("norm").includes("norm_h"), target);
    t.true(
      called("best").some((kernel) => kernel.startsWith("rows__")),
      target,
    );
    // WebAssembly reads variables where they lie; elsewhere U is an operand as V is.
    if (target === "typescript") t.true(called("swapped").includes("train_p"), target);
    if (target === "wasm") t.false(called("swapped").includes("train_p"), target);
    t.true(called("dropped").includes("dropped_h_mul"), target);
    t.deepEqual(
      called("bigger").filter((kernel) => !/^(bigger|adjoint)_/.test(kernel)),
      [],
      target,
    );
  }
  const gpu = emitGpu(
    await modelOf(text.slice(0, text.indexOf("const start")).replace("scan, ", "")),
  );
  t.regex(gpu, /const cost: GpuFunction[^;]*source: train_h/s);
  t.regex(gpu, /const bigger: GpuFunction[^;]*source: bigger_h/s);
});

test.serial("functions with kernels in common give the same results on all targets", async (t) => {
  const model = await modelOf(text);
  const code = await importText(emitTypescript(model));
  const numbers = (n: number): Float32Array =>
    Float32Array.from({ length: n }, (_, i) => ((i * 7919) % 256) / 256 - 0.4);
  const image = (n: number) => Object.assign(numbers(n * width), { shape: [n, width] });
  const args: Record<string, readonly [unknown, ...number[]]> = {
    cost: [image(rows)],
    norm: [image(rows)],
    train: [image(rows)],
    dropped: [image(rows)],
    rows_: [image(9), 9],
    best: [image(23), 23],
    swapped: [image(rows)],
    bigger: [image(rows + 4)],
    last: [Object.assign(numbers(hidden), { shape: [hidden] })],
    all: [Object.assign(numbers(hidden), { shape: [hidden] })],
  };
  /** Lengths of results that are no numbers. */
  const arrays: Record<string, number> = {
    rows_: 9 * hidden,
    best: 23,
    last: hidden,
    all: 5 * hidden,
  };
  const flat = (result: unknown): number[] =>
    typeof result === "number"
      ? [result]
      : Array.isArray(result)
        ? result.flatMap(flat)
        : Array.from(result as ArrayLike<number>);
  const state = (code.createState as (seed: number) => Record<string, Float32Array>)(0);
  const order = [...Object.keys(args), "cost", "rows_", "norm", "train", "all", "best", "cost"];
  const expected = order.map((name) =>
    flat((code[name] as (...a: unknown[]) => unknown)(state, ...args[name])),
  );
  const agree = (target: string, call: (name: string) => unknown): void => {
    for (const [i, name] of order.entries())
      t.true(close(flat(call(name)), expected[i], 2e-4, 2e-4), `${name}, call ${i}, ${target}`);
  };
  for (const threads of [1, 3]) {
    const trainer = await wasmTrainerOf<Record<string, (...a: unknown[]) => unknown>>(model, {
      threads,
    });
    agree(`wasm, ${threads} threads`, (name) => trainer[name](args[name][0]));
  }
  if (missing) return;
  const addon = await addonOf(model, { CFLAGS: "-O1 -Werror" });
  for (const threads of [1, 3]) {
    const handle = addon.create(0, threads);
    agree(`native, ${threads} threads`, (name) => {
      const into = arrays[name] ? [new Float32Array(arrays[name])] : [];
      const result = addon.functions[name](handle, ...args[name], ...into);
      return into.length > 0 ? into : result;
    });
  }
});
