/** The chapters' models in training: they learn, start from their seed, and show what they learnt. */

import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type LabelledImages, loadDigits, trainClassifier } from "adjoint/train";
import test from "ava";
import { decode } from "fast-png";
import { createMlp } from "../../generated/mlp/index.ts";
import mlp from "../../models/mlp.task.ts";

const digits = loadDigits();
const first = (set: LabelledImages, count: number): LabelledImages => ({
  images: set.images.subarray(0, count * 784),
  labels: set.labels.subarray(0, count),
  count,
});

test.serial("mlp learns, and shows its filters", async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), "adjoint-"));
  const result = await trainClassifier(mlp, {
    data: {
      ...digits,
      train: first(digits.train, 1500),
      valid: first(digits.valid, 200),
      test: first(digits.test, 200),
    },
    target: "typescript",
    epochs: 2,
    out: path.join(folder, "weights.safetensors"),
    report: folder,
    interactive: false,
    log: () => {},
  });
  t.true(result.testError < 0.35, `test error ${result.testError}`);
  for (const file of ["index.html", "history.csv", "cost.svg", "error.svg", "log.txt"])
    t.true(existsSync(path.join(folder, file)), file);
  const { width, height, channels } = decode(readFileSync(path.join(folder, "filters.png")));
  // 500 filters of 28 × 28, one pixel apart, 25 in a row.
  t.deepEqual([width, height, channels], [25 * 29 - 1, 20 * 29 - 1, 1]);
  const log = readFileSync(path.join(folder, "log.txt"), "utf8");
  t.regex(log, /^epoch 2, minibatch 75\/75, validation error \d+\.\d{6} %$/m);
});

test.serial("weights start from the seed, even within Glorot's bounds", (t) => {
  const bound = Math.sqrt(6 / (784 + 500));
  const start = (seed: number): Float32Array => createMlp({ seed }).hidden_W.get();
  const [a, again, b] = [start(1), start(1), start(2)];
  t.deepEqual(a, again);
  t.true(a.filter((w, i) => w === b[i]).length < 10);
  t.true(a.every((w) => Math.abs(w) <= bound));
  const mean = a.reduce((sum, w) => sum + w, 0) / a.length;
  const variance = a.reduce((sum, w) => sum + w * w, 0) / a.length;
  t.true(Math.abs(mean) < bound / 200);
  t.true(Math.abs(variance / (bound ** 2 / 3) - 1) < 0.01);
  const { hidden_b, output_W, output_b } = createMlp({ seed: 1 });
  for (const zero of [hidden_b, output_W, output_b]) t.true(zero.get().every((w) => w === 0));
});
