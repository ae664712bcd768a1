/** Commands of the bench: their help, their mistakes and their exit codes. */

import type { CAC } from "cac";
import { checkCommand, UsageError } from "../compiler/cli/slips.ts";

export const exits = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const;

/** A number above 0. @throws UsageError */
export function positive(value: unknown, option: string, otherwise: number): number {
  if (value === undefined) return otherwise;
  const n = Number(value);
  if (!(n > 0 && n < 1e6)) throw new UsageError(`--${option} takes a number above 0, got ${value}`);
  return n;
}

/** One of a few names. @throws UsageError */
export function oneOf<T extends string>(value: unknown, option: string, names: readonly T[]): T {
  const found = names.find((name) => name === value);
  if (found === undefined)
    throw new UsageError(`--${option} is one of ${names.join(", ")}, got ${value}`);
  return found;
}

/** Those that are named; all, if none is. @throws UsageError */
export function someOf(given: readonly string[], names: readonly string[], what: string): string[] {
  const unknown = given.find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new UsageError(`There is no ${what} ${unknown}; there are: ${names.join(", ")}`);
  return given.length > 0 ? [...new Set(given)] : [...names];
}

/**
 * Runs a command that is defined.
 *
 * @param help how its help is asked for: `npm run bench -- --help`
 */
export async function runCommand(cli: CAC, help: string, helpText = ""): Promise<void> {
  cli.help((sections) => [
    ...sections.filter((s) => !s.title?.startsWith("For more info")),
    ...(helpText === "" ? [] : [{ body: helpText }]),
  ]);
  cli.showHelpOnExit = false;
  // Nobody reads what is said any more, as with `| head`.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit(exits.done);
  });
  process.once("SIGINT", () => process.exit(exits.interrupted));
  try {
    cli.parse(process.argv, { run: false });
    checkCommand(cli);
    if (cli.options.help === true) cli.outputHelp();
    else await cli.runMatchedCommand();
  } catch (error) {
    const isUsage = error instanceof UsageError;
    console.error(isUsage ? `${(error as Error).message}\nSee ${help}` : error);
    process.exitCode = isUsage ? exits.usage : exits.failed;
  }
}
