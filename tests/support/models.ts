/** The models of this repository as generated, also with a change in their text. */

import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { diffLines } from "diff";
import { buildModel } from "../../compiler/cli/build.ts";

/** Generated files of a model of `models/`, by name, with a text of the model replaced. */
export async function generateModel(
  model: string,
  from: string | RegExp = "",
  to = "",
): Promise<ReadonlyMap<string, string>> {
  const root = mkdtempSync(path.join(tmpdir(), "adjoint-"));
  try {
    cpSync("models", path.join(root, "models"), { recursive: true });
    writeFileSync(path.join(root, "package.json"), "{}");
    const place = path.join(root, "models", `${model}.ts`);
    const text = readFileSync(place, "utf8");
    const other = text.replaceAll(from, to);
    if (from !== "" && other === text) throw new Error(`${model}.ts has no ${from}`);
    writeFileSync(place, other);
    const { files } = await buildModel(`models/${model}.ts`, { root, targets: ["native", "gpu"] });
    return new Map([...files].map(([name, content]) => [path.basename(name), content]));
  } finally {
    rmSync(root, { recursive: true });
  }
}

/** Lines that a diff shows as removed or added. */
export function changedLines(before: string, after: string): string[] {
  return diffLines(before, after)
    .filter((part) => part.added || part.removed)
    .flatMap((part) => part.value.split("\n").filter((line) => line.trim() !== ""));
}
