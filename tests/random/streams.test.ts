/** What a draw depends on: its stream, its name, the call, the step – and nothing else. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import * as l from "adjoint";
import { createTrainer, type Shared, type Signature } from "adjoint/runtime";
import test from "ava";
import { buildModel } from "../../compiler/cli/build.ts";
import { AdjointError } from "../../compiler/diagnostics/error.ts";
import { evaluateNodes } from "../../compiler/graph/evaluate.ts";
import type { NDArray } from "../../compiler/graph/ndarray.ts";
import { type Node, topological } from "../../compiler/graph/node.ts";
import { sharedInfo } from "../../compiler/language/shared.ts";
import { loadWeights, saveWeights, snapshot } from "../../runtime/train/weights.ts";
import { close, importText, named, textOf } from "../support/compile.ts";

/** Generated files of a model text, by name. */
async function generate(text: string): Promise<ReadonlyMap<string, string>> {
  const root = mkdtempSync(path.join(tmpdir(), "adjoint-"));
  try {
    mkdirSync(path.join(root, "models"));
    writeFileSync(path.join(root, "package.json"), "{}");
    writeFileSync(path.join(root, "models", "draws.ts"), text);
    const { files } = await buildModel("models/draws.ts", { root, targets: [] });
    return new Map([...files].map(([name, content]) => [path.basename(name), content]));
  } finally {
    rmSync(root, { recursive: true });
  }
}

type Trainer = Record<string, Shared> & Record<string, (...args: unknown[]) => unknown>;

/** Makes trainers of a model text. */
async function trainers(text: string): Promise<() => Trainer> {
  const files = await generate(text);
  const program = await importText(files.get("typescript.ts") as string);
  const [declaration] = /export const signature = [\s\S]*? as const/.exec(
    files.get("index.ts") as string,
  ) as RegExpExecArray;
  const { signature } = await importText(`${declaration};`);
  return () => createTrainer<Trainer, object>(signature as Signature, program as never);
}

const header = `import { dot, dropout, fn, grad, mean, randomStream, scan, shared, sum, tanh, uniform, vector, zeros } from "adjoint";
export const rng = randomStream(5);
`;

const numbers = (x: unknown): number[] => Array.from(x as ArrayLike<number>);
const list = (x: unknown): number[] => (typeof x === "number" ? [x] : numbers(x));

test.serial(
  "one value during a call, another one at the next, also of another function",
  async (t) => {
    const create = await trainers(`${header}
const u = rng.uniform([4]);
export const twice = fn([], [u + u - 2 * u, u, u]);
export const once = fn([], u);
`);
    const trainer = create();
    const [zero, a, b] = trainer.twice() as Float32Array[];
    t.deepEqual(numbers(zero), [0, 0, 0, 0]);
    t.deepEqual(numbers(a), numbers(b));
    const others = [trainer.once(), trainer.once(), (trainer.twice() as Float32Array[])[1]];
    const all = [a, ...(others as Float32Array[])].flatMap(numbers);
    t.is(new Set(all).size, 16);
    t.deepEqual(numbers(trainer.rng_u.get()), [4]);
    t.deepEqual(numbers((create().twice() as Float32Array[])[1]), numbers(a));
    trainer.rng_u.set(0);
    t.deepEqual(numbers(trainer.once()), numbers(a));
  },
);

test.serial("a function that sets the count itself draws what it says", async (t) => {
  const rng = l.randomStream(9);
  const u = rng.uniform([3]);
  const counter = rng.counters[0] as unknown as l.Tensor;
  const code = await importText(
    textOf([
      ["held", l.fn([], u, { updates: [[counter, counter]] })],
      ["skipping", l.fn([], u, { updates: [[counter, l.add(counter, 2)]] })],
    ]),
  );
  const memory = (code.createState as (seed: number) => unknown)(0);
  const call = (name: string): number[] => numbers((code[name] as (s: unknown) => unknown)(memory));
  const [first, same, again, other] = ["held", "held", "skipping", "held"].map(call);
  t.deepEqual(same, first);
  t.deepEqual(again, first);
  t.notDeepEqual(other, first);
});

