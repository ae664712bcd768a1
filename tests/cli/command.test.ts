/** The command line: help, slips, exit codes – and the program as a process of its own. */

import { execFileSync, spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import test, { type ExecutionContext } from "ava";
import { targets } from "../../compiler/targets/index.ts";
import { targetNames } from "../../compiler/targets/names.ts";
import { program, runProgram } from "./program.ts";
import { line, Project, run } from "./project.ts";

const slips: readonly (readonly [argv: string, error: string])[] = [
  ["codegen --chek", "Unknown option --chek; did you mean --check? See adjoint codegen --help"],
  ["codegen --dry-run", "Unknown option --dry-run. See adjoint codegen --help"],
  ["codegen -x", "Unknown option -x. See adjoint codegen --help"],
  ["codegen --check --watch", "--check and --watch cannot go together"],
  ["codegen --out", "--out needs a value. See adjoint codegen --help"],
  ["codegen --target", "--target needs a value. See adjoint codegen --help"],
  ["--hepl", "Unknown option --hepl; did you mean --help? See adjoint --help"],
  ["train --help", "There is no command train. See adjoint --help"],
  ["explain a b c", "There is nothing to do with c. See adjoint explain --help"],
  ["codegne", "There is no command codegne; did you mean codegen? See adjoint --help"],
  ["train", "There is no command train. See adjoint --help"],
  ["explain", "There is no model in the command. See adjoint explain --help"],
  ["codegen --out a --out b", "--out is given twice"],
  [
    "codegen --target gpus",
    "There is no target gpus; did you mean gpu? Targets: typescript, native, wasm, gpu",
  ],
];

for (const [argv, expected] of slips) {
  test(`adjoint ${argv}: ${expected}`, async (t) => {
    const project = new Project();
    t.teardown(() => project.remove());
    const { code, error } = await run(project.root, ...argv.split(" "));
    t.is(code, 2);
    t.is(error, `${expected}\n`);
  });
}

test("a program called as its model is no second model", async (t) => {
  const project = new Project();
  t.teardown(() => project.remove());
  project.write("line.ts", 'import { createLine } from "./generated/line/index.ts";\n');
  const { code, error } = await run(project.root, "codegen", "line.ts");
  t.is(code, 2);
  t.regex(
    error,
    /ADJ4005: line\.ts exports no function of a model[\s\S]*did you mean models\/line\.ts\?/,
  );
});

for (const script of ["size", "sanitize", "docs"])
  test(`npm run ${script} -- --help shows how it is called, and does not run`, (t) => {
    const start = ["--import=tsx", "--conditions=source", `scripts/${script}.ts`];
    const helped = spawnSync(process.execPath, [...start, "--help"], { encoding: "utf8" });
    t.is(helped.status, 0, helped.stderr);
    t.regex(helped.stdout, new RegExp(`^npm run ${script} `));
    const slip = spawnSync(process.execPath, [...start, "--hepl"], { encoding: "utf8" });
    t.is(slip.status, 2);
    t.regex(slip.stderr, /Unknown argument --hepl; did you mean --help\?/);
  });

test("--check: a patch of each stale file, and the command that mends them", async (t) => {
  const project = new Project();
  t.teardown(() => project.remove());
  const first = await run(project.root, "codegen", "--check", "models/line.ts", "--out", "out");
  t.is(first.code, 1);
  t.regex(first.log, /^--- \/dev\/null\n\+\+\+ out\/line\/index\.ts\n@@ -0,0 \+1,\d+ @@\n\+\/\/ /m);
  t.regex(first.error, /^ {2}out\/line\/gpu\.ts is missing$/m);
  t.regex(first.error, /To write it anew: npx adjoint codegen models\/line\.ts --out out\n$/);
  t.is((await run(project.root, "codegen")).code, 0);
  const fresh = await run(project.root, "codegen", "--check");
  t.deepEqual(fresh, { code: 0, log: "Generated code is fresh.\n", error: "" });
  project.write("models/line.ts", line.replace("0.1", "0.25"));
  const stale = await run(project.root, "codegen", "--check");
  t.is(stale.code, 1);
  t.regex(
    stale.log,
    /^--- generated\/line\/typescript\.ts\n\+\+\+ generated\/line\/typescript\.ts\n@@/m,
  );
  t.regex(stale.log, /^-.*0\.2 .*\n\+.*0\.5 /m);
  t.regex(stale.error, /^ {2}generated\/line\/typescript\.ts differs$/m);
  t.regex(stale.error, /To write it anew: npx adjoint codegen\n$/);
});

test("the command that regenerates is the project's own script where it has one", async (t) => {
  const project = new Project();
  t.teardown(() => project.remove());
  const heads = async (): Promise<string[]> => {
    t.is((await run(project.root, "codegen")).code, 0);
    const said = Object.values(project.texts()).flatMap(
      (text) => text.match(/Regenerate: .*/g) ?? [],
    );
    return [...new Set(said.map((line) => line.replaceAll("`", "")))];
  };
  t.deepEqual(await heads(), ["Regenerate: npx adjoint codegen models/line.ts"]);
  project.write("package.json", '{ "scripts": { "codegen": "graphql-codegen" } }');
  t.deepEqual(await heads(), ["Regenerate: npx adjoint codegen models/line.ts"]);
  project.write("models/other.ts", line);
  project.write("package.json", '{ "scripts": { "codegen": "adjoint codegen" } }');
  t.deepEqual(await heads(), [
    "Regenerate: npm run codegen -- models/line.ts",
    "Regenerate: npm run codegen -- models/other.ts",
  ]);
  // What was written under either command is known as generated.
  rmSync(project.path("models/other.ts"));
  project.write("package.json", "{}");
  t.deepEqual(await heads(), ["Regenerate: npx adjoint codegen models/line.ts"]);
  t.true(project.list("generated").every((file) => !file.includes("other")));
});

test("names of targets are those of the emitters", (t) => {
  t.deepEqual(
    targets.map(({ name }) => name),
    [...targetNames],
  );
});

test("--help names every option and exit code, and needs no compiler", (t) => {
  const text = execFileSync(process.execPath, program("codegen", "--help"), { encoding: "utf8" });
  for (const word of ["--check", "--watch", "--out <dir>", "--target <names>", "--dump <dir>"])
    t.true(text.includes(word), word);
  t.regex(text, /Exit codes:\n {2}0 {2}done.*\n {2}1 {2}.*stale.*\n {2}2 {2}.*\n {2}3 {2}/);
});

test("--version is the package's", (t) => {
  const text = execFileSync(process.execPath, program("--version"), { encoding: "utf8" });
  t.regex(text, /^adjoint\/\d+\.\d+\.\d+ /);
});

if (process.platform !== "win32")
  test("a reader who goes away ends it quietly", (t) => {
    const command = program("codegen", "--check").map((arg) => `'${arg}'`);
    const project = new Project();
    t.teardown(() => project.remove());
    const { stdout, stderr } = spawnSync(
      "sh",
      ["-c", `{ '${process.execPath}' ${command.join(" ")}; echo "code $?" >&2; } | head -n 1`],
      { cwd: project.root, encoding: "utf8" },
    );
    t.regex(stdout, /^--- .*\n$/);
    t.regex(stderr, /To write it anew: .*\n+code 1\n$/);
  });

/** The generated folder of a fresh project, written under other circumstances. */
function generatedUnder(
  t: ExecutionContext,
  folder: string,
  env: Readonly<Record<string, string>>,
  ...argv: string[]
): Record<string, string> {
  const project = new Project({ "models/line.ts": line, "models/sub/notes.txt": "" });
  t.teardown(() => project.remove());
  const { code, error } = runProgram(project.path(folder), env, "codegen", ...argv);
  t.is(code, 0, error);
  return project.texts();
}

test("the bytes do not depend on the working directory, the time zone, the locale or colours", (t) => {
  const plain = generatedUnder(t, ".", {});
  t.is(Object.keys(plain).length, 9);
  const elsewhere = { TZ: "Pacific/Apia", LC_ALL: "tr_TR.UTF-8", LANG: "ar_EG", FORCE_COLOR: "3" };
  t.deepEqual(generatedUnder(t, "models/sub", elsewhere), plain);
  t.deepEqual(generatedUnder(t, "models", elsewhere, "line.ts"), plain);
});

test("errors go to stderr with the exit code, without colours in a pipe", (t) => {
  const project = new Project({ "models/line.ts": "export const one = 1;\n" });
  t.teardown(() => project.remove());
  const { code, log, error } = runProgram(project.root, {}, "codegen");
  t.is(code, 2);
  t.is(log, "");
  t.regex(error, /error ADJ4005: models\/line\.ts exports no function/);
  t.false(error.includes("\u001b"));
});
