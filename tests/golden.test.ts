/** Mistakes that users make, each with its exact message. `UPDATE=1 npm test` writes what is there now. */

import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import test from "ava";
import { buildModel } from "../compiler/cli/build.ts";
import { selectModels } from "../compiler/cli/project.ts";
import { codes } from "../compiler/diagnostics/codes.ts";
import { errorsOf, formatErrors } from "../compiler/diagnostics/frame.ts";
import { sourcesOf } from "../compiler/diagnostics/sources.ts";

const folder = path.resolve("tests/golden/errors");
const seen = new Set<string>();

/** Builds `model.ts`, or the models in the folders of a case that has several. */
async function build(root: string): Promise<void> {
  const named = readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((file) => path.basename(path.dirname(file)) !== "." && file.endsWith(".ts"))
    .sort();
  const { files } = selectModels(root, root, named.length > 0 ? named : ["model.ts"], undefined);
  for (const file of files) await buildModel(file, { root, targets: ["gpu"] });
}

for (const name of readdirSync(folder).sort()) {
  test.serial(`mistake: ${name}`, async (t) => {
    const root = path.join(folder, name);
    const error = await build(root).then(
      () => undefined,
      (e: unknown) => e,
    );
    t.true(errorsOf(error).length > 0, `${name} is no mistake: ${error}`);
    for (const { code } of errorsOf(error)) seen.add(code);
    const text = `${formatErrors(error, sourcesOf(error, root))}\n`;
    const file = path.join(root, "stderr.txt");
    if (process.env.UPDATE) writeFileSync(file, text);
    t.is(
      text,
      existsSync(file) ? readFileSync(file, "utf8") : "",
      "UPDATE=1 npm test writes the new text",
    );
  });
}

test.serial("every error that is shown is documented with an example", (t) => {
  for (const code of seen) {
    const { title, explanation, wrong, right } = codes[code as keyof typeof codes];
    t.true(
      [title, explanation, wrong, right].every((text) => text.length > 0),
      code,
    );
  }
  t.log(`${seen.size} codes of ${Object.keys(codes).length}`);
});
