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
  onEvent(event: TrainingEvent): void;
}

export type TrainingEvent =
  | {
      readonly kind: "batch";
      readonly epoch: number;
      readonly batch: number;
      readonly cost: number;
    }
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

/**
 * Runs epochs until patience is used up (Deep Learning Tutorial, "Early-Stopping"). Batches count from
 * 0; validation comes every min(batches, patience / 2) batches; after each batch training ends where
 * patience ≤ the batch's number. A run that is stopped before its first validation gets one at its end.
 */
export async function trainWithEarlyStopping(
  steps: TrainingSteps,
  settings: EarlyStoppingSettings,
): Promise<TrainingResult> {
  let { patience } = settings;
  const every = Math.max(1, Math.min(steps.batches, Math.floor(patience / 2)));
  let best = Number.POSITIVE_INFINITY;
  let bestIteration = 0;
  let testError = Number.POSITIVE_INFINITY;
  let iteration = -1;
  let epoch = 0;
  let done = false;
  let costs = 0;
  let counted = 0;
  let diverged: TrainingResult["diverged"];
  let listened = performance.now();
  const validate = async (batch: number): Promise<void> => {
    const error = await steps.validate();
    steps.onEvent({ kind: "validation", epoch, batch, error, cost: costs / counted });
    costs = 0;
    counted = 0;
    if (!(error < best)) return;
    if (error < best * settings.improvementThreshold)
      patience = Math.max(patience, iteration * settings.patienceIncrease);
    best = error;
    bestIteration = iteration;
    testError = await steps.test();
    await steps.keep();
    steps.onEvent({ kind: "best", epoch, batch, error, testError });
  };
  while (epoch < settings.epochs && !done) {
    epoch++;
    for (let batch = 0; batch < steps.batches && !done; batch++) {
      const answer = steps.trainBatch(batch);
      const cost = typeof answer === "number" ? answer : await answer;
      iteration = (epoch - 1) * steps.batches + batch;
      costs += cost;
      counted++;
      steps.onEvent({ kind: "batch", epoch, batch, cost });
      if (!Number.isFinite(cost)) {
        diverged = { epoch, batch, cost };
        done = true;
        continue;
      }
      if ((iteration + 1) % every === 0) await validate(batch);
      if (performance.now() - listened > listenEvery) {
        await new Promise((resolve) => setImmediate(resolve));
        listened = performance.now();
      }
      if (patience <= iteration || steps.stopped()) done = true;
    }
  }
  if (best === Number.POSITIVE_INFINITY && iteration >= 0 && !diverged)
    await validate(iteration % steps.batches);
  return {
    epochs: epoch,
    iterations: iteration + 1,
    bestValidation: best,
    bestIteration,
    testError,
    stopped: steps.stopped(),
    ...(diverged ? { diverged } : {}),
  };
}
