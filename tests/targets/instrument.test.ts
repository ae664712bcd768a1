/** Builds for looking: one that stops at the first value that is not finite, one that measures. */

import test from "ava";
import { main } from "../../compiler/cli/command.ts";
import { Profile } from "../../runtime/profile.ts";
import { Project, type Ran } from "../cli/project.ts";
import { importText } from "../support/compile.ts";

const model = `import { dot, exp, fn, grad, log, matrix, mean, shared, sum, tanh, vector, zeros } from "adjoint";
const x = matrix("rows", 3);
export const W = shared(zeros(3, 2));
const hidden = tanh(dot(x, W));
const odds = log(sum(x, 1));
const cost = mean(odds) + mean(hidden);
export const train = fn([x], cost, { updates: [[W, W - 0.1 * grad(mean(hidden ** 2) + 1, W)]] });
const v = vector(4);
const e = exp(v);
export const big = fn([v], sum(e / 2));
`;

async function run(project: Project, ...argv: string[]): Promise<Ran> {
  const said = { log: "", error: "" };
  const add = (to: "log" | "error") => (text: string) => {
    said[to] += `${text}\n`;
  };
  const output = { log: add("log"), error: add("error"), colour: false };
  return { code: await main(argv, output, project.root), ...said };
}

type Module = {
  createState(seed: number): object;
  train(state: object, x: Float32Array, rows: number): number;
  big(state: object, v: Float32Array): number;
  profile?: Profile;
};

async function built(project: Project, ...flags: string[]): Promise<Module> {
  const { code, error } = await run(project, "codegen", ...flags);
  if (code !== 0) throw new Error(error);
  const runtime = new URL("../../runtime/index.ts", import.meta.url).href;
  const text = project.read("generated/small/typescript.ts").replace("adjoint/runtime", runtime);
  return (await importText(text)) as unknown as Module;
}

test("--instrument nan: a run stops at the first value that is not finite, named and placed", async (t) => {
  const project = new Project({ "models/small.ts": model });
  t.teardown(() => project.remove());
  const m = await built(project, "--instrument", "nan");
  const state = m.createState(0);
  t.is(m.train(state, Float32Array.of(1, 1, 1), 1), Math.fround(Math.log(3)), "finite values pass");
  t.throws(() => m.train(state, Float32Array.of(1, 1, 1, 1, -3, 0), 2), {
    message: "train of small: odds[1] is NaN (models/small.ts:5:14)\n  odds = log(sum(x, 1))",
  });
  t.throws(() => m.train(state, Float32Array.of(1, 1, 1, 1, Number.NaN, 0), 2), {
    message: "train of small: x[1, 1] is NaN (models/small.ts:2:11)",
  });
  t.throws(() => m.big(state, Float32Array.of(1, 1000, 1, 1)), {
    message: "big of small: e[1] is Infinity (models/small.ts:9:11)\n  e = exp(v)",
  });
  const plain = await built(project);
  t.true(Number.isNaN(plain.train(plain.createState(0), Float32Array.of(1, 1, 1, 1, -3, 0), 2)));
});

const loop = `import { at, fn, log, matrix, ones, scan } from "adjoint";
const xs = matrix(5, 3);
const [h] = scan({
  fn: (x, before) => {
    const danger = log(x + before);
    return danger + 1;
  },
  sequences: xs,
  outputsInfo: ones(3),
});
export const train = fn([xs], h);
`;

test("--instrument nan in a loop: the step is named, and what an earlier call left behind is not looked at", async (t) => {
  const project = new Project({ "models/small.ts": loop });
  t.teardown(() => project.remove());
  const m = (await built(project, "--instrument", "nan", "--target", "typescript")) as unknown as {
    createState(seed: number): object;
    train(state: object, xs: Float32Array): Float32Array;
  };
  const state = m.createState(0);
  const bad = Float32Array.from({ length: 15 }, (_, i) => (i === 7 ? -9 : 1));
  t.throws(() => m.train(state, bad), {
    message:
      "train of small: danger[1] is NaN at step 2 (from 0) (models/small.ts:5:20)\n  danger = log(x + before)",
  });
  t.notThrows(() => m.train(state, new Float32Array(15).fill(1)));
});

