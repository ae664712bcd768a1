/** The scalar language in TypeScript: one table, exhaustive by type. */

import { helperName, isDefined } from "../../kernels/functions.ts";
import type { DefinedFn, InstructionFn, Scalar, ScalarFn } from "../../kernels/scalar.ts";

/** JavaScript's operator precedences, as far as they are needed. */
const p = {
  choice: 1,
  or: 3,
  and: 4,
  bitOr: 5,
  equal: 8,
  relate: 9,
  add: 11,
  mul: 12,
  unary: 14,
  call: 17,
} as const;

export interface Code {
  readonly text: string;
  readonly precedence: number;
}

type Print = (args: readonly Code[], s: Scalar) => Code;

const infix =
  (sign: string, level: number): Print =>
  ([a, b], s) => ({
    text: `${close(a, level)} ${sign} ${close(b, goesOn(s) ? level : level + 1)}`,
    precedence: level,
  });

const method =
  (name: string): Print =>
  (args) => ({ text: `Math.${name}(${args.map((a) => a.text).join(", ")})`, precedence: p.call });

/** 32-bit integers wrap around; index arithmetic stays far below that and is left plain. */
const wrapped =
  (plain: Print): Print =>
  (args, s) =>
    s.dtype === "int32" && !isIndex(s)
      ? { text: `${close(plain(args, s), p.bitOr + 1)} | 0`, precedence: p.bitOr }
      : plain(args, s);

const table: Record<InstructionFn, Print> = {
  add: wrapped(infix("+", p.add)),
  sub: wrapped(infix("-", p.add)),
  mul: (args, s) =>
    s.dtype === "int32" && !isIndex(s) ? method("imul")(args, s) : infix("*", p.mul)(args, s),
  // Of integers: floor division, and the remainder that goes with it.
  div: (args, s) => (isInt(s) ? floored(infix("/", p.mul)(args, s)) : infix("/", p.mul)(args, s)),
  mod: (args, s) => {
    const [, b] = args;
    const rest = infix("%", p.mul)(args, s);
    if (isIndex(s)) return rest;
    const positive = { text: `${rest.text} + ${close(b, p.add)}`, precedence: p.add };
    return infix("%", p.mul)([positive, b], s);
  },
  pow: method("pow"),
  neg: ([a], s) =>
    s.dtype === "int32"
      ? { text: `-${close(a, p.unary)} | 0`, precedence: p.bitOr }
      : { text: `-${closeNegative(a)}`, precedence: p.unary },
  abs: method("abs"),
  sign: method("sign"),
  floor: method("floor"),
  exp: method("exp"),
  log: method("log"),
  log1p: method("log1p"),
  expm1: method("expm1"),
  sqrt: method("sqrt"),
  sin: method("sin"),
  cos: method("cos"),
  tanh: method("tanh"),
  atan2: method("atan2"),
  max: method("max"),
  min: method("min"),
  lt: infix("<", p.relate),
  le: infix("<=", p.relate),
  gt: infix(">", p.relate),
  ge: infix(">=", p.relate),
  eq: infix("===", p.equal),
  ne: infix("!==", p.equal),
  and: infix("&&", p.and),
  or: infix("||", p.or),
  not: ([a]) => ({ text: `!${close(a, p.unary)}`, precedence: p.unary }),
  where: ([c, a, b]) => ({
    text: `${close(c, p.choice + 1)} ? ${close(a, p.choice)} : ${close(b, p.choice)}`,
    precedence: p.choice,
  }),
  cast: ([a], s) => cast(a, s),
  rounded: (args, s) => (s.dtype === "float32" ? method("fround")(args, s) : args[0]),
  random: (args) => ({ text: `random(${args.map((a) => a.text).join(", ")})`, precedence: p.call }),
};

/** What JavaScript has itself of the functions that have a definition. */
const own: ReadonlySet<ScalarFn> = new Set<DefinedFn>([
  "log2",
  "log10",
  "tan",
  "asin",
  "acos",
  "atan",
  "sinh",
  "cosh",
  "asinh",
  "acosh",
  "atanh",
  "ceil",
  "trunc",
]);

/** Whether generated code must carry a function along. */
export const needsHelper = (fn: DefinedFn): boolean => !own.has(fn);

const helper =
  (fn: DefinedFn): Print =>
  ([a]) => ({ text: `${helperName(fn)}(${a.text})`, precedence: p.call });