test.serial("draws that are added elsewhere leave numbers and code as they are", async (t) => {
  const own = `const u = rng.uniform([4]);
const n = rng.normal([3], { std: 2 });
export const first = fn([], u);
export const second = fn([], [n, u]);
`;
  const added = `const early = rng.uniform([7]);
const more = rng.binomial([2], { p: 0.5 });
export const other = fn([], [early, more]);
`;
  const late = `export const later = fn([], rng.normal([2]));
`;
  const texts = [`${header}${own}`, `${header}${added}${own}${late}`];
  const [alone, among] = await Promise.all(texts.map(generate));
  const part = (files: ReadonlyMap<string, string>): string => {
    const text = files.get("typescript.ts") as string;
    const rest = text.slice(text.indexOf("/** first("));
    const end = rest.indexOf("/** later(");
    return end < 0 ? rest.trim() : rest.slice(0, end).trim();
  };
  t.is(part(alone), part(among));
  const [before, after] = [(await trainers(texts[0]))(), (await trainers(texts[1]))()];
  for (let call = 0; call < 3; call++) {
    after.other();
    t.deepEqual(numbers(after.first()), numbers(before.first()));
    after.later();
    t.deepEqual((after.second() as []).map(numbers), (before.second() as []).map(numbers));
  }
});

test.serial("draws of one name, and streams of one seed, are told apart", async (t) => {
  const create = await trainers(`${header}
export const again = randomStream(5);
const pair = [0, 1].map(() => { const u = rng.uniform([4]); return u; });
const u = again.uniform([4]);
export const f = fn([], [...pair, u]);
`);
  const trainer = create();
  const all = (trainer.f() as Float32Array[]).flatMap(numbers);
  t.is(new Set(all).size, 12);
  t.deepEqual(
    Object.keys(trainer).filter((key) => key.startsWith("rng") || key.startsWith("again")),
    ["rng_pair_u", "rng_pair_u_2", "again_u"],
  );
});

test.serial("streams and initial values say a name once", async (t) => {
  const files = await generate(`${header}
const W = shared(uniform([6, 6]));
const dropped = dropout(W, 0.4, randomStream(3));
export const f = fn([], dropped);
`);
  const maths = files.get("maths.md") as string;
  t.true(maths.includes("| `dropped_mask` |"));
  t.true(maths.includes("random(dropped.mask, "));
  const code = files.get("typescript.ts") as string;
  t.true(code.includes("function initial_W_values("));
  t.notRegex(code, /dropped_dropped|W_W/);
});

