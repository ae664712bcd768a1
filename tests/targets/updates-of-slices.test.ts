/** Updates that read rows of the variables they write, in TypeScript, C and WebAssembly beside the interpreter. */

import * as l from "adjoint";
import test from "ava";
import { compileModel } from "../../compiler/compile.ts";
import { evaluateNodes } from "../../compiler/graph/evaluate.ts";
import type { NDArray } from "../../compiler/graph/ndarray.ts";
import type { Node } from "../../compiler/graph/node.ts";
import { emitTypescript } from "../../compiler/targets/typescript/index.ts";
import { elementArrays } from "../../runtime/arrays.ts";
import { close, importText, named } from "../support/compile.ts";
import { addonOf, missingCompiler, quick } from "../support/native.ts";
import { wasmTrainerOf } from "../support/wasm.ts";

type Tensor = ReturnType<typeof l.shared>;
type Updates = readonly (readonly [Tensor, Tensor])[];
type Values = Float32Array | Float64Array;

const { add, at, concatenate, mul, span, sub } = l;

/** Shapes of variables, and what they become. */
const cases: Record<string, [number[][], (...variables: Tensor[]) => Updates]> = {
  halves: [[[10]], (B) => [[B, add(concatenate([at(B, span(5)), at(B, span(0, 5))], 0), 0.5)]]],
  roll: [[[12]], (O) => [[O, mul(l.roll(O, 5, 0), 2)]]],
  rollRows: [[[6, 4]], (O) => [[O, sub(1, l.roll(O, 2, 0))]]],
  pad: [[[6]], (J) => [[J, l.pad(at(J, span(0, 5)), [[1, 0]])]]],
  shift: [[[7]], (H) => [[H, l.setSubtensor(at(H, span(1, 6)), at(H, span(0, 5)))]]],
  forward: [[[7]], (H) => [[H, l.setSubtensor(at(H, span(0, 5)), at(H, span(2, 7)))]]],
  tail: [[[6]], (E) => [[E, l.setSubtensor(at(E, span(4)), mul(at(E, span(2, 4)), 2))]]],
  increment: [[[12]], (O) => [[O, l.incSubtensor(at(O, span(1)), at(O, span(0, 11)))]]],
  difference: [
    [[8]],
    (B) => [
      [B, sub(B, mul(0.5, concatenate([l.zerosLike(at(B, span(0, 1))), at(B, span(0, 7))], 0)))],
    ],
  ],
  history: [
    [[5, 3], [3]],
    (H, x) => [
      [H, concatenate([l.reshape(x, [1, 3]), at(H, span(0, 4))], 0)],
      [x, add(x, 1)],
    ],
  ],
  crossed: [
    [[8], [8]],
    (a, b) => [
      [a, concatenate([at(b, span(4)), at(a, span(0, 4))], 0)],
      [b, sub(concatenate([at(a, span(3)), at(b, span(0, 3))], 0), 0.25)],
    ],
  ],
  chained: [
    [[4], [9]],
    (a, b) => [
      [b, mul(b, 0.5)],
      [a, at(b, span(5))],
    ],
  ],
};

for (const dtype of ["float32", "float64"] as const)
  test.serial(`rows that an update overwrites, ${dtype}`, async (t) => {
    const list = Object.entries(cases).map(([name, [shapes, make]]) => {
      const variables = shapes.map((shape, i) =>
        named(l.shared(nested(shape), { dtype }), `${name}${"ABC"[i]}`),
      );
      const updates = make(...variables).map(([v, to]) => [v, l.cast(to, dtype)] as const);
      return { name, shapes, variables, updates };
    });
    const model = compileModel(
      "m",
      "models/m.ts",
      list.flatMap(({ name, variables, updates }) => [
        [name, l.fn([], null, { updates })],
        [`${name}Now`, l.fn([], variables)],
      ]),
    );
    const code = await importText(emitTypescript(model));
    const state = (code.createState as (seed: number) => Record<string, Values>)(0);
    const wasm = await wasmTrainerOf<Record<string, () => Values[] | undefined>>(model);
    const addon = missingCompiler() ? undefined : await addonOf(model, quick);
    const handles = [1, 2].map((threads) => addon?.create(0, threads));
    for (const { name, shapes, variables, updates } of list) {
      const nodes = variables as unknown as Node[];
      let values = shapes.map((shape): NDArray => ({ dtype, shape, data: elementsOf(shape) }));
      for (let call = 1; call <= 4; call++) {
        const bindings = new Map(nodes.map((node, i) => [node, values[i]]));
        const next = evaluateNodes(
          updates.map(([, to]) => to as unknown as Node),
          bindings,
        );
        values = variables.map((v, i) => {
          const k = updates.findIndex(([target]) => target === v);
          return k < 0 ? values[i] : next[k];
        });
        const agrees = (target: string, got: readonly Values[]): void =>
          values.forEach(({ data }, i) => {
            const equal = close(Array.from(got[i]), Array.from(data), 1e-5);
            t.true(equal, `${target}: ${name}, variable ${i}, call ${call}`);
          });
        (code[name] as (...args: unknown[]) => unknown)(state);
        agrees(
          "typescript",
          nodes.map((node) => state[node.label?.name as string]),
        );
        wasm[name]();
        agrees("wasm", wasm[`${name}Now`]() as Values[]);
        for (const handle of handles) {
          if (!addon) continue;
          addon.functions[name](handle);
          const got = values.map(({ data }) => new elementArrays[dtype](data.length));
          addon.functions[`${name}Now`](handle, ...got);
          agrees("native", got);
        }
      }
    }
  });

function elementsOf(shape: readonly number[]): Float64Array {
  const length = shape.reduce((n, d) => n * d, 1);
  return Float64Array.from({ length }, (_, i) => ((i * 37) % 64) / 64 - 0.375);
}

function nested(shape: readonly number[]): number[] | number[][] {
  const all = Array.from(elementsOf(shape));
  if (shape.length === 1) return all;
  return Array.from({ length: shape[0] }, (_, i) => all.slice(i * shape[1], (i + 1) * shape[1]));
}
