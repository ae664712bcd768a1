/** Options by name: a misspelt one would otherwise be a model that quietly does something else. */

import { fail } from "../diagnostics/error.ts";
import { closest } from "../diagnostics/suggest.ts";

/** @throws ADJ1008 for an option that is not among the names */
export function checkOptionNames(what: string, options: object, names: readonly string[]): void {
  for (const name of Object.keys(options)) {
    if (names.includes(name)) continue;
    const guess = closest(name, names);
    fail("ADJ1008", `${what}: there is no option ${name}`, {
      hint: guess ? `did you mean ${guess}?` : `options: ${names.join(", ")}`,
    });
  }
}
