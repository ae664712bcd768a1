/** Arrays that a model writes out are data of the generated code: in TypeScript, C, WebAssembly and on gpu.js. */

import * as l from "adjoint";
import test from "ava";
import { compileModel } from "../../compiler/compile.ts";
import { emitEntry } from "../../compiler/targets/entry.ts";
import { emitGpu } from "../../compiler/targets/gpu/index.ts";
import { shortest } from "../../compiler/targets/literals.ts";
import { emitMaths } from "../../compiler/targets/maths/index.ts";
import { emitNative } from "../../compiler/targets/native/index.ts";
import { emitTypescript } from "../../compiler/targets/typescript/index.ts";
import { emitWasm } from "../../compiler/targets/wasm/index.ts";
import { close, importText, named } from "../support/compile.ts";
import { addonOf, missingCompiler, quick } from "../support/native.ts";
import { wasmTrainerOf } from "../support/wasm.ts";

/** Numbers of all sizes and of many digits. */
const rows = (height: number, width: number): number[][] =>
  Array.from({ length: height }, (_, i) =>
    Array.from({ length: width }, (_, j) => Math.sin(i * width + j + 1) * 10 ** ((i + j) % 5)),
  );
const [start, filter, offsets] = [rows(40, 24), rows(24, 3), rows(5, 3)];
const places = Array.from({ length: 12 }, (_, i) => (i * 7) % 40);
const odd = [
  0,
  -0,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  1e-45,
  3e38,
  0.1,
  16777217,
  -1.5,
];

/** A model with a literal as a start, as an operand, as indices and in a loop. */
function model() {
  const W = named(l.shared(start), "W");
  const scale = named(l.shared(l.mul(2, rows(3, 5))), "scale");
  const x = named(l.matrix(2, 24), "x");
  const fixed = named(l.constant(filter), "fixed");
  const p = named(l.dot(x, fixed), "p");
  const picked = named(l.at(W, places), "picked");
  const [sums] = l.scan({
    fn: (row: number, sum: number) => l.add(l.add(sum, row), l.mul(0.001, l.at(fixed as never, 0))),
    sequences: [offsets],
    outputsInfo: l.zeros(3),
  });
  const special = named(l.mul(1, l.constant(odd)), "special");
  const flags = named(l.constant(places.map((n) => n > 9)), "flags");
  return {
    W,
    scale,
    run: l.fn([x], [p, l.sum(picked, 1)], { updates: [[W, l.sub(W, 1)]] }),
    others: l.fn([], [named(sums, "sums"), special, l.where(flags, 1, 2), l.mul(scale, 1)]),
  };
}
const exported = Object.entries(model());

const input = Float32Array.from({ length: 48 }, (_, i) => Math.cos(i));
const f = Math.fround;
/** What each function gives at its first call. */
const expected = {
  run: [
    [0, 1].flatMap((i) =>
      [0, 1, 2].map((j) => filter.reduce((sum, row, k) => sum + input[i * 24 + k] * row[j], 0)),
    ),
    places.map((n) => start[n].reduce((sum, v) => sum + v, 0)),
  ],
  others: [
    offsets.flatMap((_, n) =>
      [0, 1, 2].map((j) =>
        offsets.slice(0, n + 1).reduce((sum, row) => sum + row[j] + 0.001 * filter[0][j], 0),
      ),
    ),
    odd.map(f),
    places.map((n) => (n > 9 ? 1 : 2)),
    rows(3, 5).flatMap((row) => row.map((v) => 2 * v)),
  ],
};

type Results = readonly ArrayLike<number>[];
type Compare = (what: keyof typeof expected, results: Results) => void;
const comparing =
  (t: { true(value: boolean, message: string): unknown }): Compare =>
  (what, results) => {
    for (const [i, list] of expected[what].entries())
      t.true(close(Array.from(results[i]), list, 1e-5), `${what} ${i}: ${Array.from(results[i])}`);
  };

test("TypeScript", async (t) => {
  const compiled = compileModel("m", "m.ts", exported);
  const code = await importText(emitTypescript(compiled));
  const create = code.createState as (seed: number) => Record<string, Float32Array>;
  const state = create(0);
  const compare = comparing(t);
  compare("run", (code.run as (...args: unknown[]) => Results)(state, input));
  compare("others", (code.others as (...args: unknown[]) => Results)(state));
  t.deepEqual(
    Array.from(state.W),
    start.flat().map((v) => f(f(v) - 1)),
  );
  t.deepEqual(Array.from(create(0).W), start.flat().map(f), "another trainer starts anew");
});

