/** The size of a trainer in a browser: bundled, minified, gzipped, and a limit that it must keep. */

import { gzipSync } from "node:zlib";
import { build } from "esbuild";

/** Bytes that trainer and runtime may take together, gzipped. */
const limit = 15_000;

const { outputFiles } = await build({
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
  write: false,
});
// The gpu target is loaded on demand: it is a file of its own.
const entry = outputFiles.filter(({ path }) => !/gpu/.test(path));
const total = entry.reduce((sum, { contents }) => sum + gzipSync(contents).length, 0);
for (const { path, contents } of outputFiles)
  console.log(
    `${path.split("/").at(-1)}: ${contents.length} bytes, ${gzipSync(contents).length} gzipped`,
  );
console.log(`trainer and runtime: ${total} bytes gzipped, limit ${limit}`);
if (outputFiles.some(({ text }) => /ts-morph|codeFrame/.test(text)))
  throw new Error("the compiler is in the trainer's bundle");
if (total > limit) process.exitCode = 1;
