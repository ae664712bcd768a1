/** Sums over axes whose sizes are known when a function runs, in C and WebAssembly, beside the interpreter. */

import test from "ava";
import { gradients } from "../../compiler/gradient/grad.ts";
import type { Node } from "../../compiler/graph/node.ts";
import type { Dim } from "../../compiler/graph/types.ts";
import * as a from "../../compiler/ops/arithmetic.ts";
import { type ConvOptions, conv2d } from "../../compiler/ops/convolution.ts";
import * as e from "../../compiler/ops/exponential.ts";
import { maxPool2d } from "../../compiler/ops/pooling.ts";
import { batchedDot, dot } from "../../compiler/ops/product.ts";
import * as r from "../../compiler/ops/reduction.ts";
import { dimshuffle, reshape, transpose } from "../../compiler/ops/shape.ts";
import { missingCompiler } from "../support/native.ts";
import { Cases, differencesOf, wrongOf } from "../support/native-cases.ts";
import { runAllWasm } from "../support/wasm.ts";

const missing = missingCompiler();
if (missing) test(`skipped, C: ${missing}`, (t) => t.pass());

/** None, one, some, and around the steps that are taken at a time. */
const sizes = [0, 1, 2, 7, 128, 256, 257, 1000];
const few = [0, 1, 2, 7, 20];

/** What differs from the interpreter or between numbers of threads, in C where there is a compiler, and in WebAssembly. */
async function wrong(cases: Cases): Promise<string[]> {
  const [single, ...others] = [await runAllWasm(cases.list), await runAllWasm(cases.list, 3)];
  const wasm = cases.list.flatMap((one, i) => [
    ...differencesOf(one, single[i]),
    ...others
      .filter(
        (results) =>
          !results[i].every((row, k) => row.every((v, n) => Object.is(v, single[i][k][n]))),
      )
      .map(() => `${one.name}: bits depend on the number of threads`),
  ]);
  return [...wasm.map((text) => `wasm: ${text}`), ...(missing ? [] : await wrongOf(cases))];
}

test.serial(
  "gradients of weights by batches: plain, turned, of products, with updates",
  async (t) => {
    const cases = new Cases(41);
    for (const [n, rows] of sizes.entries()) {
      for (const [k, columns] of [[70, 10], n % 2 === 0 ? [43, 65] : [103, 37]]) {
        const name = `${rows} rows, ${columns} × ${k}`;
        const shapes: Dim[][] = [
          ["rows", k],
          ["rows", columns],
        ];
        cases.add(`xᵀ·d, ${name}`, shapes, (x, d) => [dot(transpose(x), d), r.sum(d, 0)], { rows });
        cases.add(`dᵀ·x, ${name}`, shapes, (x, d) => [transpose(dot(transpose(x), d))], { rows });
        cases.add(
          `V − 0.1·xᵀ·(d·tanh(d)), ${name}`,
          [[k, columns], ...shapes],
          (v, x, d) => [a.sub(v, a.mul(0.1, dot(transpose(x), a.mul(d, e.tanh(d)))))],
          { rows },
        );
        // Steps that do not lie behind each other: what a row is made of is copied, or the rows are far apart.
        cases.add(
          `xᵀ·d of what lies the other way, ${name}`,
          [
            [k, "rows"],
            [columns, "rows"],
          ],
          (x, d) => [dot(x, transpose(d)), r.sum(d, 1)],
          { rows },
        );
        cases.add(
          `xᵀ·d of sums, ${name}`,
          [...shapes, [k], [columns]],
          (x, d, v, w) => [dot(transpose(e.tanh(a.add(x, v))), a.mul(d, w))],
          { rows },
        );
      }
    }
    t.deepEqual(await wrong(cases), []);
  },
);

