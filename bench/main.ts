/**
 * `npm run bench -- [WORKLOAD …]`: training steps beside other systems, in turns within one run. A system counts
 * only if its parameters after ten steps are those of our reference target. Rates are to be compared within a
 * run: machines differ and are noisy.
 */

import { spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import path from "node:path";
import { cac } from "cac";
import { UsageError } from "../compiler/cli/slips.ts";
import { exits, positive, runCommand } from "./command.ts";
import type { Compiled } from "./compile.ts";
import { root } from "./folders.ts";
import { measurePeaks, peaksLine, rooflineLine } from "./peak.ts";
import { plot } from "./plot.ts";
import { busyLine, compiledLine, type Result, resultsOf, table, writeResults } from "./report.ts";
import { run } from "./run.ts";
import { type System, systems } from "./systems.ts";
import { groups, workloads } from "./workloads/index.ts";

const helpText = `
Workloads: ${Object.keys(workloads).join(", ")}
  or by model: ${Object.keys(groups).join(", ")}

Systems of JavaScript are installed on the first run (npm ci --prefix bench/peers). Those of Python are
measured where they are found, in $PYTHON, an active environment, or bench/peers/.venv:
  python3 -m venv bench/peers/.venv && bench/peers/.venv/bin/pip install numpy threadpoolctl torch jax

Exit codes:
  0    measured; systems that are not there are named and left out
  1    a system did other work than ours, or broke down
  2    a mistake in the command
  130  Ctrl-C; workloads that were measured are written`;

interface Options {
  readonly quick?: boolean;
  readonly seconds?: unknown;
  readonly threads?: unknown;
  readonly json?: unknown;
  readonly systems?: unknown;
}

/** Names of workloads that the command means; all, if it names none. */
function chosen(names: readonly string[]): string[] {
  const known = [...Object.keys(workloads), ...Object.keys(groups)];
  const wanted = names.flatMap((name) => {
    if (name in workloads) return [name];
    if (name in groups) return groups[name];
    throw new UsageError(`There is no workload ${name}; there are: ${known.join(", ")}`);
  });
  return wanted.length > 0 ? [...new Set(wanted)] : Object.keys(workloads);
}

function chosenSystems(names: unknown) {
  const all = systems();
  if (names === undefined) return all;
  const wanted = String(names).split(",");
  const unknown = wanted.find((name) => !all.some((system) => system.name === name));
  if (unknown !== undefined)
    throw new UsageError(
      `There is no system ${unknown}; there are: ${all.map(({ name }) => name).join(", ")}`,
    );
  return all.filter(({ name }) => wanted.includes(name));
}

/** Installs the systems of JavaScript where they are missing. */
function install(): void {
  const setup = path.join(root, "scripts", "setup.mjs");
  const { status } = spawnSync(process.execPath, [setup, "bench/peers"], { stdio: "inherit" });
  if (status !== 0) console.log("They could not be installed: their rows are left out.");
}

async function bench(names: readonly string[], given: Options): Promise<void> {
  const quick = given.quick === true;
  const wanted = chosen(names);
  const all = chosenSystems(given.systems);
  const seconds = positive(given.seconds, "seconds", quick ? 1 : 20);
  const threads = Math.ceil(positive(given.threads, "threads", 1));
  const json = path.resolve(given.json === undefined ? "bench/results.json" : String(given.json));
  if (!existsSync(path.dirname(json)))
    throw new UsageError(`--json: there is no folder ${path.relative("", path.dirname(json))}`);
  const svg = json.replace(/(\.json)?$/, ".svg");
  install();
  // The compiler is a large program: help and mistakes do not wait for it.
  const { compile } = await import("./compile.ts");
  const peaks = quick ? undefined : await measurePeaks();
  if (peaks) console.log(peaksLine(peaks));
  const results: Result[] = [];
  for (const name of wanted) {
    const workload = workloads[name]();
    if (quick && workload.slow) {
      console.log(`\n${name}: left out of a quick run`);
      continue;
    }
    console.log(`\n${name}: ${workload.title}`);
    const isTooSlow = ({ isSlowToStart, slow }: System): boolean =>
      quick && (isSlowToStart === true || slow?.includes(workload.kind) === true);
    let available = all.filter((system) => !isTooSlow(system));
    let compiled: Compiled | undefined;
    try {
      compiled = await compile(workload.model);
      console.log(compiledLine(workload.model, compiled));
    } catch (error) {
      console.log(`  failed ${workload.model}.ts does not compile:\n${(error as Error).message}`);
      process.exitCode = exits.failed;
      available = available.filter(({ isOurs }) => !isOurs);
    }
    const { rows, hasFailed } = await run(workload, available, {
      threads,
      seconds,
      turns: quick ? 1 : 3,
      patience: quick ? 4 : 90,
      log: console.log,
    });
    if (hasFailed) process.exitCode = exits.failed;
    console.log(`\n${table(rows)}`);
    const busy = busyLine(rows);
    if (busy) console.log(busy);
    if (peaks && compiled)
      for (const { system, rates, threads } of rows.filter((row) => row.system.isOurs))
        console.log(rooflineLine(system, peaks, compiled, workload.batch / rates.median, threads));
    results.push(...resultsOf(workload, rows));
    // After each: an interrupted run keeps what it measured.
    writeResults(json, results);
    writeFileSync(svg, plot(results));
  }
  console.log(`\nWrote ${path.relative("", json)} and ${path.relative("", svg)}`);
}

const cli = cac("npm run bench --");
cli
  .command("[...workloads]", "Measure training steps beside other systems, on proved equal work")
  .option("--quick", "Proves that the work is equal, measures roughly, leaves out what is slow")
  .option("--seconds <n>", "How long each workload is measured (default: 20)")
  .option("--threads <n>", "Threads of each system that has them (default: 1)")
  .option("--systems <names>", "Only these, separated by commas (default: all)")
  .option(
    "--json <file>",
    "Where the results go (default: bench/results.json), and a plot beside it",
  )
  .action(bench);
await runCommand(cli, "npm run bench -- --help", helpText);
