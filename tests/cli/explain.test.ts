/** Looking at rewrites: `explain`, `codegen --exact`, `codegen --debug`. */

import test from "ava";
import { buildModel } from "../../compiler/cli/build.ts";
import { AdjointError } from "../../compiler/diagnostics/error.ts";
import { sigmoid, tanh } from "../../compiler/ops/exponential.ts";
import { applied, equation, variable } from "../../compiler/simplify/rule.ts";
import { Project, run } from "./project.ts";

const model = `import { exp, fn, grad, mean, shared, vector } from "adjoint";
const x = vector(5), y = vector(5);
export const slope = shared(1);
const p = 1 / (1 + exp(-(x * slope)));
const cost = mean((p - y) ** 2);
export const train = fn([x, y], cost, { updates: [[slope, slope - 0.1 * grad(cost, slope)]] });
export const predict = fn([x], p);
`;

function project(): Project {
  return new Project({ "models/curve.ts": model });
}

test("explain: every rewrite with its rule, its place and both sides, in order", async (t) => {
  const at = project();
  t.teardown(() => at.remove());
  const { code, log } = await run(at.root, "explain", "models/curve.ts");
  t.is(code, 0);
  t.regex(log, /^before gradients are taken: \d+ rewrites?\n/);
  t.regex(
    log,
    / 1 {2}sigmoid \(stabilising\) {2}models\/curve\.ts:4:11\n {8}1 \/ \(1 \+ exp\(-\(x \* slope\)\)\)\n {6}→ sigmoid\(x \* slope\)\n/,
  );
  t.regex(log, /^train: \d+ rewrites\n/m);
  t.regex(log, /^predict: 1 rewrite\n/m);
  t.is(log, (await run(at.root, "explain", "models/curve.ts")).log, "it is the same each time");
});

test("explain: one function, one value, or a slip", async (t) => {
  const at = project();
  t.teardown(() => at.remove());
  const one = await run(at.root, "explain", "models/curve.ts", "predict");
  t.regex(one.log, /^predict: 1 rewrite\n {3}1 {2}sigmoid /);
  const value = await run(at.root, "explain", "models/curve.ts", "cost");
  t.regex(value.log, /^cost: \d+ rewrites\n/);
  t.notRegex(value.log, /slope - /);
  const exact = await run(at.root, "explain", "models/curve.ts", "predict", "--exact");
  t.is(exact.log, "predict: 0 rewrites\n\n");
  const slip = await run(at.root, "explain", "models/curve.ts", "costs");
  t.is(slip.code, 2);
  t.is(slip.error, "models/curve.ts has no function or value costs; did you mean cost?\n");
  t.is((await run(at.root, "explain", "models/curve.ts", "--grph", "x")).code, 2);
});

test("explain says what may be written instead", async (t) => {
  const at = project();
  t.teardown(() => at.remove());
  at.write(
    "models/hinge.ts",
    'import { fn, sum, vector } from "adjoint";\nconst x = vector(3);\nexport const f = fn([x], sum(Math.max(1 - x, 0)));\n',
  );
  const { log } = await run(at.root, "explain", "models/hinge.ts");
  t.regex(log, /^models\/hinge\.ts:3:\d+: relu\(x\) is max\(x, 0\) with the gradient 0 at 0/m);
  t.false((await run(at.root, "explain", "models/curve.ts")).log.includes("relu"));
});

test("explain --graph draws before and after as SVG and Mermaid", async (t) => {
  const at = project();
  t.teardown(() => at.remove());
  const { code } = await run(at.root, "explain", "models/curve.ts", "predict", "--graph", "graphs");
  t.is(code, 0);
  t.deepEqual(at.list("graphs"), [
    "graphs/curve/predict.after.mmd",
    "graphs/curve/predict.after.svg",
    "graphs/curve/predict.before.mmd",
    "graphs/curve/predict.before.svg",
  ]);
  t.is(
    at.read("graphs/curve/predict.after.mmd"),
    [
      "flowchart TD",
      '  n0(["x<br>float32[5]"])',
      '  n1(["slope<br>float32[]"])',
      '  n2["mul<br>float32[5]"]',
      '  n3[["p<br>sigmoid<br>float32[5]"]]',
      "  n0 --> n2",
      "  n1 --> n2",
      "  n2 --> n3",
      "",
    ].join("\n"),
  );
  const drawing = at.read("graphs/curve/predict.before.svg");
  t.is(drawing.match(/<rect/g)?.length, 7);
  t.regex(drawing, /<text [^>]*>div\(1, ·\)<\/text>/);
});

