/** What generated code draws, a million numbers a distribution, against what it should be. */

import * as l from "adjoint";
import test from "ava";
import { importText, textOf } from "../support/compile.ts";
import {
  binomialProbabilities,
  chiSquare,
  correlation,
  kolmogorov,
  mean,
  meanScore,
  moment,
  normalDistribution,
  poissonProbabilities,
  tally,
} from "../support/statistics.ts";

const million = 1_000_000;
/** Scores are about standard normal; seeds are fixed, so a test that passes goes on passing. */
const usual = 3.5;

type Numbers = Float32Array | Int32Array;

/** Results of calls of a function that returns the expressions. */
async function draws(expressions: readonly l.Tensor[], calls = 1): Promise<Numbers[][]> {
  const code = await importText(textOf([["f", l.fn([], expressions)]]));
  const state = (code.createState as (seed: number) => unknown)(0);
  const f = code.f as (state: unknown) => Numbers[];
  return Array.from({ length: calls }, () => f(state));
}

const draw = async (expression: l.Tensor): Promise<Numbers> => (await draws([expression]))[0][0];

/** The counts of the classes of rows of `k` numbers. */
const columns = (x: Numbers, k: number): number[] => {
  const sums = new Array<number>(k).fill(0);
  for (let i = 0; i < x.length; i++) sums[i % k] += x[i];
  return sums;
};

test("uniform: moments, Kolmogorov–Smirnov, cells, each bit, serial correlation", async (t) => {
  const u = await draw(l.randomStream(1).uniform([million]));
  t.true(u.every((x) => x >= 0 && x < 1));
  for (let k = 1; k <= 4; k++) {
    const [first, second] = [1 / (k + 1), 1 / (2 * k + 1)];
    const score = (moment(u, k) - first) / Math.sqrt((second - first ** 2) / million);
    t.true(Math.abs(score) < usual, `moment ${k}: ${score}`);
  }
  t.true(kolmogorov(u, (x) => x) < 1.95);
  const cells = tally(
    Int32Array.from(u, (x) => x * 1000),
    1000,
  );
  t.true(Math.abs(chiSquare(cells, new Array(1000).fill(1 / 1000))) < usual);
  for (let bit = 1; bit <= 24; bit++) {
    const set = Int32Array.from(u, (x) => Math.floor(x * 2 ** bit) & 1);
    t.true(Math.abs(meanScore(set, 0.5, 0.5)) < usual + 0.5, `bit ${bit}`);
  }
  for (const lag of [1, 2, 3, 10, 784]) {
    const score = correlation(u.subarray(0, million - lag), u.subarray(lag));
    t.true(Math.abs(score) < usual, `lag ${lag}: ${score}`);
  }
  // Pairs that follow each other, in 32 × 32 cells.
  const pairs = new Array<number>(1024).fill(0);
  for (let i = 0; i + 1 < million; i += 2)
    pairs[Math.floor(u[i] * 32) * 32 + Math.floor(u[i + 1] * 32)]++;
  t.true(Math.abs(chiSquare(pairs, new Array(1024).fill(1 / 1024))) < usual);
});

test("streams, sites, calls and steps do not correlate", async (t) => {
  const [a, b] = [l.randomStream(1), l.randomStream(2)];
  const size = million;
  const steps = l.scan({ fn: () => a.uniform([size]), nSteps: 2 })[0];
  const results = await draws([a.uniform([size]), a.uniform([size]), b.uniform([size]), steps], 2);
  const samples = results.flatMap(([x, y, z, both]) => [
    x,
    y,
    z,
    both.subarray(0, size),
    both.subarray(size),
  ]);
  t.is(samples.length, 10);
  for (const [i, x] of samples.entries())
    for (const y of samples.slice(0, i)) t.true(Math.abs(correlation(x, y)) < 4);
});

test("normal: moments, Kolmogorov–Smirnov, serial correlation", async (t) => {
  const z = await draw(l.randomStream(3).normal([million]));
  for (const [k, expected, variance] of [
    [1, 0, 1],
    [2, 1, 2],
    [3, 0, 15],
    [4, 3, 96],
  ]) {
    const score = (moment(z, k) - expected) / Math.sqrt(variance / million);
    t.true(Math.abs(score) < usual, `moment ${k}: ${score}`);
  }
  t.true(kolmogorov(z, normalDistribution) < 1.95);
  t.true(Math.abs(correlation(z.subarray(1), z)) < usual);
  const shifted = await draw(l.randomStream(3).normal([100_000], { mean: 3, std: 2 }));
  t.true(kolmogorov(shifted, (x) => normalDistribution((x - 3) / 2)) < 1.95);
});

test("truncated normal: none beyond two deviations, and the shape between", async (t) => {
  const x = await draw(l.randomStream(19).truncatedNormal([million], { mean: 1, std: 0.5 }));
  t.true(x.every((v) => v >= 0 && v <= 2));
  const [low, high] = [normalDistribution(-2), normalDistribution(2)];
  const F = (v: number): number => (normalDistribution((v - 1) / 0.5) - low) / (high - low);
  t.true(kolmogorov(x, F) < 1.95);
});

test("binomial: one trial and several", async (t) => {
  const one = await draw(l.randomStream(4).binomial([million], { p: 0.7 }));
  t.true(Math.abs(meanScore(one, 0.7, Math.sqrt(0.21))) < usual);
  t.true(one.every((x) => x === 0 || x === 1));
  const ten = await draw(l.randomStream(5).binomial([100_000], { n: 10, p: 0.3 }));
  t.true(Math.abs(chiSquare(tally(ten, 11), binomialProbabilities(10, 0.3))) < usual);
  for (const [p, k] of [
    [0, 0],
    [1, 3],
  ])
    t.true((await draw(l.randomStream(6).binomial([100], { n: 3, p }))).every((x) => x === k));
});

