/** `generated/manifest.json`: what was generated, from which files. The one place for hashes and versions. */

import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import type { BuiltModel } from "./build.ts";

/** Changes when generated files of one version cannot be used with the runtime of another. */
const format = 1;

export interface ManifestEntry {
  /** The model file, relative to the project. */
  readonly file: string;
  /** SHA-256 of every local file that it was made from. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Generated files, relative to the manifest. */
  readonly files: readonly string[];
}

export interface Manifest {
  readonly format: number;
  readonly models: Readonly<Record<string, ManifestEntry>>;
}

export const manifestFile = "manifest.json";

/**
 * What the generated folder is made from after a run.
 *
 * @param kept models that were not built keep their entry; without one they are no more
 */
export function manifestOf(
  built: readonly BuiltModel[],
  root: string,
  kept: Manifest | undefined,
): Manifest {
  const entries = new Map(Object.entries(kept?.models ?? {}));
  for (const { name, file, inputs, files } of built) {
    const hashes = inputs.map(
      (input) => [input, hashOf(readFileSync(path.join(root, input), "utf8"))] as const,
    );
    entries.set(name, {
      file,
      inputs: Object.fromEntries(hashes),
      files: [...files.keys()].sort(),
    });
  }
  const sorted = [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
  return { format, models: Object.fromEntries(sorted) };
}

/** The manifest as text. */
export function formatManifest(manifest: Manifest): string {
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

/** Line ends do not count: a checkout may change them. */
function hashOf(text: string): string {
  return createHash("sha256").update(text.replaceAll("\r\n", "\n")).digest("hex");
}

/** The manifest of a folder; undefined where there is none that can be read (a merge may have broken it). */
export function readManifest(out: string): Manifest | undefined {
  const file = path.join(out, manifestFile);
  if (!existsSync(file)) return undefined;
  try {
    const value: unknown = JSON.parse(readFileSync(file, "utf8"));
    return isManifest(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isManifest(value: unknown): value is Manifest {
  if (!isRecord(value) || !isRecord(value.models)) return false;
  return Object.values(value.models).every(
    (entry) =>
      isRecord(entry) &&
      typeof entry.file === "string" &&
      isRecord(entry.inputs) &&
      Array.isArray(entry.files) &&
      entry.files.every(isInside),
  );
}

/** Files that are no longer produced are deleted: a path must not lead out of the folder. */
function isInside(file: unknown): boolean {
  return (
    typeof file === "string" && !path.isAbsolute(file) && !path.normalize(file).startsWith("..")
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
