/** Options and choices by name: a misspelt one would otherwise be a model that quietly does something else. */

import { fail } from "../diagnostics/error.ts";
import { closest } from "../diagnostics/suggest.ts";

/** @throws ADJ1008 for an option that is not among the names */
export function checkOptionNames(what: string, options: object, names: readonly string[]): void {
  for (const name of Object.keys(options)) {
    if (names.includes(name)) continue;
    const guess = closest(name, names);
    fail("ADJ1008", `${what}: there is no option ${name}`, {
      hint: `${guess ? `did you mean ${guess}? ` : ""}options: ${names.join(", ")}`,
    });
  }
}

/** @throws ADJ1008 unless `given` is one of the names */
export function checkName(what: string, given: unknown, names: readonly string[]): void {
  if (names.some((name) => name === given)) return;
  const name = typeof given === "string" ? given : String(JSON.stringify(given) ?? typeof given);
  const longer = name.length > 2 ? names.filter((known) => known.startsWith(name)) : [];
  const near = closest(name, names);
  const meant = longer.length > 0 ? longer : near ? [near] : [];
  fail("ADJ1008", `there is no ${what} ${name}`, {
    hint: meant.length > 0 ? `did you mean ${meant.join(", ")}?` : `${what}s: ${names.join(", ")}`,
  });
}