function printerOf(fn: ScalarFn): Print {
  if (!isDefined(fn)) return table[fn];
  return needsHelper(fn) ? helper(fn) : method(fn);
}

function cast(a: Code, s: Scalar): Code {
  const from = s.kind === "call" ? s.args[0].dtype : s.dtype;
  const to = s.dtype;
  if (to === "bool") return { text: `${close(a, p.equal)} !== 0`, precedence: p.equal };
  if (from === "bool") return { text: `${close(a, p.choice + 1)} ? 1 : 0`, precedence: p.choice };
  if (to === "int32" && from !== "int64")
    return { text: `${close(a, p.bitOr)} | 0`, precedence: p.bitOr };
  if (to === "int64" && from !== "int32")
    return { text: `Math.trunc(${a.text})`, precedence: p.call };
  if (to === "float32" && from === "float64")
    return { text: `Math.fround(${a.text})`, precedence: p.call };
  return a;
}

/**
 * Whether a (b …) may go on as a b …: in whole numbers and truth values, where the right operand is of the same
 * operation. Elsewhere the parentheses stay: floats are rounded at each step, and quotients cut off.
 */
function goesOn(s: Scalar): boolean {
  if (s.kind !== "call" || s.dtype.startsWith("float")) return false;
  const [, b] = s.args;
  if (b?.kind !== "call") return false;
  if (s.fn === "add") return b.fn === "add" || b.fn === "sub";
  return (s.fn === "mul" || s.fn === "and" || s.fn === "or") && b.fn === s.fn;
}

const isInt = (s: Scalar): boolean => s.dtype === "int32" || s.dtype === "int64";

function floored(a: Code): Code {
  return { text: `Math.floor(${a.text})`, precedence: p.call };
}

/** Arithmetic of loop counters, sizes and offsets. */
function isIndex(s: Scalar): boolean {
  switch (s.kind) {
    case "axis":
    case "size":
      return true;
    case "const":
      return true;
    case "call":
      return (
        (s.fn === "add" || s.fn === "sub" || s.fn === "mul" || s.fn === "div" || s.fn === "mod") &&
        s.args.every(isIndex)
      );
    default:
      return false;
  }
}

function close(code: Code, level: number): string {
  return code.precedence < level ? `(${code.text})` : code.text;
}

/** `- -x` would read as a decrement. */
function closeNegative(code: Code): string {
  return code.text.startsWith("-") ? `(${code.text})` : close(code, p.unary);
}

export interface Names {
  nameOf(s: Extract<Scalar, { kind: "element" }>): string;
  letter(s: Extract<Scalar, { kind: "axis" }>): string;
}

/** Prints a scalar of a schedule. */
export function expression(s: Scalar, names: Names): Code {
  switch (s.kind) {
    case "const":
      return constantCode(s.value, s.dtype);
    case "axis":
      return { text: names.letter(s), precedence: p.call };
    case "size":
      return { text: s.name, precedence: p.call };
    case "local":
      return { text: s.name, precedence: p.call };
    case "element": {
      const text = `${names.nameOf(s)}[${offset(s.offset, names).text}]`;
      return s.dtype === "bool"
        ? { text: `${text} !== 0`, precedence: p.equal }
        : { text, precedence: p.call };
    }
    case "call":
      return printerOf(s.fn)(
        s.args.map((arg) => expression(arg, names)),
        s,
      );
    case "load":
    case "reduce":
      throw new Error(`a schedule left a ${s.kind}`);
  }
}

/** Prints an offset into memory: its arithmetic never wraps. */
export function offset(s: Scalar, names: Names): Code {
  if (s.kind !== "call" || !isInt(s)) return expression(s, names);
  const args = s.args.map((arg) => offset(arg, names));
  switch (s.fn) {
    case "add":
      return infix("+", p.add)(args, s);
    case "sub":
      return infix("-", p.add)(args, s);
    case "mul":
      return infix("*", p.mul)(args, s);
    case "div":
      return floored(infix("/", p.mul)(args, s));
    case "mod":
      // What is read from memory may be negative, and its remainder is not.
      return isIndex(s) ? infix("%", p.mul)(args, s) : expression(s, names);
    default:
      return expression(s, names);
  }
}

function constantCode(value: number, dtype: string): Code {
  if (dtype === "bool") return { text: String(value !== 0), precedence: p.call };
  const text = Object.is(value, -0) ? "-0" : String(value);
  return { text, precedence: text.startsWith("-") ? p.unary : p.call };
}
