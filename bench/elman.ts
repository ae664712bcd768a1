/**
 * `npx tsx --conditions=source bench/elman.ts`: a training step of an Elman network over 100 steps, as it is
 * generated and as it is written by hand: time to compile, loops, and the ratio of both. The work is
 * proved equal first.
 */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { buildModel } from "../compiler/cli/build.ts";
import { elmanByHand, type Parameters, sizes } from "./elman-by-hand.ts";

interface Generated {
  createState(seed: number): Parameters;
  train(state: Parameters, xs: Float32Array, y: Int32Array): number;
}

/** Numbers in [−1, 1) that are the same in each run. */
function numbers(count: number, scale: number): Float32Array {
  let state = 12345;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return scale * (state / 2 ** 31 - 1);
  });
}

const names = ["U", "W", "b", "V", "c", "h0"] as const;

function initialise<S extends Parameters>(state: S): S {
  for (const name of names) state[name].set(numbers(state[name].length, 0.07));
  return state;
}

/** Builds the model in memory and imports what was generated. */
async function generate(): Promise<{ module: Generated; text: string; time: number }> {
  const file = resolve(import.meta.dirname, "models/elman.ts");
  const root = resolve(import.meta.dirname, "..");
  const { files, time } = await buildModel(file, { root, targets: [] });
  const text = files.get("elman/typescript.ts") as string;
  const folder = mkdtempSync(join(tmpdir(), "elman-"));
  const path = join(folder, "typescript.ts");
  writeFileSync(path, text);
  const module = (await import(pathToFileURL(path).href)) as Generated;
  rmSync(folder, { recursive: true });
  return { module, text, time };
}

const quantile = (times: readonly number[], q: number): number =>
  [...times].sort((a, b) => a - b)[Math.floor(q * times.length)];

const { module, text, time } = await generate();
const loops = text.split("\n").filter((line) => /^ {2}for \(let t = /.test(line));
console.log(`compiled in ${Math.round(time)} ms, from the model file to all texts`);
console.log(`loops over time: ${loops.map((line) => line.trim().replace(" {", "")).join(" and ")}`);

const { steps, batch, inputs, classes } = sizes;
const xs = numbers(steps * batch * inputs, 1);
const y = Int32Array.from(numbers(steps * batch, classes / 2), (v) => Math.floor(v + classes / 2));
const generated = initialise(module.createState(0));
const hand = initialise(elmanByHand.createState());
for (let i = 0; i < 5; i++) {
  const costs = [module.train(generated, xs, y), elmanByHand.train(hand, xs, y)];
  console.log(`step ${i + 1}: cost ${costs[0].toFixed(6)}, by hand ${costs[1].toFixed(6)}`);
}
for (const name of names) {
  const difference = Math.max(...generated[name].map((v, i) => Math.abs(v - hand[name][i])));
  if (difference > 1e-5) {
    console.error(`${name} differs by ${difference}: the work is not equal`);
    process.exit(1);
  }
}

const [ours, theirs]: [number[], number[]] = [[], []];
for (let round = 0; round < Number(process.argv[2] ?? 15); round++) {
  const runs = [
    { run: () => module.train(generated, xs, y), times: ours },
    { run: () => elmanByHand.train(hand, xs, y), times: theirs },
  ];
  for (const { run, times } of runs) {
    const start = performance.now();
    run();
    times.push(performance.now() - start);
  }
}
const [a, b] = [quantile(ours, 0.5), quantile(theirs, 0.5)];
console.log(`generated ${a.toFixed(1)} ms, by hand ${b.toFixed(1)} ms a step (medians)`);
console.log(`ratio ${(a / b).toFixed(2)}`);
