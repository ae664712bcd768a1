/** What `codegen` writes, keeps, deletes and refuses. */

import { existsSync, rmSync } from "node:fs";
import test from "ava";
import { line, Project, wrong } from "./project.ts";

const outputs = [
  "gpu.ts",
  "index.ts",
  "maths.md",
  "native.c",
  "native.h",
  "typescript.ts",
  "wasm.ts",
  "wasm.wat",
].map((file) => `generated/line/${file}`);

test("all models are written, with a manifest of the hashes of what they were made from", async (t) => {
  const project = new Project({
    "models/line.ts": line
      .replace("0.1", "rate")
      .replace("\n", '\nimport { rate } from "../rate.ts";\n'),
    "models/line.task.ts": "throw new Error('a task is not a model');",
    "rate.ts": 'import settings from "./settings.json";\nexport const rate = settings.rate;\n',
    "settings.json": '{ "rate": 0.1 }',
  });
  t.teardown(() => project.remove());
  const { code, log } = await project.codegen();
  t.is(code, 0);
  t.regex(
    log,
    /^generated\/line: wrote index\.ts, typescript\.ts, native\.c, native\.h, wasm\.wat, wasm\.ts, gpu\.ts, maths\.md \(\d+ ms\)$/,
  );
  t.deepEqual(project.list("generated"), [...outputs, "generated/manifest.json"]);
  const { format, models } = JSON.parse(project.read("generated/manifest.json"));
  t.is(format, 1);
  t.is(models.line.file, "models/line.ts");
  t.deepEqual(Object.keys(models.line.inputs), ["models/line.ts", "rate.ts", "settings.json"]);
  for (const hash of Object.values(models.line.inputs)) t.regex(hash as string, /^[0-9a-f]{64}$/);
  t.is((await project.codegen([], { check: true })).code, 0);
  project.write("settings.json", '{ "rate": 0.2 }');
  t.is((await project.codegen([], { check: true })).code, 1);
});

test("a target that cannot do a model is left out, and is a mistake where it is asked for", async (t) => {
  const project = new Project({
    "models/sums.ts": `import { fn, scan, vector } from "adjoint";
const x = vector("steps");
const [sums] = scan({ fn: (entry, sum) => sum + entry, sequences: x, outputsInfo: 0 });
export const run = fn([x], sums);
`,
  });
  t.teardown(() => project.remove());
  const { code, log } = await project.codegen([], { whereAble: true });
  t.is(code, 0);
  t.regex(log, /^generated\/sums: left out gpu: .*scan.* \(models\/sums\.ts:3\)$/m);
  t.false(project.list("generated").includes("generated/sums/gpu.ts"));
  t.regex(project.read("generated/sums/index.ts"), /targets = \["typescript", "native", "wasm"\]/);
  t.is((await project.codegen([], { whereAble: true, check: true })).code, 0);
  const asked = await project.codegen();
  t.is(asked.code, 2);
  t.regex(asked.error, /ADJ5001/);
});

test("the entry imports no type that it does not use", async (t) => {
  const project = new Project();
  t.teardown(() => project.remove());
  await project.codegen();
  const entry = project.read("generated/line/index.ts");
  t.false(entry.includes("TensorArray"));
  project.write("models/line.ts", line.replace("export const slope", "const slope"));
  await project.codegen();
  t.notRegex(project.read("generated/line/index.ts"), /Shared\b/);
  t.regex(entry, /train\(x: TensorLike, y: TensorLike\): number;/);
});

test("a second run writes nothing, not even the same bytes; nor does a checkout with CRLF matter", async (t) => {
  const project = new Project();
  t.teardown(() => project.remove());
  await project.codegen();
  const times = project.times();
  const { log } = await project.codegen();
  t.regex(log, /^generated\/line: unchanged/);
  t.deepEqual(project.times(), times);
  for (const [file, text] of Object.entries({ ...project.texts("models"), ...project.texts() }))
    project.write(file, text.replaceAll("\n", "\r\n"));
  const { code, log: said } = await project.codegen([], { check: true });
  t.is(code, 0, said);
});

