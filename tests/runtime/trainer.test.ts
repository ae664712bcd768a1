/** Memory, named sizes and order of calls, on programs written by hand: no compiler is involved. */

import {
  type AsyncProgram,
  type AsyncShared,
  createAsyncTrainer,
  createTrainer,
  InputError,
  type Shared,
  type Signature,
  type TensorArray,
  type TensorLike,
} from "adjoint/runtime";
import test from "ava";

const signature = {
  model: "sample",
  shared: {
    W: { dtype: "float32", shape: [2, 2], exported: true },
    V: { dtype: "float32", shape: [2, 2], exported: true },
    X: { dtype: "float32", shape: ["samples", 2], data: true, exported: true },
    picks: { dtype: "int32", shape: ["n"], data: true, exported: true, range: [0, "samples"] },
  },
  functions: {
    /** W ← W·m, written in place: wrong where m is W itself. */
    multiply: {
      inputs: [{ name: "m", dtype: "float32", shape: [2, 2] }],
      outputs: [],
      returns: "none",
      uses: ["W"],
    },
    picked: {
      inputs: [],
      outputs: [{ name: "rows", dtype: "float32", shape: ["n", 2] }],
      returns: "single",
      uses: ["X", "picks"],
    },
    /** The range of the first input ends at a size of the second. */
    take: {
      inputs: [
        { name: "at", dtype: "int32", shape: ["k"], range: [0, "rows"] },
        { name: "x", dtype: "float32", shape: ["rows"] },
      ],
      outputs: [
        { name: "taken", dtype: "float32", shape: ["k"] },
        { name: "any", dtype: "bool", shape: [] },
      ],
      returns: ["taken", "any"],
      uses: [],
    },
    scale: {
      inputs: [
        { name: "factor", dtype: "float32", shape: [] },
        { name: "on", dtype: "bool", shape: [] },
      ],
      outputs: [{ name: "scaled", dtype: "float32", shape: [] }],
      returns: "single",
      uses: [],
    },
  },
} as const satisfies Signature;

interface State {
  W: Float32Array;
  V: Float32Array;
  X: Float32Array;
  picks: Int32Array;
  sizes: { samples: number; n: number };
}
const program = {
  createState: (): State => ({
    W: Float32Array.of(1, 2, 3, 4),
    V: new Float32Array(4),
    X: new Float32Array(0),
    picks: new Int32Array(0),
    sizes: { samples: 0, n: 0 },
  }),
  multiply({ W }: State, m: Float32Array): void {
    for (const i of [0, 2]) {
      const [a, b] = [W[i], W[i + 1]];
      W[i] = a * m[0] + b * m[2];
      W[i + 1] = a * m[1] + b * m[3];
    }
  },
  picked: ({ X, picks, sizes }: State): Float32Array =>
    Float32Array.from({ length: sizes.n * 2 }, (_, i) => X[picks[i >> 1] * 2 + (i % 2)]),
  take: (_: State, at: Int32Array, x: Float32Array): [Float32Array, number] => [
    Float32Array.from(at, (i) => x[i]),
    1,
  ],
  scale: (_: State, factor: number, on: boolean): number => (on ? factor : 0),
};

interface Trainer {
  multiply(m: TensorLike): void;
  picked(): TensorArray;
  take(at: TensorLike, x: TensorLike): { taken: TensorArray; any: boolean };
  scale(factor: number, on: boolean): number;
  readonly W: Shared<Float32Array>;
  readonly V: Shared<Float32Array>;
  readonly X: Shared<Float32Array>;
  readonly picks: Shared<Int32Array>;
}
const create = (): Trainer => createTrainer<Trainer, State>(signature, program);
const refused = { instanceOf: InputError };

test("an input that is the trainer's own memory is read as it was before the call", (t) => {
  const [a, b] = [create(), create()];
  a.multiply(a.W.get({ borrow: true }));
  b.multiply(b.W.get());
  t.deepEqual(Array.from(a.W.get()), [7, 10, 15, 22]);
  t.deepEqual(a.W.get(), b.W.get());
  const all = new Float32Array(6);
  a.W.set(all.subarray(0, 4), { borrow: true });
  a.W.set(Float32Array.of(1, 2, 3, 4), { borrow: true });
  a.multiply(a.W.get({ borrow: true }).subarray(0));
  t.deepEqual(Array.from(a.W.get()), [7, 10, 15, 22]);
});

