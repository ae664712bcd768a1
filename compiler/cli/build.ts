/** From model files to the texts of all generated files, in memory. */

import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { compileModel } from "../compile.ts";
import { AdjointError } from "../diagnostics/error.ts";
import { loadModel } from "../frontend/load.ts";
import { resetGraph } from "../graph/node.ts";
import { resetScalars } from "../kernels/scalar.ts";
import type { CompiledModel } from "../model.ts";
import { resetLeaves } from "../ops/leaf.ts";
import { resetDraws } from "../ops/random.ts";
import { emitModel } from "../targets/index.ts";

/** Changes when generated files of one version cannot be used with the runtime of another. */
const format = 1;

export interface BuildOptions {
  /** The project's folder: file names in errors and in generated code are relative to it. */
  readonly root: string;
  /** Targets besides the reference. */
  readonly targets: readonly string[];
}

export interface BuiltModel {
  readonly name: string;
  /** Local files that it was made from, relative to the project. */
  readonly inputs: readonly string[];
  /** Generated texts by their place under the output folder: `logistic/index.ts`. */
  readonly files: ReadonlyMap<string, string>;
  readonly model: CompiledModel;
  /** Time that it took, in ms. */
  readonly time: number;
}

/** The nearest folder above with a package.json; the given one where there is none. */
export function projectRoot(from: string): string {
  for (let at = path.resolve(from); ; at = path.dirname(at)) {
    if (existsSync(path.join(at, "package.json"))) return at;
    if (at === path.dirname(at)) return path.resolve(from);
  }
}

/** Model files of a project: `models/*.ts`, without tests and tasks (`x.task.ts`). */
export function findModels(root: string): string[] {
  const folder = path.join(root, "models");
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => /^[^.]+\.m?ts$/.test(file))
    .sort()
    .map((file) => `models/${file}`);
}

/** @throws ADJ4006 when two files would write to one folder */
export function checkNames(files: readonly string[]): void {
  const seen = new Map<string, string>();
  for (const file of files) {
    const name = path.basename(file).replace(/\.[cm]?[jt]s$/, "");
    const other = seen.get(name);
    if (other !== undefined && other !== file) {
      throw new AdjointError("ADJ4006", `two models are called ${name}: ${other} and ${file}`, {
        hint: "rename one of the files: the name is that of the generated folder",
      });
    }
    seen.set(name, file);
  }
}

let before: Promise<unknown> = Promise.resolve();

/** Reads and compiles one model. The graph is one for the whole process, so builds wait for each other. */
export function buildModel(file: string, options: BuildOptions): Promise<BuiltModel> {
  const built = before.then(() => buildAlone(file, options));
  before = built.catch(() => undefined);
  return built;
}

async function buildAlone(file: string, { root, targets }: BuildOptions): Promise<BuiltModel> {
  const start = performance.now();
  resetGraph();
  resetLeaves();
  resetDraws();
  resetScalars();
  const loaded = await loadModel(file, { cwd: root });
  const model = compileModel(loaded.name, loaded.file, loaded.exports);
  const files = [...emitModel(model, targets)].map(
    ([name, text]) => [`${loaded.name}/${name}`, text] as const,
  );
  return {
    name: loaded.name,
    inputs: loaded.files,
    files: new Map(files),
    model,
    time: performance.now() - start,
  };
}

export interface Manifest {
  readonly format: number;
  readonly models: Readonly<
    Record<
      string,
      { readonly inputs: Readonly<Record<string, string>>; readonly files: readonly string[] }
    >
  >;
}

/** What the generated folder was made from; models that were not built keep their entry. */
export function manifestOf(
  built: readonly BuiltModel[],
  root: string,
  before: Manifest | undefined,
): Manifest {
  const entries = new Map(Object.entries(before?.models ?? {}));
  for (const { name, inputs, files } of built) {
    const hashes = inputs.map(
      (input) => [input, hashOf(readFileSync(path.join(root, input), "utf8"))] as const,
    );
    entries.set(name, { inputs: Object.fromEntries(hashes), files: [...files.keys()].sort() });
  }
  const sorted = [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
  return { format, models: Object.fromEntries(sorted) };
}

/** Line ends do not count: a checkout may change them. */
function hashOf(text: string): string {
  return createHash("sha256").update(text.replaceAll("\r\n", "\n")).digest("hex");
}

export function readManifest(out: string): Manifest | undefined {
  const file = path.join(out, "manifest.json");
  if (!existsSync(file)) return undefined;
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Manifest;
  } catch {
    return undefined;
  }
}
