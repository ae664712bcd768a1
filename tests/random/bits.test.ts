/** The same seed gives the same bits: on every target, with any number of threads, in any surroundings. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { createTrainer, type Shared, type Signature } from "adjoint/runtime";
import test from "ava";
import { buildModel } from "../../compiler/cli/build.ts";
import { numeric } from "../../compiler/kernels/numeric.ts";
import { call } from "../../compiler/kernels/scalar.ts";
import type { CompiledModel } from "../../compiler/model.ts";
import { createNativeTrainer } from "../../runtime/native/index.ts";
import { createWasmTrainer, type WasmCode } from "../../runtime/wasm/index.ts";
import { importText } from "../support/compile.ts";
import { gpuProgramOf } from "../support/gpu.ts";
import { inEnvironment, missingCompiler } from "../support/native.ts";

type Numbers = Float32Array | Float64Array | Int32Array;
type Trainer = Record<string, Shared<Numbers>> & Record<string, (...args: unknown[]) => unknown>;

/** A model text on all targets that run it synchronously. */
interface Built {
  readonly model: CompiledModel;
  /** Trainers by target and number of threads. */
  create(seed: number): Promise<ReadonlyMap<string, Trainer>>;
}

const folders: string[] = [];
test.after.always(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

async function build(text: string): Promise<Built> {
  const root = mkdtempSync(path.join(tmpdir(), "adjoint-bits-"));
  folders.push(root);
  mkdirSync(path.join(root, "models"));
  writeFileSync(path.join(root, "package.json"), "{}");
  writeFileSync(path.join(root, "models", "draws.ts"), text);
  const { files, model } = await buildModel("models/draws.ts", {
    root,
    targets: missingCompiler() ? ["wasm"] : ["native", "wasm"],
  });
  for (const [file, content] of files) writeFileSync(path.join(root, path.basename(file)), content);
  const textOf = (name: string): string =>
    [...files].find(([file]) => path.basename(file) === name)?.[1] as string;
  const program = await importText(textOf("typescript.ts"));
  const { code } = await importText(textOf("wasm.ts"));
  const [declaration] = /export const signature = [\s\S]*? as const/.exec(
    textOf("index.ts"),
  ) as RegExpExecArray;
  const signature = (await importText(`${declaration};`)).signature as Signature;
  const native = (options: { seed: number; threads: number }): Promise<Trainer> =>
    inEnvironment({ ADJOINT_CACHE: root }, () =>
      createNativeTrainer<Trainer>(signature, pathToFileURL(path.join(root, "native.c")), options),
    );
  return {
    model,
    async create(seed) {
      const trainers = new Map<string, Trainer>();
      trainers.set("typescript", createTrainer(signature, program as never, { seed }));
      for (const threads of [1, 2, 3]) {
        const options = { seed, threads };
        const wasm = await createWasmTrainer<Trainer>(signature, code as WasmCode, options);
        trainers.set(`wasm, ${threads} threads`, wasm);
        if (!missingCompiler()) trainers.set(`native, ${threads} threads`, await native(options));
      }
      return trainers;
    },
  };
}

const bitsOf = (x: unknown): Uint32Array => {
  const array = typeof x === "number" ? Float64Array.of(x) : (x as Numbers);
  return new Uint32Array(array.buffer, array.byteOffset, array.byteLength / 4);
};

/** How many elements have other bits. */
function differing(a: unknown, b: unknown): number {
  const [x, y] = [bitsOf(a), bitsOf(b)];
  if (x.length !== y.length) return Math.max(x.length, y.length);
  return x.reduce((n, bits, i) => n + Number(bits !== y[i]), 0);
}

const count = 100_000;

const header = `import {
  dropout, dot, exp, fn, grad, mean, normal, ones, randomStream, scan, shared, sum, tanh, uniform, vector, zeros,
} from "adjoint";
`;

/** Every distribution, in one dtype: named values, and what reads them. */
const distributions = (dtype: string, seed: number): string => `${header}
export const rng = randomStream(${seed});
const dtype = "${dtype}";
const n = [${count}];
export const low = shared(uniform([50], { low: -2, high: -1, dtype }), { dtype });
export const high = shared(uniform([50], { low: 0.1, high: 3, dtype }), { dtype });
export const p = shared([0.1, 0.3, 0.05, 0.2, 0.15, 0.2], { dtype });
export const rate = shared(uniform([50], { low: 0.1, high: 6, dtype }), { dtype });
export const keep = shared(0.3, { dtype });

const even = rng.uniform(n, { dtype });
const scaled = rng.uniform(n, { low: -0.07, high: 0.07, dtype });
const between = rng.uniform([${count / 50}, 50], { low, high, dtype });
const stretched = rng.uniform([${count / 50}, 50], { low: low - 0.5, high: high / 2, dtype });
const gauss = rng.normal(n, { dtype });
const moved = rng.normal(n, { mean: 0.1, std: 0.7, dtype });
const wide = rng.normal([${count / 50}, 50], { mean: low * 0.5, std: high, dtype });
const cut = rng.truncatedNormal(n, { mean: -0.3, std: 0.02, dtype });
export const floats = fn([], [even, scaled, between, stretched, gauss, moved, wide, cut]);

const coins = rng.binomial(n, { p: 0.7 });
const chances = rng.binomial([${count / 50}, 50], { p: high / 3 });
const trials = rng.binomial(n, { n: 5, p: 0.3 });
const classes = rng.multinomial([${(count / 6 + 1) | 0}], { p });
const tallies = rng.multinomial([${(count / 6 + 1) | 0}], { n: 4, p });
const dice = rng.randint(n, -3, 4);
const far = rng.randint(n, 0, 2000000000);
const arrivals = rng.poisson(n, 3.3);
const events = rng.poisson([${count / 50}, 50], rate, { most: 60 });
const orders = rng.permutation(50, [${count / 50}]);
const chosen = rng.choice(n, { from: 7 });
const weighted = rng.choice(n, { from: 6, p });
export const integers = fn([], [
  coins, chances, trials, classes, tallies, dice, far, arrivals, events, orders, chosen, weighted,
]);

const distinct = rng.choice([6], { from: 6, replace: false, p });
const sample = rng.choice([300], { from: 500, replace: false });
export const few = fn([], [distinct, sample]);

const x = shared(ones([${count}], { dtype }), { dtype });
const halves = dropout(x, 0.3, rng);
const masked = dropout(x, keep, rng);
export const masks = fn([], [halves > 0, masked > 0]);

const [steps] = scan({
  fn: () => rng.normal([${count / 100}], { mean: 0.1, std: 0.3, dtype }),
  outputsInfo: [null],
  nSteps: 100,
});
const [path] = scan({
  fn: (h) => 0.5 * h + rng.uniform([${count / 100}], { low: -1, high: 0.3, dtype }),
  outputsInfo: zeros(${count / 100}, { dtype }),
  nSteps: 100,
});
export const loops = fn([], [steps, path]);
`;

const resultsOf = (x: unknown): unknown[] => (Array.isArray(x) ? x : [x]);

const distributionsOf: Readonly<Record<string, readonly string[]>> = {
  floats: ["even", "scaled", "between", "stretched", "gauss", "moved", "wide", "cut"],
  integers:
    "coins chances trials classes tallies dice far arrivals events orders chosen weighted".split(
      " ",
    ),
  few: ["distinct", "sample"],
  masks: ["halves", "masked"],
  loops: ["steps", "path"],
};

for (const dtype of ["float32", "float64"])
  for (const seed of [5, 70_007, 2026])
    test.serial(`every distribution, ${dtype}, stream ${seed}`, async (t) => {
      const trainers = await (await build(distributions(dtype, seed))).create(seed + 1);
      const reference = trainers.get("typescript") as Trainer;
      let compared = 0;
      const calls = Object.entries({ floats: 2, integers: 2, few: 400, masks: 2, loops: 2 });
      for (const [name, times] of calls)
        for (let n = 0; n < times; n++) {
          const expected = resultsOf(reference[name]());
          for (const [target, trainer] of trainers) {
            if (trainer === reference) continue;
            const got = resultsOf(trainer[name]());
            t.is(got.length, expected.length);
            for (const [i, want] of expected.entries()) {
              compared += bitsOf(want).length;
              const wrong = differing(got[i], want);
              if (wrong > 0)
                t.fail(`${distributionsOf[name][i]}, call ${n}, ${target}: ${wrong} differ`);
            }
          }
        }
      t.log(`${compared} words compared`);
      t.true(compared > 6 * count * 40);
    });

const initials = (dtype: string): string => `${header}
const dtype = "${dtype}";
const shape = [400, 250];
const bound = Math.sqrt(6 / 650);
export const even = shared(uniform(shape, { dtype }), { dtype });
export const xavier = shared(uniform(shape, { low: -bound, high: bound, dtype }), { dtype });
export const sigmoid = shared(uniform(shape, { low: -4 * bound, high: 4 * bound, dtype }), { dtype });
export const offset = shared(uniform(shape, { low: 0.1, high: 0.7, dtype }), { dtype });
export const gauss = shared(normal(shape, { dtype }), { dtype });
export const glorot = shared(normal(shape, { std: Math.sqrt(2 / 650), dtype }), { dtype });
export const lecun = shared(normal(shape, { std: Math.sqrt(1 / 400), dtype }), { dtype });
export const he = shared(normal(shape, { std: Math.sqrt(2 / 400), dtype }), { dtype });
export const moved = shared(normal(shape, { mean: -0.3, std: 0.01, dtype }), { dtype });
export const f = fn([], sum(even));
`;

for (const dtype of ["float32", "float64"])
  test.serial(`every initial value, ${dtype}`, async (t) => {
    const { create } = await build(initials(dtype));
    let compared = 0;
    for (const seed of [0, 7, 1234, 2 ** 32 - 1]) {
      const trainers = await create(seed);
      const reference = trainers.get("typescript") as Trainer;
      for (const [target, trainer] of trainers)
        for (const name of "even xavier sigmoid offset gauss glorot lecun he moved".split(" ")) {
          const [got, want] = [trainer[name].get(), reference[name].get()];
          compared += bitsOf(want).length;
          t.is(differing(got, want), 0, `${name}, seed ${seed}, ${target}`);
        }
    }
    t.log(`${compared} words compared`);
  });

test.serial("on the device, but for functions that it has in float32 only", async (t) => {
  const text = `${header}
export const rng = randomStream(11);
const n = [${count}];
export const low = shared(uniform([50], { low: -2, high: -1 }));
export const high = shared(uniform([50], { low: 0.1, high: 3 }));
const even = rng.uniform(n);
const scaled = rng.uniform(n, { low: -0.07, high: 0.07 });
const between = rng.uniform([${count / 50}, 50], { low, high });
const coins = rng.binomial(n, { p: 0.7 });
const dice = rng.randint(n, -3, 4);
const orders = rng.permutation(50, [${count / 50}]);
export const f = fn([], [even, scaled, between, coins, dice, orders]);
`;
  const { model, create } = await build(text);
  const device = await gpuProgramOf(model);
  const reference = (await create(0)).get("typescript") as Trainer;
  const expected = reference.f() as Numbers[];
  const got = (await device.call("f", [], {})) as Numbers[];
  for (const [i, want] of expected.entries()) t.is(differing(got[i], want), 0, `draw ${i}`);
  device.destroy();
});

test.serial("a draw that a product is computed with", async (t) => {
  // The product is 0 on all targets, whose sums of products may differ in last bits.
  const { create } = await build(`${header}
export const rng = randomStream(13);
const W = shared(zeros([64, 500]));
const x = shared(ones([200, 64]));
const noise = rng.uniform([200, 500], { low: -0.3, high: 0.1 });
const gauss = rng.normal([200, 500], { mean: 0.2, std: 0.3 });
export const f = fn([], [dot(x, W) + noise, dot(x, W) - gauss]);
`);
  const trainers = await create(0);
  const expected = trainers.get("typescript")?.f() as Numbers[];
  t.true(new Set(expected[0]).size > 99_000);
  for (const [target, trainer] of trainers) {
    if (target === "typescript") continue;
    const got = trainer.f() as Numbers[];
    for (const [i, want] of expected.entries()) t.is(differing(got[i], want), 0, target);
  }
});

test.serial("from a saved state a target goes on with the bits of another one", async (t) => {
  const { create } = await build(`${header}
export const rng = randomStream(3);
const noise = rng.normal([${count}], { mean: 0.2, std: 0.3 });
const u = rng.uniform([${count}], { low: -0.3, high: 0.1 });
export const f = fn([], [noise, u]);
`);
  const trainers = await create(4);
  const counters = ["rng_noise", "rng_u"];
  const reference = trainers.get("typescript") as Trainer;
  for (let n = 0; n < 3; n++) reference.f();
  const saved = counters.map((name) => reference[name].get());
  const expected = reference.f() as Numbers[];
  for (const [target, trainer] of trainers) {
    trainer.f();
    for (const [i, name] of counters.entries()) trainer[name].set(saved[i]);
    const got = trainer.f() as Numbers[];
    for (const [i, want] of expected.entries()) t.is(differing(got[i], want), 0, target);
  }
});

test.serial("draws that are added elsewhere leave all bits as they are", async (t) => {
  const own = `const noise = rng.normal([${count}], { mean: 0.2, std: 0.3 });
const u = rng.uniform([${count}], { low: -0.3, high: 0.1 });
export const W = shared(normal([${count}], { std: 0.1 }));
export const f = fn([], [noise, u, noise * u]);
`;
  const stream = `${header}
export const rng = randomStream(3);
`;
  const added = `const early = rng.normal([7]);
export const V = shared(normal([7], { std: 0.1 }));
export const g = fn([], early);
`;
  const [alone, among] = [await build(stream + own), await build(stream + added + own)];
  const reference = (await alone.create(4)).get("typescript") as Trainer;
  const expected = [reference.W.get(), ...(reference.f() as Numbers[]).slice(0, 2)];
  for (const [target, trainer] of await among.create(4)) {
    trainer.g();
    const got = [trainer.W.get(), ...(trainer.f() as Numbers[]).slice(0, 2)];
    for (const [i, want] of expected.entries()) t.is(differing(got[i], want), 0, target);
  }
});

test.serial("a draw at a bound that float32 rounds is decided alike", async (t) => {
  // The bounds are halfway between draws that occur, and those draws themselves.
  const first = await build(`${header}
export const rng = randomStream(8);
const u = rng.uniform([50]);
export const f = fn([], u);
`);
  const reference = (await first.create(0)).get("typescript") as Trainer;
  const u = Array.from(reference.f() as Numbers);
  const bounds = u.slice(0, 4).flatMap((v) => [v, v + 2 ** -26, v - 2 ** -26]);
  const second = await build(`${header}
export const rng = randomStream(8);
const u = rng.uniform([50]);
export const f = fn([], [${bounds.flatMap((b) => [`u < ${b}`, `u <= ${b}`, `${b} < u`, `u >= ${b}`]).join(", ")}]);
`);
  const expected = bounds.flatMap((b) => [
    u.map((v) => v < b),
    u.map((v) => v <= b),
    u.map((v) => b < v),
    u.map((v) => v >= b),
  ]);
  for (const [target, trainer] of await second.create(0)) {
    const got = (trainer.f() as ArrayLike<number>[]).map((x) => Array.from(x, Boolean));
    t.deepEqual(got, expected, target);
  }
});

test("logarithm and cosine of draws are those of the library, but for last bits", (t) => {
  const log = numeric((x) => call("unitLog", x), 1);
  const cosine = numeric((x) => call("cosPi", x), 1);
  for (let i = 0; i < 2 ** 24; i += 331) {
    const x = 1 - i * 2 ** -24;
    t.true(Math.abs(log(x) - Math.log(x)) <= 4e-16 * Math.abs(Math.log(x)), `log ${x}`);
    // Math.PI · 2x is rounded, by up to 2⁻⁵¹.
    const angle = i * 2 ** -23;
    t.true(Math.abs(cosine(angle) - Math.cos(Math.PI * angle)) <= 9e-16, `cos π·${angle}`);
  }
  t.deepEqual(
    [0, 0.5, 1, 1.5].map((x) => Math.abs(cosine(x))),
    [1, 0, 1, 0],
  );
  t.is(cosine(1), -1);
  t.is(log(1), 0);
});
