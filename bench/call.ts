/**
 * What a call of a trainer costs that does next to nothing, from JavaScript to C and back.
 *
 *   npx tsx --conditions=source bench/call.ts
 */

import path from "node:path";
import { pathToFileURL } from "node:url";
import { compile } from "./compile.ts";
import { generated } from "./folders.ts";
import { quantile } from "./measure.ts";

interface Tiny {
  add(x: number): number;
  count(x: number): number;
  read(index: number): number;
  scale(v: Float32Array): unknown;
  readonly numbers: { set(values: Float32Array): void };
}

await compile("tiny");
const file = pathToFileURL(path.join(generated, "tiny", "index.ts")).href;
const { createTiny } = (await import(file)) as { createTiny(options: object): Promise<Tiny> };
const trainer = await createTiny({ target: "native" });
trainer.numbers.set(new Float32Array(100));
const v = new Float32Array(4);

const calls: Readonly<Record<string, (i: number) => unknown>> = {
  "a number, which is returned": (i) => trainer.add(i),
  "a number, and a variable changes": (i) => trainer.count(i),
  "the number of a row of data, as of a training step": (i) => trainer.read(i % 100),
  "an array, and a new one back": () => trainer.scale(v),
};
const [turns, repeated] = [40, 5000];
for (const [name, call] of Object.entries(calls)) {
  const times = Array.from({ length: turns }, () => {
    const start = performance.now();
    for (let i = 0; i < repeated; i++) call(i);
    return (1000 * (performance.now() - start)) / repeated;
  });
  const sorted = times.slice(turns / 4).sort((a, b) => a - b);
  console.log(`${quantile(sorted, 0.5).toFixed(2)} µs a call: ${name}`);
}
