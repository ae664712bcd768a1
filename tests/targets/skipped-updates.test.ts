/** Updates that a choice skips: neither computed nor written, in TypeScript, C and WebAssembly. */

import * as l from "adjoint";
import test from "ava";
import { compileModel } from "../../compiler/compile.ts";
import { emitGpu } from "../../compiler/targets/gpu/index.ts";
import { emitTypescript } from "../../compiler/targets/typescript/index.ts";
import { close, importText, named } from "../support/compile.ts";
import { addonOf, missingCompiler, quick } from "../support/native.ts";
import { wasmTrainerOf } from "../support/wasm.ts";

type Tensor = ReturnType<typeof l.shared>;
type Updates = readonly (readonly [Tensor, Tensor])[];

const { add, dot, ifelse, mul, neg, roll, sub, sum, tanh } = l;
const choose = ifelse as (c: unknown, a: unknown, b: unknown) => Tensor;
const size = 12;

interface Case {
  readonly updates: (c: Tensor, W: Tensor, b: Tensor, x: Tensor) => Updates;
  /** Their new values where the condition holds, and where it does not. */
  readonly becomes: (
    W: readonly number[],
    b: readonly number[],
    x: readonly number[],
  ) => Record<"holds" | "otherwise", readonly [W: readonly number[], b: readonly number[]]>;
  /** Whether nothing but the variables is written. */
  readonly isInPlace: boolean;
}

const with_ = (
  a: readonly number[],
  b: readonly number[],
  f: (x: number, y: number, i: number) => number,
): number[] => a.map((v, i) => f(v, b[i], i));

const cases: Record<string, Case> = {
  difference: {
    updates: (c, W, _, x) => [[W, sub(W, choose(c, mul(0.5, x), 0))]],
    becomes: (W, b, x) => ({ holds: [with_(W, x, (w, v) => w - v / 2), b], otherwise: [W, b] }),
    isInPlace: true,
  },
  "a rate in front of the choice": {
    updates: (c, W, _, x) => [[W, add(mul(0.1, choose(c, 0, x)), W)]],
    becomes: (W, b, x) => ({ holds: [W, b], otherwise: [with_(W, x, (w, v) => w + v / 10), b] }),
    isInPlace: true,
  },
  "the variable as a side, of two": {
    updates: (c, W, b, x) => [
      [W, choose(c, mul(2, add(W, x)), W)],
      [b, choose(c, b, sub(1, b))],
    ],
    becomes: (W, b, x) => ({
      holds: [with_(W, x, (w, v) => 2 * (w + v)), b],
      otherwise: [W, b.map((v) => 1 - v)],
    }),
    isInPlace: true,
  },
  "beside one that is not skipped": {
    updates: (c, W, b, x) => [
      [b, add(b, x)],
      [W, choose(c, mul(W, x), W)],
    ],
    becomes: (W, b, x) => {
      const next = with_(b, x, (v, own) => v + own);
      return { holds: [with_(W, x, (w, v) => w * v), next], otherwise: [W, next] };
    },
    isInPlace: true,
  },
  "read by another update": {
    updates: (c, W, b) => [
      [W, choose(c, sub(W, 1), W)],
      [b, add(b, W)],
    ],
    becomes: (W, b) => {
      const next = with_(b, W, (v, w) => v + w);
      return { holds: [W.map((w) => w - 1), next], otherwise: [W, next] };
    },
    isInPlace: false,
  },
  "of what another update writes": {
    updates: (c, W, b) => [
      [W, choose(c, sub(W, b), W)],
      [b, choose(c, sub(b, W), b)],
    ],
    becomes: (W, b) => ({
      holds: [with_(W, b, (w, v) => w - v), with_(b, W, (v, w) => v - w)],
      otherwise: [W, b],
    }),
    isInPlace: false,
  },
  "of other elements of its own": {
    updates: (c, W) => [[W, choose(c, sub(W, roll(W, 1)), W)]],
    becomes: (W, b) => ({
      holds: [W.map((w, i) => w - W[(i + size - 1) % size]), b],
      otherwise: [W, b],
    }),
    isInPlace: false,
  },
  "by a condition on itself": {
    updates: (c, W, _, x) => [[W, choose(l.logicalAnd(c, l.gt(sum(mul(W, W)), 0)), sub(W, x), W)]],
    becomes: (W, b, x) => ({ holds: [with_(W, x, (w, v) => w - v), b], otherwise: [W, b] }),
    isInPlace: true,
  },
};

