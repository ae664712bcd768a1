/** Arrays of numbers that a model writes out, as lines of generated code. */

import { type DType, decimal } from "../graph/types.ts";
import type { SharedVariable } from "../model.ts";
import { columns } from "./writer.ts";

/** What a variable starts with, in its own dtype: as few digits as give the same bits again. */
export function shortest(value: number, dtype: DType): string {
  if (dtype === "bool") return value === 0 ? "0" : "1";
  const own = dtype === "float32" ? Math.fround(value) : value;
  return Object.is(own, -0) ? "-0" : decimal(own, dtype);
}

/**
 * Lines of numbers, each behind its own comma; every row of the last axis starts a line.
 *
 * @param indent columns that the lines are moved to the right by
 * @param print a number as the language writes it
 */
export function literalLines(
  { node, values = [] }: SharedVariable,
  indent: number,
  print: (value: number, dtype: DType) => string = shortest,
): string[] {
  const { dtype } = node.type;
  const width = node.shape.length > 1 ? Number(node.shape.at(-1)) : values.length;
  const lines: string[] = [];
  for (let start = 0; start < values.length; start += width) {
    let line = "";
    for (const value of values.slice(start, start + width)) {
      const text = `${print(value, dtype)},`;
      if (line !== "" && indent + line.length + 1 + text.length > columns) {
        lines.push(line);
        line = "";
      }
      line += line === "" ? text : ` ${text}`;
    }
    lines.push(line);
  }
  return lines;
}
