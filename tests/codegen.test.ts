/** Generated code as a product: what logistic regression becomes, and how small diffs stay. */

import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test from "ava";
import { diffLines } from "diff";
import { buildModel } from "../compiler/cli/build.ts";

const source = readFileSync("models/logistic.ts", "utf8");

/** Generated files of a model text, by name. */
async function generate(text: string): Promise<ReadonlyMap<string, string>> {
  const root = mkdtempSync(path.join(tmpdir(), "adjoint-"));
  try {
    mkdirSync(path.join(root, "models"));
    writeFileSync(
      path.join(root, "package.json"),
      `{ "scripts": { "codegen": "adjoint codegen" } }`,
    );
    writeFileSync(path.join(root, "models", "logistic.ts"), text);
    const { files } = await buildModel("models/logistic.ts", {
      root,
      targets: ["native", "wasm", "gpu"],
    });
    return new Map([...files].map(([name, content]) => [path.basename(name), content]));
  } finally {
    rmSync(root, { recursive: true });
  }
}

/** Lines that a diff shows as removed or added. */
function changedLines(before: string, after: string): string[] {
  return diffLines(before, after)
    .filter((part) => part.added || part.removed)
    .flatMap((part) => part.value.split("\n").filter((line) => line.trim() !== ""));
}

const code = async (text: string): Promise<string> =>
  (await generate(text)).get("typescript.ts") as string;

/** The text of one exported function with its kernels. */
function functionText(text: string, name: string): string {
  const start =
    text.indexOf(`/** ${name}(`) >= 0 ? text.indexOf(`/** ${name}(`) : text.indexOf(` * ${name}(`);
  const rest = text.slice(start);
  const end = rest.slice(10).search(/^export function/m);
  return end < 0 ? rest : rest.slice(0, end + 10);
}