test.serial("sums over steps and batch, whichever of them is named", async (t) => {
  const cases = new Cases(42);
  for (const rows of [0, 1, 3, 16, 70]) {
    for (const steps of [0, 1, 9]) {
      const name = `${steps} steps of ${rows}`;
      const sum = (x: Node, d: Node): Node => {
        const [k, columns] = [x.shape[2] as number, d.shape[2] as number];
        const both = a.mul(dimshuffle(x, [0, 1, 2, "x"]), dimshuffle(d, [0, 1, "x", 2]));
        return reshape(r.sum(both, [0, 1]), [k, columns]);
      };
      const each = (first: Dim, second: Dim): void => {
        cases.add(
          `${first}, ${second}: ${name}`,
          [
            [first, second, 40],
            [first, second, 33],
          ],
          (x, d) => [sum(x, d), sum(d, x)],
          { rows, steps },
        );
        cases.add(
          `${first}, ${second}, the other way: ${name}`,
          [
            [second, first, 40],
            [first, second, 33],
          ],
          (x, d) => [sum(dimshuffle(x, [1, 0, 2]), d)],
          { rows, steps },
        );
      };
      each("steps", "rows");
      if (steps > 0) each(steps, "rows");
      if (rows > 0) each("steps", rows);
    }
  }
  t.deepEqual(await wrong(cases), []);
});

test.serial("products of batches over an axis of a named size", async (t) => {
  const cases = new Cases(43);
  for (const length of sizes) {
    for (const batch of length < 130 ? [2, 9] : [2]) {
      cases.add(
        `pᵀ·v, ${batch} of ${length}`,
        [
          [batch, "length", 20],
          [batch, "length", 33],
        ],
        (p, v) => [batchedDot(dimshuffle(p, [0, 2, 1]), v)],
        { length },
      );
      cases.add(
        `p·v, ${batch} of ${length}`,
        [
          [batch, 20, "length"],
          [batch, "length", 33],
        ],
        (p, v) => [e.tanh(batchedDot(p, v))],
        { length },
      );
      if (length > 130) continue;
      cases.add(
        `attention, ${batch} of ${length}`,
        [
          [batch, "length", "length"],
          [batch, "length", 24],
          [batch, "length", 24],
        ],
        (p, v, d) => gradients(r.sum(a.mul(batchedDot(p, v), d)), [v, p]).concat(batchedDot(p, v)),
        { length },
      );
    }
    cases.add(
      `batches, ${length}`,
      [
        ["length", 12, 20],
        ["length", 20, 16],
        ["length", 12, 16],
      ],
      (p, v, d) => gradients(r.sum(a.mul(batchedDot(p, v), d)), [v, p]),
      { length },
    );
  }
  t.deepEqual(await wrong(cases), []);
});

test.serial("convolutions, their gradients, and those behind a max-pooling", async (t) => {
  const cases = new Cases(44);
  const of = (cost: (x: Node, w: Node, v: Node) => Node) => (x: Node, w: Node, v: Node) =>
    gradients(cost(x, w, v), [x, w, v]);
  for (const rows of few) {
    const others: ConvOptions[] = [
      { flip: true },
      { stride: 2 },
      { padding: "same" },
      { groups: 2 },
    ];
    for (const options of [{}, ...(rows === 7 ? others : [])]) {
      const groups = options.groups ?? 1;
      // Tiles that do not divide the number of filters, of static batches too.
      const shapes = (batch: Dim): Dim[][] => [
        [batch, 4, 12, 13],
        [26, 4 / groups, 3, 3],
        [22, 26 / groups, 3, 3],
      ];
      const name = `${rows} rows, ${JSON.stringify(options)}`;
      const gradientsOf = of((x, w, v) =>
        r.sum(e.tanh(a.mul(0.1, conv2d(e.tanh(conv2d(x, w, options)), v, options)))),
      );
      cases.add(`convolution, ${name}`, shapes("rows"), gradientsOf, { rows });
      if (rows === 20) cases.add(`convolution, ${rows} and no more`, shapes(rows), gradientsOf);
    }
    cases.add(
      `pooled, ${rows} rows`,
      [
        ["rows", 4, 20, 22],
        [6, 4, 3, 3],
        [8, 6, 4, 4],
      ],
      of((x, w, v) => {
        const hidden = e.tanh(maxPool2d(conv2d(x, w), 2));
        return r.sum(e.tanh(a.mul(0.1, maxPool2d(conv2d(hidden, v), 2))));
      }),
      { rows },
    );
  }
  t.deepEqual(await wrong(cases), []);
});
