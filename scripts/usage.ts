/** How a script is called. */

import { closest } from "../compiler/diagnostics/suggest.ts";

/**
 * Ends the program where help is asked for, and where an argument is none that the script knows (exit code 2).
 *
 * @param usage the script and what it does, with a line for each argument
 */
export function checkArguments(usage: string, known: readonly string[]): void {
  const given = process.argv.slice(2);
  if (given.some((arg) => arg === "--help" || arg === "-h")) {
    console.log(usage);
    process.exit(0);
  }
  const unknown = given.find((arg) => !known.includes(arg));
  if (unknown === undefined) return;
  const guess = closest(unknown, [...known, "--help"]);
  console.error(
    `Unknown argument ${unknown}${guess ? `; did you mean ${guess}?` : "."}\n\n${usage}`,
  );
  process.exit(2);
}
