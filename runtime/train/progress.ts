/** What is said while training: a bar on a terminal, plain lines elsewhere. */

import { SingleBar } from "cli-progress";
import type { TrainingEvent } from "./early-stopping.ts";

export interface Progress {
  onEvent(event: TrainingEvent): void;
  end(): void;
}

/** Bars only where a person watches: on a terminal, and not in CI. */
export function isInteractive(stream: NodeJS.WriteStream = process.stdout): boolean {
  return Boolean(stream.isTTY) && !process.env.CI;
}

const percent = (error: number): string => `${(100 * error).toFixed(6)} %`;

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
  let last = "–";
  let quiet = 0;
  bar?.start(batches, 0, { epoch: 1, cost: last, best });
  // The bar hides the cursor: whatever ends the program gives it back.
  const stop = (): void => bar?.stop();
  if (bar) process.once("exit", stop);
  return {
    onEvent(event) {
      if (event.kind === "batch") {
        last = event.cost.toFixed(4);
        bar?.update(event.batch + 1, { epoch: event.epoch, cost: last, best });
        return;
      }
      if (event.kind === "validation") {
        // In a log, lines without news are thinned out.
        quiet++;
        if (!bar && quiet % 10 === 1)
          log(
            `epoch ${event.epoch}, minibatch ${event.batch + 1}/${batches}, validation error ${percent(event.error)}`,
          );
        return;
      }
      best = `${(100 * event.error).toFixed(2)} %`;
      if (!bar && quiet % 10 === 1)
        log(`    new best model: test error ${percent(event.testError)}`);
    },
    end() {
      stop();
      process.off("exit", stop);
    },
  };
}