const numbers = (scale: number): number[] =>
  Array.from({ length: size }, (_, i) => Math.fround(Math.sin(scale * (i + 1))));
const [startW, startB, input] = [1, 2, 3].map(numbers);

function modelOf(name: string) {
  const [W, b] = [named(l.shared(startW), "W"), named(l.shared(startB), "b")];
  const [x, on] = [named(l.vector(size), "x"), named(l.scalar(), "on")];
  const { updates } = cases[name];
  const before = named(sum(add(add(W, b), x)), "before");
  const run = l.fn([x, on], before, { updates: updates(l.gt(on, 0) as Tensor, W, b, x) });
  return compileModel("m", "m.ts", Object.entries({ W, b, run }));
}

interface Trainer {
  run(x: Float32Array, on: number): number;
  values(name: "W" | "b"): ArrayLike<number>;
}

const before = [...startW, ...startB, ...input].reduce((total, v) => total + v, 0);

/** One call that skips or does not, on a trainer of its own each. */
function check(
  t: { true(value: boolean, message: string): unknown },
  name: string,
  create: () => Trainer,
): void {
  const expected = cases[name].becomes(startW, startB, input);
  for (const [on, side] of [
    [1, "holds"],
    [-1, "otherwise"],
  ] as const) {
    const trainer = create();
    const returned = trainer.run(Float32Array.from(input), on);
    t.true(Math.abs(returned - before) < 1e-4, `${name}: outputs are of before: ${returned}`);
    for (const [i, variable] of (["W", "b"] as const).entries()) {
      const got = Array.from(trainer.values(variable));
      t.true(close(got, [...expected[side][i]], 1e-5), `${name}, ${side}, ${variable}: ${got}`);
    }
  }
}

for (const [name, { isInPlace }] of Object.entries(cases)) {
  test(`TypeScript: ${name}`, async (t) => {
    const text = emitTypescript(modelOf(name));
    t.is(!/choice\w*: Float32Array/.test(text), isInPlace, text);
    const code = await importText(text);
    check(t, name, () => {
      const state = (code.createState as (seed: number) => Record<string, Float32Array>)(0);
      const run = code.run as (...args: unknown[]) => number;
      return { run: (x, on) => run(state, x, on), values: (variable) => state[variable] };
    });
  });

  (missingCompiler() ? test.skip : test)(`C: ${name}`, async (t) => {
    const model = modelOf(name);
    const addon = (await addonOf(model, quick)) as Awaited<ReturnType<typeof addonOf>> & {
      view(handle: unknown, variable: number): ArrayLike<number>;
    };
    check(t, name, () => {
      const handle = addon.create(0, 1);
      const index = (variable: string): number =>
        model.shared.findIndex((v) => v.name === variable);
      return {
        run: (x, on) => Number(addon.functions.run(handle, x, on)),
        values: (variable) => addon.view(handle, index(variable)),
      };
    });
  });

  test(`WebAssembly: ${name}`, async (t) => {
    type Wasm = Pick<Trainer, "run"> & Record<"W" | "b", { get(): ArrayLike<number> }>;
    const trainers = [
      await wasmTrainerOf<Wasm>(modelOf(name)),
      await wasmTrainerOf<Wasm>(modelOf(name)),
    ];
    check(t, name, () => {
      const trainer = trainers.pop() as Wasm;
      return {
        run: (x, on) => trainer.run(x, on),
        values: (variable) => trainer[variable].get(),
      };
    });
  });
}

test("a gradient that is not used is not computed; a target whose kernels cannot branch does both", (t) => {
  const W = named(l.shared(l.zeros(6, 4)), "W");
  const [x, on] = [named(l.matrix(3, 6), "x"), named(l.scalar(), "on")];
  const cost = named(l.mean(l.square(tanh(dot(x, W)))), "cost");
  const step = choose(l.gt(on, 0), mul(0.1, l.grad(cost, W) as Tensor), 0);
  const compiled = compileModel("m", "m.ts", [
    ["W", W],
    ["train", l.fn([x, on], cost, { updates: [[W, add(W, neg(step))]] })],
  ]);
  const text = emitTypescript(compiled);
  t.regex(
    text,
    /if \(choice_condition\) \{\n {4}train_d_\w+\([^\n]*\n {4}train_W\([^\n]*\n {2}\}\n/,
  );
  t.notRegex(text, /else/);
  t.regex(emitGpu(compiled), /W\[i,j\] ← /);
});
