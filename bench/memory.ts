/**
 * Steps of training on native code leave nothing behind, and a call costs little:
 *
 *   npx tsx --conditions=source bench/memory.ts [STEPS]
 *
 * Fails where the heap or the process has grown by more than a page or two a thousand steps.
 */

import { loadDigits } from "adjoint/train";
import { createLogistic } from "../generated/logistic/index.ts";
import { createMlp } from "../generated/mlp/index.ts";
import { growthOf } from "../tests/support/native-memory.ts";

const steps = Number(process.argv[2] ?? 10_000);
const { train: digits } = loadDigits();
const mostBytes = 1_000_000;
let failed = false;

for (const [name, create, batches] of [
  ["logistic", createLogistic, 2],
  ["mlp", createMlp, 60],
] as const) {
  const trainer = await create({ target: "native" });
  trainer.trainX.set(digits.images.subarray(0, 1200 * 784));
  trainer.trainY.set(digits.labels.subarray(0, 1200));
  const start = performance.now();
  const { heap, resident } = await growthOf((n) => trainer.train(n % batches), steps);
  const perStep = (performance.now() - start) / (1.1 * steps);
  failed ||= heap > mostBytes || resident > mostBytes;
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
}
process.exitCode = failed ? 1 : 0;
