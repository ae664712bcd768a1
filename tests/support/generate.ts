/** Generated code of a model's text, as files that tests can import. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { ExecutionContext } from "ava";
import { buildModel } from "../../compiler/cli/build.ts";

/** Generated texts of a model, written to a folder of this project, where they can be imported. */
export async function generate(
  t: ExecutionContext,
  name: string,
  text: string,
  targets: readonly string[] = [],
): Promise<{ files: ReadonlyMap<string, string>; entry: string }> {
  mkdirSync("report", { recursive: true });
  const root = mkdtempSync(path.resolve("report/test-"));
  t.teardown(() => rmSync(root, { recursive: true }));
  const write = (file: string, content: string): void => {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), content);
  };
  write(`models/${name}.ts`, text);
  const { files } = await buildModel(`models/${name}.ts`, { root, targets });
  for (const [file, content] of files) write(`generated/${file}`, content);
  return { files, entry: pathToFileURL(path.join(root, "generated", name, "index.ts")).href };
}
