/** Checkpoints: going on to the same bits, being killed at any moment, and files that are refused. */

import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createTrainer, type Shared, type Signature, variablesOf } from "adjoint/runtime";
import {
  type ClassifierTask,
  encodeSafetensors,
  FormatError,
  type ImageData,
  loadDigits,
  readCheckpoint,
  saveCheckpoint,
  trainClassifier,
} from "adjoint/train";
import test from "ava";
import { createLogistic } from "../../generated/logistic/index.ts";
import logistic from "../../models/logistic.task.ts";

const digits = loadDigits();
const newFolder = (): string => mkdtempSync(path.join(tmpdir(), "adjoint-"));

interface Run {
  readonly folder: string;
  readonly epochs?: number;
  readonly resume?: boolean;
  readonly seed?: number;
  /** Stops after so many batches. */
  readonly batches?: number;
  readonly data?: ImageData;
  readonly task?: ClassifierTask;
}

/** Trains in a folder of its own, as the command does. */
async function train({ folder, batches, epochs = 7, resume, seed, data = digits, task }: Run) {
  const controller = new AbortController();
  const lines: string[] = [];
  let calls = 0;
  const checkpoint = path.join(folder, "checkpoint.safetensors");
  const counted: typeof logistic = {
    ...logistic,
    async create(options) {
      const trainer = await logistic.create(options);
      return {
        ...trainer,
        train(index: number) {
          if (++calls === batches) controller.abort();
          return trainer.train(index);
        },
      } as typeof trainer;
    },
  };
  const result = await trainClassifier(task ?? counted, {
    data,
    target: "typescript",
    epochs,
    seed,
    out: path.join(folder, "weights.safetensors"),
    report: folder,
    checkpoint,
    ...(resume ? { resume: checkpoint } : {}),
    resumeCommand: "npm run train -- logistic --resume",
    interactive: false,
    signal: controller.signal,
    log: (line) => lines.push(line),
  });
  return { result, lines, calls, checkpoint, weights: readFileSync(result.weightsFile) };
}

/** What does not depend on clocks. */
const figures = ({ result }: Awaited<ReturnType<typeof train>>) => ({
  ...result,
  seconds: 0,
  trainingSeconds: 0,
  examplesPerSecond: 0,
  stopped: false,
  reportFile: "",
  weightsFile: "",
});

test.serial("stopped among batches and resumed: the bits of a run that was not", async (t) => {
  const whole = await train({ folder: newFolder() });
  const folder = newFolder();
  const first = await train({ folder, batches: 23 });
  t.true(first.result.stopped);
  t.true(first.lines.includes("To go on: npm run train -- logistic --resume"));
  t.is(readCheckpoint(first.checkpoint).state.counted, 3);
  const second = await train({ folder, resume: true, batches: 18 });
  t.regex(second.lines[1], /^Going on from .*: epoch 3, minibatch 4\/10\.$/);
  const third = await train({ folder, resume: true });
  t.is(first.calls + second.calls + third.calls, whole.calls);
  t.deepEqual(figures(third), figures(whole));
  t.deepEqual(third.weights, whole.weights);
  const history = (f: string) => readFileSync(path.join(f, "history.csv"), "utf8");
  t.is(history(folder), history(path.dirname(whole.checkpoint)));
});

test.serial("a run that ended goes on with more epochs, and with no more it stays", async (t) => {
  const folder = newFolder();
  const whole = await train({ folder: newFolder(), epochs: 5 });
  const three = await train({ folder, epochs: 3 });
  t.true(readCheckpoint(three.checkpoint).finished);
  const again = await train({ folder, epochs: 3, resume: true });
  t.is(again.calls, 0);
  t.deepEqual(again.weights, three.weights);
  t.deepEqual((await train({ folder, epochs: 5, resume: true })).weights, whole.weights);
});

