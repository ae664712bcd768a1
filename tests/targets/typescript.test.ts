/** State and results of generated TypeScript: updates at once, kinds of outputs, named sizes, initial draws. */

import * as l from "adjoint";
import test from "ava";
import { threefry2x32 } from "../../compiler/ops/threefry.ts";
import { close, importText, named, textOf } from "../support/compile.ts";

type State = Record<string, Float32Array>;
type Code = { createState(seed: number): State } & Record<string, (...args: unknown[]) => unknown>;
const load = async (exports: readonly (readonly [string, unknown])[]): Promise<Code> =>
  (await importText(textOf(exports))) as Code;

test("updates read the values from before the call, and so do outputs", async (t) => {
  const [a, b] = [named(l.shared([1, 2]), "a"), named(l.shared([3, 4]), "b")];
  const code = await load([
    [
      "swap",
      l.fn([], [a, b], {
        updates: [
          [a, b],
          [b, a],
        ],
      }),
    ],
  ]);
  const state = code.createState(0);
  t.deepEqual(
    (code.swap(state) as Float32Array[]).map((x) => Array.from(x)),
    [
      [1, 2],
      [3, 4],
    ],
  );
  t.deepEqual(
    [Array.from(state.a), Array.from(state.b)],
    [
      [3, 4],
      [1, 2],
    ],
  );
});

test("an accumulator returns its old value", async (t) => {
  const state_ = named(l.shared(0), "total");
  const x = named(l.scalar(), "x");
  const code = await load([["add", l.fn([x], state_, { updates: [[state_, l.add(state_, x)]] })]]);
  const state = code.createState(0);
  t.deepEqual(
    [1, 300].map((v) => code.add(state, v)),
    [0, 1],
  );
  t.is(state.total[0], 301);
});

test("a transposed update goes through a copy", async (t) => {
  const A = named(
    l.shared([
      [1, 2],
      [3, 4],
    ]),
    "A",
  );
  const code = await load([["turn", l.fn([], null, { updates: [[A, l.transpose(A)]] })]]);
  const state = code.createState(0);
  code.turn(state);
  t.deepEqual(Array.from(state.A), [1, 3, 2, 4]);
});

test("chained updates each read the old values", async (t) => {
  const [a, b, c] = ["a", "b", "c"].map((name, i) => named(l.shared(i + 1), name));
  const code = await load([
    [
      "rotate",
      l.fn([], null, {
        updates: [
          [a, l.add(b, c)],
          [b, l.mul(a, 10)],
          [c, l.sub(a, b)],
        ],
      }),
    ],
  ]);
  const state = code.createState(0);
  code.rotate(state);
  t.deepEqual([state.a[0], state.b[0], state.c[0]], [5, 10, -1]);
});

test("records, lists, nothing, booleans, inputs given back", async (t) => {
  const x = named(l.vector(3), "x");
  const code = await load([
    ["record", l.fn([x], { total: l.sum(x), doubled: l.mul(x, 2) })],
    ["same", l.fn([x], x)],
    ["truth", l.fn([x], l.any(l.gt(x, 2)))],
    ["constant", l.fn([], l.constant([1, 2]))],
  ]);
  const state = code.createState(0);
  const given = Float32Array.of(1, 2, 3);
  t.deepEqual((code.record(state, given) as unknown[])[0], 6);
  const same = code.same(state, given) as Float32Array;
  t.deepEqual(same, given);
  t.not(same, given, "the caller's array is not handed back");
  t.is(code.truth(state, given), true);
  t.deepEqual(Array.from(code.constant(state) as Int32Array), [1, 2]);
});

test("zero, one and many rows of a named size", async (t) => {
  const x = named(l.matrix("rows", 4), "x");
  const code = await load([
    ["f", l.fn([x], [l.softmax(x), l.argmax(x, 1), l.mean(x), l.sum(x, 0)])],
  ]);
  const state = code.createState(0);
  for (const rows of [0, 1, 7]) {
    const data = Float32Array.from({ length: rows * 4 }, (_, i) => i % 3);
    const [p, top, mean, sums] = code.f(state, data, rows) as [
      Float32Array,
      Int32Array,
      number,
      Float32Array,
    ];
    t.is(p.length, rows * 4);
    t.is(top.length, rows);
    t.is(sums.length, 4);
    if (rows > 0) t.true(Math.abs(p.reduce((a, b) => a + b) - rows) < 1e-5);
    t.is(Number.isNaN(mean), rows === 0);
  }
});

test("Threefry-2x32-20 gives the published answers", (t) => {
  const hex = ([a, b]: readonly number[]) =>
    [a, b].map((v) => v.toString(16).padStart(8, "0")).join(" ");
  t.is(hex(threefry2x32([0, 0], [0, 0])), "6b200159 99ba4efe");
  t.is(hex(threefry2x32([-1, -1], [-1, -1])), "1cb996fc bb002be7");
  t.is(hex(threefry2x32([0x13198a2e, 0x03707344], [0x243f6a88, 0x85a308d3])), "c4923a9c 483df7a0");
});

