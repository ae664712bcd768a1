/** Slips in a command, in words of our own: the same for each program of this project. */

import type { CAC } from "cac";
import { closest } from "../diagnostics/suggest.ts";

/** A mistake in the command, not in a model: shown as its message alone. */
export class UsageError extends Error {}

/** `; did you mean NAME?`, or a full stop where no name is near. */
export function didYouMean(name: string, names: readonly string[], prefix = ""): string {
  const guess = closest(name, names);
  return guess ? `; did you mean ${prefix}${guess}?` : ".";
}

/** An option as it is typed: `--dry-run`, `-x`. */
const typed = (name: string): string =>
  `${name.length === 1 ? "-" : "--"}${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/**
 * Checks what was parsed against the command that it means, in place of cac's own checks.
 *
 * @throws UsageError for an option that there is not, one without its value, an argument that is missing, or one
 *   too many
 */
export function checkCommand({ matchedCommand, globalCommand, options, args }: CAC): void {
  const known = [...globalCommand.options, ...(matchedCommand?.options ?? [])];
  const names = known.map(({ name }) => name).filter((name) => name !== "help");
  for (const name of Object.keys(options)) {
    if (name === "--" || known.some((option) => option.names.includes(name))) continue;
    throw new UsageError(
      `Unknown option ${typed(name)}${didYouMean(name, [...names, "help"], "--")}`,
    );
  }
  if (!matchedCommand || options.help === true || options.version === true) return;
  for (const { name, required } of matchedCommand.options)
    if (required && options[name] === true) throw new UsageError(`${typed(name)} needs a value.`);
  const { args: places } = matchedCommand;
  const missing = places.find(({ required }, i) => required && args[i] === undefined);
  if (missing) throw new UsageError(`There is no ${missing.value} in the command.`);
  if (!places.some(({ variadic }) => variadic) && args.length > places.length)
    throw new UsageError(`There is nothing to do with ${args.slice(places.length).join(" ")}.`);
}
