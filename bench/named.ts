/**
 * What it costs that the number of examples is known only when a step runs: the same networks with the number in
 * their code and with a named size, in turns.
 *
 *   npx tsx --conditions=source bench/named.ts --help
 */

import path from "node:path";
import { pathToFileURL } from "node:url";
import { cac } from "cac";
import { type Shared, variablesOf } from "../runtime/trainer.ts";
import { oneOf, positive, runCommand, someOf } from "./command.ts";
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

/** Milliseconds of a turn. */
const turn = 60;

async function makeTrainer(target: string): Promise<Record<string, Step>> {
  await compile("batches");
  const { createBatches } = (await import(
    pathToFileURL(path.join(generated, "batches", "index.ts")).href
  )) as { createBatches: (options: object) => Promise<Record<string, Step>> };
  const trainer = await createBatches({ target, threads: 1 });
  // Zeros would make work of their own: maxima that all are tied.
  for (const variable of Object.values(variablesOf(trainer) ?? {}) as Shared[])
    variable.set(uniform(variable.shape, 0.05, generator(2)).values);
  return trainer;
}

function measure(
  name: string,
  trainer: Record<string, Step>,
  target: string,
  seconds: number,
): string {
  const { functions, input, labels } = networks[name];
  const { values } = uniform([...input], 1, generator(1));
  const x = Object.assign(values, { shape: input });
  const y = Int32Array.from({ length: labels }, (_, i) => (i * 31) % 10);
  const times: number[][] = [[], []];
  const end = performance.now() + 1000 * seconds;
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
  return `${name}, ${target}: ${known.toFixed(2)} ms a step with a number, ${named.toFixed(2)} with a name (× ${(named / known).toFixed(2)})`;
}

async function bench(
  names: readonly string[],
  given: { readonly target?: unknown; readonly seconds?: unknown },
): Promise<void> {
  const chosen = someOf(names, Object.keys(networks), "network");
  const target = oneOf(given.target, "target", ["native", "wasm", "typescript"]);
  const seconds = positive(given.seconds, "seconds", 4);
  const trainer = await makeTrainer(target);
  for (const name of chosen) console.log(measure(name, trainer, target, seconds));
}

const cli = cac("npx tsx --conditions=source bench/named.ts");
cli
  .command("[...networks]", "Measure sizes in the code and named ones, in turns")
  .option("--target <name>", "native, wasm or typescript", { default: "native" })
  .option("--seconds <n>", "How long each network is measured (default: 4)")
  .action(bench);
await runCommand(cli, "--help", `\nNetworks: ${Object.keys(networks).join(", ")}`);