test("initial draws: the same bits as the reference, another seed another draw, moments", async (t) => {
  const U = named(l.shared(l.uniform([50, 40], { low: -1, high: 1 })), "U");
  const N = named(l.shared(l.normal([100, 50], { mean: 3, std: 2 })), "N");
  const code = await load([["f", l.fn([], l.add(l.sum(U), l.sum(N)))]]);
  const [a, b, c] = [code.createState(1), code.createState(1), code.createState(2)];
  t.deepEqual(a.U, b.U);
  t.notDeepEqual(a.U, c.U);
  t.true(a.U.every((v) => v >= -1 && v < 1));
  const mean = (x: Float32Array) => x.reduce((s, v) => s + v, 0) / x.length;
  const variance = (x: Float32Array) => x.reduce((s, v) => s + (v - mean(x)) ** 2, 0) / x.length;
  t.true(Math.abs(mean(a.N) - 3) < 0.1 && Math.abs(variance(a.N) - 4) < 0.25);
  t.true(Math.abs(mean(a.U)) < 0.06 && Math.abs(variance(a.U) - 1 / 3) < 0.03);
});

test("kernels, memory and values of one name are told apart", async (t) => {
  const x = named(l.vector(3), "x");
  const loss = named(l.softmax(x), "loss");
  const trainLoss = named(l.cumsum(loss), "train_loss");
  const yLoss = named(l.softmax(l.mul(x, 2)), "y_loss");
  const functions = {
    train: [loss, trainLoss, l.cumsum(yLoss)],
    train_y: [l.cumsum(loss)],
  };
  const exports = [
    ...Object.entries(functions).map(([name, outputs]) => [name, l.fn([x], outputs)] as const),
    ["train_y_loss", l.shared(l.ones([3]))] as const,
  ];
  const names = [...textOf(exports).matchAll(/^(?:export )?function (\w+)\(/gm)];
  t.is(new Set(names.map(([, name]) => name)).size, names.length);
  const code = await load(exports);
  const at = [1, 2, 3];
  for (const [name, outputs] of Object.entries(functions)) {
    const found = code[name](code.createState(0), Float32Array.from(at)) as Float32Array[];
    for (const [i, node] of outputs.entries()) {
      const expected = l.evaluate(node, [[x, at]]) as number[];
      t.true(close(Array.from(found[i]), expected, 1e-6), `${name}, ${i}`);
    }
  }
});

test("a relu keeps its result for its gradient, not what went in", (t) => {
  const [x, w] = [named(l.matrix(3, 4), "x"), named(l.shared(l.ones(4, 5)), "w")];
  const h = named(l.relu(l.dot(x, w)), "h");
  const cost = named(l.sum(l.mul(h, h)), "cost");
  const text = textOf([["f", l.fn([x], cost, { updates: [[w, l.grad(cost, w)]] })]]);
  t.regex(text, /h\[i,j\] = max\(/);
  t.regex(text, /if h\[i,j\] > 0 else 0/);
  t.is(text.match(/elements\. \*\//g)?.length, 1, "one array of values in between");
});

test("what the model leaves unnamed is called after its op", async (t) => {
  const x = named(l.matrix(3, 4), "x");
  const text = textOf([
    ["f", l.fn([x], l.mean(x))],
    ["g", l.fn([x], l.softmax(x))],
  ]);
  t.true(text.includes("f(x) → mean\n"));
  t.true(text.includes("g(x) → softmax\n"));
  t.regex(text, /softmax_sum/);
  t.notRegex(text, /\bdiv/);
});

test("sums of products over several axes for one axis of results", async (t) => {
  const [K, x] = [named(l.tensor([16, 30, 40]), "K"), named(l.matrix(30, 40), "x")];
  const filters = named(l.tensor([16, 1, 1, 1]), "filters");
  const images = named(l.tensor([8, 1, 6, 6]), "images");
  const energy = l.sum(l.square(l.conv2d(images, filters)));
  const code = await load([
    ["weighted", l.fn([K, x], l.sum(l.mul(K, x), [1, 2]))],
    ["slopes", l.fn([images, filters], l.grad(energy, filters))],
  ]);
  const waves = (size: number): Float32Array =>
    Float32Array.from({ length: size }, (_, i) => Math.sin(i));
  const state = code.createState(0);

  const [k, row] = [waves(16 * 1200), waves(1200)];
  const sums = Array.from({ length: 16 }, (_, n) =>
    row.reduce((sum, v, i) => sum + v * k[n * 1200 + i], 0),
  );
  t.true(close(Array.from(code.weighted(state, k, row) as Float32Array), sums, 1e-4, 1e-2));

  // A filter of one weight w: Σ(w·x)² by w.
  const [pixels, weights] = [waves(288), waves(16)];
  const squares = pixels.reduce((sum, v) => sum + v * v, 0);
  const slopes = Array.from(weights, (w) => 2 * w * squares);
  t.true(close(Array.from(code.slopes(state, pixels, weights) as Float32Array), slopes, 1e-4));
});
