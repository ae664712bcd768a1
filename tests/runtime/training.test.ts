/** The loop: early stopping by the tutorial's rules, the curve on both targets, the report. */

import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  DivergedError,
  loadDigits,
  readCheckpoint,
  saveCheckpoint,
  trainClassifier,
  trainWithEarlyStopping,
} from "adjoint/train";
import test from "ava";
import { createLogistic } from "../../generated/logistic/index.ts";
import task from "../../models/logistic.task.ts";

/** Runs the loop on a script of validation errors. */
async function scripted(
  errors: readonly number[],
  settings: { patience: number; batches: number; epochs?: number },
) {
  let validations = 0;
  const tested: number[] = [];
  const result = await trainWithEarlyStopping(
    {
      batches: settings.batches,
      trainBatch: () => 1,
      validate: async () => errors[Math.min(validations++, errors.length - 1)],
      test: async () => {
        tested.push(validations);
        return 0.5;
      },
      keep: async () => {},
      stopped: () => false,
      onEvent: () => {},
    },
    {
      epochs: settings.epochs ?? 1000,
      patience: settings.patience,
      patienceIncrease: 2,
      improvementThreshold: 0.995,
    },
  );
  return { ...result, validations, tested };
}

test("patience ends training when nothing improves", async (t) => {
  // Validation every min(10, 20 / 2) = 10 batches; the first one, at iteration 9, is an improvement: patience max(20, 18).
  const r = await scripted([0.5], { patience: 20, batches: 10 });
  t.is(r.iterations, 21); // The batch with number 20 is the first with patience ≤ number.
  t.is(r.epochs, 3);
  t.deepEqual(r.tested, [1]);
});

test("a clear improvement doubles the iterations so far", async (t) => {
  const r = await scripted([0.5, 0.4, 0.399], { patience: 20, batches: 10 });
  // Iteration 19 brings 0.4 < 0.995·0.5: patience 38. Iteration 29 brings 0.399 > 0.995·0.4: best, but no more patience.
  t.is(r.iterations, 39);
  t.is(r.bestValidation, 0.399);
  t.deepEqual(r.tested, [1, 2, 3]);
});

test("epochs are a limit, and validation comes at least twice in the patience", async (t) => {
  t.is((await scripted([0.5], { patience: 1000, batches: 10, epochs: 2 })).iterations, 20);
  t.is((await scripted([0.5], { patience: 8, batches: 100 })).validations, 2);
});

test("a run that is stopped before its first validation is validated at its end", async (t) => {
  let batches = 0;
  const kinds: string[] = [];
  const result = await trainWithEarlyStopping(
    {
      batches: 10,
      trainBatch: () => ++batches,
      validate: async () => 0.3,
      test: async () => 0.4,
      keep: async () => {},
      stopped: () => batches === 3,
      onBatch: () => kinds.push("batch"),
      onEvent: ({ kind }) => kinds.push(kind),
    },
    { epochs: 5, patience: 100, patienceIncrease: 2, improvementThreshold: 0.995 },
  );
  t.deepEqual(kinds, ["batch", "batch", "batch", "validation", "best"]);
  t.like(result, { iterations: 3, bestValidation: 0.3, testError: 0.4, bestIteration: 2 });
});

test("a cost that is no number ends training; the best model before is saved", async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), "adjoint-"));
  const trained = (last: number) => {
    let calls = 0;
    return trainClassifier(
      {
        ...task,
        create() {
          const trainer = createLogistic();
          return { ...trainer, train: (i) => (calls++ < last ? trainer.train(i) : Number.NaN) };
        },
      },
      {
        data: loadDigits(),
        out: path.join(folder, "w.safetensors"),
        report: folder,
        interactive: false,
        log: () => {},
      },
    );
  };
  await t.throwsAsync(trained(3), {
    instanceOf: DivergedError,
    message: "the cost is NaN at epoch 1, minibatch 4/10: a smaller learning rate may help",
  });
  t.deepEqual(readdirSync(folder), []);
  await t.throwsAsync(trained(12), { message: /epoch 2, minibatch 3\/10: .*best model before is/ });
  t.deepEqual(readdirSync(folder), ["w.safetensors"]);
});

test("data with less than a batch is refused", async (t) => {
  const data = loadDigits();
  const few = { ...data.valid, count: 599 };
  await t.throwsAsync(
    trainClassifier(task, { data: { ...data, valid: few }, out: "w", report: "r" }),
    { message: /has 599 validation images, less than a batch of 600/ },
  );
});