test("multinomial: rows that are one-hot, and counts", async (t) => {
  const p = [0.1, 0.2, 0.3, 0.4];
  const one = await draw(l.randomStream(7).multinomial([100_000], { p }));
  t.true(Math.abs(chiSquare(columns(one, 4), p)) < usual);
  t.true(one.every((x) => x === 0 || x === 1));
  const n = 20;
  const counts = await draw(l.randomStream(8).multinomial([50_000], { n, p }));
  for (let row = 0; row < 50_000; row++)
    if (mean(counts.subarray(4 * row, 4 * row + 4)) !== n / 4) t.fail();
  for (const [j, q] of p.entries()) {
    const column = counts.filter((_, i) => i % 4 === j);
    t.true(Math.abs(chiSquare(tally(column, n + 1), binomialProbabilities(n, q))) < usual);
  }
  // Rows with their own probabilities.
  const rows = await draw(
    l.randomStream(9).multinomial(null, {
      p: [
        [0, 1, 0],
        [0, 0, 1],
      ],
    }),
  );
  t.deepEqual(Array.from(rows), [0, 1, 0, 0, 0, 1]);
});

test("randint: short and long ranges", async (t) => {
  const dice = await draw(l.randomStream(10).randint([million], 1, 7));
  t.is(tally(dice, 7)[0], 0);
  t.true(Math.abs(chiSquare(tally(dice, 7).slice(1), new Array(6).fill(1 / 6))) < usual);
  const wide = await draw(l.randomStream(11).randint([million], -1_000_000_000, 1_000_000_000));
  t.true(Math.abs(meanScore(wide, -0.5, 2e9 / Math.sqrt(12))) < usual);
  t.true(kolmogorov(wide, (x) => (x + 1e9) / 2e9) < 1.95);
  // Below the 24 bits of one number nothing repeats itself.
  const last = Int32Array.from(wide, (x) => ((x % 64) + 64) % 64);
  t.true(Math.abs(chiSquare(tally(last, 64), new Array(64).fill(1 / 64))) < usual);
});

test("poisson: rates below and above 10, as numbers and as tensors", async (t) => {
  for (const rate of [0.3, 4.5, 60]) {
    const k = await draw(l.randomStream(12).poisson([100_000], rate));
    const cells = Math.ceil(rate + 8 * Math.sqrt(rate) + 5);
    t.true(
      Math.abs(chiSquare(tally(k, cells), poissonProbabilities(rate, cells))) < usual,
      `rate ${rate}`,
    );
  }
  const rates = l.shared([0, 2, -1, 500]);
  const k = await draw(l.randomStream(13).poisson([20_000, 4], rates));
  const column = (j: number): number[] => Array.from(k).filter((_, i) => i % 4 === j);
  t.true(column(0).every((x) => x === 0) && column(2).every((x) => x === 0));
  t.true(Math.abs(chiSquare(tally(column(1), 12), poissonProbabilities(2, 12))) < usual);
  t.true(Math.abs(meanScore(column(3), 500, Math.sqrt(500))) < usual);
  t.true(Math.abs(moment(column(3), 2, 500) / 500 - 1) < 0.05);
});

test("permutation: all orders alike; choice: with, without replacement, weighted", async (t) => {
  const orders = await draw(l.randomStream(14).permutation(4, [120_000]));
  const seen = new Map<string, number>();
  for (let i = 0; i < orders.length; i += 4) {
    const key = orders.subarray(i, i + 4).join("");
    seen.set(key, (seen.get(key) ?? 0) + 1);
  }
  t.is(seen.size, 24);
  t.true(Math.abs(chiSquare([...seen.values()], new Array(24).fill(1 / 24))) < usual);

  const p = [0.5, 0.25, 0.15, 0.1];
  const again = await draw(l.randomStream(15).choice([100_000], { from: 4, p }));
  t.true(Math.abs(chiSquare(tally(again, 4), p)) < usual);
  const alike = await draw(l.randomStream(16).choice([100_000], { from: 5 }));
  t.true(Math.abs(chiSquare(tally(alike, 5), new Array(5).fill(0.2))) < usual);

  // Pairs without replacement: P(i, then j) = pᵢ·pⱼ / (1 − pᵢ).
  const rng = l.randomStream(17);
  const pairs = await draws([rng.choice([2], { from: 4, replace: false, p })], 40_000);
  const counts = new Array<number>(16).fill(0);
  for (const [[i, j]] of pairs) counts[4 * i + j]++;
  const expected = counts.map((_, n) => {
    const [i, j] = [Math.floor(n / 4), n % 4];
    return i === j ? 0 : (p[i] * p[j]) / (1 - p[i]);
  });
  t.true(counts.every((c, n) => expected[n] > 0 || c === 0));
  t.true(
    Math.abs(
      chiSquare(
        counts.filter((_, n) => expected[n] > 0),
        expected.filter((q) => q > 0),
      ),
    ) < usual,
  );
});

test("dropout keeps the mean, and p of the elements are 0", async (t) => {
  const x = l.shared(l.ones(million));
  const y = await draw(l.dropout(x, 0.3, l.randomStream(18)));
  t.true(Math.abs(meanScore(y, 1, Math.sqrt(0.3 / 0.7))) < usual);
  t.true(
    Math.abs(
      meanScore(
        y.map((v) => Number(v === 0)),
        0.3,
        Math.sqrt(0.21),
      ),
    ) < usual,
  );
  t.true(Math.abs(mean(y.filter((v) => v !== 0)) - 1 / 0.7) < 1e-6);
});
