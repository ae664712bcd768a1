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
import { generatedFrom } from "../targets/banner.ts";
import type { BuiltModel } from "./build.ts";
import { formatManifest, type Manifest, manifestFile, manifestOf } from "./manifest.ts";

/** One difference between what is there and what should be. */
export interface Change {
  /** Place under the output folder. */
  readonly file: string;
  /** What is there; undefined if nothing. */
  readonly before: string | undefined;
  /** What should be there; undefined if nothing. */
  readonly after: string | undefined;
}

export interface Folders {
  readonly root: string;
  readonly out: string;
}

/**
 * Everything that is stale, the manifest last.
 *
 * @param before the manifest that is there
 * @param complete all models were built: what belongs to any other is stale, too
 */
export function changesIn(
  { root, out }: Folders,
  built: readonly BuiltModel[],
  before: Manifest | undefined,
  complete: boolean,
): Change[] {
  const wanted = new Map(built.flatMap((model) => [...model.files]));
  const names = new Set(built.map((model) => model.name));
  const recorded = Object.entries(before?.models ?? {})
    .filter(([name]) => complete || names.has(name))
    .flatMap(([, entry]) => entry.files);
  const found = generatedIn(out, complete ? undefined : names).filter(({ from }) => {
    // The output of a model that was not built here, and is still there, is not ours to judge.
    return built.some((model) => model.file === from) || !existsSync(path.join(root, from));
  });
  const obsolete = new Set([...recorded, ...found.map(({ file }) => file)]);
  const manifest = manifestOf(built, root, complete ? undefined : before);
  const changes: Change[] = [];
  const compare = (file: string, after: string): void => {
    const now = read(path.join(out, file));
    if (now === undefined || normal(now) !== normal(after))
      changes.push({ file, before: now, after });
  };
  for (const [file, after] of wanted) compare(file, after);
  for (const file of [...obsolete].sort()) {
    const now = wanted.has(file) ? undefined : read(path.join(out, file));
    if (now !== undefined) changes.push({ file, before: now, after: undefined });
  }
  compare(manifestFile, formatManifest(manifest));
  return changes;
}

/** Files that carry our banner, in the folders of models. @param names these folders; all if undefined */
function generatedIn(
  out: string,
  names: ReadonlySet<string> | undefined,
): { file: string; from: string }[] {
  if (!existsSync(out)) return [];
  const folders = readdirSync(out, { withFileTypes: true }).filter(
    (entry) =>
      entry.isDirectory() && (names?.has(entry.name) ?? !/^\.|^node_modules$/.test(entry.name)),
  );
  return folders.flatMap(({ name }) =>
    readdirSync(path.join(out, name), { withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.name.endsWith(".tmp"))
      .flatMap((entry) => {
        const from = generatedFrom(read(path.join(out, name, entry.name)) ?? "");
        return from === undefined ? [] : [{ file: `${name}/${entry.name}`, from }];
      }),
  );
}

/** A checkout may have other line ends. */
const normal = (text: string): string => text.replaceAll("\r\n", "\n");

function read(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}

/**
 * Applies changes. All texts are written beside their places before the first one is renamed, so a
 * full disk changes nothing and no one ever reads half of a file.
 */
export function apply(out: string, changes: readonly Change[]): void {
  const written: { place: string; temporary: string }[] = [];
  try {
    for (const { file, after } of changes) {
      if (after === undefined) continue;
      const place = path.join(out, file);
      const temporary = `${place}.${process.pid}.tmp`;
      mkdirSync(path.dirname(place), { recursive: true });
      written.push({ place, temporary });
      writeFileSync(temporary, after);
    }
    // The manifest knows what may be deleted: it goes last.
    for (const { file, after } of changes) {
      if (after !== undefined) continue;
      const place = path.join(out, file);
      rmSync(place, { force: true });
      removeIfEmpty(path.dirname(place), out);
    }
    for (const { place, temporary } of written) renameSync(temporary, place);
  } finally {
    for (const { temporary } of written) rmSync(temporary, { force: true });
  }
}

function removeIfEmpty(folder: string, out: string): void {
  if (folder !== out && existsSync(folder) && readdirSync(folder).length === 0) rmdirSync(folder);
}
