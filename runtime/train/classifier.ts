/** Training a classifier of images by its generated trainer: data in, early stopping, weights, report. */

import path from "node:path";
import type { TensorArray, TensorLike } from "../arrays.ts";
import type { AsyncShared, CreateOptions, Shared } from "../trainer.ts";
import {
  type EarlyStoppingSettings,
  type TrainingResult,
  trainWithEarlyStopping,
} from "./early-stopping.ts";
import type { ImageData, LabelledImages } from "./mnist.ts";
import { createProgress } from "./progress.ts";
import { type Mistake, type ReportData, writeReport } from "./report.ts";
import { restore, saveWeights, snapshot } from "./weights.ts";

type MaybePromise<T> = T | Promise<T>;
type AnyShared = Shared | AsyncShared;

/** What a generated trainer needs to have to be trained as a classifier. */
export interface ClassifierTrainer {
  /** One step on batch `index` of the training set. @returns its cost */
  train(index: number): MaybePromise<number>;
  /** Mean error on a batch of the validation set. */
  validate(index: number): MaybePromise<number>;
  /** Mean error on a batch of the test set. */
  test(index: number): MaybePromise<number>;
  /** Probability of each class for each image. */
  probabilities(images: TensorLike): MaybePromise<TensorArray>;
  readonly trainX: AnyShared;
  readonly trainY: AnyShared;
  readonly validX: AnyShared;
  readonly validY: AnyShared;
  readonly testX: AnyShared;
  readonly testY: AnyShared;
}

/** How a model is trained: what its task file says. */
export interface ClassifierTask<Trainer extends ClassifierTrainer = ClassifierTrainer>
  extends EarlyStoppingSettings {
  readonly model: string;
  readonly title: string;
  create(options: CreateOptions): MaybePromise<Trainer>;
  readonly batchSize: number;
  /** The parameters that are kept and saved. */
  parameters(trainer: Trainer): Readonly<Record<string, AnyShared>>;
  /** Rows of weights to show as pictures of the input, one a class. */
  templates?(trainer: Trainer): MaybePromise<readonly ArrayLike<number>[]>;
  /** Further lines for the table of settings. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface TrainOptions {
  readonly target?: string;
  readonly seed?: number;
  readonly threads?: number;
  /** Most epochs; the task's when left out. */
  readonly epochs?: number;
  readonly data: ImageData;
  /** File for the best weights. */
  readonly out: string;
  /** Folder for the report. */
  readonly report: string;
  readonly log?: (line: string) => void;
  readonly interactive?: boolean;
  /** Set it to stop after the batch that is running. */
  readonly signal?: AbortSignal;
}

export interface Trained extends TrainingResult {
  readonly examplesPerSecond: number;
  readonly reportFile: string;
  readonly weightsFile: string;
}

/** The cost became infinite or no number: weights are of no use from there on. */
export class DivergedError extends Error {
  override readonly name = "DivergedError";
}

/**
 * Trains, keeps the best model, saves it, writes the report and says how it went.
 *
 * @throws Error for data with less than one batch
 * @throws DivergedError when the cost is no number any more; a best model before that is saved
 */