(missingCompiler() ? test.skip : test)("C, without a warning", async (t) => {
  const addon = await addonOf(compileModel("m", "m.ts", exported), quick);
  const trainer = addon.create(0, 1);
  const [p, sums] = [new Float32Array(6), new Float32Array(12)];
  addon.functions.run(trainer, input, p, sums);
  const compare = comparing(t);
  compare("run", [p, sums]);
  const others = expected.others.map((list) => new Float32Array(list.length));
  addon.functions.others(trainer, ...others);
  compare("others", others);
});

test("WebAssembly", async (t) => {
  type Trainer = Record<"run" | "others", (...args: unknown[]) => Results> & {
    W: { get(): ArrayLike<number> };
  };
  const trainer = await wasmTrainerOf<Trainer>(compileModel("m", "m.ts", exported));
  const compare = comparing(t);
  compare("run", trainer.run(input));
  compare("others", trainer.others());
});

test("numbers are written once in a file, in rows, with the digits that they need", async (t) => {
  const compiled = compileModel("m", "m.ts", exported);
  const c = emitNative(compiled).get("native.c") as string;
  t.regex(c, /^static const float initial_W\[\] = \{\n {2}0\.84147096f, 9\.092975f, 14\.112f,/m);
  t.regex(c, /^static const int32_t initial_picked_constant\[\] = \{\n {2}0, 7, 14, 21,/m);
  t.regex(c, /0, -0\.0f, NAN, INFINITY, -INFINITY, 1e-45f, 3e\+38f, 0\.1f, 16777216, -1\.5f,/);
  const typescript = emitTypescript(compiled);
  t.regex(
    typescript,
    /^const initial_W = new Float32Array\(\[\n {2}0\.84147096, 9\.092975, 14\.112,/m,
  );
  t.is(typescript.split("0.84147096, 9.092975").length, 5, "four arrays, each once");
  for (const line of `${typescript}${c}`.split("\n")) t.true(line.length <= 100, line);
  const wasm = (await emitWasm(compiled)).get("wasm.ts") as string;
  t.regex(wasm, /^ {4}W: \[\n {6}0\.84147096, 9\.092975,/m);
  const entry = emitEntry(compiled, ["native"]);
  t.regex(entry, /fixed: \{ dtype: "float32", shape: \[24, 3\], constant: true \}/);
  const maths = emitMaths(compiled);
  t.regex(maths, /\| `fixed` \| float32 \| 24 × 3 \| constant \|/);
  t.regex(maths, /^975 parameters\.$/m);
  t.is(shortest(Math.fround(1 / 3), "float32"), "0.33333334");
});

test("on the device a literal is memory like any other", (t) => {
  const x = named(l.matrix(2, 24), "x");
  const text = emitGpu(
    compileModel("m", "m.ts", [["f", l.fn([x], l.dot(x, named(l.constant(filter), "fixed")))]]),
  );
  t.regex(text, /fixed: \{ dtype: "float32", shape: \[24, 3\], initial: state\.fixed \}/);
  t.regex(text, /args: \["x", "fixed"\]/);
});

test("short lists stay in formulas", (t) => {
  const x = named(l.vector(3), "x");
  const compiled = compileModel("m", "m.ts", [["f", l.fn([x], l.mul(x, [1, 2, 4]))]]);
  t.deepEqual(compiled.shared, []);
});

test("100 × 100 numbers are compiled at once, a million are refused", (t) => {
  const before = performance.now();
  const x = named(l.matrix(4, 100), "x");
  const W = named(l.shared(rows(100, 100)), "W");
  const compiled = compileModel("m", "m.ts", [["f", l.fn([x], l.dot(x, W))]]);
  for (const emit of [emitTypescript, emitNative, emitGpu, emitMaths]) emit(compiled);
  const time = performance.now() - before;
  t.log(`${Math.round(time)} ms`);
  t.true(time < 10_000, "a chain of choices takes minutes");
  t.throws(() => l.shared(new Float32Array(1_000_001)), {
    message: "an array of 1,000,001 numbers is too large to be written into generated code",
  });
});
