/** The border of a trainer: what is refused, in which words, and that nothing has changed then. */

import { InputError, type TensorLike } from "adjoint/runtime";
import test from "ava";
import { createLogistic, type Logistic } from "../../generated/logistic/index.ts";
import { generate } from "../support/generate.ts";

const images = (rows: number): Float32Array =>
  Float32Array.from({ length: rows * 784 }, (_, i) => (i % 7) / 7);
const labels = (rows: number): Int32Array => Int32Array.from({ length: rows }, (_, i) => i % 10);

function filled(): Logistic {
  const trainer = createLogistic();
  trainer.trainX.set(images(1200));
  trainer.trainY.set(labels(1200));
  return trainer;
}

type Trainer = Logistic;
const any = <T>(value: unknown): T => value as T;

test("a flat array of another length than the size that an earlier one told", async (t) => {
  const { createTrainer } = await import("adjoint/runtime");
  const sized = (name: string) => ({ name, dtype: "float32", shape: ["n"] }) as const;
  const signature = {
    model: "line",
    shared: {},
    functions: {
      train: { inputs: [sized("x"), sized("y")], outputs: [], returns: "none", uses: [] },
    },
  } as const;
  const program = { createState: () => ({}), train: () => undefined };
  const trainer = createTrainer<{ train(x: TensorLike, y: TensorLike): void }, object>(
    signature,
    program,
  );
  const { message } = t.throws(() =>
    trainer.train(Float32Array.of(1, 2), Float32Array.of(1, 2, 3)),
  );
  t.is(message, "train(x, y): y: expected [n] (n is 2), got 3 elements");
});

test.serial("rows that are counted from the end must be there", async (t) => {
  const { entry } = await generate(
    t,
    "ends",
    `import { at, fn, grad, vector } from "adjoint";
const v = vector("rows");
export const second = fn([v], at(v, -2));
export const product = fn([v], at(v * 2, -3) * at(v, -1));
export const slope = fn([v], grad(at(v, -2) ** 2, v));
`,
  );
  const { createEnds } = await import(entry);
  const trainer = createEnds();
  t.is(trainer.second([4, 5, 6]), 5);
  t.is(trainer.product([4, 5, 6]), 48);
  t.deepEqual(Array.from(trainer.slope([4, 5, 6])), [0, 10, 0]);
  for (const [call, rows] of [
    ["second", [1]],
    ["product", [1, 2]],
    ["slope", [1]],
  ] as const)
    t.throws(() => trainer[call](rows), {
      instanceOf: InputError,
      message: new RegExp(
        `^${call}\\(v\\): it reads \\w+\\[0 … \\d\\), but it has ${rows.length} rows$`,
      ),
    });
});

test.serial("places along another axis are told by the variable and the axis", async (t) => {
  const { entry, files } = await generate(
    t,
    "places",
    `import { at, fn, lscalar, shared, slice, span, tensor3 } from "adjoint";
export const W = shared([[1, 2, 3, 4, 5], [6, 7, 8, 9, 10], [11, 12, 13, 14, 15]]);
const T = tensor3(2, 3, 4);
const i = lscalar();
export const one = fn([i], at(W, 0, i));
export const several = fn([i], at(W, span(1, 3), span(i, i + 2)));
export const deep = fn([i, T], at(T, 1, 0, i));
export const row = fn([i], at(W, i, 0));
`,
  );
  t.regex(files.get("places/index.ts") as string, /Reads places i to i \+ 1 along axis 1 of W\./);
  const { createPlaces } = await import(entry);
  const trainer = createPlaces();
  t.is(trainer.one(4), 5);
  t.deepEqual(Array.from(trainer.several(3)), [9, 10, 14, 15]);
  const T = Array.from({ length: 24 }, (_, n) => n);
  t.is(trainer.deep(3, Float32Array.from(T)), 15);
  const cases: [call: () => unknown, message: string][] = [
    [() => trainer.one(5), "one(i): i = 5 reads W[:, 5], but it has 5 places along axis 1"],
    [
      () => trainer.several(4),
      "several(i): i = 4 reads W[:, 4 … 6), but it has 5 places along axis 1",
    ],
    [
      () => trainer.deep(4, Float32Array.from(T)),
      "deep(i, T): i = 4 reads T[:, :, 4], but it has 4 places along axis 2",
    ],
    [() => trainer.row(3), "row(i): i = 3 reads W[3 … 4), but it has 3 rows"],
  ];
  for (const [call, message] of cases) t.throws(call, { instanceOf: InputError, message });
  t.throws(() => createPlaces({ target: "cuda" }), {
    instanceOf: InputError,
    message: /^places: the target "cuda" was not generated; there is typescript/,
  });
});

