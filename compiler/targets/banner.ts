/** The head of every generated file: what it is, from what, and how it is made again. */

import type { CompiledModel } from "../model.ts";
import type { Writer } from "./writer.ts";

/**
 * No version, date, hash or absolute path: each would change lines that the model did not.
 *
 * @param note one line more, such as one for the type checker
 */
export function banner(out: Writer, model: CompiledModel, what: string, note?: string): void {
  out.line(`// ${what} Generated from ${model.file} by Adjoint; do not edit.`);
  out.line(`// Regenerate: ${model.command}`);
  if (note !== undefined) out.line(`// ${note}`);
  out.line();
}

/** The model file that a text was generated from, as its head says; undefined for any other text. */
export function generatedFrom(text: string): string | undefined {
  const head = text.slice(0, 1000).split("\n", 5).join("\n");
  if (!/\bAdjoint\b/.test(head)) return undefined;
  return /Regenerate: `?(?:npm run codegen --|npx adjoint codegen) ([^`\r\n]+)/.exec(head)?.[1];
}
