/** `--check`: what is stale, as a patch that shows what the mending command would do. */

import path from "node:path";
import { createTwoFilesPatch } from "diff";
import type { Change } from "./files.ts";
import { exits, type Output } from "./output.ts";

/**
 * Shows stale files.
 *
 * @param out the output folder as people wrote it
 * @param command writes them
 * @returns the exit code
 */
export function reportStale(
  changes: readonly Change[],
  out: string,
  command: string,
  output: Output,
): number {
  if (changes.length === 0) {
    output.log("Generated code is fresh.");
    return exits.fresh;
  }
  for (const change of changes) output.log(patch(change, out));
  const files = changes.map(({ file, before, after }) => {
    const what =
      before === undefined ? "is missing" : after === undefined ? "is left over" : "differs";
    return `  ${path.posix.join(out, file)} ${what}`;
  });
  output.error(`Generated code is stale:\n${files.join("\n")}\n\nTo write it anew: ${command}`);
  return exits.stale;
}

/** A unified diff that `git apply` and `patch` take. */
function patch({ file, before, after }: Change, out: string): string {
  const name = path.posix.join(out, file);
  const text = createTwoFilesPatch(
    before === undefined ? "/dev/null" : name,
    after === undefined ? "/dev/null" : name,
    before?.replaceAll("\r\n", "\n") ?? "",
    after ?? "",
    undefined,
    undefined,
    { context: 3 },
  );
  return text.replace(/^(?:Index: .*\n)?=+\n/, "");
}
