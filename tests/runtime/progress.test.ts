/** What a log says of a run. */

import test from "ava";
import { createProgress } from "../../runtime/train/progress.ts";

test("a fast run's log leaves validations out, and has its best model", (t) => {
  const lines: string[] = [];
  const progress = createProgress(600, (line) => lines.push(line), false);
  for (const [epoch, error] of [0.08, 0.076, 0.075, 0.077].entries()) {
    const place = { epoch: epoch + 1, batch: 599, error };
    progress.onEvent({ kind: "validation", ...place, cost: 1 });
    if (error < 0.077) progress.onEvent({ kind: "best", ...place, testError: error });
  }
  progress.end();
  t.is(lines.length, 3, lines.join("\n"));
  t.regex(lines[0], /epoch 1, .*8\.0/);
  t.regex(lines[1], /epoch 3, .*7\.5/);
  t.regex(lines[2], /new best model: test error 7\.5/);
});
