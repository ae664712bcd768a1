/** The report of a run: what it shows, and that odd values do not break it. */

import { renderReport, tilePicture } from "adjoint/train";
import test from "ava";
import { decode } from "fast-png";
import { lineChart, lineChartFile } from "../../runtime/train/chart.ts";
import { curvesOf, historyLog, historyTable } from "../../runtime/train/history.ts";

const chart = (points: readonly (readonly [number, number])[], percent = false): string =>
  lineChart([{ name: "a", colour: "--one", points }], {
    title: "T",
    xLabel: "epoch",
    yLabel: "y",
    percent,
  });
const labels = (svg: string): string[] =>
  [...svg.matchAll(/text-anchor="end">([^<]*)</g)].map((m) => m[1]);

test("ticks are round, few, and all different", (t) => {
  t.deepEqual(
    labels(
      chart(
        [
          [1, 0.124],
          [74, 0.075],
        ],
        true,
      ),
    ),
    ["8 %", "9 %", "10 %", "11 %", "12 %"],
  );
  for (const [low, high] of [
    [0, 1],
    [0.0751, 0.0752],
    [3, 1e6],
    [-2, 5],
    [1e-9, 2e-9],
  ] as const) {
    const all = labels(
      chart(
        [
          [0, low],
          [1, high],
        ],
        true,
      ),
    );
    t.true(all.length >= 3 && all.length <= 9, `${low} … ${high}: ${all}`);
    t.is(new Set(all).size, all.length, `${all}`);
  }
});

test("no points, one point, points that are no numbers, a great many", (t) => {
  t.is(chart([]), "");
  t.is(chart([[1, Number.NaN]]), "");
  for (const points of [
    [[1, 0.5]],
    [
      [1, 0],
      [2, 0],
    ],
    [
      [1, 0.5],
      [2, Number.POSITIVE_INFINITY],
      [3, Number.NaN],
    ],
    Array.from({ length: 300_000 }, (_, i) => [i, 1 / (i + 1)] as const),
  ] as (readonly (readonly [number, number])[])[]) {
    const svg = chart(points);
    t.regex(svg, /^<figure>.*<polyline/s);
    t.notRegex(svg, /NaN|Infinity/);
    t.true(svg.length < 100_000);
  }
});

test("a chart as a file of its own", (t) => {
  const options = { title: "T", xLabel: "epoch", yLabel: "y" };
  const svg = lineChartFile(
    [
      {
        name: "a",
        colour: "--one",
        points: [
          [1, 0.5],
          [2, 0.25],
        ],
      },
    ],
    options,
  );
  t.regex(svg, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" [^>]*><style>/);
  t.regex(svg, /<\/svg>\n$/);
  t.is(lineChartFile([], options), "");
});

const pixels = Float32Array.from({ length: 784 }, (_, i) => (i % 28) / 28);
const page = renderReport({
  model: "logistic",
  title: '<script>alert("1")</script>',
  dataset: "MNIST & more",
  history: [
    { iterations: 10, cost: 0.9, validation: 0.12, test: undefined },
    { iterations: 20, cost: 0.5, validation: 0.1, test: 0.11 },
  ],
  batches: 10,
  templates: [{ name: '"><b>', values: new Float32Array(784) }],
  mistakes: [{ pixels, label: 2, predicted: 7, probability: 0.999 }],
  size: [28, 28],
  figures: [["test error", "7.49 %"]],
  settings: [["seed", "0"]],
});

test("the page holds what was found, and nothing from outside", (t) => {
  for (const part of ["7.49 %", "test error", "seed", "99.9 %", "<b>2</b> read as <b>7</b>"])
    t.true(page.includes(part), part);
  t.is(page.match(/<svg/g)?.length, 2);
  t.is(page.match(/<img [^>]*src="data:image\/png;base64,/g)?.length, 2);
  t.notRegex(page, /(src|href|url)\s*[=(]\s*["']?(https?:)?\/\//);
  t.regex(page, /name="viewport"/);
  t.regex(page, /prefers-color-scheme: dark/);
});

test("texts are texts", (t) => {
  t.notRegex(page, /<script|"><b>/);
  t.true(page.includes("MNIST &amp; more"));
});

test("filters are tiles a pixel apart, each in its own range", (t) => {
  const filters = [
    [0, 1, 2, 3],
    [-1, -1, -1, -1],
    [5, 1, 3, 1],
  ];
  const { data, width, height } = decode(tilePicture(filters, [2, 2], 2).png);
  t.deepEqual([width, height], [5, 5]);
  t.deepEqual(
    [...data],
    [
      ...[0, 84, 0, 0, 0],
      ...[169, 254, 0, 0, 0],
      ...[0, 0, 0, 0, 0],
      ...[254, 0, 0, 0, 0],
      ...[127, 0, 0, 0, 0],
    ],
  );
});

test("a history as curves, table and log", (t) => {
  const history = [
    { iterations: 5, cost: 0.5, validation: 0.25, test: 0.3 },
    { iterations: 15, cost: 0.4, validation: 0.26, test: undefined },
  ];
  t.is(
    historyTable(history, 10),
    "epoch,minibatches,cost,validation error %,test error %\n0.5,5,0.5,25.000000,30.000000\n1.5,15,0.4,26.000000,\n",
  );
  t.deepEqual(historyLog(history, 10), [
    "epoch 1, minibatch 5/10, validation error 25.000000 %",
    "    new best model: test error 30.000000 %",
    "epoch 2, minibatch 5/10, validation error 26.000000 %",
  ]);
  t.deepEqual(curvesOf(history, 10).test, [[0.5, 0.3]]);
});
