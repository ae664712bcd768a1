/** The plot of results. */

import test from "ava";
import { plot } from "../../bench/plot.ts";

const result = (workload: string, system: string, rate: number) => ({
  workload,
  system,
  threads: 1,
  examplesPerSecond: rate,
  low: 0.9 * rate,
  high: 1.1 * rate,
});

test("a panel a workload, a bar a system, the fastest first, ours in their own colour", (t) => {
  const svg = plot([
    result("W1", "numpy", 1000),
    result("W1", "adjoint-typescript", 2000),
    result("elman", "numpy", 3.5),
  ]);
  t.is(svg.match(/class="title"/g)?.length, 2);
  t.is(svg.match(/class="bar/g)?.length, 3);
  t.is(svg.match(/class="bar ours"/g)?.length, 1);
  t.true(svg.indexOf("adjoint-typescript") < svg.indexOf("numpy"));
  const widths = [...svg.matchAll(/<rect class="bar[^>]* width="([\d.]+)"/g)].map(([, w]) =>
    Number(w),
  );
  t.true(widths[0] > widths[1]);
  t.true(widths.every((w) => w > 0 && w < 720));
});

test("text of results is escaped", (t) => {
  t.notRegex(plot([result("<b>", "a&b", 1)]), /<b>|a&b/);
});
