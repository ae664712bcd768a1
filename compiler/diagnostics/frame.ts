/** Errors as people read them: place, code, message, the lines of the model, a hint, related places. */

import { codeFrameColumns } from "@babel/code-frame";
import { formatSite, type Site } from "../graph/site.ts";
import { AdjointError, AdjointErrors } from "./error.ts";

/** The errors inside an exception of the compiler; none for any other exception. */
export function errorsOf(error: unknown): readonly AdjointError[] {
  if (error instanceof AdjointErrors) return error.errors;
  return error instanceof AdjointError ? [error] : [];
}

/**
 * `models/mlp.ts:14:20 - error ADJ1003: dot(x, W): …`, and below it the line, underlined.
 *
 * @param sources texts of the files by the names that sites use
 */
export function formatError(
  error: AdjointError,
  sources: ReadonlyMap<string, string>,
  colour = false,
  severity: "error" | "warning" = "error",
): string {
  const place = error.site ? `${formatSite(error.site)} - ` : "";
  const lines = [`${place}${severity} ${error.code}: ${error.message}`];
  const frame = error.site && frameOf(error.site, sources, colour);
  if (frame) lines.push("", frame);
  if (error.hint) lines.push("", `  ${error.hint}`);
  for (const related of error.related) {
    lines.push("", `  ${related.site ? `${formatSite(related.site)} - ` : ""}${related.message}`);
  }
  return lines.join("\n");
}

/** All errors of an exception, one after the other. */
export function formatErrors(
  error: unknown,
  sources: ReadonlyMap<string, string>,
  colour = false,
): string {
  return errorsOf(error)
    .map((e) => formatError(e, sources, colour))
    .join("\n\n");
}

function frameOf(
  site: Site,
  sources: ReadonlyMap<string, string>,
  colour: boolean,
): string | undefined {
  const source = sources.get(site.file);
  if (source === undefined) return undefined;
  const { line, column, length = 1 } = site;
  return codeFrameColumns(
    source,
    { start: { line, column }, end: { line, column: column + length } },
    { linesAbove: 1, linesBelow: 1, highlightCode: colour, forceColor: colour },
  );
}
