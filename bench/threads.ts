/**
 * What threads bring, and that they never cost much: one thread and two in turns, beside a process that keeps
 * the other core busy, or not.
 *
 *   npx tsx --conditions=source bench/threads.ts --help
 */

import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { cac } from "cac";
import { type Shared, variablesOf } from "../runtime/trainer.ts";
import { oneOf, positive, runCommand, someOf } from "./command.ts";
import { compile } from "./compile.ts";
import { generated } from "./folders.ts";
import { quantile } from "./measure.ts";
import { generator, uniform } from "./random.ts";

interface Trainer {
  train(...args: unknown[]): number;
  readonly [data: string]: unknown;
}

/** A model with what fills its data, and what a step takes. */
interface Measured {
  readonly data: Readonly<Record<string, Float32Array | Int32Array>>;
  readonly step: readonly unknown[];
}

const { values: pixels } = uniform([1200 * 784], 1, generator(1));
const digits = Int32Array.from({ length: 1200 }, (_, i) => (i * 31) % 10);
const images: Measured = { data: { images: pixels, labels: digits }, step: [0] };

const measured: Readonly<Record<string, Measured>> = {
  logistic600: images,
  mlp20: images,
  mlp128: images,
  lenet128: images,
  lenet500: images,
  // One sequence a step, and 16 of them.
  elman100: {
    data: { sequences: pixels.subarray(0, 300 * 28), labels: digits.subarray(0, 300) },
    step: [0],
  },
  elman: { data: {}, step: [pixels.subarray(0, 100 * 16 * 50), new Int32Array(1600)] },
};

/** Milliseconds of a turn, and how many turns warm up. */
const turn = 60;
const warmUp = 2;

async function trainersOf(model: string, target: string): Promise<Trainer[]> {
  await compile(model);
  const entry = (await import(
    pathToFileURL(path.join(generated, model, "index.ts")).href
  )) as Record<string, (options: object) => Promise<Trainer>>;
  const make = Object.entries(entry).find(([name]) => name.startsWith("create"))?.[1];
  if (!make) throw new Error(`${model} has no trainer`);
  const trainers = [];
  for (const threads of [1, 2]) {
    const trainer = await make({ target, threads });
    for (const [name, values] of Object.entries(measured[model].data))
      (trainer[name] as Shared).set(values);
    // Zeros would make work of their own: maxima that all are tied.
    for (const variable of Object.values(variablesOf(trainer) ?? {}) as Shared[])
      variable.set(uniform(variable.shape, 0.05, generator(2)).values);
    trainers.push(trainer);
  }
  return trainers;
}

/** Seconds of processors that this process and all together have worked; of all, 0 where the system does not tell. */
function worked(): { own: number; all: number } {
  const { user, system } = process.cpuUsage();
  const [line = ""] = existsSync("/proc/stat")
    ? readFileSync("/proc/stat", "utf8").split("\n")
    : [];
  const [inUser = 0, nice = 0, inSystem = 0] = line.split(/\s+/).slice(1).map(Number);
  return { own: (user + system) / 1e6, all: (inUser + nice + inSystem) / 100 };
}

/** Steps a second of each trainer, in turns; the first ones, which warm up, are left out. */
function ratesOf(
  trainers: readonly Trainer[],
  step: readonly unknown[],
  seconds: number,
): number[] {
  const rates: number[][] = trainers.map(() => []);
  const end = performance.now() + 1000 * seconds;
  for (let turns = 0; performance.now() < end || turns <= warmUp; turns++)
    for (const [i, trainer] of trainers.entries()) {
      const start = performance.now();
      let steps = 0;
      do {
        trainer.train(...step);
        steps++;
      } while (performance.now() < start + turn);
      rates[i].push((1000 * steps) / (performance.now() - start));
    }
  return rates.map((list) =>
    quantile(
      list.slice(warmUp).sort((a, b) => a - b),
      0.5,
    ),
  );
}

async function measure(model: string, target: string, seconds: number): Promise<string> {
  const trainers = await trainersOf(model, target);
  const [before, began] = [worked(), performance.now()];
  const [one, two] = ratesOf(trainers, measured[model].step, seconds);
  const after = worked();
  const others =
    (1000 * (after.all - before.all - (after.own - before.own))) / (performance.now() - began);
  const digits = Math.min(one, two) < 100 ? 1 : 0;
  return `${model}, ${target}: ${one.toFixed(digits)} steps/s with one thread, ${two.toFixed(digits)} with two (× ${(two / one).toFixed(2)}); others kept ${Math.max(0, others).toFixed(2)} cores busy`;
}

interface Options {
  readonly busy?: boolean;
  readonly target?: unknown;
  readonly seconds?: unknown;
}

async function bench(names: readonly string[], given: Options): Promise<void> {
  const models = someOf(names, Object.keys(measured), "model");
  const target = oneOf(given.target, "target", ["native", "wasm"]);
  const seconds = positive(given.seconds, "seconds", 2);
  const other = given.busy
    ? spawn("taskset", ["-c", "1", "sh", "-c", "while :; do :; done"])
    : undefined;
  try {
    for (const model of models) console.log(await measure(model, target, seconds));
  } finally {
    other?.kill();
  }
}

const cli = cac("npx tsx --conditions=source bench/threads.ts");
cli
  .command("[...models]", "Measure one thread and two, in turns")
  .option("--target <name>", "native or wasm", { default: "native" })
  .option("--seconds <n>", "How long each model is measured (default: 2)")
  .option("--busy", "Beside a process that keeps the other core busy")
  .action(bench);
await runCommand(cli, "--help", `\nModels: ${Object.keys(measured).join(", ")}`);