test("adopted memory is left alone when other values are set", (t) => {
  const trainer = create();
  const mine = Float32Array.of(1, 2, 3, 4);
  trainer.X.set(mine, { borrow: true });
  t.is(trainer.X.get({ borrow: true }), mine as TensorArray);
  trainer.X.set([
    [9, 9],
    [9, 9],
  ]);
  t.deepEqual(Array.from(mine), [1, 2, 3, 4]);
  t.deepEqual(Array.from(trainer.X.get()), [9, 9, 9, 9]);
});

test("two variables cannot have the same memory, data that is only read can", (t) => {
  const trainer = create();
  const own = trainer.V.get({ borrow: true });
  t.throws(() => trainer.W.set(own, { borrow: true }), {
    ...refused,
    message: "W.set: this is memory of V; leave borrow out to copy",
  });
  t.notThrows(() => trainer.V.set(own, { borrow: true }));
  t.notThrows(() => trainer.W.set(own));
  const buffer = new ArrayBuffer(16);
  trainer.X.set(new Float32Array(buffer), { borrow: true });
  t.notThrows(() => trainer.picks.set(new Int32Array(buffer), { borrow: true }));
});

test("a range that ends at a size of other data is checked when they meet", (t) => {
  const trainer = create();
  trainer.picks.set([1, 3]);
  trainer.X.set(new Float32Array(6));
  t.throws(() => trainer.picked(), {
    ...refused,
    message: "picked(): picks holds 3, which is out of range: 0 ≤ value < 3",
  });
  trainer.X.set(Float32Array.of(0, 1, 2, 3, 4, 5, 6, 7));
  const rows = trainer.picked();
  t.deepEqual(rows.shape, [2, 2]);
  t.deepEqual(Array.from(rows), [2, 3, 6, 7]);
  t.throws(() => trainer.picks.set([-1]), { ...refused, message: /-1 is out of range: 0 ≤ value/ });
});

test("a range that ends at a size of a later input", (t) => {
  const { take } = create();
  t.deepEqual(take([1], [5, 6]), { taken: take([1], [5, 6]).taken, any: true });
  t.throws(() => take([0, 2], [5, 6]), {
    ...refused,
    message: "take(at, x): at[1]: 2 is out of range: 0 ≤ value < 2",
  });
});

test("a shape that an array claims must be that of its elements", (t) => {
  const claim = (shape: unknown): Float32Array =>
    Object.defineProperty(new Float32Array(2), "shape", { value: shape });
  const { X } = create();
  t.throws(() => X.set(claim([100, 2])), {
    ...refused,
    message: "X.set: its shape [100, 2] is not that of 2 elements",
  });
  t.throws(() => X.set(claim([-1, -2])), refused);
  t.throws(() => X.set(claim(["1", "2"])), refused);
  t.notThrows(() => X.set(claim([1, 2])));
  t.throws(() => X.set(new BigInt64Array(2) as unknown as TensorLike), {
    ...refused,
    message: "X.set: expected numbers in arrays, got an array of bigint",
  });
});

test("scalars are rounded to their dtype", (t) => {
  const { scale } = create();
  t.is(scale(0.1, true), Math.fround(0.1));
  t.is(scale(Number.NaN, true), Number.NaN);
  t.throws(() => scale(1, 2 as unknown as boolean), {
    ...refused,
    message: "scale(factor, on): on: expected true or false, got 2",
  });
});

test("targets that were not generated and odd seeds are refused", (t) => {
  const make = (options: object) => () => createTrainer(signature, program, options);
  t.throws(make({ target: "wasm" }), {
    ...refused,
    message: 'sample: the target "wasm" was not generated; there is typescript',
  });
  for (const seed of [Number.NaN, 1.5, -1, 2 ** 32, "1"])
    t.throws(make({ seed }), { ...refused, message: /seed must be a whole number/ });
  t.notThrows(make({ seed: 2 ** 32 - 1, target: "typescript" }));
});

interface AsyncTrainer {
  add(v: number): Promise<number>;
  readonly total: AsyncShared<Float32Array>;
  readonly X: AsyncShared<Float32Array>;
  rows(): Promise<number>;
  destroy(): void;
}

