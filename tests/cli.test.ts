/** The codegen command on projects of its own: exit codes, checks, atomic writing, watching. */

import { spawn, spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test from "ava";

const main = path.resolve("compiler/cli/main.ts");
const tsx = path.resolve("node_modules/.bin/tsx");
const good = `import { fn, scalar } from "adjoint";\nconst x = scalar();\nexport const f = fn([x], x * 2);\n`;

function project(models: Record<string, string> = { "double.ts": good }): string {
  const root = mkdtempSync(path.join(tmpdir(), "adjoint-cli-"));
  writeFileSync(path.join(root, "package.json"), '{ "type": "module" }');
  mkdirSync(path.join(root, "models"));
  for (const [name, text] of Object.entries(models))
    writeFileSync(path.join(root, "models", name), text);
  return root;
}

function run(cwd: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(tsx, ["--conditions=source", main, ...args], {
    cwd,
    encoding: "utf8",
    env: { ...process.env, FORCE_COLOR: "0", TSX_TSCONFIG_PATH: path.resolve("tsconfig.json") },
  });
  return { status, stdout, stderr };
}

const filesOf = (root: string): string[] =>
  readdirSync(path.join(root, "generated"), { recursive: true }).map(String).sort();

test("generates, then has nothing to do, then checks", (t) => {
  const root = project();
  const first = run(root, "codegen");
  t.is(first.status, 0, first.stderr);
  t.regex(first.stdout, /double: 4 files written in generated\/double/);
  t.deepEqual(filesOf(root), [
    "double",
    "double/gpu.ts",
    "double/index.ts",
    "double/maths.md",
    "double/typescript.ts",
    "manifest.json",
  ]);
  const place = path.join(root, "generated/double/index.ts");
  const before = statSync(place).mtimeMs;
  t.regex(run(root, "codegen").stdout, /double: unchanged/);
  t.is(statSync(place).mtimeMs, before, "equal bytes are not written again");
  t.is(run(root, "codegen", "--check").status, 0);
  writeFileSync(place, readFileSync(place, "utf8").replaceAll("\n", "\r\n"));
  t.is(
    run(path.join(root, "models"), "codegen", "--check").status,
    0,
    "line ends and the folder do not matter",
  );
});

test("--check shows what is stale as a diff, and how to mend it", (t) => {
  const root = project();
  run(root, "codegen");
  writeFileSync(path.join(root, "models/double.ts"), good.replace("x * 2", "x * 3"));
  const { status, stdout, stderr } = run(root, "codegen", "--check");
  t.is(status, 1);
  t.regex(stdout, /--- generated\/double\/typescript\.ts/);
  t.regex(stdout, /^-.*2/m);
  t.regex(stdout, /^\+.*3/m);
  t.regex(stderr, /stale\. To mend it: npm run codegen/);
});

test("a mistake in one model writes nothing of any", (t) => {
  const root = project();
  run(root, "codegen");
  const before = filesOf(root).map((f) =>
    f.includes(".") ? readFileSync(path.join(root, "generated", f), "utf8") : "",
  );
  writeFileSync(path.join(root, "models/double.ts"), good.replace("x * 2", "x * 3"));
  writeFileSync(path.join(root, "models/wrong.ts"), good.replace("[x]", "[]"));
  const { status, stderr } = run(root, "codegen");
  t.is(status, 2);
  t.regex(stderr, /^models\/wrong\.ts:3:18 - error ADJ3004:/m);
  t.deepEqual(
    filesOf(root).map((f) =>
      f.includes(".") ? readFileSync(path.join(root, "generated", f), "utf8") : "",
    ),
    before,
  );
});

test("what no model makes any more is deleted, and nothing else", (t) => {
  const root = project({ "double.ts": good, "triple.ts": good.replace("2", "3") });
  run(root, "codegen");
  writeFileSync(path.join(root, "generated/mine.txt"), "mine");
  rmSync(path.join(root, "models/triple.ts"));
  t.is(run(root, "codegen", "--check").status, 1);
  t.regex(run(root, "codegen").stdout, /deleted generated\/triple\/index\.ts/);
  t.false(existsSync(path.join(root, "generated/triple")));
  t.true(existsSync(path.join(root, "generated/mine.txt")));
  t.is(run(root, "codegen", "--target", "typescript").status, 0);
  t.false(existsSync(path.join(root, "generated/double/gpu.ts")));
});

test("two models of one name are refused", (t) => {
  const root = project();
  cpSync(path.join(root, "models"), path.join(root, "old"), { recursive: true });
  const { status, stderr } = run(root, "codegen", "models/double.ts", "old/double.ts");
  t.is(status, 2);
  t.regex(stderr, /error ADJ4006: two models are called double/);
});

test("mistakes in the command", (t) => {
  const root = project();
  const cases: [string[], RegExp][] = [
    [["codegen", "--chek"], /--chek/],
    [["codegen", "--target", "gpuu"], /There is no target gpuu; did you mean gpu\?/],
    [["codgen"], /There is no command codgen/],
    [["codegen", "models/none.ts"], /there is no file models\/none\.ts/],
  ];
  for (const [args, message] of cases) {
    const { status, stderr } = run(root, ...args);
    t.is(status, 2, args.join(" "));
    t.regex(stderr, message);
  }
  t.regex(run(root, "codegen", "--help").stdout, /--check .*\n[\s\S]*Exit codes:/);
  t.regex(run(root, "--version").stdout, /adjoint\/\d/);
  t.is(run(project({}), "codegen").status, 2);
});

test("--out and --dump", (t) => {
  const root = project();
  t.is(run(root, "codegen", "--out", "made", "--dump", "steps").status, 0);
  t.true(existsSync(path.join(root, "made/double/index.ts")));
  t.deepEqual(readdirSync(path.join(root, "steps/double")).sort(), [
    "1-model.txt",
    "2-simplified.txt",
    "3-rewrites.txt",
    "4-kernels.txt",
  ]);
});

test("--watch builds on a save and survives mistakes", async (t) => {
  const root = project();
  const child = spawn(tsx, ["--conditions=source", main, "codegen", "--watch"], {
    cwd: root,
    env: { ...process.env, FORCE_COLOR: "0", TSX_TSCONFIG_PATH: path.resolve("tsconfig.json") },
  });
  let text = "";
  child.stdout.on("data", (part) => {
    text += part;
  });
  child.stderr.on("data", (part) => {
    text += part;
  });
  const until = async (pattern: RegExp): Promise<void> => {
    const end = Date.now() + 30_000;
    while (!pattern.test(text)) {
      if (Date.now() > end) throw new Error(`${pattern} did not come: ${text}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  await until(/Watching/);
  text = "";
  writeFileSync(path.join(root, "models/double.ts"), good.replace("x * 2", "y * 2"));
  await until(/ReferenceError: y is not defined/);
  text = "";
  writeFileSync(path.join(root, "models/double.ts"), good.replace("x * 2", "x * 5"));
  await until(/double: \d files? written/);
  t.true(readFileSync(path.join(root, "generated/double/typescript.ts"), "utf8").includes("5"));
  child.kill("SIGINT");
  const code = await new Promise((resolve) => child.on("exit", resolve));
  t.true(code === 0 || code === null);
});
