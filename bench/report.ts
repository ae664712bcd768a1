/** What the bench says: a table for people, rows for programs. */

import { writeFileSync } from "node:fs";
import type { Compiled } from "./compile.ts";
import type { Row } from "./run.ts";
import type { Workload } from "./workload.ts";

/** A row of `bench/results.json`. */
export interface Result {
  readonly workload: string;
  readonly system: string;
  readonly threads: number;
  /** Median, and the quartiles around it. */
  readonly examplesPerSecond: number;
  readonly low: number;
  readonly high: number;
}

/** Three digits that count, at least: slow systems are not rounded to 0. */
const rounded = (rate: number): number =>
  rate >= 100 ? Math.round(rate) : Number(rate.toPrecision(3));

export const resultsOf = (workload: Workload, rows: readonly Row[]): Result[] =>
  rows.map(({ system, threads, rates }) => ({
    workload: workload.name,
    system: system.name,
    threads,
    examplesPerSecond: rounded(rates.median),
    low: rounded(rates.low),
    high: rounded(rates.high),
  }));

/** Systems from the fastest to the slowest; the ratio is to the fastest that is not ours. */
export function table(rows: readonly Row[]): string {
  const sorted = [...rows].sort((a, b) => b.rates.median - a.rates.median);
  const peers = rows.filter(({ system }) => !system.isOurs).map(({ rates }) => rates.median);
  const best = Math.max(...peers);
  const text = (rate: number): string => rounded(rate).toLocaleString("en-US");
  const cells = sorted.map(({ system, threads, rates, start, memory, version }) => [
    system.name,
    String(threads),
    text(rates.median),
    `${text(rates.low)} – ${text(rates.high)}`,
    String(rates.turns),
    rates.cores.toFixed(2),
    text(rates.median / rates.cores),
    peers.length > 0 ? (rates.median / best).toPrecision(2) : "–",
    start.toFixed(2),
    String(Math.round(memory / 2 ** 20)),
    version,
  ]);
  return layout(
    [
      "system",
      "threads",
      "examples/s",
      "quartiles",
      "turns",
      "cores",
      "/s a core",
      "ratio",
      "start s",
      "MiB",
      "version",
    ],
    cells,
    new Set([0, 10]),
  );
}

/** Whether other work of the machine kept systems from their threads; then rates say little. */
export function busyLine(rows: readonly Row[]): string | undefined {
  // Of several threads some may wait for others, but one always runs.
  const shares = rows.map(({ rates }) => Math.min(1, rates.cores)).sort((a, b) => a - b);
  const median = shares[Math.floor(shares.length / 2)];
  if (median === undefined || median > 0.85) return undefined;
  return `The machine was busy: systems ran ${Math.round(100 * median)} % of the time. "/s a core" is by the time that they ran.`;
}

/** Columns as wide as they must be; `left` are those that begin at the same place. */
function layout(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  left: ReadonlySet<number>,
): string {
  const widths = head.map((title, i) =>
    Math.max(title.length, ...rows.map((row) => row[i].length)),
  );
  return [head, ...rows]
    .map((row) =>
      row
        .map((cell, i) => (left.has(i) ? cell.padEnd(widths[i]) : cell.padStart(widths[i])))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

export function compiledLine(model: string, { time, size, flops, bytes }: Compiled): string {
  const millions = (n: number): string => `${(n / 1e6).toPrecision(3)} M`;
  return `  ${model}.ts compiled in ${Math.round(time)} ms; trainer and runtime ${size.toLocaleString("en-US")} bytes gzipped; a step: ${millions(flops)}FLOP, ${millions(bytes)}B touched`;
}

export function writeResults(file: string, results: readonly Result[]): void {
  const rows = results.map((result) => `  ${JSON.stringify(result)}`);
  writeFileSync(file, `[\n${rows.join(",\n")}\n]\n`);
}
