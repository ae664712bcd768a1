/** Draws on all targets: the same bits from generated TypeScript, from gpu.js and from the interpreter. */

import * as l from "adjoint";
import test from "ava";
import { compileModel } from "../../compiler/compile.ts";
import { evaluateNodes } from "../../compiler/graph/evaluate.ts";
import type { NDArray } from "../../compiler/graph/ndarray.ts";
import { type Node, topological } from "../../compiler/graph/node.ts";
import { reproducibleFunctions } from "../../compiler/kernels/reproducible.ts";
import { walk } from "../../compiler/kernels/scalar.ts";
import { sharedInfo } from "../../compiler/language/shared.ts";
import { targetPage } from "../../compiler/targets/page.ts";
import { close, functionOf, importText, named, textOf } from "../support/compile.ts";
import { gpuProgram } from "../support/gpu.ts";
import { opTable } from "../support/op-table.ts";

const rng = l.randomStream(2026);
const p = l.shared([0.125, 0.25, 0.5, 0.125]);
named(p, "p");
const x = named(l.shared(l.ones(50)), "x");

/** Drawn without rounding. */
const exact: Readonly<Record<string, l.Tensor>> = {
  uniform: rng.uniform([6, 50]),
  binomial: rng.binomial([6, 50], { p: 0.7 }),
  trials: rng.binomial([40], { n: 9, p: 0.3 }),
  multinomial: rng.multinomial([40], { p }),
  counts: rng.multinomial([10], { n: 12, p }),
  randint: rng.randint([300], -3, 4),
  thousands: rng.randint([300], 0, 4096),
  permutation: rng.permutation(30),
  choice: rng.choice([5], { from: 20, replace: false }),
};
/** Drawn by functions that devices round differently. */
const rounded: Readonly<Record<string, l.Tensor>> = {
  normal: rng.normal([300]),
  dropout: l.dropout(x, 0.3, rng),
  scaled: rng.uniform([50], { low: -0.07, high: 0.07 }),
};

const list = (value: unknown): number[] =>
  typeof value === "number" ? [value] : Array.from(value as ArrayLike<number>);

test("three calls of one function have the same bits everywhere", async (t) => {
  const names = [...Object.keys(exact), ...Object.keys(rounded)];
  const outputs = [...Object.values(exact), ...Object.values(rounded)];
  outputs.forEach((output, i) => {
    named(output, `${names[i]}_drawn`);
  });
  const exports = [["f", l.fn([], outputs)]] as const;
  const code = await importText(textOf(exports));
  const memory = (code.createState as (seed: number) => unknown)(0);
  const gpu = await gpuProgram(exports);
  const roots = outputs as unknown as Node[];
  const shared = topological(roots).filter((node) => sharedInfo(node));
  for (let call = 0; call < 3; call++) {
    const typescript = (code.f as (state: unknown) => unknown[])(memory).map(list);
    const device = ((await gpu.call("f", [], {})) as unknown[]).map(list);
    const state = shared.map((node): [Node, NDArray] => {
      const initial = sharedInfo(node)?.initial as Node;
      if (!sharedInfo(node)?.next) return [node, evaluateNodes([initial], new Map())[0]];
      return [node, { dtype: "int32", shape: [], data: Float64Array.of(call) }];
    });
    const interpreted = evaluateNodes(roots, new Map(state)).map((v) => Array.from(v.data));
    for (const [i, name] of names.entries()) {
      if (name in exact) {
        t.deepEqual(typescript[i], interpreted[i], `${name}, call ${call}`);
        t.deepEqual(device[i], interpreted[i], `${name} on the device, call ${call}`);
      } else {
        t.true(close(typescript[i], interpreted[i], 1e-6), `${name}, call ${call}`);
        t.true(close(device[i], interpreted[i], 1e-5, 1e-6), `${name} on the device, call ${call}`);
      }
    }
  }
  t.deepEqual(list(await gpu.get("p")), [0.125, 0.25, 0.5, 0.125]);
  gpu.destroy();
});

test("what a device cannot draw exactly is refused by name", async (t) => {
  const refused = (draw: l.Tensor, message: RegExp) =>
    t.throwsAsync(gpuProgram([["f", l.fn([], draw)]]), { message });
  await refused(rng.randint([3], 0, 5000), /whole numbers below 4,097/);
  await refused(rng.uniform([2 ** 24 + 1]), /at most 2²⁴ numbers/);
  await refused(rng.poisson([3], 2), /no loops over time/);
});

test("an op whose function has the same bits everywhere but on devices says so", (t) => {
  const table = opTable("float64");
  const model = compileModel(
    "m",
    "models/m.ts",
    table.map(({ outputs }, i) => [`f${i}`, functionOf(outputs, `f${i}`)]),
  );
  const found = table.flatMap(({ name }, i) => {
    const parts = model.functions[i].program.stages.flatMap(({ body }) => walk(body));
    const isOne = parts.some((s) => s.kind === "call" && s.fn in reproducibleFunctions);
    return isOne ? [name.split(",")[0]] : [];
  });
  const names = [...new Set(found)].sort();
  t.deepEqual(names, ["normal", "unitLog"]);
  const page = targetPage();
  for (const name of names) t.true(page.includes(`| \`${name}\` | `), name);
  t.regex(page, /`choice` without replacement/);
});
