/** Products and convolutions in WebAssembly beside the interpreter: sizes around those of vectors and tiles. */

import test from "ava";
import { gradients } from "../../compiler/gradient/grad.ts";
import type { Node } from "../../compiler/graph/node.ts";
import * as a from "../../compiler/ops/arithmetic.ts";
import { type ConvOptions, conv2d } from "../../compiler/ops/convolution.ts";
import * as e from "../../compiler/ops/exponential.ts";
import { avgPool2d, maxPool2d } from "../../compiler/ops/pooling.ts";
import { batchedDot, dot } from "../../compiler/ops/product.ts";
import * as r from "../../compiler/ops/reduction.ts";
import { dimshuffle, transpose } from "../../compiler/ops/shape.ts";
import { Cases, differencesOf } from "../support/native-cases.ts";
import { runAllWasm } from "../support/wasm.ts";

/** Those that differ from the interpreter. */
async function wrongOf({ list }: Cases): Promise<string[]> {
  const results = await runAllWasm(list);
  return list.flatMap((one, i) => differencesOf(one, results[i]));
}

/** Around vectors and tiles of up to 12 rows, and what is far from them. */
const edges = [1, 2, 3, 4, 5, 7, 8, 9, 11, 12, 13, 16, 17, 23, 24, 25, 33, 49, 64, 65];

test.serial("products of any size, plain and transposed, with epilogues", async (t) => {
  const cases = new Cases(1);
  const { random } = cases;
  for (let n = 0; n < 70; n++) {
    const [rows, columns, steps] = [edges, edges, edges].map((list) => random.pick(list));
    // Small products are plain loops: most cases are large enough for tiles.
    const k = n % 10 === 0 ? steps : Math.max(steps, Math.ceil(2048 / (rows * columns)));
    const size = `${rows} × ${columns} × ${k}`;
    const [x, w] = [
      [rows, k],
      [k, columns],
    ];
    const [xt, wt] = [x, w].map((shape) => [...shape].reverse());
    const kinds = [
      () => cases.add(`x·W, ${size}`, [x, w], (p, q) => [dot(p, q)]),
      () => cases.add(`xᵀ·W, ${size}`, [xt, w], (p, q) => [dot(transpose(p), q)]),
      () => cases.add(`x·Wᵀ, ${size}`, [x, wt], (p, q) => [dot(p, transpose(q))]),
      () => cases.add(`xᵀ·Wᵀ, ${size}`, [xt, wt], (p, q) => [dot(transpose(p), transpose(q))]),
      () =>
        cases.add(`tanh(x·W + b), ${size}`, [x, w, [columns]], (p, q, b) => [
          e.tanh(a.add(dot(p, q), b)),
        ]),
      () =>
        cases.add(`V − 0.1·xᵀ·d·y, ${size}`, [[rows, columns], xt, w, [rows, 1]], (v, p, q, y) => [
          a.sub(v, a.mul(a.mul(0.1, dot(transpose(p), q)), y)),
        ]),
      () => cases.add(`(x·W)ᵀ, ${size}`, [x, w], (p, q) => [transpose(dot(p, q))]),
      () =>
        cases.add(`x·W of products, ${size}`, [x, x, w], (p, q, z) => [
          dot(a.mul(p, e.sigmoid(q)), z),
        ]),
      () => cases.add(`rate·x·W, ${size}`, [x, w, []], (p, q, rate) => [a.mul(rate, dot(p, q))]),
    ];
    kinds[n % kinds.length]();
  }
  t.deepEqual(await wrongOf(cases), []);
});

test.serial("rows whose number is known when a function runs: none, one, some", async (t) => {
  const cases = new Cases(2);
  for (const rows of [0, 1, 2, 5, 9, 10, 13, 20, 151, 301]) {
    for (const [k, columns] of [
      [70, 10],
      [33, 65],
      [300, 16],
    ]) {
      const name = `${rows} rows, ${columns} × ${k}`;
      const x = ["rows", k];
      cases.add(
        `x·W + b, ${name}`,
        [x, [k, columns], [columns]],
        (p, w, b) => {
          const z = a.add(dot(p, w), b);
          return [z, r.argmax(z, 1)];
        },
        { rows },
      );
      cases.add(`x·Wᵀ, ${name}`, [x, [columns, k]], (p, w) => [dot(p, transpose(w))], { rows });
      // The sum runs over the rows.
      cases.add(
        `xᵀ·d, ${name}`,
        [x, ["rows", columns]],
        (p, d) => [dot(transpose(p), d), r.sum(d, 0)],
        { rows },
      );
    }
  }
  t.deepEqual(await wrongOf(cases), []);
});