test("--profile in a loop: a kernel's operations are those of one step", async (t) => {
  const project = new Project({ "models/small.ts": loop });
  t.teardown(() => project.remove());
  const m = (await built(project, "--profile", "--target", "typescript")) as unknown as {
    createState(seed: number): object;
    train(state: object, xs: Float32Array): Float32Array;
    profile: Profile;
  };
  m.train(m.createState(0), new Float32Array(15).fill(1));
  const step = m.profile.rows().find((row) => row.calls === 5);
  // Three elements of log(x + before) + 1, from three of x and of before to three of after.
  t.like(step, { flops: 9, bytes: 36 });
});

test("--profile: time, FLOPs and bytes of each kernel, as a table and for speedscope", async (t) => {
  const project = new Project({ "models/small.ts": model });
  t.teardown(() => project.remove());
  const m = await built(project, "--profile");
  const state = m.createState(0);
  for (let i = 0; i < 3; i++) m.big(state, new Float32Array(4));
  m.train(state, new Float32Array(3).fill(1), 1);
  const profile = m.profile as Profile;
  t.regex(
    project.read("generated/small/index.ts"),
    /^export \{ profile \} from ".\/typescript.ts";$/m,
  );
  const rows = new Map(profile.rows().map((row) => [row.name, row]));
  t.is(rows.get("big")?.calls, 3);
  const kernel = [...rows.values()].find((row) => row.name.startsWith("big_"));
  t.like(kernel, { calls: 3, file: "models/small.ts", line: 10 });
  t.true((kernel?.flops ?? 0) >= 8 && (kernel?.bytes ?? 0) >= 16);
  const table = profile.table().split("\n");
  t.regex(table[0], /^kernel +calls +ms +% +FLOPs +bytes +GFLOP\/s +GB\/s +model$/);
  t.is(table.length, 1 + [...rows.values()].filter((row) => row.flops !== undefined).length);
  t.regex(profile.table(), /^big_\S+ +3 +[\d.]+ +[\d.]+ +\d+ +\d+ .*models\/small\.ts:10$/m);
  t.regex(profile.table(), /^train_\S+ +1 +.*≈/m, "named sizes are guessed");

  const file = JSON.parse(profile.speedscope());
  t.is(file.$schema, "https://www.speedscope.app/file-format-schema.json");
  const [{ events, endValue, unit }] = file.profiles;
  t.is(unit, "milliseconds");
  const open: number[] = [];
  let last = 0;
  for (const { type, frame, at } of events) {
    t.true(at >= last && at <= endValue);
    last = at;
    if (type === "O") {
      const { name } = file.shared.frames[frame];
      const outer = open.length > 0 ? file.shared.frames[open[open.length - 1]].name : "";
      t.true(outer === "" ? !name.includes("_") : name.startsWith(`${outer}_`), name);
      open.push(frame);
    } else t.is(open.pop(), frame);
  }
  t.deepEqual(open, []);
  profile.reset();
  t.deepEqual(profile.rows(), []);
});

test("a call that failed leaves the profile usable", (t) => {
  const profile = new Profile("m", [{ name: "f" }, { name: "f_a", flops: 1, bytes: 1 }]);
  profile.open(0);
  profile.open(1);
  profile.open(0);
  profile.open(1);
  profile.close(1);
  profile.close(0);
  t.deepEqual(
    profile
      .rows()
      .map(({ name, calls }) => [name, calls])
      .sort(),
    [
      ["f", 1],
      ["f_a", 1],
    ],
  );
});

test("slips", async (t) => {
  const project = new Project();
  t.teardown(() => project.remove());
  t.is(
    (await run(project, "codegen", "--instrument", "inf")).error,
    "There is no instrument inf; there is: nan\n",
  );
  t.is(
    (await run(project, "codegen", "--instrument", "nan", "--profile")).error,
    "--instrument and --profile cannot go together\n",
  );
});
