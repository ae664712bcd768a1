/** What the README and docs/models.md show: the models compile, and the code is what is generated for them. */

import { readFileSync, writeFileSync } from "node:fs";
import test from "ava";
import { generate } from "./support/generate.ts";
import { changedLines } from "./support/models.ts";

/** The fenced blocks of a page in one language. */
const blocks = (page: string, language: string): string[] =>
  [...readFileSync(page, "utf8").matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)]
    .filter(([, name]) => name === language)
    .map(([, , text]) => text);

test("the README's model, the code and the formula that are generated for it", async (t) => {
  const [model, excerpt] = blocks("README.md", "ts");
  const { files } = await generate(t, "heart", model);
  const lines = (files.get("heart/typescript.ts") as string).split("\n").map((line) => line.trim());
  for (const line of excerpt.split("\n").map((l) => l.trim()))
    t.true(["", "…"].includes(line) || lines.includes(line), line);
  const [formula] = blocks("README.md", "math");
  t.true((files.get("heart/maths.md") as string).includes(formula));
});

test("another learning rate changes as many lines of the model as docs/models.md says", async (t) => {
  const [model] = blocks("docs/models.md", "ts");
  const other = model.replace("[50, 0.1]", "[50, 0.2]");
  const [before, after] = [await generate(t, "digits", model), await generate(t, "digits", other)];
  const [one, two] = [before, after].map(
    ({ files }) => files.get("digits/typescript.ts") as string,
  );
  const [, said] = /formula: (\d+) lines here/.exec(readFileSync("docs/models.md", "utf8")) ?? [];
  t.is(changedLines(one, two).length, 2 * Number(said));
});

test("the model of docs/models.md trains and predicts as its program says", async (t) => {
  const [model, program] = blocks("docs/models.md", "ts");
  const { entry } = await generate(t, "digits", model);
  const collected = "export const said = [];\nconst say = (...what) => said.push(what);\n";
  const text = program
    .replace("./generated/digits/index.ts", entry)
    .replace('target: "auto"', 'target: "typescript"')
    .replace("epoch < 5", "epoch < 2")
    .replaceAll("console.log", "say");
  const file = new URL("../../program.ts", entry);
  writeFileSync(file, `${collected}${text}`);
  const { said } = (await import(file.href)) as { said: [[string], [string], [Int32Array]] };
  const [[first], [second], [labels]] = said;
  t.true(Number(first) > 1 && Number(first) < 1.5, first);
  t.true(Number(second) < Number(first) - 0.3, second);
  t.is(labels.length, 1);
});
