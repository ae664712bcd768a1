/** Gradients behind max-pooling in C and WebAssembly, which are computed from lists of what is not 0, beside the interpreter. */

import * as l from "adjoint";
import test from "ava";
import { compileModel } from "../../compiler/compile.ts";
import { gradients } from "../../compiler/gradient/grad.ts";
import type { Node } from "../../compiler/graph/node.ts";
import { staticSize } from "../../compiler/graph/types.ts";
import { withRouted } from "../../compiler/kernels/contraction/arrange.ts";
import { choiceOf, stepsOf } from "../../compiler/kernels/contraction/lists.ts";
import { elementsOf } from "../../compiler/kernels/contraction/operand.ts";
import { rangeOf, walk } from "../../compiler/kernels/scalar.ts";
import type { CompiledFunction } from "../../compiler/model.ts";
import * as a from "../../compiler/ops/arithmetic.ts";
import { type ConvOptions, conv2d } from "../../compiler/ops/convolution.ts";
import * as e from "../../compiler/ops/exponential.ts";
import { maxPool2d } from "../../compiler/ops/pooling.ts";
import * as r from "../../compiler/ops/reduction.ts";
import { emitNative } from "../../compiler/targets/native/index.ts";
import { emitWasm } from "../../compiler/targets/wasm/index.ts";
import { functionOf, named } from "../support/compile.ts";
import { missingCompiler } from "../support/native.ts";
import { Cases, differencesOf, wrongOf } from "../support/native-cases.ts";
import { runAllWasm, wasmTrainerOf } from "../support/wasm.ts";

const missing = missingCompiler();
if (missing) test(`skipped, C: ${missing}`, (t) => t.pass());

/** What differs from the interpreter, in C where there is a compiler, and in WebAssembly. */
async function allWrong(cases: Cases): Promise<string[]> {
  const results = await runAllWasm(cases.list);
  const wasm = cases.list.flatMap((one, i) => differencesOf(one, results[i]));
  return [...wasm.map((text) => `wasm: ${text}`), ...(missing ? [] : await wrongOf(cases))];
}

interface Layer {
  readonly filters: number;
  readonly size: number;
  readonly pool: number;
  readonly stride?: number;
  readonly options?: ConvOptions;
}

/** Two layers of convolution and pooling, and the gradients by their input and filters. */
function layers(cases: Cases, input: readonly number[], first: Layer, second: Layer): void {
  const [, channels] = input;
  const shapes = [
    input,
    [first.filters, channels, first.size, first.size],
    [second.filters, first.filters / (second.options?.groups ?? 1), second.size, second.size],
  ];
  const layer = (x: Node, w: Node, { pool, stride, options }: Layer): Node =>
    maxPool2d(conv2d(x, w, options), pool, { stride: stride ?? pool });
  cases.add(`${input} ${JSON.stringify([first, second])}`, shapes, (x, w, v) => {
    const hidden = e.tanh(layer(x, w, first));
    const out = layer(hidden, v, second);
    return gradients(r.mean(e.tanh(out)), [x, w, v]);
  });
}

/** How many sums of the cases' functions are made of lists. */
async function listedIn({ list }: Cases): Promise<{ native: number; wasm: number }> {
  const model = compileModel(
    "m",
    "models/m.ts",
    list.map(({ outputs }, i) => [`f${i}`, functionOf(outputs, `f${i}`)]),
  );
  const count = (text = ""): number => text.split("from lists of what is not 0").length - 1;
  const wasm = (await emitWasm(model)).get("wasm.wat");
  return { native: count(emitNative(model).get("native.c")), wasm: count(wasm) };
}

test.serial("filters and inputs of convolutions before a max-pooling", async (t) => {
  const cases = new Cases(21);
  const pool = 2;
  layers(cases, [9, 1, 28, 28], { filters: 6, size: 5, pool }, { filters: 10, size: 5, pool });
  const flipped = { size: 3, pool, options: { flip: true } };
  layers(cases, [8, 3, 20, 22], { filters: 8, ...flipped }, { filters: 12, ...flipped });
  const same = { padding: "same" } as const;
  layers(
    cases,
    [12, 2, 19, 23],
    { filters: 5, size: 4, pool: 3 },
    { filters: 7, size: 3, pool, options: same },
  );
  t.deepEqual(await allWrong(cases), []);
  t.deepEqual(await listedIn(cases), { native: 7, wasm: 6 });
});

test.serial("windows that overlap, gaps and groups are computed whole", async (t) => {
  const cases = new Cases(22);
  const first = { filters: 4, size: 3, pool: 2 };
  layers(cases, [10, 2, 24, 24], first, { filters: 6, size: 3, pool: 3, stride: 2 });
  layers(cases, [10, 2, 24, 24], first, {
    filters: 6,
    size: 3,
    pool: 2,
    options: { groups: 2, dilation: 2 },
  });
  layers(cases, [10, 2, 25, 25], first, { filters: 6, size: 3, pool: 2, options: { stride: 2 } });
  t.deepEqual(await allWrong(cases), []);
});

test.serial("ties: a window's largest elements share what it passes on", async (t) => {
  const cases = new Cases(23);
  cases.add(
    "whole numbers",
    [
      [9, 1, 20, 20],
      [6, 1, 5, 5],
      [8, 6, 3, 3],
    ],
    (x, w, v) => {
      // Sums of ones are exact, and often equal.
      const [ones, filters] = [a.sign(x), a.sign(w)];
      const hidden = maxPool2d(conv2d(ones, filters), 2);
      const out = maxPool2d(conv2d(hidden, a.sign(v)), 2);
      return gradients(r.mean(e.tanh(a.mul(out, 0.01))), [ones, filters, hidden]);
    },
  );
  t.deepEqual(await allWrong(cases), []);
  t.true((await listedIn(cases)).wasm > 0);
});

