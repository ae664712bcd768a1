/** LeNet as generated: its formulas, its first cost, its gradient against differences of the cost. */

import { loadDigits } from "adjoint/train";
import test from "ava";
import { createLenet } from "../../generated/lenet/index.ts";
import { importText } from "../support/compile.ts";
import { changedLines, generateModel } from "../support/models.ts";

type State = Record<string, Float32Array | Int32Array>;
interface Program {
  createState(seed: number): State;
  train(state: State, index: number): number;
}

const names = ["layer0", "layer1", "hidden", "output"].flatMap((l) => [`${l}_W`, `${l}_b`]);

/** LeNet on batches of 10, for whole ones take seconds. */
async function small(): Promise<Program> {
  const files = await generateModel("lenet", "const batchSize = 500;", "const batchSize = 10;");
  return (await importText(files.get("typescript.ts") as string)) as unknown as Program;
}

const { train: digits } = loadDigits();

function filled(program: Program): State {
  const state = program.createState(1);
  state.trainX = digits.images.subarray(0, 100 * 784);
  state.trainY = digits.labels.subarray(0, 100);
  return state;
}

test.serial("formulas are the textbook's, in the layers' names", async (t) => {
  const files = await generateModel("lenet");
  const text = files.get("typescript.ts") as string;
  for (const formula of [
    "h0_convolved[i,j,k,l] = Σ_mn x[i,k·28 + m·28 + l + n]·layer0_W[j,4 − m,4 − n]",
    "h1_convolved[i,j,k,l] = Σ_mnq h0[i,m,k + n,l + q]·layer1_W[j,m,4 − n,4 − q]",
    "h0_pooled[i,j,k,l] = max_mn h0_convolved[i,j,k·2 + m,l·2 + n]",
    "h0[i,j,k,l] = tanh(h0_linear[i,j,k,l])",
    "where h0_linear[i,j,k,l] = h0_pooled[i,j,k,l] + layer0_b[j]",
    "∂cost/∂h2_linear ≡ d_h2_linear[i,j] = ∂cost/∂h2[i,j]·(1 − h2[i,j]·h2[i,j])",
    "layer0_W[i,j,k] ← layer0_W[i,j,k] − 0.1·∂cost/∂layer0_W[i,j,k]",
    "where ∂cost/∂layer1_b[i] = Σ_jkl d_h1_linear[j,i,k,l]",
  ])
    t.true(text.includes(formula), formula);
  const rate = await generateModel("lenet", "const rate = 0.1;", "const rate = 0.2;");
  for (const [name, before] of files) {
    const lines = changedLines(before, rate.get(name) as string);
    t.log(`another rate: ${name}: ${lines.length} lines`);
    // A parameter's formula and its factor, before and after.
    t.true(lines.length <= 4 * names.length, lines.join("\n"));
  }
});

test.serial("parameters: as many as the tutorial's, filters within their bounds", (t) => {
  const trainer = createLenet({ seed: 3 });
  const of = (name: string) => trainer[name as "layer0_W"].get();
  t.is(
    names.reduce((sum, name) => sum + of(name).length, 0),
    431_080,
  );
  for (const [name, fanIn, fanOut] of [
    ["layer0_W", 25, 125],
    ["layer1_W", 500, 312],
    ["hidden_W", 800, 500],
  ] as const) {
    const largest = of(name).reduce((most, w) => Math.max(most, Math.abs(w)), 0);
    const bound = Math.sqrt(6 / (fanIn + fanOut));
    t.true(largest <= bound && largest > 0.98 * bound, `${name}: ${largest} of ${bound}`);
  }
  t.true(of("output_W").every((w) => w === 0));
});

test.serial("the first cost is ln 10, and training brings it down", async (t) => {
  const program = await small();
  const state = filled(program);
  const first = program.train(state, 0);
  t.true(Math.abs(first - Math.log(10)) < 1e-6);
  let last = 0;
  for (let epoch = 0; epoch < 2; epoch++)
    for (let i = 0; i < 10; i++) last = program.train(state, i);
  t.true(last < 0.6 * first, `${first} → ${last}`);
});

test.serial("a step goes against the gradient, as differences of the cost have it", async (t) => {
  const program = await small();
  const state = filled(program);
  // With zeros behind it the hidden layer would have no gradient.
  for (let i = 0; i < state.output_W.length; i++) state.output_W[i] = 0.3 * Math.sin(i);
  const start = new Map(names.map((name) => [name, state[name].slice()]));
  const costOf = (name: string, place: number, by: number): number => {
    for (const [other, values] of start) state[other].set(values);
    state[name][place] += by;
    return program.train(state, 0);
  };
  const step = 0.01;
  for (const name of names) {
    costOf(name, 0, 0);
    const before = start.get(name) as Float32Array;
    const gradient = state[name].map((w, i) => (before[i] - w) / 0.1);
    // The places where most is at stake, for roundings matter least there.
    const places = [...gradient.keys()].sort(
      (a, b) => Math.abs(gradient[b]) - Math.abs(gradient[a]),
    );
    for (const place of places.slice(0, 3)) {
      const slope = (costOf(name, place, step) - costOf(name, place, -step)) / (2 * step);
      const apart = Math.abs(slope - gradient[place]);
      t.true(
        apart < 0.03 * Math.abs(slope) + 1e-4,
        `${name}[${place}]: ${gradient[place]}, ${slope}`,
      );
    }
  }
});
