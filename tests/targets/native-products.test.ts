/** Products in C beside the interpreter: sizes around those of vectors and tiles, operands any way round. */

import test from "ava";
import * as a from "../../compiler/ops/arithmetic.ts";
import * as e from "../../compiler/ops/exponential.ts";
import { batchedDot, dot } from "../../compiler/ops/product.ts";
import * as r from "../../compiler/ops/reduction.ts";
import { dimshuffle, reshape, transpose } from "../../compiler/ops/shape.ts";
import { missingCompiler } from "../support/native.ts";
import { Cases, wrongOf } from "../support/native-cases.ts";

const missing = missingCompiler();
const run = missing ? test.skip : test.serial;
if (missing) test(`skipped: ${missing}`, (t) => t.pass());

/** Around vectors of 4, 8 and 16 lanes and tiles of up to 12 rows, and what is far from them. */
const edges = [
  1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12, 13, 15, 16, 17, 20, 23, 31, 32, 33, 47, 48, 49, 64, 65, 70,
];

run("products of any size, plain and transposed, with epilogues", async (t) => {
  const cases = new Cases(1);
  const { random } = cases;
  for (let n = 0; n < 120; n++) {
    const [rows, columns, steps] = [edges, edges, edges].map((list) => random.pick(list));
    // Small products are plain loops: most cases are large enough for tiles.
    const k = n % 10 === 0 ? steps : Math.max(steps, Math.ceil(2048 / (rows * columns)));
    const size = `${rows} × ${columns} × ${k}`;
    switch (n % 8) {
      case 0:
        cases.add(
          `x·W, ${size}`,
          [
            [rows, k],
            [k, columns],
          ],
          (x, w) => [dot(x, w)],
        );
        break;
      case 1:
        cases.add(
          `xᵀ·W, ${size}`,
          [
            [k, rows],
            [k, columns],
          ],
          (x, w) => [dot(transpose(x), w)],
        );
        break;
      case 2:
        cases.add(
          `x·Wᵀ, ${size}`,
          [
            [rows, k],
            [columns, k],
          ],
          (x, w) => [dot(x, transpose(w))],
        );
        break;
      case 3:
        cases.add(
          `xᵀ·Wᵀ, ${size}`,
          [
            [k, rows],
            [columns, k],
          ],
          (x, w) => [dot(transpose(x), transpose(w))],
        );
        break;
      case 4:
        cases.add(`tanh(x·W + b), ${size}`, [[rows, k], [k, columns], [columns]], (x, w, b) => [
          e.tanh(a.add(dot(x, w), b)),
        ]);
        break;
      case 5:
        cases.add(
          `V − 0.1·xᵀ·d·y, ${size}`,
          [
            [rows, columns],
            [k, rows],
            [k, columns],
            [rows, 1],
          ],
          (v, x, d, y) => [a.sub(v, a.mul(a.mul(0.1, dot(transpose(x), d)), y))],
        );
        break;
      case 6:
        cases.add(
          `(x·W)ᵀ, ${size}`,
          [
            [rows, k],
            [k, columns],
          ],
          (x, w) => [transpose(dot(x, w))],
        );
        break;
      default:
        cases.add(
          `x·W of products, ${size}`,
          [
            [rows, k],
            [rows, k],
            [k, columns],
          ],
          (x, y, w) => [dot(a.mul(x, e.sigmoid(y)), w)],
        );
    }
  }
  t.deepEqual(await wrongOf(cases), []);
});

run("rows whose number is known when a function runs: none, one, some", async (t) => {
  const cases = new Cases(2);
  for (const rows of [0, 1, 2, 5, 9, 10, 11, 13, 20, 31, 150, 151, 301]) {
    for (const [k, columns] of [
      [70, 10],
      [33, 65],
      [5, 17],
      [300, 16],
    ]) {
      const name = `${rows} rows, ${columns} × ${k}`;
      cases.add(
        `x·W + b, ${name}`,
        [["rows", k], [k, columns], [columns]],
        (x, w, b) => {
          const z = a.add(dot(x, w), b);
          return [z, r.argmax(z, 1)];
        },
        { rows },
      );
      cases.add(
        `x·Wᵀ, ${name}`,
        [
          ["rows", k],
          [columns, k],
        ],
        (x, w) => [dot(x, transpose(w))],
        { rows },
      );
      // The sum runs over the rows.
      cases.add(
        `xᵀ·d, ${name}`,
        [
          ["rows", k],
          ["rows", columns],
        ],
        (x, d) => [dot(transpose(x), d), r.sum(d, 0)],
        { rows },
      );
    }
  }
  t.deepEqual(await wrongOf(cases), []);
});

run("products of batches, outer products, column sums, products with vectors", async (t) => {
  const cases = new Cases(3);
  const { random } = cases;
  for (let n = 0; n < 40; n++) {
    const [rows, columns] = [random.pick(edges), random.pick(edges)];
    const batch = random.pick([1, 2, 3, 7, 8, 9, 20]);
    const k = Math.max(random.pick(edges), Math.ceil(2048 / (rows * columns)));
    const size = `${batch} of ${rows} × ${columns} × ${k}`;
    cases.add(
      `batchedDot, ${size}`,
      [
        [batch, rows, k],
        [batch, k, columns],
      ],
      (x, y) => [batchedDot(x, y)],
    );
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
      (x, y, z) => [dot(y, x), dot(x, z)],
    );
    cases.add(
      `outer product, ${rows * 7} × ${columns * 5}`,
      [[rows * 7], [columns * 5]],
      (x, y) => [e.sigmoid(a.mul(dimshuffle(x, [0, "x"]), dimshuffle(y, ["x", 0])))],
    );
    cases.add(
      `of a reshaped product, ${size}`,
      [
        [rows, k],
        [k, columns],
      ],
      (x, w) => [r.sum(reshape(a.square(dot(x, w)), [rows * columns]))],
    );
  }
  t.deepEqual(await wrongOf(cases), []);
});

run("large products are shared among threads, to the same bits", async (t) => {
  const cases = new Cases(4);
  for (const [rows, columns, k] of [
    [128, 500, 200],
    [301, 33, 257],
    [7, 700, 300],
    [784, 10, 129],
    [500, 97, 65],
  ]) {
    const size = `${rows} × ${columns} × ${k}`;
    cases.add(
      `x·W, ${size}`,
      [
        [rows, k],
        [k, columns],
      ],
      (x, w) => [dot(x, w)],
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
      `x·Wᵀ, ${size}`,
      [
        [rows, k],
        [columns, k],
      ],
      (x, w) => [e.tanh(dot(x, transpose(w)))],
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
    cases.add(`tanh and its sums, ${size}`, [[rows * 10, columns]], (x) => [
      e.tanh(x),
      r.sum(e.tanh(x), 1),
      r.sum(e.tanh(x), 0),
      r.mean(e.exp(x)),
    ]);
  }
  t.deepEqual(await wrongOf(cases), []);
});