test.serial(
  "sparse values that are results too, gradients of gradients, unequal sides",
  async (t) => {
    const cases = new Cases(25);
    const shapes = [
      [3, 2, 13, 20],
      [8, 2, 4, 5],
      [12, 8, 2, 2],
    ];
    const wide = (x: Node, w: Node, v: Node) => {
      const convolved = conv2d(x, w);
      const inner = conv2d(e.tanh(maxPool2d(convolved, [2, 3])), v);
      return { convolved, inner, cost: r.mean(e.tanh(maxPool2d(inner, [3, 2]))) };
    };
    cases.add("results", shapes, (x, w, v) => {
      const { convolved, inner, cost } = wide(x, w, v);
      return gradients(cost, [convolved, inner, w, v, x]);
    });
    cases.add("gradients of gradients", shapes, (x, w, v) => {
      const [first, second] = gradients(wide(x, w, v).cost, [w, v]);
      return gradients(a.add(r.sum(a.square(first)), r.sum(a.square(second))), [x, w, v]);
    });
    t.deepEqual(await allWrong(cases), []);
    t.true((await listedIn(cases)).wasm > 3);
  },
);

test.serial("what the sparse value reads is read before it gets its new value", async (t) => {
  const x = named(l.tensor4(6, 2, 14, 14), "x");
  const map = named(l.shared(l.uniform([6, 8, 10, 10])), "map");
  const w = named(l.shared(l.zeros(8, 2, 5, 5)), "w");
  const largest = l.grad(l.sum(l.maxPool2d(map, 2)), map);
  const step = l.grad(l.sum(l.mul(l.conv2d(x, w), largest)), w);
  const make = (updates: readonly (readonly [l.Tensor, l.Tensor])[]) =>
    compileModel("m", "models/m.ts", [
      ["map", map],
      ["w", w],
      ["train", l.fn([x], l.sum(x), { updates })],
    ]);
  const weights = async (updates: readonly (readonly [l.Tensor, l.Tensor])[]) => {
    interface Trainer {
      readonly w: { get(): Float32Array };
      train(x: Float32Array): number;
    }
    const trainer = await wasmTrainerOf<Trainer>(make(updates), { seed: 3 });
    trainer.train(Float32Array.from({ length: 6 * 2 * 14 * 14 }, (_, i) => Math.sin(i * i)));
    return Array.from(trainer.w.get());
  };
  const [descent, other] = [
    [w, l.sub(w, step)],
    [map, l.sub(1, map)],
  ] as const;
  const both = make([other, descent]);
  t.regex((await emitWasm(both)).get("wasm.wat") ?? "", /from lists of what is not 0/);
  t.deepEqual(await weights([other, descent]), await weights([descent]));
  const { program } = withRouted(both.functions.at(-1) as CompiledFunction, 8);
  const [sum] = program.routed?.keys() ?? [];
  const placeOf = (node: Node): number => program.stages.findIndex(({ into }) => into === node);
  t.true(placeOf(sum) < placeOf(map as unknown as Node));
});

test("an update says of what its arranged sum is the derivative", async (t) => {
  const x = named(l.tensor4(20, 3, 28, 28), "x");
  const w = named(l.shared(l.zeros(8, 3, 5, 5)), "w");
  const cost = named(l.sum(l.maxPool2d(l.conv2d(x, w, { flip: true }), 2)), "cost");
  const updates = [[w, l.sub(w, l.mul(0.1, l.grad(cost, w)))]] as const;
  const model = compileModel("m", "models/m.ts", [
    ["w", w],
    ["train", l.fn([x], cost, { updates })],
  ]);
  const texts = [emitNative(model).get("native.c"), (await emitWasm(model)).get("wasm.wat")];
  for (const text of texts) {
    t.regex(text ?? "", /w\[i,j,k,l\] ← w\[i,j,k,l\] − 0\.1·∂cost\/∂w\[i,j,k,l\]\n/);
    t.regex(text ?? "", /where ∂cost\/∂w\[i,j,k,l\] = d_w_arranged\[/);
  }
});

test.serial("no place behind the last whole window is read", async (t) => {
  const cases = new Cases(24);
  layers(cases, [6, 2, 19, 23], { filters: 5, size: 4, pool: 3 }, { filters: 7, size: 2, pool: 2 });
  t.deepEqual(await allWrong(cases), []);
  const [{ outputs }] = cases.list;
  const model = compileModel("m", "models/m.ts", [["f", functionOf(outputs)]]);
  const places = model.functions.flatMap((fn) =>
    [...(withRouted(fn, 8).program.routed?.values() ?? [])].map(stepsOf),
  );
  t.true(places.length > 0);
  for (const { value } of places) {
    const [condition, element] = choiceOf(value);
    if (!condition) continue;
    for (const part of walk(elementsOf(element))) {
      if (part.kind !== "element") continue;
      const { min, max } = rangeOf(part.offset);
      t.true(min >= 0 && max < (staticSize(part.node.shape) as number));
    }
  }
});

test.serial("batches of a named size", async (t) => {
  const cases = new Cases(24);
  for (const flip of [true, false])
    for (const rows of [1, 9])
      cases.add(
        `${rows} images${flip ? ", filters turned round" : ""}`,
        [
          ["rows", 3, 14, 14],
          [8, 3, 3, 3],
        ],
        (x, w) => gradients(r.sum(e.tanh(maxPool2d(conv2d(x, w, { flip }), 2))), [x, w]),
        { rows },
      );
  t.deepEqual(await allWrong(cases), []);
});
