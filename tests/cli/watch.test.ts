/** `--watch`: one save, one model; mistakes do not end it; Ctrl-C does. */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import test from "ava";
import { program } from "./program.ts";
import { line, Project, wrong } from "./project.ts";

/** A running `codegen --watch`, and what it has said since it was last asked. */
class Watching {
  readonly #child: ChildProcess;
  #said = "";

  constructor(cwd: string, ...argv: string[]) {
    this.#child = spawn(process.execPath, program("codegen", "--watch", ...argv), {
      cwd,
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.#said += text;
      });
  }

  /** Waits until it says this; returns everything it said up to here. */
  async says(pattern: RegExp): Promise<string> {
    for (const end = Date.now() + 30_000; !pattern.test(this.#said); ) {
      if (Date.now() > end || this.#child.exitCode !== null)
        throw new Error(`it did not say ${pattern} but:\n${this.#said}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const said = this.#said;
    this.#said = "";
    return said;
  }

  /** What it says within this time, in ms. */
  async within(time: number): Promise<string> {
    await new Promise((resolve) => setTimeout(resolve, time));
    return this.#said;
  }

  async interrupt(): Promise<unknown> {
    this.#child.kill("SIGINT");
    return (await once(this.#child, "exit"))[0];
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }
}

test("rebuilds the model whose file, or whose import, was saved; shows mistakes; ends at Ctrl-C", async (t) => {
  const project = new Project({
    "models/line.ts": line,
    "models/other.ts": line
      .replace("0.1", "rate")
      .replace("\n", '\nimport { rate } from "../lib/rate.ts";\n'),
    "lib/rate.ts": "export const rate = 0.5;\n",
  });
  const watching = new Watching(project.root);
  t.teardown(() => {
    watching.kill();
    project.remove();
  });
  await watching.says(/Watching for changes/);

  project.write("models/line.ts", line.replace("0.1", "0.3"));
  t.notRegex(await watching.says(/generated\/line: wrote/), /other/);
  t.true(project.read("generated/line/typescript.ts").includes("0.6"));

  const before = project.texts();
  project.write("models/line.ts", wrong);
  await watching.says(/models\/line\.ts:\d+:\d+ - error ADJ2001/);
  t.deepEqual(project.texts(), before);
  project.write("models/line.ts", line);
  await watching.says(/generated\/line: wrote/);

  project.write("lib/rate.ts", "export const rate = 0.75;\n");
  t.notRegex(await watching.says(/generated\/other: wrote/), /line/);
  t.true(project.read("generated/other/typescript.ts").includes("1.5"));

  project.write("models/new.ts", line);
  await watching.says(/generated\/new: wrote/);
  rmSync(project.path("models/new.ts"));
  await watching.says(/deleted generated\/new\/typescript\.ts/);

  project.write("generated/line/typescript.ts", "// an output\n");
  t.is(await watching.within(300), "", "outputs are not watched");
  t.is(await watching.interrupt(), 0);
});

test("a model with a mistake from the start is built when it is mended", async (t) => {
  const project = new Project({ "models/line.ts": wrong });
  const watching = new Watching(project.root, "models/line.ts");
  t.teardown(() => {
    watching.kill();
    project.remove();
  });
  t.regex(await watching.says(/Watching for changes/), /ADJ2001/);
  project.write("models/line.ts", line);
  await watching.says(/generated\/line: wrote/);
  t.is(await watching.interrupt(), 0);
});
