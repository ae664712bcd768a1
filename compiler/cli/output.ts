/** What the command says: exit codes, messages, errors. */

import type { AdjointError } from "../diagnostics/error.ts";
import { errorsOf, formatError, formatErrors } from "../diagnostics/frame.ts";
import { sourcesOf } from "../diagnostics/sources.ts";
import { UsageError } from "./project.ts";

/** Exit codes, as `--help` lists them. */
export const exits = { fresh: 0, stale: 1, userError: 2, internalError: 3 } as const;

/** Where messages go; tests look at them. */
export interface Output {
  readonly log: (text: string) => void;
  readonly error: (text: string) => void;
  /** Shows what is being done until the next message; only on a terminal that a person watches. */
  readonly progress?: (text: string) => void;
  readonly colour: boolean;
}

/**
 * Shows an exception: a mistake of the model or in the command as such, anything else as a fault of
 * the compiler.
 *
 * @returns the exit code
 */
export function report(error: unknown, root: string, output: Output): number {
  const mistakes = errorsOf(error);
  if (mistakes.length > 0 && !mistakes.some(isInternal)) {
    output.error(`${formatErrors(error, sourcesOf(error, root), output.colour)}\n`);
    return exits.userError;
  }
  if (error instanceof UsageError) {
    output.error(error.message);
    return exits.userError;
  }
  if (isSystemError(error)) {
    output.error(`Generated code could not be read or written: ${error.message}`);
    return exits.userError;
  }
  output.error(
    `Adjoint failed, which is a fault of its own and not of the model:\n\n${error instanceof Error ? error.stack : String(error)}`,
  );
  return exits.internalError;
}

/** Shows a warning; it does not change the exit code. */
export function reportWarning(warning: AdjointError, root: string, output: Output): void {
  const text = formatError(warning, sourcesOf(warning, root), output.colour, "warning");
  output.error(`${text}\n`);
}

function isInternal(error: AdjointError): boolean {
  return error.code.startsWith("ADJ9");
}

/** A full disk, a missing permission: `EACCES: permission denied, open '…'`. */
function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error && "code" in error;
}
