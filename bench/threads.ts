/**
 * What threads bring, and that they never cost much: one thread and two in turns, beside a process that keeps
 * the other core busy, or not.
 *
 *   npx tsx --conditions=source bench/threads.ts [--busy] [SECONDS]
 */

import { spawn } from "node:child_process";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { compile } from "./compile.ts";
import { generated } from "./folders.ts";
import { quantile } from "./measure.ts";

interface Trainer {
  train(index: number): number;
  readonly images: { set(values: Float32Array): void };
  readonly labels: { set(values: Int32Array): void };
}

const busy = process.argv.includes("--busy");
const seconds = Number(process.argv.slice(2).find((arg) => /^\d/.test(arg)) ?? 4);
const models = ["logistic600", "mlp20", "mlp128"];
const turn = 60;

async function trainersOf(model: string): Promise<Trainer[]> {
  await compile(model);
  const entry = (await import(
    pathToFileURL(path.join(generated, model, "index.ts")).href
  )) as Record<string, (options: object) => Promise<Trainer>>;
  const make = Object.entries(entry).find(([name]) => name.startsWith("create"))?.[1];
  if (!make) throw new Error(`${model} has no trainer`);
  const pixels = Float32Array.from({ length: 1200 * 784 }, (_, i) => ((i * 7919) % 256) / 256);
  const digits = Int32Array.from({ length: 1200 }, (_, i) => (i * 31) % 10);
  const trainers = [];
  for (const threads of [1, 2]) {
    const trainer = await make({ target: "native", threads });
    trainer.images.set(pixels);
    trainer.labels.set(digits);
    trainers.push(trainer);
  }
  return trainers;
}

const other = busy ? spawn("taskset", ["-c", "1", "sh", "-c", "while :; do :; done"]) : undefined;
try {
  for (const model of models) {
    const trainers = await trainersOf(model);
    const rates: number[][] = [[], []];
    const end = performance.now() + (1000 * seconds) / models.length;
    while (performance.now() < end)
      for (const [i, trainer] of trainers.entries()) {
        const start = performance.now();
        let steps = 0;
        while (performance.now() < start + turn) {
          trainer.train(0);
          steps++;
        }
        rates[i].push((1000 * steps) / (performance.now() - start));
      }
    const [one, two] = rates.map((list) =>
      quantile(
        list.slice(2).sort((a, b) => a - b),
        0.5,
      ),
    );
    console.log(
      `${model}: ${one.toFixed(0)} steps/s with one thread, ${two.toFixed(0)} with two (× ${(two / one).toFixed(2)})`,
    );
  }
} finally {
  other?.kill();
}
