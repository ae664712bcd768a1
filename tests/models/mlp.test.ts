/** The multilayer perceptron as generated: its layers' names, its formulas, and how small diffs stay. */

import test from "ava";
import { changedLines, generateModel } from "../support/models.ts";

const generate = (from?: string | RegExp, to?: string) => generateModel("mlp", from, to);
const at = (files: ReadonlyMap<string, string>, name: string): string => files.get(name) as string;

test.serial("gradients are what one would write, in the layers' names", async (t) => {
  const text = at(await generate(), "typescript.ts");
  for (const formula of [
    "h[i,j] = tanh(linear[i,j])",
    "∂cost/∂linear ≡ d_linear[i,j] = ∂cost/∂h[i,j]·(1 − h[i,j]·h[i,j])",
    "where ∂cost/∂hidden_W[i,j] = 0.0002·hidden_W[i,j] + Σ_k x[k,i]·d_linear[k,j]",
    "L2_sum_hidden_W = Σ_ij hidden_W[i,j]·hidden_W[i,j]",
    "cost = 0.0001·L2 − cost_sum / 20",
  ])
    t.true(text.includes(formula), formula);
  t.notRegex(text, /L1/, "a penalty of weight 0 is computed");
  t.notRegex(
    text.slice(text.indexOf("interface State")),
    /\w_more\b|\w_2\b/,
    "a counter in a name",
  );
});

test.serial("what an exported layer holds is exported with its name", async (t) => {
  const index = at(await generate(), "index.ts");
  for (const name of ["hidden_W", "hidden_b", "output_W", "output_b"])
    t.true(index.includes(`  readonly ${name}: Shared<Float32Array>;`), name);
  const inside = at(await generate("export const hidden", "const hidden"), "index.ts");
  t.notRegex(inside, /readonly hidden_W/);
  t.regex(inside, /hidden_W: \{ dtype: "float32", shape: \[784, 500\] \}/);
});

test.serial(
  "another rate changes two lines a parameter, another name of a size none",
  async (t) => {
    const before = await generate();
    const after = await generate("const rate = 0.01;", "const rate = 0.05;");
    for (const [name, text] of before) {
      const lines = changedLines(text, at(after, name));
      t.log(`${name}: ${lines.length} lines`);
      // A parameter's formula (again in the entry) and its factor, both before and after.
      t.true(lines.length <= 16, `${name}\n${lines.join("\n")}`);
      for (const line of lines) t.regex(line, /0\.0[15]/);
    }
    t.deepEqual(await generate("hiddenUnits", "units"), before);
  },
);

test.serial("another name of a layer changes only lines with that name", async (t) => {
  // As long as the other, so that no line is broken elsewhere.
  const before = at(await generate(), "typescript.ts");
  const after = at(await generate(/\boutput\b(?!\()/g, "labels"), "typescript.ts");
  for (const line of changedLines(before, after)) t.regex(line, /output_|labels_/);
});

test.serial("a penalty does not part the loops of the softmax and its gradient", async (t) => {
  const text = at(await generate("L1_weight = 0;", "L1_weight = 0.001;"), "typescript.ts");
  t.true(text.includes("train_cost_sum_and_d_p_logits(p_logits, p_exp, y, d_p_logits)"));
  t.notRegex(text, /train_p_sum/);
  t.regex(text, /p_exp of train: float32, 10 elements/);
  t.regex(text, /0\.001·sign\(hidden_W\[i,j\]\)/);
});