test("explain --graph draws the steps of loops, also of loops in them", async (t) => {
  const at = new Project({
    "models/loop.ts": `import { at, fn, scan, tanh, type Tensor, vector } from "adjoint";
const xs = vector(4);
const [h] = scan({
  fn: (x: Tensor, h: Tensor) => {
    const [r] = scan({ fn: (s: Tensor) => tanh(s) * x, outputsInfo: h, nSteps: 3 });
    return at(r, -1) + x;
  },
  sequences: xs,
  outputsInfo: 0.5,
});
export const f = fn([xs], h);
`,
  });
  t.teardown(() => at.remove());
  const { code } = await run(at.root, "explain", "models/loop.ts", "--graph", "graphs");
  t.is(code, 0);
  const chart = at.read("graphs/loop/f.before.mmd");
  const steps = [
    ...chart.matchAll(
      /^ {2}subgraph (s\d)\["step of [^\n]*\n([\s\S]*?)^ {2}end\n {2}\1 -\.-> (n\d+)$/gm,
    ),
  ];
  t.is(steps.length, 2);
  t.regex(steps[1][2], /tanh/);
  // Each hangs on its loop: the outer one on a node of the results, the inner one on a node of the outer step.
  const [outer, inner] = steps.map(([, , , loop]) => loop);
  t.true(chart.slice(0, chart.indexOf("subgraph")).includes(`${outer}[`));
  t.true(steps[0][2].includes(`${inner}[`));
  const drawing = at.read("graphs/loop/f.before.svg");
  t.is(drawing.match(/class="title"/g)?.length, 2);
  t.regex(drawing, />tanh</);
});

test("--exact uses no rule that changes a number, not even before gradients", async (t) => {
  const at = project();
  t.teardown(() => at.remove());
  t.is((await run(at.root, "codegen", "--exact", "--out", "exact")).code, 0);
  t.is((await run(at.root, "codegen")).code, 0);
  const [exact, all] = ["exact", "generated"].map((out) => at.read(`${out}/curve/typescript.ts`));
  t.regex(exact, /1 \/ \(Math\.exp\(-\(x\[i\] \* slope\[0\]\)\) \+ 1\)|1 \/ \(1 \+ Math\.exp/);
  t.not(exact, all);
  const built = await buildModel("models/curve.ts", {
    root: at.root,
    targets: [],
    tiers: ["exact"],
  });
  const fired = [...built.recognised, ...built.model.functions.flatMap((f) => f.program.rewrites)];
  t.deepEqual([...new Set(fired.map((r) => r.rule.tier))], ["exact"]);
  const stale = await run(at.root, "codegen", "--check", "--exact");
  t.is(stale.code, 1);
  t.regex(stale.error, /npx adjoint codegen --exact\n$/);
});

test("--debug names the rule that is wrong, with its place in the model", async (t) => {
  const at = new Project({
    "models/curve.ts": `import { fn, tanh, vector } from "adjoint";
const x = vector(5);
export const f = fn([x], tanh(x * 2) + 1);
`,
  });
  t.teardown(() => at.remove());
  const x = variable("x");
  const planted = equation("exact", "planted", applied(tanh.op, [x]), applied(sigmoid.op, [x]));
  const options = { root: at.root, targets: [], rules: [planted] };
  const error = await t.throwsAsync(buildModel("models/curve.ts", { ...options, debug: true }), {
    instanceOf: AdjointError,
    message: /^the rule planted \(exact: tanh\(x\) = sigmoid\(x\)\) changed a value: tanh\(/,
  });
  t.is(error?.code, "ADJ9002");
  t.like(error?.site, { file: "models/curve.ts", line: 3 });
  await t.notThrowsAsync(buildModel("models/curve.ts", options), "without --debug it goes unseen");
});

test("--debug finds nothing wrong with the compiler's own rules", async (t) => {
  const at = project();
  t.teardown(() => at.remove());
  const { code, error } = await run(at.root, "codegen", "--debug");
  t.is(error, "");
  t.is(code, 0);
});
