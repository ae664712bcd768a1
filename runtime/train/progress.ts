/** What is said while training: a bar on a terminal, plain lines elsewhere. */

import { SingleBar } from "cli-progress";
import type { TrainingEvent } from "./early-stopping.ts";
import { testLine, validationLine } from "./history.ts";

export interface Progress {
  onBatch(epoch: number, batch: number, cost: number): void;
  onEvent(event: TrainingEvent): void;
  end(): void;
}

/** Bars only where a person watches: on a terminal, and not in CI. */
export function isInteractive(stream: NodeJS.WriteStream = process.stdout): boolean {
  return Boolean(stream.isTTY) && !process.env.CI;
}

/** In a log a validation is a line if so many milliseconds went by since the last one: fast runs have many. */
const lineEvery = 1000;

/** The bar moves so many milliseconds apart. */
const moveEvery = 50;

/** The tutorial's lines: validation errors, and an indented one for each new best model. */
export function createProgress(
  batches: number,
  log: (line: string) => void,
  interactive = isInteractive(),
): Progress {
  const bar = interactive
    ? new SingleBar({
        format: "epoch {epoch} {bar} {value}/{total} · cost {cost} · best {best}",
        hideCursor: true,
        clearOnComplete: true,
      })
    : undefined;
  let best = "–";
  let said = Number.NEGATIVE_INFINITY;
  let moved = Number.NEGATIVE_INFINITY;
  let isSaid = false;
  /** Lines of the best model so far, where they were left out. */
  let unsaid: readonly string[] = [];
  let validation = "";
  /** The best model is seen in the log, however fast the run is. */
  const sayBest = (): void => {
    for (const line of unsaid) log(line);
    unsaid = [];
  };
  bar?.start(batches, 0, { epoch: 1, cost: "–", best });
  // The bar hides the cursor: whatever ends the program gives it back.
  const stop = (): void => bar?.stop();
  if (bar) process.once("exit", stop);
  return {
    onBatch(epoch, batch, cost) {
      if (!bar) return;
      const now = performance.now();
      if (now - moved < moveEvery) return;
      moved = now;
      bar.update(batch + 1, { epoch, cost: cost.toFixed(4), best });
    },
    onEvent(event) {
      if (event.kind === "best") {
        best = `${(100 * event.error).toFixed(2)} %`;
        if (isSaid) log(testLine(event.testError));
        unsaid = isSaid || bar ? [] : [validation, testLine(event.testError)];
        return;
      }
      const now = performance.now();
      isSaid = !bar && now - said >= lineEvery;
      validation = validationLine(event.epoch, event.batch, batches, event.error);
      if (!isSaid) return;
      said = now;
      sayBest();
      log(validation);
    },
    end() {
      stop();
      sayBest();
      process.off("exit", stop);
    },
  };
}
