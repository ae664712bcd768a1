/** Convolutions and pooling in C beside the interpreter, with their options and gradients. */

import test from "ava";
import { gradients } from "../../compiler/gradient/grad.ts";
import type { Node } from "../../compiler/graph/node.ts";
import * as a from "../../compiler/ops/arithmetic.ts";
import {
  type ConvOptions,
  conv1d,
  conv2d,
  convTranspose2d,
} from "../../compiler/ops/convolution.ts";
import * as e from "../../compiler/ops/exponential.ts";
import { avgPool2d, maxPool2d } from "../../compiler/ops/pooling.ts";
import * as r from "../../compiler/ops/reduction.ts";
import { dimshuffle } from "../../compiler/ops/shape.ts";
import { missingCompiler, quick } from "../support/native.ts";
import { Cases, wrongOf } from "../support/native-cases.ts";

const missing = missingCompiler();
const run = missing ? test.skip : test.serial;
if (missing) test(`skipped: ${missing}`, (t) => t.pass());

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
  { groups: 2 },
  { groups: 2, stride: 2, padding: "same", flip: true },
];

run("whole margins: rows of a tile that are not evenly spaced", async (t) => {
  const cases = new Cases(12);
  for (const [batch, channels, filters, size, k] of [
    [9, 8, 16, 8, 3],
    [3, 16, 40, 7, 5],
  ])
    for (const flip of [false, true])
      cases.add(
        `${[batch, channels, filters, size, k]} ${flip}`,
        [
          [batch, channels, size, size],
          [filters, channels, k, k],
        ],
        (x, w) => [conv2d(x, w, { padding: "full", flip })],
      );
  t.deepEqual(await wrongOf(cases), []);
});

run("convolutions with every option, and their gradients", async (t) => {
  const cases = new Cases(11);
  const sizes = [
    [2, 2, 4, 9, 9, 3, 3],
    [3, 4, 6, 12, 11, 5, 5],
    [9, 2, 8, 14, 17, 3, 5],
    [1, 6, 10, 16, 16, 1, 1],
  ];
  for (const [batch, channels, filters, height, width, k, l] of sizes)
    for (const option of options) {
      const groups = option.groups ?? 1;
      const name = `${[batch, channels, filters, height, width, k, l]} ${JSON.stringify(option)}`;
      cases.add(
        `conv2d ${name}`,
        [[batch, channels, height, width], [filters, channels / groups, k, l], [filters]],
        (x, w, b) => {
          const biased = a.add(conv2d(x, w, option), dimshuffle(b, ["x", 0, "x", "x"]));
          return withGradients(biased, [x, w, b]);
        },
      );
    }
  cases.add(
    "conv1d",
    [
      [5, 3, 40],
      [7, 3, 5],
    ],
    (x, w) => withGradients(conv1d(x, w, { stride: 2 }), [x, w]),
  );
  cases.add(
    "convTranspose2d",
    [
      [4, 6, 7, 7],
      [6, 5, 3, 3],
    ],
    (x, w) => withGradients(convTranspose2d(x, w, { stride: 2, padding: 1 }), [x, w]),
  );
  t.deepEqual(await wrongOf(cases), []);
});

run("pooling and what follows it, and their gradients", async (t) => {
  const cases = new Cases(12);
  for (const [batch, channels, height, width] of [
    [2, 3, 8, 8],
    [3, 5, 13, 11],
    [9, 20, 24, 24],
  ]) {
    const shape = [batch, channels, height, width];
    for (const [name, pool] of [
      ["max 2", (x: Node) => maxPool2d(x, 2)],
      ["max 3, stride 2", (x: Node) => maxPool2d(x, 3, { stride: 2 })],
      ["max 2, border", (x: Node) => maxPool2d(x, 2, { ignoreBorder: false })],
      ["mean 2", (x: Node) => avgPool2d(x, 2)],
      [
        "mean 3, padded",
        (x: Node) => avgPool2d(x, 3, { stride: 2, padding: 1, includePadding: false }),
      ],
    ] as const)
      cases.add(`${name} of ${shape}`, [shape], (x) => withGradients(pool(e.tanh(x)), [x]));
  }
  // The tutorial's layer: bias and tanh after pooling.
  for (const [batch, channels, filters, size] of [
    [5, 1, 6, 28],
    [8, 6, 10, 12],
    [17, 2, 3, 13],
  ])
    cases.add(
      `layer of ${[batch, channels, filters, size]}`,
      [[batch, channels, size, size], [filters, channels, 5, 5], [filters]],
      (x, w, b) => {
        const pooled = maxPool2d(conv2d(x, w, { flip: true }), 2);
        return withGradients(e.tanh(a.add(pooled, dimshuffle(b, ["x", 0, "x", "x"]))), [x, w, b]);
      },
    );
  t.deepEqual(await wrongOf(cases), []);
});

for (const variant of ["avx2", "portable"])
  run(
    `images whose rows are copied in groups of eight, and lists, for ${variant} processors`,
    async (t) => {
      const cases = new Cases(13);
      for (const [batch, channels, filters, height, width, k] of [
        [9, 3, 10, 12, 12, 5],
        [8, 2, 7, 28, 28, 5],
        [10, 4, 9, 10, 18, 3],
        [8, 3, 5, 7, 26, 3],
      ])
        cases.add(
          `${[batch, channels, filters, height, width, k]}`,
          [
            [batch, channels, height, width],
            [filters, channels, k, k],
          ],
          (x, w) => withGradients(maxPool2d(conv2d(x, w, { flip: true }), 2), [x, w]),
        );
      t.deepEqual(await wrongOf(cases, { ...quick, ADJOINT_VARIANT: variant }), []);
    },
  );
