/** The generated models on native code: the steps, memory and threads of trainers. */

import { Worker } from "node:worker_threads";
import { InputError } from "adjoint/runtime";
import { loadDigits } from "adjoint/train";
import test from "ava";
import { createLenet } from "../../generated/lenet/index.ts";
import { createLogistic, type Logistic } from "../../generated/logistic/index.ts";
import { createMlp } from "../../generated/mlp/index.ts";
import { type Shared, variablesOf } from "../../runtime/trainer.ts";
import { missingCompiler } from "../support/native.ts";
import { growthOf } from "../support/native-memory.ts";

const missing = missingCompiler();
const run = missing ? test.skip : test.serial;
if (missing) test(`skipped: ${missing}`, (t) => t.pass());

const { train: digits } = loadDigits();

interface Trained {
  train(index: number): number;
  readonly trainX: Shared;
  readonly trainY: Shared;
}

function filled<T extends Trained>(trainer: T, examples = 1200): T {
  trainer.trainX.set(digits.images.subarray(0, examples * 784));
  trainer.trainY.set(digits.labels.subarray(0, examples));
  return trainer;
}

/** All that a trainer has learnt. */
const learnt = (trainer: object): Record<string, readonly number[]> =>
  Object.fromEntries(
    Object.entries(variablesOf(trainer) ?? {}).map(([name, variable]) => [
      name,
      Array.from((variable as Shared).get()),
    ]),
  );

/** The largest difference of two trainers' parameters, by the largest parameter of that name. */
function distance(a: object, b: object): number {
  const [x, y] = [learnt(a), learnt(b)];
  return Math.max(
    ...Object.keys(x).map((name) => {
      const largest = x[name].reduce((m, v) => Math.max(m, Math.abs(v)), 1e-3);
      return x[name].reduce((m, v, i) => Math.max(m, Math.abs(v - y[name][i])), 0) / largest;
    }),
  );
}

for (const [name, create, steps] of [
  ["logistic", createLogistic, 10],
  ["mlp", createMlp, 20],
  ["lenet", createLenet, 2],
] as const)
  run(`${name} learns what the reference learns`, async (t) => {
    const reference = filled(create({ seed: 5 }));
    const native = filled(await create({ target: "native", seed: 5 }));
    t.true(distance(reference, native) < 1e-6, "initial values are the same");
    for (let i = 0; i < steps; i++) {
      const [a, b] = [reference.train(i % 2), native.train(i % 2)];
      t.true(Math.abs(a - b) < 1e-4 * Math.max(1, Math.abs(a)), `cost ${i}: ${a} and ${b}`);
    }
    t.true(distance(reference, native) < 1e-4, `${distance(reference, native)}`);
    t.true(distance(native, create({ seed: 5 })) > 1e-3, "it has learnt something");
    const images = digits.images.subarray(0, 7 * 784);
    const [expected, found] = [reference.predict(images), native.predict(images)];
    t.deepEqual([...found], [...expected]);
    t.deepEqual(found.shape, [7]);
    t.is(native.predict(images.subarray(0, 0)).length, 0, "no rows at all");
  });

run("any number of threads comes to the same bits", async (t) => {
  for (const [create, steps] of [
    [createLogistic, 6],
    [createMlp, 6],
    [createLenet, 1],
  ] as const) {
    const trainers = [];
    for (const threads of [1, 2, 3]) {
      const trainer = filled(await create({ target: "native", seed: 2, threads }));
      for (let i = 0; i < steps; i++) trainer.train(i % 2);
      trainers.push(learnt(trainer));
    }
    t.deepEqual(trainers[1], trainers[0]);
    t.deepEqual(trainers[2], trainers[0]);
  }
});

run("trainers beside each other have nothing in common", async (t) => {
  const alone = filled(await createLogistic({ target: "native" }));
  for (let i = 0; i < 4; i++) alone.train(0);
  const [a, b] = [
    filled(await createLogistic({ target: "native" })),
    filled(await createLogistic({ target: "native", threads: 2 })),
  ];
  for (let i = 0; i < 4; i++) {
    a.train(0);
    b.train(1);
  }
  t.deepEqual(learnt(a), learnt(alone));
  t.notDeepEqual(learnt(b), learnt(alone));
});

