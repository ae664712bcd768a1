/** Memory of trainers: at rest no more than they need, and none that steps leave behind. */

import test from "ava";
import { buildModel } from "../../compiler/cli/build.ts";
import { staticSize } from "../../compiler/graph/types.ts";
import { withRouted } from "../../compiler/kernels/contraction/arrange.ts";
import { nestsOf } from "../../compiler/kernels/loops.ts";
import { loadsOf } from "../../compiler/kernels/lower.ts";
import type { CompiledFunction, CompiledModel } from "../../compiler/model.ts";
import { elementBytes } from "../../compiler/targets/wasm/names.ts";
import { lanes } from "../../compiler/targets/wasm/tiles.ts";
import { createLenet } from "../../generated/lenet/index.ts";
import { createLogistic } from "../../generated/logistic/index.ts";
import { createMlp } from "../../generated/mlp/index.ts";
import { variablesOf } from "../../runtime/trainer.ts";
import { growthOf } from "../support/native-memory.ts";

const samples = 1200;

/** Bytes of the temporaries that are needed at once where most are, from their first writing to their last use. */
function largestLiveSet({ calls, plan }: CompiledFunction): number {
  const nests = nestsOf(calls);
  const needs = nests.map(
    (nest) =>
      new Set([
        ...nest.stages.map(({ into }) => into),
        ...nest.stages.flatMap((stage) => loadsOf(stage).map(({ node }) => node)),
      ]),
  );
  const sizes = nests.map(() => 0);
  for (const { node, dtype, size } of plan.slots) {
    const uses = needs.flatMap((used, at) => (used.has(node) ? [at] : []));
    for (let at = Math.min(...uses); at <= Math.max(...uses); at++)
      sizes[at] += size * elementBytes[dtype];
  }
  return Math.max(0, ...sizes);
}

/** Bytes of variables of a model, data not among them. */
const parameterBytes = ({ shared }: CompiledModel): number =>
  shared
    .filter(({ isData }) => !isData)
    .reduce((sum, { node }) => sum + 4 * (staticSize(node.shape) ?? 0), 0);

const creators = { logistic: createLogistic, mlp: createMlp, lenet: createLenet } as const;
const pixels = Float32Array.from({ length: samples * 784 }, (_, i) => ((i * 7919) % 256) / 256);
const digits = Int32Array.from({ length: samples }, (_, i) => (i * 31) % 10);

for (const [name, create] of Object.entries(creators)) {
  test.serial(
    `${name} in WebAssembly holds its data, its parameters and little more than what is live at once`,
    async (t) => {
      const { model } = await buildModel(`models/${name}.ts`, {
        root: process.cwd(),
        targets: ["wasm"],
      });
      const functions = model.functions.map((fn) => withRouted(fn, lanes));
      const live = Math.max(...functions.map(largestLiveSet));
      const trainer = await create({ target: "wasm", threads: 1 });
      trainer.trainX.set(pixels);
      trainer.trainY.set(digits);
      trainer.train(0);
      const data = pixels.byteLength + digits.byteLength;
      const [variable] = Object.values(variablesOf(trainer) ?? {});
      const view = variable.get({ borrow: true } as never) as Float32Array;
      const held = view.buffer.byteLength;
      const page = 65536;
      const most = data + parameterBytes(model) + 1.5 * live;
      t.log(`${held} bytes, of which ${live} are live at once`);
      t.true(held <= Math.ceil(most / page) * page, `${held} of ${most}`);
    },
  );
}

interface Trained {
  train(index: number): number;
  readonly trainX: { set(values: Float32Array): void };
  readonly trainY: { set(values: Int32Array): void };
}

const steps: readonly [name: string, count: number, trainer: () => Trained | Promise<Trained>][] = [
  ["logistic in WebAssembly", 600, () => createLogistic({ target: "wasm", threads: 1 })],
  ["mlp in WebAssembly", 1500, () => createMlp({ target: "wasm", threads: 1 })],
  ["logistic in TypeScript", 200, () => createLogistic()],
];
for (const [name, count, create] of steps) {
  test.serial(`steps of ${name} leave no memory behind`, async (t) => {
    const trainer = await create();
    trainer.trainX.set(pixels);
    trainer.trainY.set(digits);
    const { heap, resident } = await growthOf((n) => trainer.train(n % 2), count);
    t.log(`${heap} bytes of heap, ${resident} resident after ${count} steps`);
    t.true(heap < 200_000, `${heap}`);
    t.true(resident < 8_000_000, `${resident}`);
  });
}
