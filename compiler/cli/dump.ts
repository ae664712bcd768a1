/** `--dump`: what each step of the pipeline made of a model, as numbered texts. */

import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { debugPrint, pp } from "../graph/print.ts";
import { formulaOf } from "../targets/formula.ts";
import type { BuiltModel } from "./build.ts";

/** Writes `1-model.txt` … `4-kernels.txt` into `folder/<model>/`. */
export function dump(folder: string, { name, model }: BuiltModel): void {
  const place = path.join(folder, name);
  mkdirSync(place, { recursive: true });
  const pages: Record<string, string[]> = {
    "1-model": [],
    "2-simplified": [],
    "3-rewrites": [],
    "4-kernels": [],
  };
  for (const { program, nests } of model.functions) {
    const title = `── ${program.name} ${"─".repeat(Math.max(0, 60 - program.name.length))}`;
    for (const page of Object.values(pages)) page.push(title, "");
    for (const node of program.formulas.raw)
      pages["1-model"].push(pp(node), "", debugPrint(node), "");
    for (const node of program.formulas.simplified)
      pages["2-simplified"].push(pp(node), "", debugPrint(node), "");
    for (const { rule, before, after } of program.rewrites) {
      pages["3-rewrites"].push(
        `${rule.name} (${rule.tier}): ${rule.statement}`,
        `  ${pp(before, { names: true })}`,
        `  ${pp(after, { names: true })}`,
        "",
      );
    }
    for (const nest of nests) {
      for (const stage of nest.stages) {
        pages["4-kernels"].push(
          ...formulaOf(stage, program, (axis) => nest.axisNames.get(axis) ?? "?"),
        );
      }
      pages["4-kernels"].push("");
    }
  }
  for (const [page, lines] of Object.entries(pages))
    writeFileSync(path.join(place, `${page}.txt`), `${lines.join("\n")}\n`);
}