test.serial("products of batches, column sums, products with vectors", async (t) => {
  const cases = new Cases(3);
  const { random } = cases;
  for (let n = 0; n < 20; n++) {
    const [rows, columns] = [random.pick(edges), random.pick(edges)];
    const batch = random.pick([1, 2, 3, 8, 9, 20]);
    const k = Math.max(random.pick(edges), Math.ceil(2048 / (rows * columns)));
    const size = `${batch} of ${rows} × ${columns} × ${k}`;
    const [left, right] = [
      [batch, rows, k],
      [batch, k, columns],
    ];
    cases.add(`batchedDot, ${size}`, [left, right], (x, y) => [batchedDot(x, y)]);
    cases.add(
      `batchedDot, transposed, ${size}`,
      [
        [batch, k, rows],
        [batch, columns, k],
      ],
      (x, y) => [e.tanh(batchedDot(dimshuffle(x, [0, 2, 1]), dimshuffle(y, [0, 2, 1])))],
    );
    cases.add(`column sums, ${k} × ${columns}`, [[k * rows, columns], [columns]], (x, b) => [
      r.sum(x, 0),
      a.sub(b, a.mul(0.1, r.sum(x, 0))),
    ]);
    cases.add(
      `rows and columns, ${k} × ${columns}`,
      [[k * rows, columns], [k * rows], [columns]],
      (x, y, z) => [dot(y, x), dot(x, z), r.sum(e.tanh(x), 1), r.mean(e.exp(x)), r.max(x)],
    );
  }
  t.deepEqual(await wrongOf(cases), []);
});

test.serial("large products are shared among threads, to the same bits", async (t) => {
  const cases = new Cases(4);
  for (const [rows, columns, k] of [
    [128, 500, 200],
    [301, 33, 257],
    [7, 700, 300],
    [784, 10, 129],
  ]) {
    const size = `${rows} × ${columns} × ${k}`;
    cases.add(
      `tanh(x·W), ${size}`,
      [
        [rows, k],
        [k, columns],
      ],
      (x, w) => [e.tanh(dot(x, w))],
    );
    cases.add(
      `xᵀ·W, ${size}`,
      [
        [k, rows],
        [k, columns],
      ],
      (x, w) => [dot(transpose(x), w)],
    );
    cases.add(
      `rows, ${size}`,
      [
        ["rows", k],
        [k, columns],
      ],
      (x, w) => [dot(x, w)],
      { rows },
    );
  }
  t.deepEqual(await wrongOf(cases), []);
  const [alone, ...others] = [
    await runAllWasm(cases.list, 1),
    await runAllWasm(cases.list, 2),
    await runAllWasm(cases.list, 5),
  ];
  for (const results of others) t.deepEqual(results, alone);
});

/** A value, and the gradients of a cost made of it. */
const withGradients = (value: Node, wrt: readonly Node[]): Node[] => [
  value,
  ...gradients(r.mean(e.tanh(value)), wrt),
];

const options: readonly ConvOptions[] = [
  {},
  { flip: true },
  { padding: "same" },
  { stride: 2 },
  { stride: [1, 2], padding: 1 },
  { dilation: 2 },
  { groups: 2, stride: 2, padding: "same", flip: true },
];

test.serial("convolutions and pooling, and their gradients", async (t) => {
  const cases = new Cases(11);
  for (const [batch, channels, filters, height, width, k, l] of [
    [2, 2, 4, 9, 9, 3, 3],
    [3, 4, 6, 12, 11, 5, 5],
    [9, 2, 8, 14, 17, 3, 5],
    [1, 6, 10, 16, 16, 1, 1],
  ])
    for (const option of options)
      cases.add(
        `conv2d ${[batch, channels, filters, height, width, k, l]} ${JSON.stringify(option)}`,
        [
          [batch, channels, height, width],
          [filters, channels / (option.groups ?? 1), k, l],
          [filters],
        ],
        (x, w, b) => {
          const biased = a.add(conv2d(x, w, option), dimshuffle(b, ["x", 0, "x", "x"]));
          return withGradients(biased, [x, w, b]);
        },
      );
  for (const shape of [
    [2, 3, 8, 8],
    [3, 5, 13, 11],
    [9, 20, 24, 24],
  ])
    for (const [name, pool] of [
      ["max 2", (x: Node) => maxPool2d(x, 2)],
      ["max 3, stride 2", (x: Node) => maxPool2d(x, 3, { stride: 2 })],
      ["mean 2", (x: Node) => avgPool2d(x, 2)],
    ] as const)
      cases.add(`${name} of ${shape}`, [shape], (x) => withGradients(pool(e.tanh(x)), [x]));
  t.deepEqual(await wrongOf(cases), []);
});