test("a change of the model writes only the files that differ", async (t) => {
  const project = new Project();
  t.teardown(() => project.remove());
  await project.codegen();
  const times = project.times();
  project.write("models/line.ts", `${line}// a remark\n`);
  await project.codegen(["models/line.ts"]);
  const { "generated/manifest.json": manifest, ...others } = project.times();
  t.not(manifest, times["generated/manifest.json"]);
  for (const [file, time] of Object.entries(others)) t.is(time, times[file], file);
});

test("a model with a mistake keeps its output, the others are written, and every mistake is shown", async (t) => {
  const names = ["a", "b", "c", "d"];
  const project = new Project(Object.fromEntries(names.map((n) => [`models/${n}.ts`, line])));
  t.teardown(() => project.remove());
  await project.codegen();
  const before = project.texts();
  const of = (name: string, texts: Readonly<Record<string, string>>) =>
    Object.entries(texts).filter(([file]) => file.startsWith(`generated/${name}/`));
  project.write("models/a.ts", line.replace("0.1", "0.2"));
  project.write("models/b.ts", wrong);
  project.write("models/c.ts", "export const train = ;\n");
  rmSync(project.path("models/d.ts"));
  const mistakes = (error: string) => {
    t.regex(error, /^models\/b\.ts:\d+:\d+ - error ADJ2001: /m);
    t.regex(error, /^models\/c\.ts:1:\d+ - error ADJ4004: /m);
  };
  const stale = await project.codegen([], { check: true });
  t.is(stale.code, 2);
  mistakes(stale.error);
  t.regex(stale.error, /^ {2}generated\/a\/typescript\.ts differs$/m);
  t.notRegex(stale.error, /generated\/[bcd]\//);
  t.deepEqual(project.texts(), before);

  const { code, error, log } = await project.codegen();
  t.is(code, 2);
  mistakes(error);
  t.regex(log, /^generated\/a: wrote .*typescript\.ts/);
  const after = project.texts();
  t.notDeepEqual(of("a", after), of("a", before));
  for (const name of ["b", "c"]) t.deepEqual(of(name, after), of(name, before));
  t.deepEqual(of("d", after), of("d", before), "whose it is, is not known before all compile");
  const kept = JSON.parse(project.read("generated/manifest.json")).models;
  t.deepEqual(Object.keys(kept), names);

  const fresh = await project.codegen([], { check: true });
  t.is(fresh.code, 2);
  t.is(fresh.log, "", "that a part is fresh is no news");
  project.write("models/b.ts", line);
  project.write("models/c.ts", line);
  t.is((await project.codegen()).code, 0);
  t.deepEqual(of("d", project.texts()), []);
});

test("a fault of the compiler asks for a report, with the stack", async (t) => {
  const project = new Project();
  t.teardown(() => project.remove());
  const build = () => Promise.reject(new TypeError("x is not a function"));
  const { code, error } = await project.codegen([], { build });
  t.is(code, 3);
  t.regex(error, /fault of its own[\s\S]*TypeError: x is not a function\n {4}at /);
  t.false(existsSync(project.path("generated")));
});

test("a folder that cannot be written is no fault of the compiler, and leaves nothing behind", async (t) => {
  const project = new Project({ "models/line.ts": line, "generated/line": "a file in the way" });
  t.teardown(() => project.remove());
  const { code, error } = await project.codegen();
  t.is(code, 2, error);
  t.regex(error, /could not be read or written: E\w+/);
  t.deepEqual(project.list("generated"), ["generated/line"]);
});

test("what a model no longer makes goes; files of others stay", async (t) => {
  const project = new Project({ "models/line.ts": line, "models/other.ts": line });
  t.teardown(() => project.remove());
  await project.codegen();
  const banner = project.read("generated/line/gpu.ts").split("\n").slice(0, 2).join("\n");
  project.write("generated/line/wasm.ts", `${banner}\n`);
  project.write("generated/line/notes.md", "mine\n");
  project.write("generated/other/notes.md", "mine\n");
  await project.codegen(["models/line.ts"], { targets: ["typescript"] });
  t.false(existsSync(project.path("generated/line/gpu.ts")), "known from the manifest");
  t.false(existsSync(project.path("generated/line/wasm.ts")), "known from its head");
  t.true(existsSync(project.path("generated/line/notes.md")));
  t.true(existsSync(project.path("generated/other/gpu.ts")), "a model that was not built");
});

test("the folder of a model that is no more goes, even where the manifest is lost", async (t) => {
  for (const manifest of [true, false]) {
    const project = new Project({ "models/line.ts": line, "models/old.ts": line });
    t.teardown(() => project.remove());
    await project.codegen();
    if (!manifest) project.write("generated/manifest.json", "<<<<<<< ours\n");
    project.write("generated/mine/notes.md", "mine\n");
    rmSync(project.path("models/old.ts"));
    const stale = await project.codegen([], { check: true });
    t.is(stale.code, 1);
    t.regex(stale.error, /generated\/old\/index\.ts is left over/);
    const { log } = await project.codegen();
    t.regex(log, /^deleted generated\/old\/gpu\.ts$/m);
    t.false(existsSync(project.path("generated/old")));
    t.true(existsSync(project.path("generated/mine/notes.md")));
    t.is((await project.codegen([], { check: true })).code, 0);
  }
});

test("a manifest cannot make it delete files elsewhere", async (t) => {
  const project = new Project();
  t.teardown(() => project.remove());
  await project.codegen();
  const manifest = JSON.parse(project.read("generated/manifest.json"));
  manifest.models.gone = { file: "models/gone.ts", inputs: {}, files: ["../package.json"] };
  project.write("generated/manifest.json", JSON.stringify(manifest));
  t.is((await project.codegen()).code, 0);
  t.true(existsSync(project.path("package.json")));
});

test("two models of one name are refused, also when only one is named", async (t) => {
  const project = new Project({ "models/line.ts": line, "sub/line.ts": line });
  t.teardown(() => project.remove());
  for (const models of [["models/line.ts", "sub/line.ts"], ["sub/line.ts"]]) {
    const { code, error } = await project.codegen(models);
    t.is(code, 2);
    t.regex(error, /error ADJ4006: two models are called line: /);
  }
});

test("a model from elsewhere stays part of the project once it was generated", async (t) => {
  const project = new Project({ "models/line.ts": line, "sub/other.ts": line });
  t.teardown(() => project.remove());
  await project.codegen(["sub/other.ts"]);
  const { log } = await project.codegen();
  t.regex(log, /^generated\/other: unchanged/m);
  t.regex(log, /^generated\/line: wrote/m);
});

test("layers that models share may lie beside them", async (t) => {
  const project = new Project({
    "models/line.ts": line
      .replace("mean((x * slope - y) ** 2)", "loss(x * slope, y)")
      .replace("\n", '\nimport { loss } from "./losses.ts";\n'),
    "models/losses.ts":
      'import { mean, type Operand } from "adjoint";\nexport const loss = (a: Operand, b: Operand) => mean((a - b) ** 2);\n',
  });
  t.teardown(() => project.remove());
  const { code, error } = await project.codegen();
  t.is(code, 0, error);
  t.false(existsSync(project.path("generated/losses")));
  const alone = await project.codegen(["models/losses.ts"]);
  t.is(alone.code, 2);
  t.regex(alone.error, /ADJ4005/);
});

test("a model may be an .mts file, in a package of CommonJS modules, and import one", async (t) => {
  const project = new Project({
    "models/line.mts": line
      .replace("mean((x * slope - y) ** 2)", "loss(x * slope, y)")
      .replace("\n", '\nimport { loss } from "../losses.mts";\n'),
    "losses.mts":
      'import { mean, type Operand } from "adjoint";\nexport const loss = (a: Operand, b: Operand) => mean((a - b) ** 2);\n',
  });
  t.teardown(() => project.remove());
  project.write("package.json", '{ "type": "commonjs" }');
  const { code, error } = await project.codegen();
  t.is(code, 0, error);
  t.true(existsSync(project.path("generated/line/typescript.ts")));
});

test("a model file that is not there: the near one is named", async (t) => {
  const project = new Project();
  t.teardown(() => project.remove());
  const { code, error } = await project.codegen(["line"]);
  t.is(code, 2);
  t.is(error, "There is no model file line; did you mean models/line.ts?");
});

test("a project without models says what to do", async (t) => {
  const project = new Project({});
  t.teardown(() => project.remove());
  const { code, error } = await project.codegen();
  t.is(code, 2);
  t.is(error, "There are no models: write models/NAME.ts, or name a file");
});

test("--dump writes a numbered page for each step", async (t) => {
  const project = new Project();
  t.teardown(() => project.remove());
  await project.codegen([], { dump: "dump" });
  const pages = project.texts("dump");
  t.deepEqual(
    Object.keys(pages),
    ["1-model", "2-gradient", "3-simplified", "4-kernels", "5-nests"].map(
      (p) => `dump/line/${p}.txt`,
    ),
  );
  t.regex(pages["dump/line/1-model.txt"], /^── train ─/);
  t.regex(pages["dump/line/2-gradient.txt"], /^∂cost\/∂slope = /m);
  t.regex(pages["dump/line/3-simplified.txt"], /\((exact|reassociating|stabilising)\): /);
  t.regex(pages["dump/line/4-kernels.txt"], /slope ← /);
  t.regex(pages["dump/line/5-nests.txt"], /^ {2}for \w+ < points/m);
});

test("values that are others each time that a model is read are warned of", async (t) => {
  const project = new Project({
    "models/chance.ts": `import { randomBytes } from "node:crypto";
import { fn, scalar, shared } from "adjoint";
const x = scalar();
const W = shared(Math.random());
const at = Date.now() + new Date().getTime() + globalThis.performance.now();
const from = randomBytes(1)[0] + crypto.getRandomValues(new Uint8Array(1))[0];
const fixed = new Date(2020, 1, 1).getFullYear() + Math.max(1, 2) + Date.UTC(2020, 1);
const own = { random: () => 1, now: () => 2 };
export const f = fn([x], x * W + at + from + fixed + own.random() + own.now());
`,
  });
  t.teardown(() => project.remove());
  const { code, error } = await project.codegen([], { targets: [] });
  t.is(code, 0);
  const shown = [
    ...error.matchAll(
      /models\/chance\.ts:(\d+):(\d+) - warning ADJ4010: (\S+?\(\)|new Date\(\)) gives/g,
    ),
  ];
  t.deepEqual(
    shown.map(([, line, column, text]) => [Number(line), Number(column), text]),
    [
      [4, 18, "Math.random()"],
      [5, 12, "Date.now()"],
      [5, 25, "new Date()"],
      [5, 48, "globalThis.performance.now()"],
      [6, 14, "randomBytes()"],
      [6, 34, "crypto.getRandomValues()"],
    ],
  );
  t.regex(error, /randomStream\(1234\) draws at each call/);
});

test("a column that meets a vector on the way to one number is warned of, once", async (t) => {
  const project = new Project({
    "models/pairs.ts": `import { dot, expandDims, flatten, fn, grad, matrix, mean, shared, sum, vector, zeros } from "adjoint";
const x = matrix("n", 3), y = vector("n"), z = vector("n");
const W = shared(zeros(3, 1));
const cost = mean((dot(x, W) - y) ** 2);
export const train = fn([x, y], cost, { updates: [[W, W - 0.1 * grad(cost, W)]] });
export const fixed = fn([x, y], mean((flatten(dot(x, W)) - y) ** 2));
export const meant = fn([y, z], mean((expandDims(y, 1) - expandDims(z, 0)) ** 2));
export const rows = fn([x, y], sum(dot(x, W) * y, 1));
`,
  });
  t.teardown(() => project.remove());
  const { code, error } = await project.codegen([], { targets: [] });
  t.is(code, 0);
  t.regex(
    error,
    /^models\/pairs\.ts:4:\d+ - warning ADJ1011: an expression \[n, 1\] meets y \[n\]: that is each with each, \[n, n\]/,
  );
  t.is(error.match(/warning/g)?.length, 1);
});

test("a warning is shown with its place; the model is written", async (t) => {
  const project = new Project({
    "models/line.ts": line.replace(
      "grad(cost, slope)",
      'grad(cost, [slope, x, shared(1)], { disconnectedInputs: "warn" })[0]',
    ),
  });
  t.teardown(() => project.remove());
  const { code, error, log } = await project.codegen();
  t.is(code, 0);
  t.regex(log, /wrote index\.ts/);
  t.regex(
    error,
    /^models\/line\.ts:5:\d+ - warning ADJ2002: grad: cost does not depend on an expression of shape \[\]\n/,
  );
  t.regex(error, /> 5 \| export const train/);
});
