/** WebAssembly text as folded expressions, and how they are laid out in lines. */

import { columns } from "../writer.ts";

/** `(f32.add (local.get $a) (local.get $b))` as a list; a string is a word. */
export type Code = string | readonly Code[];

export const get = (name: string): Code => ["local.get", `$${name}`];
export const set = (name: string, value: Code): Code => ["local.set", `$${name}`, value];
export const i32 = (value: number): Code => ["i32.const", String(value)];

/** A number and what it is, as a comment behind it. */
export const noted = (code: Code, about: string): Code =>
  constOf(code) === undefined ? code : [...(code as readonly Code[]).slice(0, 2), `(; ${about} ;)`];

const isConst = (code: Code): code is readonly [string, string] =>
  Array.isArray(code) && code[0] === "i32.const";

/** The value of a constant of type i32. */
export const constOf = (code: Code): number | undefined =>
  isConst(code) ? Number(code[1]) : undefined;

/** a + b, without additions of 0. */
export function plus(a: Code, b: Code): Code {
  const [x, y] = [constOf(a), constOf(b)];
  if (x === 0) return b;
  if (y === 0) return a;
  return x !== undefined && y !== undefined ? i32(x + y) : ["i32.add", a, b];
}

/** a·n, as a shift where n is a power of two. @param about what n is, unless it is the size of a number */
export function times(a: Code, n: number, about?: string): Code {
  const value = constOf(a);
  if (value !== undefined) return i32(value * n);
  if (n === 0) return i32(0);
  if (n === 1) return a;
  const bits = Math.log2(n);
  const by = (value: number, text: string | undefined): Code =>
    text === undefined ? i32(value) : noted(i32(value), text);
  if (!Number.isInteger(bits)) return ["i32.mul", a, by(n, about)];
  return ["i32.shl", a, by(bits, about && n > 4 ? `·${n}, ${about}` : undefined)];
}

/** a / n, rounded up. @param about what n is */
export const dividedUp = (a: Code, n: number, about: string): Code => [
  "i32.div_u",
  plus(a, noted(i32(n - 1), "rounded up")),
  noted(i32(n), about),
];

/** a − b, without subtractions of 0 and of itself. */
export function minus(a: Code, b: Code): Code {
  const [x, y] = [constOf(a), constOf(b)];
  if (x !== undefined && y !== undefined) return i32(x - y);
  if (flat(a) === flat(b)) return i32(0);
  return y === 0 ? a : ["i32.sub", a, b];
}

/** a·b, without factors of 1. */
export function product(a: Code, b: Code): Code {
  const [x, y] = [constOf(a), constOf(b)];
  if (x === 1) return b;
  if (y === 1) return a;
  return x !== undefined && y !== undefined ? i32(x * y) : ["i32.mul", a, b];
}

export function flat(code: Code): string {
  return typeof code === "string" ? code : `(${code.map(flat).join(" ")})`;
}

/** Whether there are lines of comments in it. */
const hasNotes = (code: Code): boolean =>
  typeof code === "string" ? code.startsWith(";;") : code.some(hasNotes);

/** What is around functions: they stand inside the module. */
const outside = 2;

/**
 * The lines of an expression; what does not fit on one has its operands on lines of their own.
 *
 * @param closing parentheses that will stand behind it
 */
export function linesOf(code: Code, indent: number, closing = 0): string[] {
  const pad = " ".repeat(indent);
  const whole = flat(code);
  const fits = outside + indent + whole.length + closing <= columns;
  if (typeof code === "string" || (fits && !hasNotes(code))) return [`${pad}${whole}`];
  let head = code.findIndex((part) => typeof part !== "string" || hasNotes(part));
  if (head < 0) head = code.length;
  const first = `${pad}(${code.slice(0, head).map(flat).join(" ")}`;
  const operands = code.slice(head);
  const rest = operands.flatMap((part, i) =>
    linesOf(part, indent + 2, i === operands.length - 1 ? closing + 1 : 0),
  );
  return rest.length === 0 ? [`${first})`] : [first, ...rest.slice(0, -1), `${rest.at(-1)})`];
}

/** Expressions in one line of text. */
export function parse(text: string): Code[] {
  const stack: Code[][] = [[]];
  for (const [token] of text.matchAll(/[()]|[^\s()]+/g)) {
    if (token === "(") stack.push([]);
    else if (token === ")") {
      const done = stack.pop() as Code[];
      stack.at(-1)?.push(done);
    } else stack.at(-1)?.push(token);
  }
  return stack[0];
}

/** A line of text, broken where it is too long. */
export function brokenLine(line: string): string[] {
  if (outside + line.length <= columns || line.trimStart().startsWith(";;")) return [line];
  const own = line.length - line.trimStart().length;
  const depth = (text: string, sign: string): number => text.split(sign).length - 1;
  const open = depth(line, ")") - depth(line, "(");
  if (open < 0) return [line];
  // What is closed here but opened above stays behind the last line.
  const lines = parse(line.slice(0, line.length - open)).flatMap((code) =>
    linesOf(code, own, open),
  );
  lines[lines.length - 1] += ")".repeat(open);
  return lines;
}
