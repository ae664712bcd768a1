/** The report of a training run: one self-contained page. */

import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type ChartOptions, lineChart, lineChartFile, type Series } from "./chart.ts";
import { type Curve, curvesOf, type HistoryRow, historyTable } from "./history.ts";
import type { Mistake } from "./mistakes.ts";
import { divergingPicture, inkPicture, pngUri, tilePicture } from "./pictures.ts";

/** What the units of a layer look for, as a picture each. */
export interface Filters {
  readonly title: string;
  readonly filters: readonly ArrayLike<number>[];
  /** Rows and columns of a filter. */
  readonly size: readonly [rows: number, columns: number];
  /** How many are side by side. */
  readonly across?: number;
}

export interface ReportData {
  readonly model: string;
  readonly title: string;
  readonly dataset: string;
  readonly history: readonly HistoryRow[];
  /** Batches in an epoch. */
  readonly batches: number;
  /** A picture of weights for each class. */
  readonly templates: readonly { readonly name: string; readonly values: ArrayLike<number> }[];
  /** Filters of the first layer, shown as tiles. */
  readonly filters?: Filters;
  readonly mistakes: readonly Mistake[];
  readonly size: readonly [rows: number, columns: number];
  readonly figures: readonly (readonly [name: string, value: string])[];
  readonly settings: readonly (readonly [name: string, value: string])[];
}

const escapeHtml = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
const percent = (e: number): string => `${(100 * e).toFixed(1)} %`;

const style = `
:root { --ink: #1c1e21; --dim: #5f6673; --paper: #fff; --panel: #f5f6f8; --line: #d9dce1; --one: #2463c9; --two: #c2410c; color-scheme: light dark; }
@media (prefers-color-scheme: dark) { .ink { filter: invert(0.9); } :root { --ink: #e8eaed; --dim: #9aa3b0; --paper: #15171a; --panel: #1e2125; --line: #343940; --one: #7aa7f5; --two: #f2995c; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 72rem; padding: 2rem 1rem 4rem; font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); }
h1 { font-size: 1.7rem; margin: 0; } h2 { font-size: 1.15rem; margin: 2.5rem 0 .75rem; } p { margin: .25rem 0; color: var(--dim); }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .75rem; margin: 1.5rem 0; }
.figures div { background: var(--panel); border-radius: .5rem; padding: .75rem 1rem; } .figures b { display: block; font-size: 1.35rem; } .figures span { color: var(--dim); font-size: .85rem; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: 1rem; }
figure { margin: 0; background: var(--panel); border-radius: .5rem; padding: .75rem; } figcaption { font-weight: 600; padding: 0 .25rem .25rem; }
svg { width: 100%; height: auto; display: block; } .grid { stroke: var(--line); } .tick, .label { fill: var(--dim); font-size: 12px; }
.line { fill: none; stroke: currentColor; stroke-width: 2; } .dot { fill: currentColor; opacity: 0; } .dot:hover { opacity: .35; }
.key { font-weight: 400; font-size: .85rem; margin-left: .75rem; } .key::before { content: "—"; margin-right: .25rem; }
.tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(5.8rem, 1fr)); gap: .75rem; }
.tiles figure { padding: .5rem; text-align: center; } .tiles img { width: 100%; image-rendering: pixelated; border-radius: .25rem; display: block; } .tiles figcaption { font-weight: 400; font-size: .8rem; padding: .25rem 0 0; color: var(--dim); } .tiles b { color: var(--ink); }
.filters { max-width: 100%; height: auto; image-rendering: pixelated; }
@media (max-width: 40rem) { .tick, .label { font-size: 16px; } .upright { display: none; } }
table { border-collapse: collapse; } td { padding: .25rem 1.5rem .25rem 0; border-bottom: 1px solid var(--line); } td:first-child { color: var(--dim); }
`;

