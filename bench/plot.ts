/** Results as SVG: a panel a workload, a bar a system on a logarithmic axis, quartiles as a line across its end. */

import type { Result } from "./report.ts";

const width = 720;
const left = 150;
const right = 90;
const row = 18;
const head = 30;
const foot = 26;

/** Ours in one colour, everybody else in another; text takes the page's own. */
const style = `
text { font: 12px system-ui, sans-serif; fill: #333 }
.title { font-weight: 600 }
.bar { fill: #9aa5b1 }
.ours { fill: #1f77b4 }
.spread { stroke: #333; stroke-width: 1.5 }
.grid { stroke: #ddd }
.number { text-anchor: start }
.name { text-anchor: end }
.tick { text-anchor: middle; fill: #666 }`;

const escaped = (text: string): string => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

const short = (n: number): string =>
  n >= 1e6 ? `${n / 1e6}M` : n >= 1e3 ? `${n / 1e3}k` : String(n);

function panel(workload: string, results: readonly Result[], top: number): string[] {
  const sorted = [...results].sort((a, b) => b.examplesPerSecond - a.examplesPerSecond);
  const low = 10 ** Math.floor(Math.log10(Math.min(...sorted.map((r) => r.low))));
  const high = 10 ** Math.ceil(Math.log10(Math.max(...sorted.map((r) => r.high)) * 1.001));
  const x = (rate: number): number =>
    Math.round(
      10 * (left + ((width - left - right) * Math.log(rate / low)) / Math.log(high / low)),
    ) / 10;
  const bottom = top + head + row * sorted.length;
  const lines = [`<text class="title" x="8" y="${top + 18}">${escaped(workload)}</text>`];
  for (let tick = low; tick <= high * 1.001; tick *= 10)
    lines.push(
      `<line class="grid" x1="${x(tick)}" x2="${x(tick)}" y1="${top + head - 4}" y2="${bottom}"/>`,
      `<text class="tick" x="${x(tick)}" y="${bottom + 14}">${short(tick)}</text>`,
    );
  for (const [i, result] of sorted.entries()) {
    const y = top + head + row * i;
    const middle = y + row / 2 - 1;
    const ours = result.system.startsWith("adjoint-") ? " ours" : "";
    const threads = result.threads > 1 ? ` ×${result.threads}` : "";
    lines.push(
      `<text class="name" x="${left - 6}" y="${middle + 4}">${escaped(result.system)}${threads}</text>`,
      `<rect class="bar${ours}" x="${left}" y="${y}" width="${Math.max(1, x(result.examplesPerSecond) - left)}" height="${row - 4}"/>`,
      `<line class="spread" x1="${x(result.low)}" x2="${x(result.high)}" y1="${middle}" y2="${middle}"/>`,
      `<text class="number" x="${Math.max(x(result.high), left) + 6}" y="${middle + 4}">${result.examplesPerSecond.toLocaleString("en-US")}</text>`,
    );
  }
  return lines;
}

/** Examples a second of all systems, workload by workload. */
export function plot(results: readonly Result[]): string {
  const workloads = [...new Set(results.map(({ workload }) => workload))];
  let top = 24;
  const lines: string[] = [];
  for (const workload of workloads) {
    const own = results.filter((result) => result.workload === workload);
    lines.push(...panel(workload, own, top));
    top += head + row * own.length + foot;
  }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${top}" width="${width}" height="${top}">`,
    `<style>${style}</style>`,
    `<rect width="${width}" height="${top}" fill="#fff"/>`,
    `<text x="8" y="16">Training, examples a second (logarithmic; median and quartiles)</text>`,
    ...lines,
    "</svg>",
    "",
  ].join("\n");
}
