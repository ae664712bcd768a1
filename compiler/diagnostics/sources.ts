/** The texts that code frames show. */

import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { errorsOf } from "./frame.ts";

/** The source texts of an exception's places, by the names that errors show: relative to `cwd`. */
export function sourcesOf(error: unknown, cwd = process.cwd()): ReadonlyMap<string, string> {
  const files = errorsOf(error)
    .flatMap((e) => [e.site?.file, ...e.related.map((r) => r.site?.file)])
    .filter((file) => file !== undefined);
  return new Map(
    [...new Set(files)].flatMap((file) => {
      const full = path.resolve(cwd, file);
      return existsSync(full) ? [[file, readFileSync(full, "utf8")] as const] : [];
    }),
  );
}
