/** Mistakes that users make, each with its exact message. `UPDATE=1 npm test` writes what is there now. */

import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import test from "ava";
import { buildModel } from "../compiler/cli/build.ts";
import { codes } from "../compiler/diagnostics/codes.ts";
import { errorsOf, formatErrors } from "../compiler/diagnostics/frame.ts";
import { sourcesOf } from "../compiler/diagnostics/sources.ts";

const folder = path.resolve("tests/golden/errors");
const seen = new Set<string>();

for (const name of readdirSync(folder).sort()) {
  test.serial(`mistake: ${name}`, async (t) => {
    const root = path.join(folder, name);
    const error = await buildModel("model.ts", { root, targets: ["gpu"] }).then(
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
