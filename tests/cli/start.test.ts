/** Starting the command from its source: one file that is kept while no source changes. */

import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test from "ava";

test("the kept file is used until a source or a dependency changes, and knows where modules are written", (t) => {
  const root = realpathSync(mkdtempSync(path.join(tmpdir(), "adjoint-start-")));
  t.teardown(() => rmSync(root, { recursive: true }));
  const write = (file: string, text: string): void => {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), text);
  };
  mkdirSync(path.join(root, "scripts"));
  copyFileSync("scripts/adjoint.mjs", path.join(root, "scripts/adjoint.mjs"));
  mkdirSync(path.join(root, "node_modules"));
  for (const name of ["esbuild", "@esbuild"])
    symlinkSync(path.resolve("node_modules", name), path.join(root, "node_modules", name));
  write("package-lock.json", "{}");
  write("compiler/cli/main.ts", 'import { say } from "../say.ts";\nsay(process.argv.slice(2));\n');
  const say = (word: string): void =>
    write(
      "compiler/say.ts",
      `export const say = (what: string[]): void => console.log("${word}", what.join(), "import.meta.url", import.meta.url);\n`,
    );
  const cache = path.join(root, "node_modules/.cache/adjoint");
  const run = (): string =>
    execFileSync(process.execPath, [path.join(root, "scripts/adjoint.mjs"), "a", "b"], {
      encoding: "utf8",
    }).trim();
  const made = (): number => statSync(path.join(cache, readdirSync(cache)[0])).mtimeMs;

  say("one");
  t.is(run(), `one a,b import.meta.url file://${root}/compiler/say.ts`);
  const first = made();
  run();
  t.is(made(), first);
  say("two");
  t.regex(run(), /^two /);
  const second = made();
  t.true(second > first);
  write("package-lock.json", '{ "packages": {} }');
  run();
  t.true(made() > second);
  t.is(readdirSync(cache).length, 1);
});
