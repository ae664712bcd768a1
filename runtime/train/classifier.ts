/** Training a classifier of images by its generated trainer: data in, the loop, weights and a report out. */

import path from "node:path";
import { type AsyncShared, type Shared, variablesOf } from "../trainer.ts";
import { checkRun, keepPrevious, type RunIdentity, readCheckpoint } from "./checkpoint.ts";
import type { TrainingResult } from "./early-stopping.ts";
import { historyLog } from "./history.ts";
import { worstMistakes } from "./mistakes.ts";
import type { ImageData, LabelledImages } from "./mnist.ts";
import { writeReport } from "./report.ts";
import { Session } from "./session.ts";
import { createOn } from "./target.ts";
import type { ClassifierTask, ClassifierTrainer, TrainOptions } from "./task.ts";
import { restore, saveWeights } from "./weights.ts";

export interface Trained extends TrainingResult {
  readonly target: string;
  /** Of the whole run, with what went before checkpoints. */
  readonly seconds: number;
  /** Of its training steps alone, without validation, tests and checkpoints. */
  readonly trainingSeconds: number;
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
 * @throws FormatError for a checkpoint that is broken, or not of this run
 * @throws DivergedError when the cost is no number any more; a best model before that is saved
 */
export async function trainClassifier<Trainer extends ClassifierTrainer>(
  task: ClassifierTask<Trainer>,
  options: TrainOptions,
): Promise<Trained> {
  const { data, log = console.log } = options;
  checkData(data, task.batchSize);
  const resumed = options.resume === undefined ? undefined : readCheckpoint(options.resume);
  const seed = options.seed ?? resumed?.run.seed ?? 0;
  const { trainer, target, reasons } = await createOn(task.targets, (o) => task.create(o), {
    target: options.target,
    seed,
    threads: options.threads,
  });
  const run: RunIdentity = {
    model: task.model,
    data: `${data.name} (${data.train.count} / ${data.valid.count} / ${data.test.count})`,
    seed,
    batchSize: task.batchSize,
    patience: task.patience,
  };
  const parameters = task.parameters(trainer);
  const variables = variablesOf(trainer) ?? parameters;
  if (resumed) {
    const own = { ...run, seed: options.seed };
    checkRun(options.resume as string, resumed, own, { variables, parameters });
    await restore(variables, resumed.variables);
  }
  await fill(trainer.trainX, trainer.trainY, data.train);
  await fill(trainer.validX, trainer.validY, data.valid);
  await fill(trainer.testX, trainer.testY, data.test);
  const batches = Math.floor(data.train.count / task.batchSize);
  const why = reasons.length > 0 ? ` (${reasons.join("; ")})` : "";
  const opening = `Training ${task.title} on ${data.name}: ${data.train.count} / ${data.valid.count} / ${data.test.count} images, target ${target}${why}.`;
  log(opening);
  if (resumed) {
    const { iterations } = resumed.state;
    log(
      `Going on from ${relative(options.resume as string)}: epoch ${Math.floor(iterations / batches) + 1}, minibatch ${(iterations % batches) + 1}/${batches}.`,
    );
    if (resumed.target !== target)
      log(`It was written on the target ${resumed.target}: roundings may differ from there on.`);
  } else if (options.checkpoint !== undefined) {
    const previous = keepPrevious(options.checkpoint);
    if (previous) log(`The checkpoint of an unfinished run is now ${relative(previous)}.`);
  }
  const session = new Session(task, trainer, { run, target, variables, parameters, batches });
  options.onBegin?.();
  const result = await session.train(options, resumed);
  const { seconds, trainingSeconds, best } = session;
  if (best) {
    await restore(parameters, best);
    saveWeights(options.out, best, { model: task.model, seed: String(seed) });
  }
  if (result.diverged) {
    const { cost, epoch, batch } = result.diverged;
    const kept = best ? `; the best model before is in ${relative(options.out)}` : "";
    throw new DivergedError(
      `the cost is ${cost} at epoch ${epoch}, minibatch ${batch + 1}/${batches}: a smaller learning rate may help${kept}`,
    );
  }
  const examplesPerSecond = (result.iterations * task.batchSize) / trainingSeconds;
  const rate = Math.round(examplesPerSecond).toLocaleString("en-US");
  const percent = (error: number, digits: number): string => `${(100 * error).toFixed(digits)} %`;
  const steps = result.iterations.toLocaleString("en-US");
  const perStep = stepTime(trainingSeconds / result.iterations);
  const closing = [
    `Optimization complete with best validation error of ${percent(result.bestValidation, 6)}, with test error ${percent(result.testError, 6)}`,
    `The code ran for ${result.epochs} epochs in ${duration(seconds)}, with ${(result.epochs / seconds).toPrecision(3)} epochs/s and ${rate} examples/s (target ${target})`,
    `Training time: ${duration(seconds)}, of it ${duration(trainingSeconds)} in ${steps} steps of ${perStep} and ${duration(seconds - trainingSeconds)} in validation, tests and checkpoints`,
  ];
  const reportFile = writeReport(
    options.report,
    {
      model: task.model,
      title: task.title,
      dataset: data.name,
      history: session.history,
      batches,
      templates: ((await task.templates?.(trainer)) ?? []).map((values, i) => ({
        name: String(i),
        values,
      })),
      filters: await task.filters?.(trainer),
      mistakes: await worstMistakes(
        (images) => trainer.probabilities(images),
        data.test,
        data.size[0] * data.size[1],
      ),
      size: data.size,
      figures: [
        ["test error", percent(result.testError, 2)],
        ["best validation error", percent(result.bestValidation, 2)],
        ["epochs", String(result.epochs)],
        ["examples per second", rate],
        ["time", duration(seconds)],
      ],
      settings: [
        ["target", target],
        ["seed", String(seed)],
        ["batch size", String(task.batchSize)],
        ["training steps", `${steps} in ${duration(trainingSeconds)}, ${perStep} each`],
        [
          "patience",
          `${task.patience} batches, × ${task.patienceIncrease} at an improvement below ${task.improvementThreshold}`,
        ],
        ["best model", `batch ${result.bestIteration + 1} of ${result.iterations}`],
        ...Object.entries(task.settings ?? {}),
      ],
    },
    [opening, ...historyLog(session.history, batches), ...closing],
  );
  if (result.stopped) {
    log("Stopped; the best model so far is kept.");
    if (options.resumeCommand) log(`To go on: ${options.resumeCommand}`);
  }
  for (const line of closing) log(line);
  log(`Weights: ${relative(options.out)}   Report: ${relative(reportFile)}`);
  log(`test error ${percent(result.testError, 2)}`);
  const files = { reportFile, weightsFile: options.out };
  return { ...result, target, seconds, trainingSeconds, examplesPerSecond, ...files };
}

/** @throws Error for data with less than one batch */
function checkData(data: ImageData, batchSize: number): void {
  for (const [name, set] of [
    ["training", data.train],
    ["validation", data.valid],
    ["test", data.test],
  ] as const) {
    if (set.count < batchSize)
      throw new Error(
        `${data.name} has ${set.count} ${name} images, less than a batch of ${batchSize}`,
      );
  }
}

/** `22.3 s`, `97.34 min` */
const duration = (seconds: number): string =>
  seconds < 120 ? `${seconds.toFixed(1)} s` : `${(seconds / 60).toFixed(2)} min`;

/** `1.49 ms`, `2.50 s` */
const stepTime = (seconds: number): string =>
  seconds < 1 ? `${(1000 * seconds).toPrecision(3)} ms` : `${seconds.toFixed(2)} s`;

const relative = (file: string): string => path.relative(process.cwd(), file);

type AnyShared = Shared | AsyncShared;

async function fill(x: AnyShared, y: AnyShared, { images, labels }: LabelledImages): Promise<void> {
  await x.set(images);
  await y.set(labels);
}