export async function trainClassifier<Trainer extends ClassifierTrainer>(
  task: ClassifierTask<Trainer>,
  options: TrainOptions,
): Promise<Trained> {
  const { data, log = console.log, target = "typescript", seed = 0 } = options;
  const trainer = await task.create({ target, seed, threads: options.threads });
  await fill(trainer.trainX, trainer.trainY, data.train);
  await fill(trainer.validX, trainer.validY, data.valid);
  await fill(trainer.testX, trainer.testY, data.test);
  const parameters = task.parameters(trainer);
  const batches = Math.floor(data.train.count / task.batchSize);
  const [validBatches, testBatches] = [data.valid, data.test].map((d) =>
    Math.floor(d.count / task.batchSize),
  );
  for (const [name, set] of [
    ["training", data.train],
    ["validation", data.valid],
    ["test", data.test],
  ] as const) {
    if (set.count < task.batchSize)
      throw new Error(
        `${data.name} has ${set.count} ${name} images, less than a batch of ${task.batchSize}`,
      );
  }
  log(
    `Training ${task.title} on ${data.name}: ${data.train.count} / ${data.valid.count} / ${data.test.count} images, target ${target}.`,
  );
  const progress = createProgress(batches, log, options.interactive);
  const curves = {
    costs: [] as [number, number][],
    validation: [] as [number, number][],
    test: [] as [number, number][],
  };
  let best = await snapshot(parameters);
  let spent = 0;
  const meanOver = async (
    count: number,
    f: (i: number) => MaybePromise<number>,
  ): Promise<number> => {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += await f(i);
    return sum / count;
  };
  const begun = performance.now();
  const run = trainWithEarlyStopping(
    {
      batches,
      trainBatch(i) {
        const from = performance.now();
        const cost = trainer.train(i);
        if (typeof cost === "number") {
          spent += performance.now() - from;
          return cost;
        }
        return cost.then((c) => {
          spent += performance.now() - from;
          return c;
        });
      },
      validate: () => meanOver(validBatches, (i) => trainer.validate(i)),
      test: () => meanOver(testBatches, (i) => trainer.test(i)),
      async keep() {
        best = await snapshot(parameters);
      },
      stopped: () => options.signal?.aborted ?? false,
      onEvent(event) {
        progress.onEvent(event);
        if (event.kind === "batch") return;
        const at = event.epoch - 1 + (event.batch + 1) / batches;
        if (event.kind === "validation") {
          curves.costs.push([at, event.cost]);
          curves.validation.push([at, event.error]);
        } else curves.test.push([at, event.testError]);
      },
    },
    { ...task, epochs: options.epochs ?? task.epochs },
  );
  const result = await run.finally(() => progress.end());
  const seconds = (performance.now() - begun) / 1000;
  const { diverged } = result;
  const hasBest = Number.isFinite(result.bestValidation);
  if (hasBest) {
    await restore(parameters, best);
    saveWeights(options.out, best, { model: task.model, seed: String(seed) });
  }
  if (diverged) {
    const kept = hasBest ? `; the best model before is in ${relative(options.out)}` : "";
    throw new DivergedError(
      `the cost is ${diverged.cost} at epoch ${diverged.epoch}, minibatch ${diverged.batch + 1}/${batches}: a smaller learning rate may help${kept}`,
    );
  }
  const examplesPerSecond = (result.iterations * task.batchSize) / (spent / 1000);
  const figures: [string, string][] = [
    ["test error", `${(100 * result.testError).toFixed(2)} %`],
    ["best validation error", `${(100 * result.bestValidation).toFixed(2)} %`],
    ["epochs", String(result.epochs)],
    ["examples per second", Math.round(examplesPerSecond).toLocaleString("en-US")],
    ["seconds", seconds.toFixed(1)],
  ];
  const page: ReportData = {
    model: task.model,
    title: task.title,
    dataset: data.name,
    ...curves,
    templates: ((await task.templates?.(trainer)) ?? []).map((values, i) => ({
      name: String(i),
      values,
    })),
    mistakes: await worstMistakes(trainer, data.test, data.size[0] * data.size[1]),
    size: data.size,
    figures,
    settings: [
      ["target", target],
      ["seed", String(seed)],
      ["batch size", String(task.batchSize)],
      [
        "patience",
        `${task.patience} batches, × ${task.patienceIncrease} at an improvement below ${task.improvementThreshold}`,
      ],
      ["best model", `batch ${result.bestIteration + 1} of ${result.iterations}`],
      ...Object.entries(task.settings ?? {}),
    ],
  };
  const reportFile = writeReport(options.report, page);
  if (result.stopped) log("Stopped; the best model so far is kept.");
  log(
    `Optimization complete with best validation error of ${(100 * result.bestValidation).toFixed(6)} %, with test error ${(100 * result.testError).toFixed(6)} %`,
  );
  log(
    `The code ran for ${result.epochs} epochs, with ${(result.epochs / seconds).toFixed(2)} epochs/s and ${Math.round(examplesPerSecond).toLocaleString("en-US")} examples/s (target ${target})`,
  );
  log(`Weights: ${relative(options.out)}   Report: ${relative(reportFile)}`);
  log(`test error ${(100 * result.testError).toFixed(2)} %`);
  return { ...result, examplesPerSecond, reportFile, weightsFile: options.out };
}

const relative = (file: string): string => path.relative(process.cwd(), file);

async function fill(x: AnyShared, y: AnyShared, { images, labels }: LabelledImages): Promise<void> {
  await x.set(images);
  await y.set(labels);
}

/** The wrong answers that the model is surest of. */
async function worstMistakes(
  trainer: ClassifierTrainer,
  set: LabelledImages,
  pixels: number,
  count = 20,
): Promise<Mistake[]> {
  const found: Mistake[] = [];
  const step = 1000;
  for (let from = 0; from < set.count; from += step) {
    const to = Math.min(set.count, from + step);
    const rows = await trainer.probabilities(set.images.subarray(from * pixels, to * pixels));
    const classes = rows.length / (to - from);
    for (let i = from; i < to; i++) {
      const row = rows.subarray((i - from) * classes, (i - from + 1) * classes);
      const predicted = row.indexOf(Math.max(...row));
      if (predicted === set.labels[i]) continue;
      found.push({
        pixels: set.images.subarray(i * pixels, (i + 1) * pixels),
        label: set.labels[i],
        predicted,
        probability: row[predicted],
      });
    }
  }
  return found.sort((a, b) => b.probability - a.probability).slice(0, count);
}
