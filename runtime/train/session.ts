/** The loop over a trainer, with what it finds on the way: history, the best model, times, checkpoints. */

import type { NamedTensor } from "../safetensors.ts";
import { removeLeftovers } from "./atomic.ts";
import { type Checkpoint, type RunIdentity, saveCheckpoint } from "./checkpoint.ts";
import { type PausedAt, type TrainingResult, trainWithEarlyStopping } from "./early-stopping.ts";
import type { HistoryRow } from "./history.ts";
import { createProgress } from "./progress.ts";
import type { ClassifierTask, ClassifierTrainer, MaybePromise, TrainOptions } from "./task.ts";
import { type Parameters, snapshot } from "./weights.ts";

/** Checkpoints come behind validations, if so many milliseconds went by since the last one … */
const checkpointLeast = 1000;
/** … and among batches when it is so many. */
const checkpointMost = 30_000;

/** What a run is of, and what of the trainer it changes. */
export interface Setup {
  readonly run: RunIdentity;
  readonly target: string;
  readonly variables: Parameters;
  readonly parameters: Parameters;
  readonly batches: number;
}

/** The loop over a trainer, with what it finds on the way. */
export class Session<Trainer extends ClassifierTrainer> {
  readonly #task: ClassifierTask<Trainer>;
  readonly #trainer: Trainer;
  readonly #setup: Setup;
  /** Milliseconds that went by before and beside training. */
  #begun = 0;
  #before = { seconds: 0, trainingSeconds: 0 };
  #aside = 0;
  #ended: number | undefined;
  history: HistoryRow[] = [];
  best: ReadonlyMap<string, NamedTensor> | undefined;

  constructor(task: ClassifierTask<Trainer>, trainer: Trainer, setup: Setup) {
    this.#task = task;
    this.#trainer = trainer;
    this.#setup = setup;
  }

  /** Of the run so far. */
  get seconds(): number {
    return this.#before.seconds + ((this.#ended ?? performance.now()) - this.#begun) / 1000;
  }

  /** Of steps alone, without validation and checkpoints. */
  get trainingSeconds(): number {
    return this.seconds - this.#before.seconds - this.#aside / 1000 + this.#before.trainingSeconds;
  }

  async train(options: TrainOptions, from: Checkpoint | undefined): Promise<TrainingResult> {
    const task = this.#task;
    const trainer = this.#trainer;
    const { batches, parameters } = this.#setup;
    const { valid, test } = options.data;
    const validBatches = Math.floor(valid.count / task.batchSize);
    const testBatches = Math.floor(test.count / task.batchSize);
    if (from) {
      this.#before = { seconds: from.seconds, trainingSeconds: from.trainingSeconds };
      this.history = [...from.history];
      this.best = from.best;
    }
    const progress = createProgress(batches, options.log ?? console.log, options.interactive);
    const pause = this.#checkpoints(options.checkpoint);
    this.#begun = performance.now();
    const running = trainWithEarlyStopping(
      {
        batches,
        trainBatch: (i) => trainer.train(i),
        validate: () => this.#asideOf(() => meanOver(validBatches, (i) => trainer.validate(i))),
        test: () => this.#asideOf(() => meanOver(testBatches, (i) => trainer.test(i))),
        keep: async () => {
          this.best = await this.#asideOf(() => snapshot(parameters));
        },
        stopped: () => options.signal?.aborted ?? false,
        onBatch: progress.onBatch,
        onEvent: (event) => {
          progress.onEvent(event);
          const iterations = (event.epoch - 1) * batches + event.batch + 1;
          if (event.kind === "validation") {
            const { cost, error } = event;
            this.history.push({ iterations, cost, validation: error, test: undefined });
          } else {
            const row = this.history.pop() as HistoryRow;
            this.history.push({ ...row, test: event.testError });
          }
        },
        onPause: (state, at) => pause(state, at),
      },
      { ...task, epochs: options.epochs ?? task.epochs },
      from?.state,
    );
    const result = await running.finally(() => progress.end());
    this.#ended = performance.now();
    return result;
  }

  /** Does what is no step of training. */
  async #asideOf<T>(work: () => Promise<T>): Promise<T> {
    const from = performance.now();
    const result = await work();
    this.#aside += performance.now() - from;
    return result;
  }

  /** Writes a checkpoint when one is due. */
  #checkpoints(file: string | undefined) {
    const { run, target, variables } = this.#setup;
    if (file !== undefined) removeLeftovers(file);
    let written = Number.NEGATIVE_INFINITY;
    return async (state: Checkpoint["state"], at: PausedAt): Promise<void> => {
      const since = performance.now() - written;
      const least = { validation: checkpointLeast, batch: checkpointMost, stop: 0, end: 0 }[at];
      if (file === undefined || since < least) return;
      await this.#asideOf(async () =>
        saveCheckpoint(file, {
          run,
          target,
          finished: at === "end",
          state,
          history: this.history,
          seconds: this.seconds,
          trainingSeconds: this.trainingSeconds,
          variables: await snapshot(variables),
          best: this.best,
        }),
      );
      written = performance.now();
    };
  }
}

async function meanOver(count: number, f: (i: number) => MaybePromise<number>): Promise<number> {
  let sum = 0;
  for (let i = 0; i < count; i++) {
    const value = f(i);
    sum += typeof value === "number" ? value : await value;
  }
  return sum / count;
}
