/** The generated folder on disk: what is stale, writing, deleting. */

import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import type { BuiltModel, Manifest } from "./build.ts";

/** One difference between what is there and what should be. */
export interface Change {
  /** Place under the output folder. */
  readonly file: string;
  /** What is there; undefined if nothing. */
  readonly before: string | undefined;
  /** What should be there; undefined if nothing. */
  readonly after: string | undefined;
}

/**
 * Everything that is stale.
 *
 * @param complete all models were built: folders of models that are no more are stale, too
 */
export function changesIn(
  out: string,
  built: readonly BuiltModel[],
  manifest: Manifest,
  before: Manifest | undefined,
  complete: boolean,
): { changes: Change[]; manifest: Manifest } {
  const wanted = new Map<string, string>();
  for (const model of built) for (const [file, text] of model.files) wanted.set(file, text);
  const names = new Set(built.map((model) => model.name));
  const models = complete
    ? Object.fromEntries(Object.entries(manifest.models).filter(([name]) => names.has(name)))
    : manifest.models;
  const kept: Manifest = { ...manifest, models };
  wanted.set("manifest.json", `${JSON.stringify(kept, null, 2)}\n`);
  const obsolete = Object.entries(before?.models ?? {})
    .filter(([name]) => names.has(name) || complete)
    .flatMap(([, entry]) => entry.files)
    .filter((file) => !wanted.has(file));
  const changes: Change[] = [];
  for (const [file, after] of wanted) {
    const now = read(path.join(out, file));
    if (now === undefined || normal(now) !== normal(after))
      changes.push({ file, before: now, after });
  }
  for (const file of obsolete) {
    const now = read(path.join(out, file));
    if (now !== undefined) changes.push({ file, before: now, after: undefined });
  }
  return { changes, manifest: kept };
}

/** A checkout may have other line ends. */
const normal = (text: string): string => text.replaceAll("\r\n", "\n");

function read(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}

/** Applies changes: each file is written beside its place and renamed, so no one sees half of one. */
export function apply(out: string, changes: readonly Change[]): void {
  for (const { file, after } of changes) {
    const place = path.join(out, file);
    if (after === undefined) {
      rmSync(place, { force: true });
      removeIfEmpty(path.dirname(place), out);
      continue;
    }
    mkdirSync(path.dirname(place), { recursive: true });
    const temporary = `${place}.${process.pid}.tmp`;
    writeFileSync(temporary, after);
    renameSync(temporary, place);
  }
}

function removeIfEmpty(folder: string, out: string): void {
  if (folder !== out && existsSync(folder) && readdirSync(folder).length === 0) rmdirSync(folder);
}
