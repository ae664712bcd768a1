/** Builds the addon of a model once and keeps it in the user's cache, by the hash of all that it is made of. */

import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { UnavailableError } from "../unavailable.ts";
import { type Compiler, findCompiler } from "./compiler.ts";

/**
 * Vector arithmetic without errno and traps; sums keep their order unless the code says otherwise. What
 * $CFLAGS says comes last.
 */
const flags = (): readonly string[] => [
  "-std=gnu11",
  "-O3",
  "-fPIC",
  "-fno-math-errno",
  "-fno-trapping-math",
  "-fopenmp-simd",
  "-fvisibility=hidden",
  "-Wall",
  "-Wextra",
  ...(process.env.CFLAGS ?? "").split(/\s+/).filter(Boolean),
];

const own = path.dirname(fileURLToPath(import.meta.url));
/** The C that all models share. */
const sources = ["adjoint.c", "addon.c"].map((file) => path.join(own, file));
const header = path.join(own, "adjoint.h");

/** Folder of built addons: $ADJOINT_CACHE, or `adjoint` in the user's folder of caches. */
export function cacheFolder(): string {
  const { ADJOINT_CACHE, XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  if (ADJOINT_CACHE) return path.resolve(ADJOINT_CACHE);
  const caches =
    process.platform === "darwin"
      ? path.join(homedir(), "Library", "Caches")
      : process.platform === "win32"
        ? (LOCALAPPDATA ?? path.join(homedir(), "AppData", "Local"))
        : XDG_CACHE_HOME || path.join(homedir(), ".cache");
  return path.join(caches, "adjoint");
}

/** Folder of node_api.h. */
function nodeHeaders(): string {
  const { include_dir: folder } = createRequire(import.meta.url)("node-api-headers") as {
    include_dir: string;
  };
  return folder;
}

/**
 * The addon of generated C: built on first use, with a line that says so.
 *
 * @param source the model's native.c
 * @param model its name, for the line and the file
 * @returns the file of the addon
 * @throws UnavailableError where there is no compiler; Error with its output where it fails
 */
export async function buildAddon(source: string, model: string): Promise<string> {
  const compiler = findCompiler();
  const include = nodeHeaders();
  const hash = createHash("sha256");
  const inputs = [source, source.replace(/\.c$/, ".h"), header, ...sources];
  for (const file of inputs) hash.update(readFileSync(file)).update("\0");
  hash.update(
    [process.platform, process.arch, compiler.version, ...compiler.flags, ...flags()].join("\0"),
  );
  const name = `${model}-${compiler.variant}-${hash.digest("hex").slice(0, 16)}.node`;
  const folder = cacheFolder();
  const file = path.join(folder, name);
  if (existsSync(file)) return file;
  mkdirSync(folder, { recursive: true });
  // Another process may build the same: each into a file of its own, and the last one stays.
  const temporary = path.join(folder, `${name}.${randomBytes(6).toString("hex")}`);
  const start = performance.now();
  process.stderr.write(`Compiling ${model} for this machine (${compiler.variant}), once … `);
  try {
    await compile(compiler, [
      `-DADJOINT_MODEL=adjoint_${model.replace(/\W/g, "_")}`,
      ...["-I", own, "-I", path.dirname(source), "-I", include],
      source,
      ...sources,
      ...["-o", temporary],
    ]);
    renameSync(temporary, file);
  } catch (error) {
    process.stderr.write("failed\n");
    rmSync(temporary, { force: true });
    throw error;
  }
  process.stderr.write(`${((performance.now() - start) / 1000).toFixed(1)} s\n`);
  return file;
}

function compile({ command, flags: ofVariant }: Compiler, args: readonly string[]): Promise<void> {
  const undefinedSymbols = process.platform === "darwin" ? ["-undefined", "dynamic_lookup"] : [];
  const all = [
    ...flags(),
    ...ofVariant,
    "-shared",
    "-pthread",
    ...args,
    "-lm",
    ...undefinedSymbols,
  ];
  return new Promise((resolve, reject) => {
    const child = spawn(command, all, { stdio: ["ignore", "pipe", "pipe"] });
    let told = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      told += text;
    });
    child.on("error", (error) => reject(new UnavailableError(`${command}: ${error.message}`)));
    child.on("close", (code) => {
      if (code === 0) resolve();
      else reject(new UnavailableError(`${command} could not compile the native code:\n${told}`));
    });
  });
}