test.serial("a new run puts the checkpoint of an unfinished one aside", async (t) => {
  const folder = newFolder();
  const first = await train({ folder, batches: 5 });
  const kept = readFileSync(first.checkpoint);
  const { lines } = await train({ folder, batches: 3 });
  t.regex(lines[1], /^The checkpoint of an unfinished run is now .*previous\.safetensors\.$/);
  t.deepEqual(readFileSync(path.join(folder, "checkpoint.previous.safetensors")), kept);
});

test.serial("checkpoints of other runs are refused, with what differs", async (t) => {
  const folder = newFolder();
  const { checkpoint } = await train({ folder, batches: 5, seed: 3 });
  const refused = (run: Partial<Run>, message: RegExp) =>
    t.throwsAsync(train({ folder, resume: true, ...run }), { instanceOf: FormatError, message });
  await refused({ seed: 4 }, /begun with the seed 3, not 4$/);
  await refused({ data: { ...digits, name: "other" } }, /was trained on digits .*, this is other/);
  const { targets, create, parameters } = logistic;
  const other = (changes: object) => ({ ...logistic, targets, create, parameters, ...changes });
  await refused({ task: other({ model: "mlp" }) }, /of the model logistic, not of mlp$/);
  await refused({ task: other({ batchSize: 300 }) }, /its batchSize is 600, the task's is 300$/);
  const whole = readCheckpoint(checkpoint);
  const { variables } = whole;
  const b = { dtype: "float32", shape: [9], data: new Float32Array(9) } as const;
  saveCheckpoint(checkpoint, { ...whole, variables: new Map([...variables, ["b", b]]) });
  await refused({}, /b is float32\[9\] in it, and float32\[10\] in the model$/);
  saveCheckpoint(checkpoint, { ...whole, variables: new Map([...variables, ["c", b]]) });
  await refused({}, /c is float32\[9\] in it, and nothing in the model$/);
});

test.serial("truncated and damaged files are refused", async (t) => {
  const folder = newFolder();
  const { checkpoint } = await train({ folder, batches: 12 });
  const whole = readFileSync(checkpoint);
  const { length } = whole;
  const header = 8 + Number(whole.readBigUInt64LE(0));
  const refused = { instanceOf: FormatError, message: /is no checkpoint that can be read: / };
  for (const size of [0, 7, 8, 100, header - 1, header, header + 4, length >> 1, length - 1]) {
    writeFileSync(checkpoint, whole.subarray(0, size));
    t.throws(() => readCheckpoint(checkpoint), refused, `${size} bytes`);
  }
  // Whatever byte of the header is another: either refused, or a checkpoint whose numbers are numbers.
  for (let at = 0; at < header; at += 3) {
    const damaged = Buffer.from(whole);
    damaged[at] ^= 0x15;
    writeFileSync(checkpoint, damaged);
    try {
      t.true(Number.isSafeInteger(readCheckpoint(checkpoint).state.iterations));
    } catch (error) {
      t.true(error instanceof FormatError, `byte ${at}: ${error}`);
    }
  }
  const { __metadata__: metadata } = JSON.parse(whole.subarray(8, header).toString());
  const hostile: [change: object, message: RegExp][] = [
    [{ format: "weights" }, /not marked as adjoint-checkpoint/],
    [{ version: "2" }, /of version 2, this is 1/],
    [{ seed: "-1" }, /its seed is "-1"/],
    [{ batchSize: "1e9" }, /its batchSize is "1e9"/],
    [{ finished: "maybe" }, /finished is neither/],
    [{ state: "[" }, /its state is not JSON/],
    [{ state: "null" }, /its state is no object/],
    [{ state: metadata.state.replace(/"counted":\d+/, '"counted":-1') }, /counted = -1/],
    [{ state: metadata.state.replace(/"costs":[^,]+/, '"costs":"1"') }, /costs = "1"/],
    [{ state: metadata.state.replace(/"iterations":\d+,/, "") }, /iterations = undefined/],
    [{ history: "{}" }, /its history is no list/],
    [{ history: "[[1,2,3]]" }, /its history has the row \[1,2,3\]/],
    [{ history: "[[999999,2,3,null]]" }, /its history is longer than its run/],
  ];
  for (const [change, message] of hostile) {
    writeFileSync(checkpoint, encodeSafetensors(new Map(), { ...metadata, ...change }));
    t.throws(() => readCheckpoint(checkpoint), { instanceOf: FormatError, message });
  }
  writeFileSync(checkpoint, encodeSafetensors(new Map(), metadata));
  t.throws(() => readCheckpoint(checkpoint), { message: /do not go together/ });
});

/** A model whose step depends on a velocity that it does not export. */
const signature = {
  model: "momentum",
  shared: {
    w: { dtype: "float32", shape: [1], exported: true },
    velocity: { dtype: "float32", shape: [1] },
  },
  functions: {
    step: { inputs: [], outputs: [], returns: "none", uses: ["w", "velocity"] },
  },
} as const satisfies Signature;

test("a checkpoint has what the model does not export", (t) => {
  const trainer = createTrainer<{ w: Shared; step(): void }, object>(signature, {
    createState: () => ({ w: new Float32Array(1), velocity: new Float32Array([1]) }),
    step: ({ w, velocity }: { w: Float32Array; velocity: Float32Array }) => {
      velocity[0] = 0.9 * velocity[0] + 0.1;
      w[0] += velocity[0];
    },
  } as { createState(seed: number): object });
  trainer.step();
  t.false("velocity" in trainer);
  const variables = variablesOf({ ...trainer }) ?? {};
  t.deepEqual(Object.keys(variables), ["w", "velocity"]);
  t.is((variables.velocity as Shared).get()[0], 1);
  t.is(variablesOf({}), undefined);
  t.deepEqual(Object.keys(variablesOf(createLogistic()) ?? {}), ["W", "b"]);
});

/** A process of Node on a TypeScript file, and what it prints. */
function start(args: readonly string[]) {
  const child = spawn(process.execPath, ["--import=tsx", "--conditions=source", ...args], {
    env: { ...process.env, CI: "1", NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let out = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text;
  });
  const closed = new Promise<number | null>((resolve) => child.on("close", resolve));
  return { child, closed, out: () => out };
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

if (process.platform !== "win32") {
  test.serial("killed at any moment of writing: a whole checkpoint is there", async (t) => {
    const folder = newFolder();
    const file = path.join(folder, "checkpoint.safetensors");
    for (const delay of [0, 3, 11, 24]) {
      const { child, closed, out } = start(["tests/support/checkpoints-forever.ts", file]);
      while (!out().includes("ready")) await pause(5);
      await pause(delay);
      child.kill("SIGKILL");
      await closed;
      const { state, variables } = readCheckpoint(file);
      const W = variables.get("W")?.data as Float32Array;
      t.true(W.every((v) => v === state.iterations));
    }
    // What was left of the last one is removed by the next run.
    await train({ folder, batches: 2 });
    t.deepEqual(
      readdirSync(folder).filter((name) => name.endsWith(".tmp")),
      [],
    );
  });

  test.serial(
    "kill -9 in the middle of training, --resume: the same bytes of weights",
    async (t) => {
      const folder = newFolder();
      const args = ["runtime/train/cli.ts", "logistic", "--quick", "--epochs", "20"];
      const options = ["--target", "typescript", "--report", folder];
      const file = path.join(folder, "checkpoint.safetensors");
      const { child, closed } = start([...args, ...options]);
      while (!existsSync(file) && child.exitCode === null) await pause(2);
      child.kill("SIGKILL");
      await closed;
      const { finished, state } = readCheckpoint(file);
      t.false(finished);
      t.true(state.iterations < 200);
      t.false(existsSync(path.join(folder, "weights.safetensors")));
      const resumed = start([...args, ...options, "--resume"]);
      t.is(await resumed.closed, 0, resumed.out());
      t.regex(resumed.out(), /^Going on from .*checkpoint\.safetensors: epoch \d+, minibatch/m);
      const whole = await train({ folder: newFolder(), epochs: 20 });
      t.deepEqual(readFileSync(path.join(folder, "weights.safetensors")), whole.weights);
    },
  );
}
