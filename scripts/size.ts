/** The size of a trainer in a browser: bundled, minified, gzipped, and a limit that it must keep. */

import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { checkArguments } from "./usage.ts";

checkArguments(
  "npm run size   the size of a trainer in a browser, and its limit (exit code 1 above it)",
  [],
);

/** Bytes that trainer and runtime may take together with the largest target that browsers choose, gzipped. */
const limit = 15_000;

const { outputFiles, metafile } = await build({
  stdin: {
    contents: 'export { createLogistic } from "./generated/logistic/index.ts";',
    resolveDir: process.cwd(),
  },
  bundle: true,
  minify: true,
  format: "esm",
  splitting: true,
  outdir: "out",
  platform: "browser",
  conditions: ["source"],
  external: ["gpu.js"],
  metafile: true,
  write: false,
});
const sizes = new Map(
  outputFiles.map(({ path, contents }) => [
    path.slice(path.lastIndexOf("/") + 1),
    gzipSync(contents).length,
  ]),
);
const filesOf = new Map(
  Object.entries(metafile.outputs).map(([path, { imports }]) => [
    path.slice(path.lastIndexOf("/") + 1),
    imports
      .filter(({ external }) => !external)
      .map(({ path: imported, kind }) => ({
        name: imported.slice(imported.lastIndexOf("/") + 1),
        isLazy: kind === "dynamic-import",
      })),
  ]),
);

/** A file with all that it imports, and with what it loads later of one target. */
function loaded(file: string, target: RegExp | undefined, found = new Set<string>()): Set<string> {
  if (found.has(file)) return found;
  found.add(file);
  for (const { name, isLazy } of filesOf.get(file) ?? [])
    if (!isLazy || target?.test(name)) loaded(name, target, found);
  return found;
}

const bytes = (target?: RegExp): number =>
  [...loaded("stdin.js", target)].reduce((sum, file) => sum + (sizes.get(file) ?? 0), 0);

for (const [file, size] of sizes) console.log(`${file}: ${size} bytes gzipped`);
const [plain, wasm, gpu] = [bytes(), bytes(/^wasm/), bytes(/^gpu/)];
console.log(`trainer and runtime: ${plain} bytes gzipped; with wasm ${wasm}, with gpu ${gpu}`);
console.log(`limit ${limit}`);
if (outputFiles.some(({ text }) => /ts-morph|codeFrame/.test(text)))
  throw new Error("the compiler is in the trainer's bundle");
if (Math.max(plain, wasm, gpu) > limit) process.exitCode = 1;