test("the gradient of logistic regression is what one would write by hand", async (t) => {
  const text = await code(source);
  const train = text.slice(
    text.indexOf("export function train"),
    text.indexOf("export function validate"),
  );
  t.true(train.includes("d_p_logits[i * 10 + j] = (p - (j === y[i] ? 1 : 0)) / 600;"));
  t.is(train.match(/Math\.exp\(/g)?.length, 1, "one exponential");
  t.is(train.match(/Math\.log\(/g)?.length, 1, "one logarithm: the cost's own");
  t.false(/d_W(?!_factor)/.test(train), "no buffer for the gradient of W");
  t.false(/\.slice\(|\.set\(/.test(train), "no copy of the batch");
  t.true(
    train.includes("const x = state.trainX.subarray(index * 470400, index * 470400 + 470400);"),
  );
  t.true(train.includes("W[i * 10 + j] -= d_W_factor *"));
});

test("generated text has at most 100 columns, and nothing that would churn", async (t) => {
  for (const [file, text] of await generate(source)) {
    if (file.endsWith(".md")) continue;
    const wide = text.split("\n").filter((line) => line.length > 100);
    t.deepEqual(wide, [], file);
    t.false(
      /\b(?:tmp|alu|buf|val|t|v(?!128\b))\d+\b/.test(text),
      `${file}: a name that is a counter`,
    );
    t.false(/eval\(|new Function|:\d+:\d+/.test(text), file);
  }
});

test("maths.md has the textbook's gradient", async (t) => {
  const text = (await generate(source)).get("maths.md") as string;
  t.true(
    text.includes(
      "\\frac{\\partial \\mathrm{cost}}{\\partial W} = x^{\\top}\\,\\frac{p - \\mathop{\\mathrm{onehot}}_{10}\\left(y\\right)}{600}",
    ),
  );
  t.true(
    text.includes("\\mathrm{cost} = -\\frac{1}{600} \\sum_{i} \\log\\left(p_{i,\\,y_{i}}\\right)"),
  );
});

test("a batch of a named size has the textbook's gradient as well, its size the same in all formulas", async (t) => {
  const files = await generate(`
    import { arange, at, dot, fn, grad, ivector, log, matrix, mean, shared, softmax, zeros } from "adjoint";
    const [x, y] = [matrix("rows", 784), ivector("rows")];
    const W = shared(zeros(784, 10));
    const p = softmax(dot(x, W));
    const cost = -mean(log(at(p, arange("rows"), y)));
    export const train = fn([x, y], cost, { updates: [[W, W - 0.1 * grad(cost, W)]] });
  `);
  const maths = files.get("maths.md") as string;
  const size = "\\mathrm{rows}";
  t.true(
    maths.includes(
      `= x^{\\top}\\,\\frac{p - \\mathop{\\mathrm{onehot}}_{10}\\left(y\\right)}{${size}}`,
    ),
  );
  t.true(maths.includes(`-\\frac{1}{${size}} \\sum_{i} \\log`));
  t.regex(files.get("typescript.ts") as string, /= \(p - \(j === y\[i\] \? 1 : 0\)\) \/ \w+;/);
});

test("changing the rate changes few lines of code in each file", async (t) => {
  const [before, after] = [
    await generate(source),
    await generate(source.replace("rate = 0.13", "rate = 0.1")),
  ];
  for (const [file, text] of before) {
    const changed = changedLines(text, after.get(file) as string);
    t.log(`${file}: ${changed.length / 2} lines`);
    // WebAssembly computes with four lanes at a time and with one.
    t.true(changed.length / 2 <= (file.startsWith("wasm") ? 8 : 4), file);
    // Bytes do not say what they are.
    if (file !== "wasm.ts") t.true(changed.every((line) => line.includes("0.1")));
  }
});

test("a regulariser changes only lines about W and the cost", async (t) => {
  const more = source
    .replace(
      "const cost = -mean(log(at(p, arange(batchSize), y)));",
      "const cost = -mean(log(at(p, arange(batchSize), y))) + 0.0001 * sum(W ** 2);",
    )
    .replace("  slice,\n", "  slice,\n  sum,\n");
  t.not(more, source);
  const changed = changedLines(await code(source), await code(more));
  const others = changed.filter((line) => !/W|cost|for \(|^\s*}|^\s*\/?\*/.test(line));
  t.log(`${changed.length} lines`);
  t.deepEqual(others, []);
});

test("renaming a variable changes only lines with that name", async (t) => {
  const renamed = source.replace(/\bW\b/g, "weights");
  const [before, after] = [await code(source), await code(renamed)];
  for (const line of changedLines(before, after)) t.regex(line, /W|weights/);
  const plain = (text: string): string => text.replaceAll("weights", "W").replace(/\s+/g, "");
  t.is(plain(after).replaceAll(",)", ")"), plain(before).replaceAll(",)", ")"));
});

test("another exported function leaves the text of the others alone", async (t) => {
  const more = `${source}\nexport const scale = fn([images], images * 2);\n`;
  const [before, after] = [await code(source), await code(more)];
  for (const name of ["train", "validate", "test", "probabilities"])
    t.is(functionText(after, name), functionText(before, name), name);
});

test("what is committed is what the compiler writes, whatever the time zone, locale and folder", async (t) => {
  const files = await generate(source);
  for (const [file, text] of files)
    t.is(readFileSync(path.join("generated", "logistic", file), "utf8"), text, file);
  const { TZ, LC_ALL } = process.env;
  Object.assign(process.env, { TZ: "Asia/Kathmandu", LC_ALL: "tr_TR.UTF-8" });
  t.deepEqual(await generate(source), files);
  Object.assign(process.env, { TZ: TZ ?? "", LC_ALL: LC_ALL ?? "" });
});

test("a model of classes in another file compiles, its layers told apart by name", async (t) => {
  const root = mkdtempSync(path.join(tmpdir(), "adjoint-"));
  mkdirSync(path.join(root, "models"));
  writeFileSync(path.join(root, "package.json"), "{}");
  cpSync("tests/golden/mlp", path.join(root, "models"), { recursive: true });
  const { files } = await buildModel("models/mlp.ts", { root, targets: [] });
  const text = files.get("mlp/typescript.ts") as string;
  for (const name of ["hidden_W", "hidden_b", "output_W", "output_b"])
    t.true(text.includes(`  ${name}: Float32Array;`), name);
  t.false(/_2\b/.test(text.replace(/L2/g, "")), "a counter in a name");
  rmSync(root, { recursive: true });
});

test("committed code stays within 100 columns", (t) => {
  for (const model of readdirSync("generated", { withFileTypes: true })) {
    if (!model.isDirectory()) continue;
    for (const file of readdirSync(path.join("generated", model.name))) {
      if (file.endsWith(".md")) continue;
      const place = path.join("generated", model.name, file);
      const wide = readFileSync(place, "utf8").split("\n");
      t.deepEqual(
        wide.filter((line) => line.length > 100),
        [],
        place,
      );
    }
  }
});

test("parts of a penalised cost are called after what they are of", async (t) => {
  const text = await code(
    source.replace(/^(const cost = .*);.*$/m, "$1 + 0.001 * mean(W ** 2); // penalised"),
  );
  t.regex(text, /cost_sum_W = Σ_ij W\[i,j\]·W\[i,j\]/);
  t.regex(text, /cost_sum_p = Σ_i \(p_logits/);
});

test("one more function leaves the WebAssembly of the others as it is", async (t) => {
  const bodies = async (text: string): Promise<string[]> => {
    const wasm = (await generate(text)).get("wasm.ts") as string;
    const [, list] = /\n {2}bodies: \[\n(.*?)\n {2}\],/s.exec(wasm) as RegExpExecArray;
    return list.split(/\n(?= {4}\/\/ )/);
  };
  const before = await bodies(source);
  const after = await bodies(`${source}\nexport const level = fn([images], mean(scores, 1));\n`);
  t.true(before.length > 20 && after.length > before.length);
  t.deepEqual(
    before.filter((body) => !after.includes(body)),
    [],
  );
});

test("comments of memory say how much of a value is there; variables with views only are not unpacked", async (t) => {
  const files = await generate(source);
  const native = files.get("native.c") as string;
  t.regex(native, /float \*p_exp = .*; \/\* \[10\] of \[600, 10\], behind p_logits \*\//);
  t.true((files.get("wasm.wat") as string).includes(";; float32[10] of [600, 10]"));
  t.notRegex(native, / \*trainX = /);
});

/** A network with layers in a list, trained by an optimiser that a helper writes. */
const optimised = (optimiser: string): string => `
  import { dot, fn, grad, matrix, mean, shared, sqrt, square, type Tensor, tanh, zeros, zerosLike } from "adjoint";
  class Layer {
    W: Tensor;
    b: Tensor;
    constructor(inputs: number, outputs: number) {
      this.W = shared(zeros(inputs, outputs));
      this.b = shared(zeros(outputs));
    }
  }
  const [x, y] = [matrix("rows", 20), matrix("rows", 10)];
  const hidden = [new Layer(20, 30), new Layer(30, 30)];
  const output = new Layer(30, 10);
  const h = hidden.reduce((below, { W, b }) => tanh(dot(below, W) + b), x);
  const cost = mean(square(dot(h, output.W) + output.b - y));
  const params = [...hidden, output].flatMap(({ W, b }) => [W, b]);
  ${optimiser}
`;

/** Shared variables of a generated module. */
const variablesIn = (text: string): string[] =>
  [...text.matchAll(/Shared variable .*\n {2}(\w+):/g)].map(([, name]) => name);

test("states and steps of an optimiser are called after the parameters that they are for", async (t) => {
  const owners = ["hidden_0", "hidden_1", "output"].flatMap((layer) => [
    `${layer}_W`,
    `${layer}_b`,
  ]);
  const named = (text: string): string[] => variablesIn(text).sort();
  const momentum = await code(
    optimised(`
      const momentum = (rate: number) =>
        params.flatMap((w) => {
          const v = shared(zerosLike(w));
          const step = 0.9 * v - rate * grad(cost, w);
          return [[v, step], [w, w + step]] as const;
        });
      export const train = fn([x, y], cost, { updates: momentum(0.1) });
    `),
  );
  t.deepEqual(named(momentum), owners.flatMap((w) => [w, `${w}_v`]).sort());
  for (const w of owners) t.true(momentum.includes(`${w}_step`), w);
  t.notRegex(momentum, /\b_\d/);
  // States that are read by a state, in a loop, with a norm of all gradients.
  const accumulated = await code(
    optimised(`
      const gradients = grad(cost, params);
      const norm = sqrt(gradients.map((g) => mean(square(g))).reduce((a, b) => a + b));
      const count = shared(0);
      const updates: [Tensor | number, Tensor | number][] = [[count, count + 1]];
      for (const [i, w] of params.entries()) {
        const g = gradients[i] / norm;
        const m = shared(zerosLike(w));
        const s = shared(zerosLike(w));
        const squares = 0.9 * m + 0.1 * square(g);
        const step = (g * sqrt(s + 1e-6)) / sqrt(squares + 1e-6 / (count + 1));
        updates.push([m, squares], [s, 0.9 * s + 0.1 * square(step)], [w, w - step]);
      }
      export const train = fn([x, y], cost, { updates });
    `),
  );
  t.deepEqual(
    named(accumulated),
    [...owners.flatMap((w) => [w, `${w}_m`, `${w}_s`]), "count"].sort(),
  );
  for (const w of owners) t.true(accumulated.includes(`${w}_squares`), w);
});

test("another parameter in front of an optimiser's list renames nothing of the others", async (t) => {
  const written = (params: string, pairs: string): Promise<string> =>
    code(
      optimised(`
        const trained = [${params}];
        const speeds = trained.map((w) => shared(zerosLike(w)));
        ${pairs}
        export const train = fn([x, y], cost, { updates });
      `),
    );
  const named = (text: string): string[] => [
    ...variablesIn(text),
    ...[...text.matchAll(/^function (train_\w+)/gm)].map(([, name]) => name),
  ];
  const isOfOutput = (name: string): boolean => /output/.test(name);
  const ways = [
    // In pairs, and in a list of its own.
    `const updates = trained.flatMap((w, i) => {
      const next = 0.9 * speeds[i] - 0.1 * grad(cost, w);
      return [[speeds[i], next], [w, w + next]] as const;
    });`,
    `const nexts = trained.map((w, i) => 0.9 * speeds[i] - 0.1 * grad(cost, w));
    const updates = trained.flatMap((w, i) => [[speeds[i], nexts[i]], [w, w + nexts[i]]] as const);`,
  ];
  for (const pairs of ways) {
    const [fewer, more] = await Promise.all(
      ["output.W, output.b", "hidden[0].W, output.W, output.b"].map((params) =>
        written(params, pairs),
      ),
    );
    const names = named(fewer).filter(isOfOutput);
    t.true(names.includes("output_W_speeds") && names.some((name) => /W_nexts?$/.test(name)));
    t.deepEqual(named(more).filter(isOfOutput), names);
    for (const text of [fewer, more]) t.notRegex(text, /(updates|speeds|nexts)_\d/);
  }
});

test("variables of one name without an owner are told apart by their list and place in it", async (t) => {
  const text = await code(
    optimised(`
      const totals = params.map((w) => {
        const v = shared(zerosLike(w));
        return [v, 0.9 * v + grad(cost, w)] as const;
      });
      export const train = fn([x, y], cost, { updates: totals });
    `),
  );
  const states = variablesIn(text).filter((name) => name.endsWith("_v"));
  t.deepEqual(
    states,
    [0, 1, 2, 3, 4, 5].map((i) => `totals_${i}_v`),
  );
});