test("a signal stops after the batch", async (t) => {
  const controller = new AbortController();
  const folder = mkdtempSync(path.join(tmpdir(), "adjoint-"));
  let lines = 0;
  const result = await trainClassifier(task, {
    data: loadDigits(),
    out: path.join(folder, "w.safetensors"),
    report: folder,
    interactive: false,
    signal: controller.signal,
    log: () => {
      if (++lines === 2) controller.abort();
    },
  });
  t.true(result.stopped && result.epochs < 20);
});

test("training on the small set: error, weights, report, the same twice", async (t) => {
  const data = loadDigits();
  const run = async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "adjoint-"));
    const lines: string[] = [];
    const result = await trainClassifier(task, {
      data,
      epochs: 40,
      out: path.join(folder, "w.safetensors"),
      report: path.join(folder, "report"),
      interactive: false,
      log: (line) => lines.push(line),
    });
    return {
      result,
      lines,
      weights: readFileSync(result.weightsFile),
      page: readFileSync(result.reportFile, "utf8"),
    };
  };
  const [a, b] = [await run(), await run()];
  t.true(a.result.testError < 0.15, `test error ${a.result.testError}`);
  t.regex(a.lines.at(-1) as string, /^test error \d+\.\d\d %$/);
  t.deepEqual(a.weights, b.weights);
  t.is(a.page.match(/data:image\/png;base64/g)?.length, 10 + 20);
  t.false(/src="http|href="http|<script/.test(a.page), "nothing from outside");
  for (const part of ["<svg", "test error", "batch size", "prefers-color-scheme"])
    t.true(a.page.includes(part), part);
});

test("the time of a run that went on is that of all its parts", async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), "adjoint-"));
  const checkpoint = path.join(folder, "checkpoint.safetensors");
  const seconds = (text: string): number =>
    Number.parseFloat(text) * (text.endsWith("min") ? 60 : 1);
  const run = async (epochs: number, resume?: string) => {
    const lines: string[] = [];
    const result = await trainClassifier(task, {
      ...{ data: loadDigits(), epochs, target: "typescript", checkpoint, interactive: false },
      ...{ out: path.join(folder, "w.safetensors"), report: folder, log: (l) => lines.push(l) },
      ...(resume === undefined ? {} : { resume }),
    });
    const line = lines.find((text) => text.startsWith("Training time: ")) as string;
    t.true(readFileSync(path.join(folder, "log.txt"), "utf8").includes(`${line}\n`));
    const [, all, inSteps, count, beside] =
      /^Training time: (.*), of it (.*) in (\d+) steps of [\d.]+ m?s and (.*) in validation, .*$/.exec(
        line,
      ) ?? [];
    t.true(Math.abs(seconds(inSteps) + seconds(beside) - seconds(all)) < 1, line);
    t.true(Math.abs(seconds(all) - result.seconds) < 0.5, line);
    t.is(Number(count), 10 * epochs);
    return result;
  };
  const alone = await run(12);
  t.true(alone.trainingSeconds < alone.seconds);
  // As if the first part had taken an hour, of which half in steps.
  await run(6);
  const before = readCheckpoint(checkpoint);
  saveCheckpoint(checkpoint, { ...before, seconds: 3600, trainingSeconds: 1800 });
  const both = await run(12, checkpoint);
  t.true(both.seconds > 3600 && both.seconds < 3600 + 60, `${both.seconds}`);
  t.true(both.trainingSeconds > 1800 && both.trainingSeconds < 1800 + 60);
});

test("the gpu target follows the same curve over 200 steps and gives the same labels", async (t) => {
  const { train, test: last } = loadDigits();
  const a = createLogistic({ target: "typescript" });
  const b = await createLogistic({ target: "gpu", mode: "cpu" });
  for (const trainer of [a, b]) {
    await trainer.trainX.set(train.images);
    await trainer.trainY.set(train.labels);
  }
  const batches = Math.floor(train.count / 600);
  let worst = 0;
  for (let i = 0; i < 200; i++) {
    const [x, y] = [a.train(i % batches), await b.train(i % batches)];
    worst = Math.max(worst, Math.abs(x - y) / x);
  }
  t.log(`largest relative difference of the cost: ${worst.toExponential(1)}`);
  t.true(worst < 1e-4);
  const some = last.images.subarray(0, 600 * 784);
  const [p, q] = [a.predict(some), await b.predict(some)];
  const differ = p.filter((label, i) => label !== q[i]).length;
  t.is(differ, 0);
  b.destroy();
});