/** Cost and errors by epochs. */
function chartsOf({
  history,
  batches,
}: Pick<ReportData, "history" | "batches">): [Series[], ChartOptions][] {
  const { costs, validation, test } = curvesOf(history, batches);
  const line = (name: string, colour: string, points: Curve): Series => ({ name, colour, points });
  return [
    [[line("training", "--one", costs)], { title: "Cost", xLabel: "epoch", yLabel: "mean cost" }],
    [
      [line("validation", "--one", validation), line("test, at each new best", "--two", test)],
      { title: "Error", xLabel: "epoch", yLabel: "error", percent: true },
    ],
  ];
}

/** Filters of a layer, enlarged without smoothing. */
function filtersSection(given: Filters | undefined): string {
  if (!given) return "";
  const { png, rows, columns } = tilePicture(given.filters, given.size, given.across);
  const scale = Math.max(1, Math.floor(720 / columns));
  return `<h2>${escapeHtml(given.title)}</h2><p>Each from black at its least weight to white at its largest.</p>
<img class="filters" src="${pngUri(png)}" width="${scale * columns}" height="${scale * rows}" alt="${escapeHtml(given.title)}">`;
}

/** The page as text. */
export function renderReport(r: ReportData): string {
  const [rows, columns] = r.size;
  const templates = r.templates.map(
    ({ name, values }) =>
      `<figure><img src="${divergingPicture(values, rows, columns)}" alt="weights of ${escapeHtml(name)}"><figcaption>${escapeHtml(name)}</figcaption></figure>`,
  );
  const mistakes = r.mistakes.map(
    (m) =>
      `<figure><img class="ink" src="${inkPicture(m.pixels, rows, columns)}" alt="a ${m.label}"><figcaption><b>${m.label}</b> read as <b>${m.predicted}</b><br>${percent(m.probability)}</figcaption></figure>`,
  );
  const table = (lines: ReportData["settings"]): string =>
    `<table>${lines.map(([k, v]) => `<tr><td>${escapeHtml(k)}</td><td>${escapeHtml(v)}</td></tr>`).join("")}</table>`;
  const charts = chartsOf(r).map(([series, options]) => lineChart(series, options));
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escapeHtml(r.title)}</title><style>${style}</style></head>
<body>
<h1>${escapeHtml(r.title)}</h1>
<p>Trained on ${escapeHtml(r.dataset)} by code that Adjoint generated from models/${escapeHtml(r.model)}.ts</p>
<div class="figures">${r.figures.map(([k, v]) => `<div><b>${escapeHtml(v)}</b><span>${escapeHtml(k)}</span></div>`).join("")}</div>
<div class="charts">${charts.join("\n")}</div>
${templates.length > 0 ? `<h2>Weights of each class</h2><p>Blue speaks for the class, red against it.</p><div class="tiles">${templates.join("\n")}</div>` : ""}
${filtersSection(r.filters)}
${mistakes.length > 0 ? `<h2>Worst mistakes on the test set</h2><p>The surest of the wrong answers.</p><div class="tiles">${mistakes.join("\n")}</div>` : ""}
<h2>Settings</h2>
${table(r.settings)}
</body>
</html>
`;
}

/**
 * Writes the page as `index.html`, and what it shows for other uses: `history.csv`, `cost.svg`, `error.svg`,
 * `filters.png`, and the lines of the run in `log.txt`.
 *
 * @returns the page's file
 */
export function writeReport(folder: string, data: ReportData, log: readonly string[] = []): string {
  const file = path.join(folder, "index.html");
  mkdirSync(folder, { recursive: true });
  const write = (name: string, content: string | Uint8Array): void =>
    writeFileSync(path.join(folder, name), content);
  write("index.html", renderReport(data));
  write("history.csv", historyTable(data.history, data.batches));
  write("log.txt", `${log.join("\n")}\n`);
  for (const [series, options] of chartsOf(data))
    write(`${options.title.toLowerCase()}.svg`, lineChartFile(series, options));
  const { filters } = data;
  if (filters) write("filters.png", tilePicture(filters.filters, filters.size, filters.across).png);
  return file;
}