test.serial("training goes on from a file as if it had not been interrupted", async (t) => {
  const create = await trainers(`${header}
const x = vector(6);
export const W = shared(uniform([6, 6], { low: -1, high: 1 }));
const h = dropout(tanh(dot(x, W)), 0.4, rng);
const noise = 0.1 * rng.normal([6]);
const cost = mean((h + noise - x) ** 2);
export const train = fn([x], cost, { updates: [[W, W - 0.3 * grad(cost, W)]] });
`);
  const x = [0.1, -0.2, 0.3, 0.4, -0.5, 0.6];
  const whole = create();
  for (let step = 0; step < 4; step++) whole.train(x);

  const first = create();
  for (let step = 0; step < 2; step++) first.train(x);
  const parameters = (trainer: Trainer) => {
    const names = Object.keys(trainer).filter((name) => typeof trainer[name] !== "function");
    return Object.fromEntries(names.map((name) => [name, trainer[name]]));
  };
  const folder = mkdtempSync(path.join(tmpdir(), "adjoint-"));
  try {
    const file = path.join(folder, "weights.safetensors");
    saveWeights(file, await snapshot(parameters(first)));
    const second = create();
    await loadWeights(file, parameters(second));
    for (let step = 0; step < 2; step++) second.train(x);
    t.deepEqual(second.W.get(), whole.W.get());
    t.deepEqual(numbers(second.rng_h_mask.get()), [4]);
    // Without its state the stream would begin anew.
    const third = create();
    third.W.set(first.W.get());
    for (let step = 0; step < 2; step++) third.train(x);
    t.notDeepEqual(third.W.get(), whole.W.get());
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test.serial("what people read: distributions and formulas", async (t) => {
  const files = await generate(`${header}
const x = vector(6);
const m = rng.binomial([6], { p: 0.7 });
const u = rng.uniform([6]);
const k = rng.multinomial([2], { p: [0.5, 0.5] });
export const f = fn([x], [x * m + u, k]);
`);
  const maths = files.get("maths.md") as string;
  t.true(maths.includes("m \\sim \\mathcal{B}\\left(1,\\, 0.7\\right)"));
  t.true(maths.includes("u \\sim \\mathcal{U}\\left(0,\\, 1\\right)"));
  t.true(maths.includes("[random(rng.m, i) < 0.7]"));
  t.true(
    maths.includes("| `rng_m` | int32 | scalar | $`0`$; counts the draws of a random stream |"),
  );
  t.false(/\d parameters/.test(maths.replace("0 parameters", "")));
});

/** Shared variables at their initial values. */
function state(roots: readonly Node[]): Map<Node, NDArray> {
  return new Map(
    topological(roots).flatMap((node) => {
      const initial = sharedInfo(node)?.initial;
      return initial ? [[node, evaluateNodes([initial], new Map())[0]] as const] : [];
    }),
  );
}

const asNodes = (list: readonly l.Tensor[]): Node[] => list as unknown as Node[];

/** A step that draws; what it computes, and the parameter it depends on. */
function walk() {
  const rng = l.randomStream(3);
  const W = named(l.shared(l.full([3, 3], 0.3, { dtype: "float64" }), { dtype: "float64" }), "W");
  const std = named(l.shared(0.5, { dtype: "float64" }), "std");
  const [h] = l.scan({
    fn: (h: l.Tensor) => l.tanh(l.add(l.dot(h, W), rng.normal([3], { std, dtype: "float64" }))),
    outputsInfo: l.zeros(3, { dtype: "float64" }),
    nSteps: 5,
  });
  return { h, W, std, cost: l.sum(l.square(h)) };
}

test.serial("each step of a scan draws anew, and its gradient sees the same numbers", async (t) => {
  const { h, W, std, cost } = walk();
  const grads = l.grad(cost, [W, std]);
  const roots = asNodes([h, cost, ...grads]);
  const values = state(roots);
  const expected = evaluateNodes(roots, values, { precision: "float64" });
  t.is(new Set(expected[0].data).size, 15);
  for (const [n, x] of asNodes([W, std]).entries()) {
    const base = values.get(x) as NDArray;
    for (const [i] of base.data.entries()) {
      const at = (eps: number): number => {
        const data = base.data.slice();
        data[i] += eps;
        const moved = new Map(values).set(x, { ...base, data });
        return evaluateNodes([roots[1]], moved, { precision: "float64" })[0].data[0];
      };
      const difference = (at(1e-6) - at(-1e-6)) / 2e-6;
      t.true(close([expected[n + 2].data[i]], [difference], 1e-5, 1e-8));
    }
  }
  const code = await importText(textOf([["f", l.fn([], [h, cost, ...grads])]]));
  const memory = (code.createState as (seed: number) => unknown)(0);
  const results = (code.f as (state: unknown) => unknown[])(memory);
  for (const [i, value] of expected.entries()) {
    const got = list(results[i]);
    t.true(close(got, Array.from(value.data), 1e-9), `${i}: ${got} and ${value.data}`);
  }
});

test.serial("loops of all kinds: nested, counted, stopped, forward and back", async (t) => {
  const rng = l.randomStream(4);
  const n = named(l.iscalar(), "n");
  const inner = () =>
    l.scan({
      fn: (z: l.Tensor) => l.add(z, rng.normal([2])),
      outputsInfo: l.zeros(2),
      nSteps: 3,
    })[0];
  const nested = l.scan({ fn: () => l.at(inner(), -1), nSteps: 4 })[0];
  const counted = l.scan({ fn: () => rng.uniform([2]), nSteps: n, name: "counted" })[0];
  const stopped = l.scan({
    fn: () => {
      const u = rng.uniform([]);
      return { outputs: u, until: l.gt(u, 0.8) };
    },
    nSteps: 100,
    name: "stopped",
  })[0];
  const back = l.scan({
    fn: (x: l.Tensor) => l.mul(x, rng.binomial([], { p: 0.5 })),
    sequences: l.arange(20),
    goBackwards: true,
  })[0];
  const poisson = l.scan({ fn: () => rng.poisson([3], 2), nSteps: 4 })[0];
  const outputs = [nested, counted, stopped, back, poisson];
  const code = await importText(textOf([["f", l.fn([n], outputs)]]));
  const memory = (code.createState as (seed: number) => unknown)(0);
  const first = (code.f as (...args: unknown[]) => unknown[])(memory, 5).map(list);
  const values = state(asNodes(outputs)).set(asNodes([n])[0], {
    dtype: "int32",
    shape: [],
    data: Float64Array.of(5),
  });
  const expected = evaluateNodes(asNodes(outputs), values).map((v) => Array.from(v.data));
  for (const [i, value] of expected.entries())
    t.true(close(first[i], value, 1e-6), `${i}: ${first[i]} and ${value}`);
  t.is(new Set(first[0]).size, 8);
  t.is(new Set(first[1]).size, 10);
  const next = (code.f as (...args: unknown[]) => unknown[])(memory, 5).map(list);
  for (const i of [0, 1, 3, 4]) t.notDeepEqual(next[i], first[i]);
});

test.serial("gradients reach what a continuous draw is made of, and stop at discrete ones", (t) => {
  const rng = l.randomStream(6);
  const options = { dtype: "float64" } as const;
  const [m, s] = [l.shared(2, options), l.shared(3, options)];
  const z = rng.normal([5], { mean: m, std: s, dtype: "float64" });
  const u = rng.uniform([5], { low: m, high: s, dtype: "float64" });
  const grads = [...l.grad(l.sum(z), [m, s]), ...l.grad(l.sum(u), [m, s])];
  const roots = asNodes([z, u, ...grads]);
  const [zs, us, ...rest] = evaluateNodes(roots, state(roots)).map((v) => Array.from(v.data));
  const total = (x: readonly number[]): number => x.reduce((a, b) => a + b, 0);
  const unit = us.map((v) => v - 2);
  t.true(close([rest[0][0], rest[1][0]], [5, total(zs.map((v) => (v - 2) / 3))], 1e-9));
  t.true(close([rest[2][0], rest[3][0]], [5 - total(unit), total(unit)], 1e-9));
  const x = l.shared([1, 2, 3, 4, 5, 6, 7, 8], options);
  const y = l.dropout(x, 0.5, rng);
  const [ys, dx, xs] = evaluateNodes(asNodes([y, l.grad(l.sum(y), x), x]), state(asNodes([y]))).map(
    (v) => Array.from(v.data),
  );
  t.deepEqual(
    dx,
    ys.map((v, i) => v / xs[i]),
  );
  t.true(dx.includes(0) && dx.includes(2));
  const k = l.cast(rng.binomial([5], { p: m }), "float64");
  t.throws(() => l.grad(l.sum(k), m), { message: /does not depend on/ });
});

test.serial("mistakes are refused by name", (t) => {
  const rng = l.randomStream(8);
  const refused = (body: () => unknown, message: RegExp) =>
    t.throws(body, { instanceOf: AdjointError, message });
  refused(() => l.randomStream(0.5), /whole number of 32 bits/);
  refused(() => rng.binomial([2], { p: 1.5 }), /p is a probability, got 1.5/);
  refused(() => rng.binomial([2], { n: 0 }), /how many trials/);
  refused(() => rng.binomial([2], { p: l.zeros(3) }), /parameters of \[3\] do not fit \[2\]/);
  refused(() => rng.randint([2], 3, 3), /no 0 whole numbers/);
  refused(() => rng.randint([2], 0.5, 3), /whole numbers/);
  refused(() => rng.multinomial([2], { p: 0.5 }), /last axis for the classes/);
  refused(() => rng.choice([5], { from: 4, replace: false }), /there are no \[5\] of 4/);
  refused(() => rng.permutation(l.matrix("rows", 2)), /known number of entries/);
  refused(() => rng.uniform([-1]), /no dimension/);
  refused(() => rng.normal([2], { dtype: "int32" }), /draws are floats, not int32/);
  refused(() => l.dropout(l.zeros(3), 1, rng), /probability below 1/);
  refused(() => l.dropout(l.zeros(3), 0.5, 7 as never), /is a random stream/);
  const rate = l.scalar();
  refused(() => l.scan({ fn: () => rng.poisson([2], rate), nSteps: 3 }), /in a scan the rate/);
});
