/**
 * Steps of training leave nothing behind, and a call costs little:
 *
 *   npx tsx --conditions=source bench/memory.ts [STEPS] [TARGET …]
 *
 * Fails where the heap or the process has grown by more than a page or two a thousand steps.
 */

import { loadDigits } from "adjoint/train";
import { createLogistic } from "../generated/logistic/index.ts";
import { createMlp } from "../generated/mlp/index.ts";
import { growthOf } from "../tests/support/native-memory.ts";

interface Trainer {
  train(index: number): number;
  predict(images: Float32Array): unknown;
  readonly trainX: { set(values: Float32Array): void };
  readonly trainY: { set(values: Int32Array): void };
}
type Create = (options: { target: string }) => Trainer | Promise<Trainer>;

const [given, ...named] = process.argv.slice(2);
const steps = Number(given ?? 10_000);
const targets = named.length > 0 ? named : ["native", "wasm", "typescript"];
const { train: digits } = loadDigits();
const mostBytes = 1_000_000;

/** Whether steps have left nothing behind. */
async function keepsMemory(name: string, trainer: Trainer, batches: number): Promise<boolean> {
  trainer.trainX.set(digits.images.subarray(0, 1200 * 784));
  trainer.trainY.set(digits.labels.subarray(0, 1200));
  const start = performance.now();
  const { heap, resident } = await growthOf((n) => trainer.train(n % batches), steps);
  const perStep = (performance.now() - start) / (1.1 * steps);
  console.log(
    `${name}: ${steps} steps of ${perStep.toFixed(3)} ms; heap ${heap} bytes more, process ${resident}`,
  );
  const calls = 200_000;
  const none = new Float32Array(0);
  for (let n = 0; n < calls; n++) trainer.predict(none);
  const begin = performance.now();
  for (let n = 0; n < calls; n++) trainer.predict(none);
  const cost = (1e6 * (performance.now() - begin)) / calls;
  console.log(`${name}: a call of predict without rows costs ${cost.toFixed(0)} ns`);
  return heap <= mostBytes && resident <= mostBytes;
}

for (const target of targets)
  for (const [model, create, batches] of [
    ["logistic", createLogistic as Create, 2],
    ["mlp", createMlp as Create, 60],
  ] as const)
    if (!(await keepsMemory(`${model}, ${target}`, await create({ target }), batches)))
      process.exitCode = 1;
