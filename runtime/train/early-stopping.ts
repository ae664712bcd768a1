/** Training with the tutorial's early stopping: patience grows with each clear improvement. */

export interface EarlyStoppingSettings {
  /** Most epochs. */
  readonly epochs: number;
  /** Batches that are seen at least. */
  readonly patience: number;
  /** A clear improvement lets training go on for this many times the batches so far. */
  readonly patienceIncrease: number;
  /** An error below this part of the best one is a clear improvement. */
  readonly improvementThreshold: number;
}

/** Where the loop stands between two batches. With the parameters it is all that going on needs. */
export interface EarlyStoppingState {
  /** Batches that were trained on. */
  iterations: number;
  patience: number;
  /** Infinite before the first validation, as the test error is. */
  bestValidation: number;
  /** Number of the batch behind which the best model was found, from 0. */
  bestIteration: number;
  /** Test error of the best model. */
  testError: number;
  /** Sum and number of the costs since the last validation. */
  costs: number;
  counted: number;
}

export interface TrainingSteps {
  /** Batches in an epoch. */
  readonly batches: number;
  /** Trains on one batch. @returns its cost */
  trainBatch(index: number): number | Promise<number>;
  /** Mean error on the validation set, 0 to 1. */
  validate(): Promise<number>;
  /** Mean error on the test set, 0 to 1. */
  test(): Promise<number>;
  /** Called for a new best model, to keep it. */
  keep(): Promise<void>;
  /** Whether to stop after this batch. */
  stopped(): boolean;
  /** After each batch: no object is made for it. */
  onBatch?(epoch: number, batch: number, cost: number): void;
  onEvent(event: TrainingEvent): void;
  /**
   * Training could go on from this state, and now and then is the time to keep it: behind each validation,
   * several times a second, and at the end.
   */
  onPause?(state: Readonly<EarlyStoppingState>, at: PausedAt): void | Promise<void>;
}

/** Where a loop paused: behind a validation, among batches, stopped from outside, or at its own end. */
export type PausedAt = "validation" | "batch" | "stop" | "end";

export type TrainingEvent =
  | {
      readonly kind: "validation";
      readonly epoch: number;
      readonly batch: number;
      readonly error: number;
      readonly cost: number;
    }
  | {
      readonly kind: "best";
      readonly epoch: number;
      readonly batch: number;
      readonly error: number;
      readonly testError: number;
    };

export interface TrainingResult {
  /** Epochs that were begun. */
  readonly epochs: number;
  readonly iterations: number;
  readonly bestValidation: number;
  readonly bestIteration: number;
  /** Test error of the best model. */
  readonly testError: number;
  readonly stopped: boolean;
  /** The batch whose cost was no number any more; training ended there. */
  readonly diverged?: { readonly epoch: number; readonly batch: number; readonly cost: number };
}

/** Signals are heard between batches: at least this often, in milliseconds, or after every batch. */
const listenEvery = 50;

/** The state before the first batch. */
export function startOf({ patience }: EarlyStoppingSettings): EarlyStoppingState {
  return {
    iterations: 0,
    patience,
    bestValidation: Number.POSITIVE_INFINITY,
    bestIteration: 0,
    testError: Number.POSITIVE_INFINITY,
    costs: 0,
    counted: 0,
  };
}

/**
 * Runs epochs until patience is used up (Deep Learning Tutorial, "Early-Stopping"). Batches count from
 * 0; validation comes every min(batches, patience / 2) batches; after each batch training ends where
 * patience ≤ the batch's number. A run that is stopped before its first validation gets one at its end.
 *
 * @param from where an earlier run stood; it goes on as that run would have
 */
export async function trainWithEarlyStopping(
  steps: TrainingSteps,
  settings: EarlyStoppingSettings,
  from?: Readonly<EarlyStoppingState>,
): Promise<TrainingResult> {
  const { batches } = steps;
  const state = from ? { ...from } : startOf(settings);
  const every = Math.max(1, Math.min(batches, Math.floor(settings.patience / 2)));
  const last = settings.epochs * batches;
  let diverged: TrainingResult["diverged"];
  let listened = performance.now();
  let stopped = false;

  const validate = async (): Promise<void> => {
    const iteration = state.iterations - 1;
    const place = { epoch: Math.floor(iteration / batches) + 1, batch: iteration % batches };
    const error = await steps.validate();
    steps.onEvent({ kind: "validation", ...place, error, cost: state.costs / state.counted });
    state.costs = 0;
    state.counted = 0;
    if (!(error < state.bestValidation)) return;
    if (error < state.bestValidation * settings.improvementThreshold)
      state.patience = Math.max(state.patience, iteration * settings.patienceIncrease);
    state.bestValidation = error;
    state.bestIteration = iteration;
    state.testError = await steps.test();
    await steps.keep();
    steps.onEvent({ kind: "best", ...place, error, testError: state.testError });
  };

  while (!stopped && state.iterations < last && state.patience > state.iterations - 1) {
    const batch = state.iterations % batches;
    const epoch = (state.iterations - batch) / batches + 1;
    const answer = steps.trainBatch(batch);
    const cost = typeof answer === "number" ? answer : await answer;
    state.iterations++;
    state.costs += cost;
    state.counted++;
    steps.onBatch?.(epoch, batch, cost);
    if (!Number.isFinite(cost)) {
      diverged = { epoch, batch, cost };
      break;
    }
    if (state.iterations % every === 0) {
      await validate();
      await steps.onPause?.(state, "validation");
    }
    if (performance.now() - listened > listenEvery) {
      await new Promise((resolve) => setImmediate(resolve));
      await steps.onPause?.(state, "batch");
      listened = performance.now();
    }
    stopped = steps.stopped();
  }
  if (!diverged) {
    await steps.onPause?.(state, stopped ? "stop" : "end");
    if (state.bestValidation === Number.POSITIVE_INFINITY && state.iterations > 0) await validate();
  }
  return {
    epochs: Math.ceil(state.iterations / batches),
    iterations: state.iterations,
    bestValidation: state.bestValidation,
    bestIteration: state.bestIteration,
    testError: state.testError,
    stopped,
    ...(diverged ? { diverged } : {}),
  };
}
