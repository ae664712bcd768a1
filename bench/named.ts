/**
 * What it costs that the number of examples is known only when a step runs: the same networks with the number in
 * their code and with a named size, in turns.
 *
 *   npx tsx --conditions=source bench/named.ts [--wasm] [--typescript] [SECONDS] [mlp lenet elman]
 */

import path from "node:path";
import { pathToFileURL } from "node:url";
import { type Shared, variablesOf } from "../runtime/trainer.ts";
import { compile } from "./compile.ts";
import { generated } from "./folders.ts";
import { quantile } from "./measure.ts";
import { generator, uniform } from "./random.ts";

type Step = (x: Float32Array, y: Int32Array) => unknown;

interface Network {
  /** The functions of the model with a number and with a name. */
  readonly functions: readonly [string, string];
  /** Shape of the input, and how many labels. */
  readonly input: readonly number[];
  readonly labels: number;
}

const networks: Readonly<Record<string, Network>> = {
  mlp: { functions: ["mlp128", "mlpOfRows"], input: [128, 784], labels: 128 },
  lenet: { functions: ["lenet128", "lenetOfRows"], input: [128, 784], labels: 128 },
  elman: { functions: ["elman16", "elmanOfRows"], input: [100, 16, 50], labels: 1600 },
};

const target =
  ["wasm", "typescript"].find((name) => process.argv.includes(`--${name}`)) ?? "native";
const rest = process.argv.slice(2).filter((arg) => !arg.startsWith("-"));
const seconds = Number(rest.find((arg) => /^\d/.test(arg)) ?? 12);
const wanted = rest.filter((arg) => arg in networks);
const chosen = wanted.length > 0 ? wanted : Object.keys(networks);
/** Milliseconds of a turn. */
const turn = 60;

await compile("batches");
const { createBatches } = (await import(
  pathToFileURL(path.join(generated, "batches", "index.ts")).href
)) as { createBatches: (options: object) => Promise<Record<string, Step>> };
const trainer = await createBatches({ target, threads: 1 });
// Zeros would make work of their own: maxima that all are tied.
for (const variable of Object.values(variablesOf(trainer) ?? {}) as Shared[])
  variable.set(uniform(variable.shape, 0.05, generator(2)).values);

for (const name of chosen) {
  const { functions, input, labels } = networks[name];
  const { values } = uniform([...input], 1, generator(1));
  const x = Object.assign(values, { shape: input });
  const y = Int32Array.from({ length: labels }, (_, i) => (i * 31) % 10);
  const times: number[][] = [[], []];
  const end = performance.now() + (1000 * seconds) / chosen.length;
  while (performance.now() < end || times[1].length < 5)
    for (const [i, own] of functions.entries()) {
      const start = performance.now();
      let steps = 0;
      for (; steps === 0 || performance.now() < start + turn; steps++) trainer[own](x, y);
      times[i].push((performance.now() - start) / steps);
    }
  const [known, named] = times.map((list) =>
    quantile(
      list.slice(1).sort((a, b) => a - b),
      0.5,
    ),
  );
  console.log(
    `${name}, ${target}: ${known.toFixed(2)} ms a step with a number, ${named.toFixed(2)} with a name (× ${(named / known).toFixed(2)})`,
  );
}
