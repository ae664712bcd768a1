/** Medians and quartiles, and what is written of them. */

import test from "ava";
import { quantile, ratesOf } from "../../bench/measure.ts";
import { busyLine, resultsOf, table } from "../../bench/report.ts";
import type { Row } from "../../bench/run.ts";
import type { Workload } from "../../bench/workload.ts";

test("quantiles lie between values where no value is there", (t) => {
  t.is(quantile([1, 2, 3, 4], 0.5), 2.5);
  t.is(quantile([7], 0.25), 7);
  t.like(ratesOf([50, 10, 30, 20, 40], 1), { median: 30, low: 20, high: 40, turns: 5 });
});

const row = (name: string, median: number): Row => ({
  system: { name, isOurs: name.startsWith("adjoint"), command: "", arguments: [] },
  version: "1",
  threads: 1,
  rates: { median, low: median / 2, high: median * 2, turns: 3, cores: 1 },
  start: 0.5,
  memory: 2 ** 20,
});
const rows = [row("adjoint-typescript", 300), row("numpy", 200), row("tfjs-cpu", 2.34567)];

test("results have the names and numbers of rows, and slow systems keep their digits", (t) => {
  const results = resultsOf({ name: "W1" } as Workload, rows);
  t.deepEqual(results[0], {
    workload: "W1",
    system: "adjoint-typescript",
    threads: 1,
    examplesPerSecond: 300,
    low: 150,
    high: 600,
  });
  t.is(results[2].examplesPerSecond, 2.35);
});

test("the table begins with the fastest, and ratios are to the best of the others", (t) => {
  const [, first, second] = table(rows).split("\n");
  t.regex(first, /^adjoint-typescript .* 1\.5 /);
  t.regex(second, /^numpy .* 1\.0 /);
});

test("a machine that gave systems little of its time is called busy", (t) => {
  t.is(busyLine(rows), undefined);
  const starved = rows.map((r) => ({ ...r, rates: { ...r.rates, cores: 0.3 } }));
  t.regex(busyLine(starved) ?? "", /ran 30 % of the time/);
});
