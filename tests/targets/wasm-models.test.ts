/** Trainers on WebAssembly: the models beside TypeScript, and their memory. */

import test from "ava";
import { createLenet } from "../../generated/lenet/index.ts";
import { createLogistic } from "../../generated/logistic/index.ts";
import { createMlp } from "../../generated/mlp/index.ts";
import { InputError, UnavailableError } from "../../runtime/index.ts";
import { variablesOf } from "../../runtime/trainer.ts";
import { createWasmTrainer, type WasmCode } from "../../runtime/wasm/index.ts";
import { Random } from "../support/random.ts";

interface Trainer {
  train(index: number): number;
  readonly trainX: { set(values: Float32Array): void };
  readonly trainY: { set(values: Int32Array): void };
}

/** Examples that have something to do with their classes. */
function fill(trainer: Trainer, samples: number): void {
  const random = new Random(3);
  const y = Int32Array.from({ length: samples }, (_, i) => i % 10);
  const x = Float32Array.from(
    random.array("float32", [samples, 784]).data,
    (v, i) => Math.abs(v) / 4 + Number(i % 10 === y[Math.floor(i / 784)]) / 2,
  );
  trainer.trainX.set(x);
  trainer.trainY.set(y);
}

const models: readonly [string, number, number, readonly [Trainer, Promise<Trainer>]][] = [
  ["logistic", 1200, 6, [createLogistic({ seed: 1 }), createLogistic({ seed: 1, target: "wasm" })]],
  ["mlp", 100, 5, [createMlp({ seed: 1 }), createMlp({ seed: 1, target: "wasm" })]],
  ["lenet", 1000, 2, [createLenet({ seed: 1 }), createLenet({ seed: 1, target: "wasm" })]],
];

for (const [name, samples, steps, [reference, promise]] of models) {
  test(`${name} trains as TypeScript does`, async (t) => {
    const trainer = await promise;
    fill(reference, samples);
    fill(trainer, samples);
    for (let i = 0; i < steps; i++) {
      const [expected, cost] = [reference.train(i % 2), trainer.train(i % 2)];
      t.true(Math.abs(cost - expected) <= 1e-5 * (1 + Math.abs(expected)), `${cost} ${expected}`);
    }
    const own = variablesOf(trainer) ?? {};
    for (const [key, variable] of Object.entries(variablesOf(reference) ?? {})) {
      const expected = variable.get() as Float32Array;
      const values = own[key].get() as Float32Array;
      t.is(values.length, expected.length);
      const worst = expected.reduce((most, v, i) => Math.max(most, Math.abs(v - values[i])), 0);
      t.true(worst <= 1e-4, `${key}: ${worst}`);
    }
  });
}

test("variables are views of the module's memory, and no other memory is adopted", async (t) => {
  const trainer = await createLogistic({ target: "wasm" });
  const { W } = trainer;
  const view = W.get({ borrow: true });
  view[5] = 3;
  t.is(W.get()[5], 3);
  W.set(new Float32Array(7840).fill(0.5));
  t.is(view[5], 0.5);
  t.deepEqual(view.shape, [784, 10]);
  t.throws(() => W.set(new Float32Array(7840), { borrow: true }), {
    instanceOf: InputError,
    message: "W.set: WebAssembly has its own memory; leave borrow out to copy",
  });
});

test("data may be set again with other lengths; arguments may be views of the memory", async (t) => {
  const trainer = await createLogistic({ target: "wasm" });
  const rows = (n: number, value: number): Float32Array => new Float32Array(n * 784).fill(value);
  for (const n of [600, 6000, 1200, 60_000, 600]) {
    trainer.trainX.set(rows(n, n));
    trainer.validX.set(rows(n, n + 1));
    trainer.trainY.set(new Int32Array(n).fill(n % 10));
    t.is(trainer.trainX.get().length, n * 784);
    t.true(trainer.trainX.get({ borrow: true }).every((v) => v === n));
    t.true(trainer.validX.get({ borrow: true }).every((v) => v === n + 1));
    t.true(trainer.trainY.get().every((v) => v === n % 10));
  }
  trainer.W.set(Float32Array.from({ length: 7840 }, (_, i) => (i % 10 === 3 ? 1 : 0)));
  const images = trainer.trainX.get({ borrow: true });
  t.true(trainer.predict(images).every((digit) => digit === 3));
  t.is(trainer.predict(new Float32Array(0)).length, 0);
  t.is(trainer.probabilities(rows(70_001, 0.1)).length, 700_010);
});

test("where there is no SIMD the target is not available, and says so", async (t) => {
  const signature = { model: "m", shared: {}, functions: {} };
  // The smallest module with a vector, cut off.
  const code: WasmCode = {
    ...{ end: 64, scratch: 0, free: 64, shared: {}, sizes: {}, initials: [], functions: {} },
    ...{ head: "0061736d010000000105016000017b", bodies: ["04"] },
  };
  await t.throwsAsync(createWasmTrainer(signature, code), {
    instanceOf: UnavailableError,
    message: "this engine has no WebAssembly SIMD",
  });
});

test("any number of threads has the same bits, also where they have fallen asleep", async (t) => {
  const results: Float32Array[] = [];
  for (const threads of [1, 2, 4]) {
    const trainer = await createMlp({ seed: 1, target: "wasm", threads });
    fill(trainer, 100);
    for (let i = 0; i < 30; i++) {
      trainer.train(i % 5);
      if (i % 10 === 0) await new Promise((done) => setTimeout(done, 30));
    }
    results.push(trainer.hidden_W.get());
  }
  for (const other of results.slice(1)) t.deepEqual(other, results[0]);
});

test("the memory does not grow from step to step", async (t) => {
  const trainer = await createMlp({ target: "wasm" });
  fill(trainer, 20);
  const before = trainer.trainX.get({ borrow: true }).buffer.byteLength;
  for (let i = 0; i < 200; i++) trainer.train(0);
  t.is(trainer.trainX.get({ borrow: true }).buffer.byteLength, before);
});
