/** `npm run train` as a process: exit codes, what it says, Ctrl-C. */

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test from "ava";

interface Answer {
  readonly code: number | null;
  readonly out: string;
}

/** Runs the command. @param onOutput is told what was printed so far, and can send signals */
function train(
  args: readonly string[],
  onOutput: (out: string, send: (signal: NodeJS.Signals) => void) => void = () => {},
): Promise<Answer> {
  const child = spawn(
    process.execPath,
    ["--import=tsx", "--conditions=source", "runtime/train/cli.ts", ...args],
    { env: { ...process.env, CI: "1", NO_COLOR: "1" } },
  );
  let out = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      out += text;
      onOutput(out, (signal) => child.kill(signal));
    });
  }
  return new Promise((resolve, reject) => {
    child.on("error", reject).on("close", (code) => resolve({ code, out }));
  });
}

const mistakes: [name: string, args: readonly string[], message: RegExp][] = [
  ["no model", [], /There is no model in the command/],
  ["an unknown model", ["nosuch"], /There is no model nosuch to train: .*with a task: .*logistic/],
  ["an unknown option", ["logistic", "--bogus"], /Unknown option --bogus\./],
  ["a misspelt option", ["logistic", "--epoch", "3"], /--epoch; did you mean --epochs\?/],
  [
    "an unknown target",
    ["logistic", "--target", "cuda"],
    /no target cuda; it has: auto, .*typescript/,
  ],
  ["no epochs", ["logistic", "--epochs", "0"], /--epochs takes a whole number from 1 on, got 0/],
  ["a word for a seed", ["logistic", "--seed", "one"], /--seed takes a whole number from 0 on/],
  [
    "nothing to go on with",
    ["logistic", "--resume", "--report", "no/such/folder"],
    /There is no run to go on with: no\/such\/folder\/checkpoint\.safetensors is missing/,
  ],
  [
    "a folder of data that is none",
    ["logistic", "--data", "no/such/folder"],
    /--data takes a folder with the four IDX files, and no\/such\/folder is none/,
  ],
  ["two sets of data", ["logistic", "--quick", "--data", "."], /--quick and --data cannot go/],
  ["a model too many", ["logistic", "mlp"], /There is nothing to do with mlp/],
];

for (const [name, args, message] of mistakes) {
  test.serial(`a mistake in the command: ${name}`, async (t) => {
    const { code, out } = await train(args);
    t.is(code, 2, out);
    t.regex(out, message);
    t.true(out.trimEnd().endsWith("See npm run train -- --help"));
  });
}

test.serial("help lists options and exit codes", async (t) => {
  const { code, out } = await train(["--help"]);
  t.is(code, 0);
  for (const part of [
    "--target",
    "--epochs",
    "--seed",
    "--quick",
    "--out",
    "--report",
    "--resume",
    "130",
  ])
    t.true(out.includes(part), part);
});

test.serial("failing is exit code 1 and a sentence, not a stack", async (t) => {
  const { code, out } = await train(["logistic", "--data", "docs"]);
  t.is(code, 1, out);
  t.regex(out, /^Training failed: there is no .*train-images-idx3-ubyte$/m);
  t.notRegex(out, /\n\s+at /);
});

test.serial("a model by its file; the lines and files of a run", async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), "adjoint-"));
  const weights = path.join(folder, "best.safetensors");
  const args = ["models/logistic.ts", "--quick", "--epochs", "2", "--seed", "7"];
  const { code, out } = await train([...args, "--out", weights, "--report", folder]);
  t.is(code, 0, out);
  t.regex(out, /^epoch 1, minibatch 10\/10, validation error \d+\.\d{6} %$/m);
  t.regex(out, /^ {4}new best model: test error \d+\.\d{6} %$/m);
  t.regex(out, /^The code ran for 2 epochs in \d.* epochs\/s and .* examples\/s \(target \w+\)$/m);
  t.regex(out, /\ntest error \d+\.\d\d %\n$/);
  t.true(existsSync(weights) && existsSync(path.join(folder, "index.html")));
});

if (process.platform !== "win32") {
  test.serial("Ctrl-C keeps the best model and a checkpoint, and says how to go on", async (t) => {
    const folder = mkdtempSync(path.join(tmpdir(), "adjoint-"));
    const weights = path.join(folder, "best.safetensors");
    let sent = false;
    const { code, out } = await train(
      ["logistic", "--quick", "--out", weights, "--report", folder],
      (soFar, send) => {
        if (sent || !soFar.includes("epoch 1,")) return;
        sent = true;
        send("SIGINT");
      },
    );
    t.is(code, 0, out);
    t.regex(out, /Stopping after this batch/);
    t.regex(out, /Stopped; the best model so far is kept/);
    t.regex(out, /\ntest error \d+\.\d\d %\n$/);
    t.true(existsSync(weights) && existsSync(path.join(folder, "checkpoint.safetensors")));
    t.true(
      out.includes(
        `To go on: npm run train -- logistic --quick --out ${weights} --report ${folder} --resume\n`,
      ),
      out,
    );
  });

  test.serial(
    "nobody reads the lines any more: it stops as by Ctrl-C, and says nothing",
    async (t) => {
      const folder = mkdtempSync(path.join(tmpdir(), "adjoint-"));
      const command = `'${process.execPath}' --import=tsx --conditions=source runtime/train/cli.ts`;
      const run = `{ ${command} logistic --quick --report '${folder}'; echo "code $?" >&2; } | head -n 2`;
      const { stdout, stderr } = spawnSync("sh", ["-c", run], {
        encoding: "utf8",
        env: { ...process.env, CI: "1" },
      });
      t.regex(stdout, /^Training Logistic regression .*\nepoch 1, minibatch .*\n$/);
      t.regex(stderr, /^(Compiling .*\n)?code 0\n$/);
      t.true(existsSync(path.join(folder, "checkpoint.safetensors")));
    },
  );

  test.serial("Ctrl-C before the first step ends at once", async (t) => {
    const folder = mkdtempSync(path.join(tmpdir(), "adjoint-"));
    const cc = path.join(folder, "cc");
    writeFileSync(cc, '#!/bin/sh\ncase "$*" in *-shared*) exec sleep 60;; esac\nexec cc "$@"\n');
    chmodSync(cc, 0o755);
    const child = spawn(
      process.execPath,
      [
        ...["--import=tsx", "--conditions=source", "runtime/train/cli.ts", "logistic"],
        ...["--target", "native", "--report", path.join(folder, "report")],
      ],
      { env: { ...process.env, CC: cc, ADJOINT_CACHE: folder }, detached: true },
    );
    let out = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      out += text;
      // A terminal sends it to the compiler, too.
      if (out.includes("Compiling") && child.pid) process.kill(-child.pid, "SIGINT");
    });
    const [code, signal] = (await once(child, "close")) as [number | null, string | null];
    t.true(signal === "SIGINT" || code === 130, out);
    t.notRegex(out, /failed|Error/);
    t.false(existsSync(path.join(folder, "report")));
  });
}
