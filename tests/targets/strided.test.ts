/** Gradients of strided convolutions by their input in C and WebAssembly beside the interpreter. */

import test from "ava";
import { compileModel } from "../../compiler/compile.ts";
import { gradients } from "../../compiler/gradient/grad.ts";
import type { Node } from "../../compiler/graph/node.ts";
import * as a from "../../compiler/ops/arithmetic.ts";
import { type ConvOptions, conv2d } from "../../compiler/ops/convolution.ts";
import * as e from "../../compiler/ops/exponential.ts";
import * as r from "../../compiler/ops/reduction.ts";
import { emitNative } from "../../compiler/targets/native/index.ts";
import { emitWasm } from "../../compiler/targets/wasm/index.ts";
import { functionOf } from "../support/compile.ts";
import { missingCompiler } from "../support/native.ts";
import { Cases, differencesOf, wrongOf } from "../support/native-cases.ts";
import { runAllWasm } from "../support/wasm.ts";

const missing = missingCompiler();
if (missing) test(`skipped, C: ${missing}`, (t) => t.pass());

/** A value, and the gradients of a cost made of it. */
const withGradients = (value: Node, wrt: readonly Node[]): Node[] => [
  value,
  ...gradients(r.mean(e.tanh(value)), wrt),
];

test.serial(
  "gradients by the input of strided convolutions, whose gaps are passed by",
  async (t) => {
    const cases = new Cases(13);
    for (const stride of [2, 3, [2, 3]])
      for (const dilation of [1, 2])
        for (const padding of ["valid", 2] as const)
          for (const flip of [false, true]) {
            const option: ConvOptions = { stride, dilation, padding, flip };
            cases.add(
              JSON.stringify(option),
              [
                [9, 5, 17, 20],
                [12, 5, 3, 4],
              ],
              (x, w) => withGradients(conv2d(x, w, option), [x, w]),
            );
          }
    // Nothing else reads what is scattered from: its memory is its own until that is done.
    for (const stride of [1, 2])
      cases.add(
        `a chain, ${stride}`,
        [
          [9, 6, 25, 25],
          [8, 6, 3, 3],
          [8, 8, 3, 3],
        ],
        (x, w, v) => {
          const layer = (z: Node, weights: Node, by: number) =>
            e.tanh(a.mul(0.1, conv2d(z, weights, { stride: by })));
          const out = layer(layer(layer(x, w, stride), v, 1), v, stride);
          return gradients(r.sum(a.square(out)), [x]);
        },
      );
    const [alone, ...others] = [await runAllWasm(cases.list), await runAllWasm(cases.list, 2)];
    t.deepEqual(
      cases.list.flatMap((one, i) => differencesOf(one, alone[i])),
      [],
    );
    for (const results of others) t.deepEqual(results, alone);
    if (!missing) t.deepEqual(await wrongOf(cases), []);
    const strided = cases.list.filter(({ name }) => name.startsWith("{"));
    const model = compileModel(
      "m",
      "models/m.ts",
      strided.map(({ outputs }, i) => [`f${i}`, functionOf(outputs, `f${i}`)]),
    );
    const wasm = (await emitWasm(model)).get("wasm.wat");
    for (const text of [emitNative(model).get("native.c"), wasm])
      t.is((text ?? "").split(", each added").length - 1, strided.length);
  },
);
