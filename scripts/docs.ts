/** Writes the pages of docs/ that come from tables of the compiler. `--check` only compares. */

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { errorPage } from "../compiler/diagnostics/codes.ts";
import { rulePage } from "../compiler/simplify/page.ts";
import { targetPage } from "../compiler/targets/page.ts";
import { checkArguments } from "./usage.ts";

checkArguments(
  `npm run docs              writes the pages of docs/ that come from tables
npm run docs -- --check   writes nothing; exit code 1 if one is stale`,
  ["--check"],
);

const pages: Readonly<Record<string, string>> = {
  "docs/errors.md": errorPage(),
  "docs/rules.md": rulePage(),
  "docs/targets.md": targetPage(),
};
const check = process.argv.includes("--check");

for (const [file, text] of Object.entries(pages)) {
  const now = existsSync(file) ? readFileSync(file, "utf8") : "";
  if (now === text) continue;
  if (check) {
    console.error(`${file} is stale; npm run docs writes it`);
    process.exitCode = 1;
  } else writeFileSync(file, text);
}
