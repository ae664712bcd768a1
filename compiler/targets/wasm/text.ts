/** The text of functions, and of comments. */

import { columns } from "../writer.ts";
import { type Code, flat, linesOf } from "./code.ts";

/** The text of a function. */
export function textOf(
  name: string,
  parameters: readonly Code[],
  locals: readonly Code[],
  code: readonly Code[],
): string[] {
  const lines = [
    ...packed([`(func $${name}`, ...parameters.map(flat)], ""),
    ...packed(locals.map(flat), "  ").map((line) => `  ${line.trimStart()}`),
    ...code.flatMap((statement, i) => linesOf(statement, 2, i === code.length - 1 ? 1 : 0)),
  ];
  return lines.map((line, i) => (i === lines.length - 1 ? `${line})` : line));
}

/** Words in lines that are as long as may be. */
export function packed(words: readonly string[], indent: string): string[] {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < widest)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`${lines.length === 0 ? indent : "    "}${word}`);
  }
  return lines;
}

const widest = 96;

/** Lines of a comment; long ones are wrapped. */
export function comment(lines: readonly string[]): string[] {
  const room = columns - "  ;; ".length;
  return lines.flatMap((line) => {
    const parts: string[] = [];
    let rest = line;
    while (rest.length > room) {
      const cut = rest.lastIndexOf(" ", room);
      if (cut <= 8) break;
      parts.push(rest.slice(0, cut).trimEnd());
      rest = `    ${rest.slice(cut).trimStart()}`;
    }
    return [...parts, rest].map((part) => `;; ${part}`.trimEnd());
  });
}