run("a trainer in a worker, while this thread trains too", async (t) => {
  const entry = new URL("../../generated/logistic/index.ts", import.meta.url).href;
  const text = `import { parentPort, workerData } from "node:worker_threads";
    const { register } = await import(${JSON.stringify(import.meta.resolve("tsx/esm/api"))});
    register();
    const { createLogistic } = await import(${JSON.stringify(entry)});
    const trainer = await createLogistic({ target: "native", threads: 2 });
    trainer.trainX.set(workerData.images);
    trainer.trainY.set(workerData.labels);
    for (let i = 0; i < 50; i++) trainer.train(i % 2);
    parentPort.postMessage(Array.from(trainer.W.get()));`;
  const train = (): Promise<number[]> =>
    new Promise((resolve, reject) => {
      const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(text)}`), {
        workerData: {
          images: digits.images.slice(0, 1200 * 784),
          labels: digits.labels.slice(0, 1200),
        },
      });
      worker.once("message", resolve);
      worker.once("error", reject);
    });
  const both = Promise.all([train(), train()]);
  const here = filled(await createLogistic({ target: "native" }));
  for (let i = 0; i < 50; i++) {
    here.train(i % 2);
    await new Promise(setImmediate);
  }
  const expected = Array.from(here.W.get());
  t.deepEqual(await both, [expected, expected]);
});

run("shared variables: copies, the trainer's own memory, memory of the caller", async (t) => {
  const native = filled(await createLogistic({ target: "native" }));
  const copy = native.W.get();
  t.deepEqual(copy.shape, [784, 10]);
  const own = native.W.get({ borrow: true });
  native.train(0);
  t.true(copy.every((w) => w === 0));
  t.deepEqual([...native.W.get()], [...own], "a view sees what training writes");
  own[3] = 7;
  t.is(native.W.get()[3], 7);
  native.b.set(new Float32Array(10).fill(2));
  t.is(native.b.get()[9], 2);

  const given = new Float32Array(7840).fill(0.5);
  native.W.set(given, { borrow: true });
  native.train(0);
  t.true(
    given.some((w) => w !== 0.5),
    "training writes to adopted memory",
  );
  t.is(native.W.get({ borrow: true }), given as never);
  const before = given.slice();
  native.W.set(new Float32Array(7840));
  native.train(0);
  t.deepEqual(given, before, "adopted memory is left alone afterwards");
  // Part of a larger array, from a place that is no multiple of a vector's bytes on.
  const large = new Float32Array(7840 + 3);
  native.W.set(large.subarray(3), { borrow: true });
  const reference = filled(createLogistic());
  reference.W.set(new Float32Array(7840));
  reference.b.set(native.b.get());
  native.train(1);
  reference.train(1);
  t.true(distance(native, reference) < 1e-4);
  t.deepEqual([...large.subarray(0, 3)], [0, 0, 0]);
});

run("memory that went elsewhere is not reached for", async (t) => {
  const native = filled(await createLogistic({ target: "native" }));
  const [moved, shared] = [
    new Float32Array(7840),
    new Float32Array(new SharedArrayBuffer(4 * 7840)),
  ];
  native.W.set(moved, { borrow: true });
  native.train(0);
  structuredClone(moved, { transfer: [moved.buffer] });
  t.throws(() => native.train(0), {
    instanceOf: InputError,
    message: "train: the memory of W was transferred or resized; call W.set(…) again",
  });
  native.W.set(shared, { borrow: true });
  native.train(0);
  t.true(
    shared.some((w) => w !== 0),
    "memory that threads share is as good",
  );
});

run("data of another length takes the place of what was there", async (t) => {
  const [native, reference] = [await createLogistic({ target: "native" }), createLogistic()];
  t.throws(() => native.train(0), { message: /trainX is not filled/ });
  for (const examples of [1200, 600, 1800]) {
    filled(native, examples);
    filled(reference, examples);
    const last = examples / 600 - 1;
    const cost = native.train(last);
    t.true(Math.abs(cost - reference.train(last)) < 1e-5);
    t.throws(() => native.train(last + 1), { message: /reads trainX/ });
  }
  native.trainX.set(digits.images.subarray(0, 600 * 784));
  t.throws(() => native.train(0), { message: /trainSamples/ });
});

run("memory lives as long as someone has it", async (t) => {
  const script = `
    import { createLogistic } from ${JSON.stringify(new URL("../../generated/logistic/index.ts", import.meta.url).href)};
    let trainer = await createLogistic({ target: "native" });
    trainer.W.set(new Float32Array(7840).fill(1.5));
    const view = trainer.W.get({ borrow: true });
    const fill = (t) => {
      const x = new Float32Array(600 * 784).fill(0.25);
      t.trainX.set(x, { borrow: true });
      t.trainY.set(new Int32Array(600), { borrow: true });
    };
    fill(trainer);
    gc(); gc();
    const first = trainer.train(0);
    trainer = undefined;
    for (let i = 0; i < 20; i++) {
      const other = await createLogistic({ target: "native", threads: 2 });
      fill(other);
      gc();
      other.train(0);
      await new Promise((done) => setTimeout(done, 1));
    }
    gc();
    console.log(Number.isFinite(first), view.length, view.every((w) => w > 1 && w < 2));`;
  const { execFileSync } = await import("node:child_process");
  const said = execFileSync(
    process.execPath,
    ["--expose-gc", "--import=tsx", "--conditions=source", "--input-type=module", "-e", script],
    { encoding: "utf8" },
  );
  t.is(said.trim(), "true 7840 true");
});

run("a call costs little, and steps leave nothing behind", async (t) => {
  const logistic = filled(await createLogistic({ target: "native", threads: 1 }));
  const growth = await growthOf((n) => smallStep(logistic, n), 600);
  t.log(`${growth.heap} bytes of heap, ${growth.resident} resident after ${growth.steps} steps`);
  t.true(growth.heap < 200_000, `${growth.heap}`);
  t.true(growth.resident < 8_000_000, `${growth.resident}`);
});

const smallStep = (trainer: Logistic, n: number): number => trainer.train(n % 2);