/** A device where everything takes a while: calls that overlapped would lose sums. */
function device(): { trainer: AsyncTrainer; log: string[] } {
  const log: string[] = [];
  let total = new Float32Array(1);
  let rows = 0;
  const later = () => new Promise((resolve) => setTimeout(resolve, 2));
  const program: AsyncProgram = {
    async get() {
      await later();
      return total.slice();
    },
    async set(name, values, sizes) {
      await later();
      if (name === "total") total = Float32Array.from(values);
      else rows = sizes.n;
    },
    async call(name, [v], sizes) {
      if (name === "rows") return rows + 100 * sizes.n;
      const before = total[0];
      await later();
      total[0] = before + (v as number);
      return total[0];
    },
    destroy: () => log.push("destroyed"),
  };
  const scalar = { dtype: "float32", shape: [] } as const;
  const trainer = createAsyncTrainer<AsyncTrainer>(
    {
      model: "sums",
      shared: {
        total: { dtype: "float32", shape: [1], exported: true },
        X: { dtype: "float32", shape: ["n"], data: true, exported: true },
      },
      functions: {
        add: {
          inputs: [{ name: "v", ...scalar }],
          outputs: [{ name: "sum", ...scalar }],
          returns: "single",
          uses: ["total"],
        },
        rows: {
          inputs: [],
          outputs: [{ name: "r", ...scalar }],
          returns: "single",
          uses: ["X"],
        },
      },
    },
    program,
  );
  return { trainer, log };
}

test("calls of a device run in turn, and a refused one does not stop the others", async (t) => {
  const { trainer } = device();
  const bad = trainer.add("3" as unknown as number);
  const sums = Promise.all([
    trainer.add(1),
    trainer.add(2),
    trainer.total.set([10]),
    trainer.add(4),
  ]);
  await t.throwsAsync(bad, refused);
  t.deepEqual(await sums, [1, 3, undefined, 14]);
  t.deepEqual(Array.from(await trainer.total.get()), [14]);
  // Data is filled for the call behind it, though nothing was awaited.
  const filled = trainer.X.set([1, 2, 3]);
  t.is(await trainer.rows(), 303);
  await filled;
});

test("memory of a device cannot be borrowed", async (t) => {
  const { total } = device().trainer;
  const borrow = { borrow: true } as unknown as { borrow: false };
  await t.throwsAsync(total.get(borrow), {
    ...refused,
    message: "total.get: memory of a device cannot be borrowed; leave borrow out to copy",
  });
  await t.throwsAsync(total.set([1], borrow), { ...refused, message: /^total\.set: memory of/ });
  t.deepEqual(Array.from(await total.get()), [0]);
});

test("a destroyed trainer finishes what was asked and refuses the rest", async (t) => {
  const { trainer, log } = device();
  const pending = trainer.add(1);
  trainer.destroy();
  trainer.destroy();
  t.is(await pending, 1);
  await t.throwsAsync(trainer.add(1), { message: "sums: its trainer is destroyed" });
  t.deepEqual(log, ["destroyed"]);
});

test("shapes of results: of sizes, of one more, of sizes that only the call finds out", (t) => {
  const result = (name: string, ...shape: (number | string)[]) =>
    ({ name, dtype: "float32", shape }) as const;
  const signature: Signature = {
    model: "m",
    shared: {},
    functions: {
      f: {
        inputs: [result("x", "rows", 2)],
        outputs: [
          result("more", "rows+1", 2),
          result("states", "steps+1", 3),
          result("square", "steps", "steps"),
          result("none", "steps", "others", 0),
        ],
        returns: "list",
        uses: [],
      },
    },
  };
  const made = [8, 15, 16, 0].map((n) => new Float32Array(n));
  const { f } = createTrainer<{ f(x: number[][]): TensorArray[] }, object>(signature, {
    createState: () => ({}),
    f: () => made,
  } as never);
  t.deepEqual(
    f([
      [1, 2],
      [3, 4],
      [5, 6],
    ]).map(({ shape }) => shape),
    [
      [4, 2],
      [5, 3],
      [4, 4],
      [4, 0, 0],
    ],
  );
});
