/** What a task file says of a model, and what a run is asked for. */

import type { TensorArray, TensorLike } from "../arrays.ts";
import type { AsyncShared, CreateOptions, Shared } from "../trainer.ts";
import type { EarlyStoppingSettings } from "./early-stopping.ts";
import type { ImageData } from "./mnist.ts";
import type { Filters } from "./report.ts";

export type MaybePromise<T> = T | Promise<T>;
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
  /** What it was generated for: `targets` of its entry. */
  readonly targets: readonly string[];
  create(options: CreateOptions): MaybePromise<Trainer>;
  readonly batchSize: number;
  /** The parameters that are kept and saved. */
  parameters(trainer: Trainer): Readonly<Record<string, AnyShared>>;
  /** Rows of weights to show as pictures of the input, one a class. */
  templates?(trainer: Trainer): MaybePromise<readonly ArrayLike<number>[]>;
  /** Filters of the first layer to show as tiles. */
  filters?(trainer: Trainer): MaybePromise<Filters>;
  /** Further lines for the table of settings. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface TrainOptions {
  /** The fastest that this machine can run when left out. */
  readonly target?: string;
  /** 0 when left out, or that of the checkpoint. */
  readonly seed?: number;
  readonly threads?: number;
  /** Most epochs; the task's when left out. */
  readonly epochs?: number;
  readonly data: ImageData;
  /** File for the best weights. */
  readonly out: string;
  /** Folder for the report. */
  readonly report: string;
  /** File for checkpoints; none is written when left out. */
  readonly checkpoint?: string;
  /** A checkpoint to go on from. */
  readonly resume?: string;
  /** What to type to go on with a run that was stopped. */
  readonly resumeCommand?: string;
  readonly log?: (line: string) => void;
  readonly interactive?: boolean;
  /** Called before the first step, when everything is there that a stop would keep. */
  readonly onBegin?: () => void;
  /** Set it to stop after the batch that is running. */
  readonly signal?: AbortSignal;
}