const refused: [name: string, call: (t: Trainer) => unknown, message: RegExp][] = [
  [
    "a batch past the data",
    (t) => t.train(2),
    /^train\(index\): index = 2 reads trainX\[1200 … 1800\), but it has 1200 rows$/,
  ],
  ["a negative batch", (t) => t.train(-1), /index = -1 reads trainX\[-600/],
  [
    "a fraction as an index",
    (t) => t.train(0.5),
    /train\(index\): index must be a whole number, got 0.5/,
  ],
  [
    "more rows than 32 bits count",
    (t) => t.trainY.set(new Uint8Array(2 ** 31)),
    /^trainY\.set: trainSamples is 2147483648, and can be at most 2³¹ − 1$/,
  ],
  ["NaN as an index", (t) => t.train(Number.NaN), /got NaN/],
  ["a string as an index", (t) => t.train(any("1")), /got "1"/],
  ["no argument", (t) => any<() => void>(t.train)(), /expected 1 argument, got 0/],
  [
    "two arguments",
    (t) => any<(a: number, b: number) => void>(t.train)(0, 1),
    /expected 1 argument, got 2/,
  ],
  [
    "data that is not filled",
    (t) => t.validate(0),
    /the data validX is not filled; call validX\.set\(…\) first/,
  ],
  [
    "a label out of range",
    (t) => t.trainY.set([1, 2, 10]),
    /trainY\.set: trainY\[2\]: 10 is out of range: 0 ≤ value < 10/,
  ],
  [
    "a negative label",
    (t) => t.trainY.set(Int32Array.of(3, -1)),
    /trainY\[1\]: -1 is out of range/,
  ],
  [
    "NaN as a label",
    (t) => t.trainY.set(Float64Array.of(1, Number.NaN)),
    /trainY\[1\]: expected a whole number, got NaN/,
  ],
  ["fractions as labels", (t) => t.trainY.set([1.5]), /expected a whole number, got 1.5/],
  [
    "the wrong number of pixels",
    (t) => t.predict(new Float32Array(783)),
    /predict\(images\): images: expected \[rows, 784\], got 783 elements/,
  ],
  ["rows of different lengths", (t) => t.predict([[1, 2], [3]]), /rows differ in length/],
  ["the wrong rank", (t) => t.predict([1, 2, 3]), /expected \[rows, 784\], got \[3\]/],
  [
    "no array at all",
    (t) => t.predict(any<TensorLike>(undefined)),
    /expected numbers in arrays, got undefined/,
  ],
  [
    "a string among numbers",
    (t) => t.W.set(any<TensorLike>([["a"]])),
    /expected numbers in arrays, got "a"/,
  ],
  [
    "weights of another shape",
    (t) => t.W.set(new Float32Array(10)),
    /W\.set: expected \[784, 10\], got 10 elements/,
  ],
  [
    "borrowing another dtype",
    (t) => t.b.set(new Float64Array(10), { borrow: true }),
    /only a Float32Array can be borrowed/,
  ],
];

for (const [name, call, message] of refused) {
  test(`refused: ${name}`, (t) => {
    const trainer = filled();
    trainer.train(0);
    const before = [trainer.W.get(), trainer.b.get(), trainer.trainY.get()];
    t.throws(() => call(trainer), { instanceOf: InputError, message });
    t.deepEqual([trainer.W.get(), trainer.b.get(), trainer.trainY.get()], before);
    t.notThrows(() => trainer.train(0));
  });
}

test("data of different lengths is refused when it meets", (t) => {
  const trainer = filled();
  trainer.trainY.set(labels(1199));
  t.throws(() => trainer.train(0), {
    message: /train\(index\): trainY has 1199 trainSamples, but trainX has 1200/,
  });
});

test("copies and borrowed memory", (t) => {
  const trainer = filled();
  const copy = trainer.b.get();
  copy[0] = 5;
  t.is(trainer.b.get()[0], 0);
  const own = trainer.b.get({ borrow: true });
  own[0] = 5;
  t.is(trainer.b.get()[0], 5);
  const adopted = new Float32Array(10);
  trainer.b.set(adopted, { borrow: true });
  trainer.train(0);
  t.true(
    adopted.some((v) => v !== 0),
    "the step wrote to the adopted memory",
  );
  const given = new Float32Array(10).fill(2);
  trainer.b.set(given);
  given[0] = 9;
  t.is(trainer.b.get()[0], 2);
});

test("nested arrays, typed arrays and shapes", (t) => {
  const trainer = filled();
  t.deepEqual(trainer.W.shape, [784, 10]);
  t.is(trainer.W.dtype, "float32");
  t.deepEqual(trainer.validX.shape, [0, 784]);
  const rows = [Array.from(images(1)), Array.from(images(1))];
  const p = trainer.probabilities(rows);
  t.deepEqual(p.shape, [2, 10]);
  t.true(Math.abs(p.reduce((a, b) => a + b) - 2) < 1e-5);
  t.deepEqual(
    Array.from(trainer.predict(Float64Array.from(images(2)))),
    Array.from(trainer.predict(rows)),
  );
  t.deepEqual(trainer.predict([]).shape, [0]);
});

test("two trainers do not share memory, and the same start gives the same bits", (t) => {
  const [a, b] = [filled(), filled()];
  const costs = [0, 1, 0, 1].map((i) => a.train(i));
  t.deepEqual(
    [0, 1, 0, 1].map((i) => b.train(i)),
    costs,
  );
  t.deepEqual(a.W.get(), b.W.get());
  a.train(0);
  t.notDeepEqual(a.W.get(), b.W.get());
});

for (const target of ["typescript", "native", "wasm", "gpu"] as const)
  test(`threads that are none, on ${target}`, async (t) => {
    for (const threads of [0, -1, 1.5, 1025, 1e9, Number.NaN, any<number>("2"), any<number>(null)])
      await t.throwsAsync(async () => createLogistic(any<{ target: "gpu" }>({ target, threads })), {
        instanceOf: InputError,
        message: `threads must be a whole number, 1 to 1024, got ${threads}`,
      });
  });

test("an empty array on a device", async (t) => {
  const trainer = await createLogistic({ target: "gpu", mode: "cpu" });
  await t.throwsAsync(trainer.predict([]), {
    instanceOf: InputError,
    message: "the gpu target has no empty arrays",
  });
  t.is((await trainer.predict(images(1))).length, 1, "it goes on");
  trainer.destroy();
});
