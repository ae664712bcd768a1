/** Builds the addon of a model once and keeps it in the user's cache, by the hash of all that it is made of. */

import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
} from "node:fs";
import { createRequire } from "node:module";
import { homedir, tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { UnavailableError } from "../unavailable.ts";
import { findCompiler } from "./compiler.ts";

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
/** A compiler that has not come to an end after so many milliseconds hangs. */
const longest = 600_000;

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
 * @param damaged a file of the cache that cannot be loaded: it is built anew
 * @returns the file of the addon
 * @throws UnavailableError where there is no compiler, with its command and output where it fails, and where it
 *   does not come to an end
 */
export async function buildAddon(
  source: string,
  model: string,
  { damaged, limit = longest }: { damaged?: string; limit?: number } = {},
): Promise<string> {
  const compiler = findCompiler();
  const args = [
    ...flags(),
    ...compiler.flags,
    ...["-shared", "-pthread", `-DADJOINT_MODEL=adjoint_${model.replace(/\W/g, "_")}`],
    ...["-I", own, "-I", path.dirname(source), "-I", nodeHeaders()],
    ...[source, ...sources, "-lm"],
    ...(process.platform === "darwin" ? ["-undefined", "dynamic_lookup"] : []),
  ];
  const hash = createHash("sha256");
  for (const file of [source, source.replace(/\.c$/, ".h"), header, ...sources])
    hash.update(readFileSync(file)).update("\0");
  const machine = [process.platform, process.arch, compiler.version];
  hash.update([...machine, ...compiler.flags, ...flags()].join("\0"));
  const name = `${model}-${compiler.variant}-${hash.digest("hex").slice(0, 16)}.node`;
  const cached = path.join(cacheFolder(), name);
  if (cached !== damaged && existsSync(cached)) return cached;
  const { folder, reason } = writableFolder();
  const file = path.join(folder, name);
  if (file !== damaged && existsSync(file)) return file;
  // Another process may build the same: each into a file of its own, and the last one stays.
  const temporary = path.join(folder, `${name}.${randomBytes(6).toString("hex")}`);
  const start = performance.now();
  const how = reason ?? (damaged ? "anew, for the kept file is damaged" : "once");
  process.stderr.write(`Compiling ${model} for this machine (${compiler.variant}), ${how} … `);
  try {
    await compile(compiler.command, [...args, "-o", temporary], limit);
    flush(temporary);
    renameSync(temporary, file);
  } catch (error) {
    process.stderr.write("failed\n");
    rmSync(temporary, { force: true });
    throw error;
  }
  process.stderr.write(`${((performance.now() - start) / 1000).toFixed(1)} s\n`);
  return file;
}

/** Writes a file through to the disk: a power cut must not leave half of it under its name. */
function flush(file: string): void {
  const handle = openSync(file, "r+");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

let ownFolder: string | undefined;

/** The cache, or where it cannot be written a folder of this process only, and why. */
function writableFolder(): { folder: string; reason?: string } {
  const folder = cacheFolder();
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
    return { folder };
  } catch (error) {
    if (!ownFolder) {
      const made = mkdtempSync(path.join(tmpdir(), "adjoint-"));
      process.on("exit", () => rmSync(made, { recursive: true, force: true }));
      ownFolder = made;
    }
    const code = (error as NodeJS.ErrnoException).code;
    return {
      folder: ownFolder,
      reason: `for this process only: ${folder} is not writable (${code})`,
    };
  }
}

function compile(
  [command, ...first]: readonly string[],
  args: readonly string[],
  limit: number,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const all = [...first, ...args];
    const child = spawn(command, all, { stdio: ["ignore", "pipe", "pipe"] });
    const timer = setTimeout(() => {
      child.kill();
      // What it started may go on and keep these open.
      for (const stream of [child.stdout, child.stderr]) stream.destroy();
      reject(new UnavailableError(`${command} did not come to an end in ${limit / 1000} s`));
    }, limit);
    let told = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => {
        told += text;
      });
    child.on("error", (error) => {
      clearTimeout(timer);
      reject(new UnavailableError(`${command}: ${error.message}`));
    });
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      const line = [command, ...all].map((arg) => (/\s/.test(arg) ? `'${arg}'` : arg)).join(" ");
      if (code === 0) resolve();
      else
        reject(
          new UnavailableError(
            `${command} failed (${signal ?? code}) to compile the native code:\n${line}\n${told}`,
          ),
        );
    });
  });
}
