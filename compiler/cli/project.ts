/** Where a project lies and which model files it has. */

import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { AdjointError } from "../diagnostics/error.ts";
import { closest } from "../diagnostics/suggest.ts";
import type { Manifest } from "./manifest.ts";
import { UsageError } from "./slips.ts";

export { UsageError } from "./slips.ts";

/** The nearest folder above with a package.json; the given one where there is none. */
export function projectRoot(from: string): string {
  for (let at = path.resolve(from); ; at = path.dirname(at)) {
    if (existsSync(path.join(at, "package.json"))) return at;
    if (at === path.dirname(at)) return path.resolve(from);
  }
}

/**
 * The command that generates code, as it is typed in a project: by its script `codegen`, where it has one that
 * runs this program.
 */
export function codegenCommand(root: string, args: readonly string[] = []): string {
  let script: unknown;
  try {
    const text = readFileSync(path.join(root, "package.json"), "utf8");
    script = (JSON.parse(text) as { scripts?: { codegen?: unknown } }).scripts?.codegen;
  } catch {
    // No package.json, or none that can be read.
  }
  const command =
    typeof script === "string" && /\badjoint(\.mjs)?\s+codegen\b/.test(script)
      ? ["npm run codegen", ...(args.length > 0 ? ["--"] : [])]
      : ["npx adjoint codegen"];
  return [...command, ...args].join(" ");
}

/** A path as people and manifests see it: relative, with `/` on every system. */
export function relativeTo(from: string, file: string): string {
  return path.relative(from, file).split(path.sep).join("/");
}

/** A model's name: that of its file, and of its folder of generated code. */
export function modelName(file: string): string {
  return path.basename(file).replace(/\.[cm]?[jt]s$/, "");
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

/** The models that a command means. */
export interface Selection {
  /** Relative to the project, in order. */
  readonly files: readonly string[];
  /** None was named, so these are all that there are: outputs of any other model are stale. */
  readonly complete: boolean;
}

/**
 * The models to build: those named; otherwise all of `models/`, and those that were generated from
 * elsewhere as long as their file is there.
 *
 * @throws UsageError for a file that is not there, ADJ4006 for two models of one name
 */
export function selectModels(
  root: string,
  cwd: string,
  named: readonly string[],
  manifest: Manifest | undefined,
): Selection {
  const inModels = findModels(root);
  const known = Object.values(manifest?.models ?? {})
    .map((entry) => entry.file)
    .filter((file) => existsSync(path.join(root, file)));
  const all = [...new Set([...inModels, ...known])];
  if (named.length === 0) {
    if (all.length === 0)
      throw new UsageError("There are no models: write models/NAME.ts, or name a file");
    checkNames(all);
    return { files: all, complete: true };
  }
  const files = named.map((file) => {
    const full = path.resolve(cwd, file);
    if (existsSync(full) && statSync(full).isFile()) {
      checkIsModel(relativeTo(root, full), root, all);
      return relativeTo(root, full);
    }
    const guess = all.find((m) => modelName(m) === modelName(file)) ?? closest(file, all);
    throw new UsageError(
      `There is no model file ${file}${guess ? `; did you mean ${relativeTo(cwd, path.join(root, guess))}?` : ""}`,
    );
  });
  checkNames([...new Set([...files, ...all])], new Set(files));
  return { files: [...new Set(files)], complete: false };
}

/**
 * A program that uses a model is often called as the model is.
 *
 * @throws ADJ4005 for a file that uses no function of the language, where a model of its name is known
 */
function checkIsModel(file: string, root: string, models: readonly string[]): void {
  const model = models.find((other) => other !== file && modelName(other) === modelName(file));
  if (!model || /["']adjoint["']/.test(readFileSync(path.join(root, file), "utf8"))) return;
  throw new AdjointError(
    "ADJ4005",
    `${file} exports no function of a model: it imports nothing from "adjoint"`,
    { hint: `did you mean ${model}?` },
  );
}

/**
 * Two files must not write to one folder; on some systems `A` and `a` are one.
 *
 * @throws ADJ4006, if one of the two is in `concerned`
 */
function checkNames(
  files: readonly string[],
  concerned: ReadonlySet<string> = new Set(files),
): void {
  const seen = new Map<string, string>();
  for (const file of files) {
    const name = modelName(file);
    const other = seen.get(name.toLowerCase());
    if (other !== undefined && (concerned.has(file) || concerned.has(other))) {
      throw new AdjointError("ADJ4006", `two models are called ${name}: ${other} and ${file}`, {
        hint: "rename one of the files: the name is that of the generated folder",
      });
    }
    seen.set(name.toLowerCase(), other ?? file);
  }
}
