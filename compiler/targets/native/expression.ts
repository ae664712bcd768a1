/** The scalar language in C: one table, exhaustive by type. */

import type { Node } from "../../graph/node.ts";
import { type DType, decimal, staticSize } from "../../graph/types.ts";
import { exactDecision } from "../../kernels/draws.ts";
import { helperName, isDefined } from "../../kernels/functions.ts";
import {
  type Axis,
  type DefinedFn,
  type InstructionFn,
  type Scalar,
  type ScalarFn,
  walk,
} from "../../kernels/scalar.ts";
import { streamName } from "../../ops/streams.ts";
import { inC } from "./names.ts";

/** C's operator precedences, as far as they are needed. */
const p = {
  choice: 1,
  or: 2,
  and: 3,
  equal: 7,
  relate: 8,
  add: 10,
  mul: 11,
  unary: 13,
  call: 15,
} as const;

export interface Code {
  readonly text: string;
  readonly precedence: number;
}

/** Types of elements in memory; int64 values are indices, which fit 32 bits there. */
export const elementTypes: Record<DType, string> = {
  float32: "float",
  float64: "double",
  int32: "int32_t",
  int64: "int32_t",
  bool: "uint8_t",
};

/** Types of single numbers. */
export const numberTypes: Record<DType, string> = {
  float32: "float",
  float64: "double",
  int32: "int32_t",
  int64: "int64_t",
  bool: "bool",
};

const prefixes: Record<DType, string> = {
  float32: "f32",
  float64: "f64",
  int32: "i32",
  int64: "i64",
  bool: "i32",
};

type Print = (args: readonly Code[], s: Scalar) => Code;

const close = (code: Code, level: number): string =>
  code.precedence < level ? `(${code.text})` : code.text;

const infix =
  (sign: string, level: number): Print =>
  ([a, b], s) => ({
    text: `${close(a, level)} ${sign} ${close(b, goesOn(s) ? level : level + 1)}`,
    precedence: level,
  });

const called = (name: string, args: readonly Code[]): Code => ({
  text: `${name}(${args.map((a) => a.text).join(", ")})`,
  precedence: p.call,
});

/** A function of math.h: `sinf` for float32, `sin` for float64. */
const library =
  (name: string): Print =>
  (args, s) =>
    called(s.dtype === "float32" ? `${name}f` : name, args);

/** Of adjoint.h for float32, of math.h for float64. */
const own =
  (name: string): Print =>
  (args, s) =>
    called(s.dtype === "float32" ? `f32_${name}` : name, args);

/** Of adjoint.h, by dtype: `f32_max`, `i32_max`. */
const typed =
  (name: string): Print =>
  (args, s) =>
    called(`${prefixes[s.dtype]}_${name}`, args);

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
const isFloat = (s: Scalar): boolean => s.dtype === "float32" || s.dtype === "float64";

/** Integers of a model wrap around, as they do everywhere else; indices stay far below that. */
const wrapping =
  (name: string, plain: Print): Print =>
  (args, s) =>
    s.dtype === "int32" && !isIndex(s) ? typed(name)(args, s) : plain(args, s);

const table: Record<InstructionFn, Print> = {
  add: wrapping("add", infix("+", p.add)),
  sub: wrapping("sub", infix("-", p.add)),
  mul: wrapping("mul", infix("*", p.mul)),
  div: (args, s) => (isInt(s) && !isIndex(s) ? typed("div")(args, s) : infix("/", p.mul)(args, s)),
  mod: (args, s) => (isInt(s) && isIndex(s) ? infix("%", p.mul)(args, s) : typed("mod")(args, s)),
  pow: typed("pow"),
  neg: wrapping("neg", ([a]) => ({
    text: `-${a.text.startsWith("-") ? `(${a.text})` : close(a, p.unary)}`,
    precedence: p.unary,
  })),
  abs: (args, s) => (isFloat(s) ? library("fabs")(args, s) : typed("abs")(args, s)),
  sign: typed("sign"),
  floor: (args, s) => (isFloat(s) ? library("floor")(args, s) : args[0]),
  exp: own("exp"),
  log: own("log"),
  log1p: own("log1p"),
  expm1: own("expm1"),
  sqrt: library("sqrt"),
  sin: library("sin"),
  cos: library("cos"),
  tanh: own("tanh"),
  atan2: library("atan2"),
  max: typed("max"),
  min: typed("min"),
  lt: infix("<", p.relate),
  le: infix("<=", p.relate),
  gt: infix(">", p.relate),
  ge: infix(">=", p.relate),
  eq: infix("==", p.equal),
  ne: infix("!=", p.equal),
  and: infix("&&", p.and),
  // Compilers ask for parentheses where && stands in ||.
  or: ([a, b]) => ({
    text: [a, b].map((x) => (x.precedence === p.or ? x.text : close(x, p.and + 1))).join(" || "),
    precedence: p.or,
  }),
  not: ([a]) => ({ text: `!${close(a, p.unary)}`, precedence: p.unary }),
  where: ([c, a, b]) => ({
    text: `${close(c, p.choice + 1)} ? ${close(a, p.choice + 1)} : ${close(b, p.choice)}`,
    precedence: p.choice,
  }),
  cast: ([a], s) => cast(a, s),
  rounded: typed("rounded"),
  random: (args, s) => called("random_number", withStream(args, s)),
};

/** Operands of a draw: its stream as the 32 bits that it is, with its name, and which call of it this is. */
function withStream(args: readonly Code[], draw: Scalar): readonly Code[] {
  const [, stream, call] = draw.kind === "call" ? draw.args : [];
  return args.map((arg, i) => {
    if (i === 1 && stream?.kind === "const") {
      const bits = `0x${(stream.value >>> 0).toString(16).padStart(8, "0")}u`;
      const name = streamName(stream.value);
      return { ...arg, text: name === undefined ? bits : `${bits} /* ${name} */` };
    }
    return i === 2 && call?.kind === "const" ? { ...arg, text: `${arg.text} /* call */` } : arg;
  });
}

/** What math.h has itself of the functions that have a definition. */
const libraryNames: Partial<Record<DefinedFn, string>> = {
  log2: "log2",
  log10: "log10",
  tan: "tan",
  asin: "asin",
  acos: "acos",
  atan: "atan",
  sinh: "sinh",
  cosh: "cosh",
  asinh: "asinh",
  acosh: "acosh",
  atanh: "atanh",
  ceil: "ceil",
  trunc: "trunc",
  round: "rint",
};

/** Whether generated code must carry a function along. */
export const needsHelper = (fn: DefinedFn): boolean => !(fn in libraryNames);

function printerOf(fn: ScalarFn): Print {
  if (!isDefined(fn)) return table[fn];
  const name = libraryNames[fn];
  return name
    ? library(name)
    : (args, s) => {
        const helped = called(helperName(fn), args);
        return s.dtype === "float32" ? converted("float", helped) : helped;
      };
}

const converted = (type: string, a: Code): Code => ({
  text: `(${type})${close(a, p.unary)}`,
  precedence: p.unary,
});

function cast(a: Code, s: Scalar): Code {
  const from = s.kind === "call" ? s.args[0].dtype : s.dtype;
  const to = s.dtype;
  if (to === "bool") return { text: `${close(a, p.equal + 1)} != 0`, precedence: p.equal };
  const truncates = (to === "int32" || to === "int64") && from.startsWith("float");
  if (truncates) return called(`${prefixes[to]}_of_f64`, [a]);
  return converted(numberTypes[to], a);
}

/** Results that C compilers round as they stand; a product may become part of a sum. */
const roundedAnyway: ReadonlySet<ScalarFn> = new Set(["add", "sub", "div", "sqrt"]);

/** Compilers make one instruction with one rounding of a product and a sum; here they must not. */
function rounded([a]: readonly Code[], s: Extract<Scalar, { kind: "call" }>, names: Names): Code {
  const [of] = s.args;
  if (of.kind === "call" && roundedAnyway.has(of.fn)) return a;
  return called(`${prefixes[s.dtype]}_${names.keepsSums ? "hidden" : "rounded"}`, [a]);
}

/** Whether a function that computes these must be one that `rounds_each`. */
export const roundsEach = (bodies: Iterable<Scalar>): boolean =>
  [...bodies].some((body) => walk(body).some((s) => s.kind === "call" && s.fn === "rounded"));

/** Made of loop counters, sizes and constants only: never negative. */
function isIndex(s: Scalar): boolean {
  switch (s.kind) {
    case "axis":
    case "size":
      return true;
    case "const":
      return s.value >= 0;
    case "call":
      return (
        (s.fn === "add" || s.fn === "mul" || s.fn === "div" || s.fn === "mod") &&
        s.args.every(isIndex)
      );
    default:
      return false;
  }
}

export interface Names {
  nameOf(node: Node): string;
  letter(axis: Axis): string;
  /** Products and sums around are to stay one instruction. */
  readonly keepsSums?: boolean;
}

/** Prints a scalar of a schedule. */
export function expression(s: Scalar, names: Names): Code {
  switch (s.kind) {
    case "const":
      return number(s.value, s.dtype);
    case "axis":
      return { text: names.letter(s.axis), precedence: p.call };
    case "size":
    case "local":
      // What a function has in place of a variable is text of C already: an element, a call.
      return { text: /[[(]/.test(s.name) ? s.name : inC(s.name), precedence: p.call };
    case "element": {
      const text = `${names.nameOf(s.node)}[${offset(s.offset, names, s.node).text}]`;
      return s.dtype === "bool"
        ? { text: `${text} != 0`, precedence: p.equal }
        : { text, precedence: p.call };
    }
    case "call": {
      const exact = exactDecision(s);
      const args = exact.args.map((arg) => expression(arg, names));
      return s.fn === "rounded" ? rounded(args, s, names) : printerOf(exact.fn)(args, exact);
    }
    case "load":
    case "reduce":
      throw new Error(`a schedule left a ${s.kind}`);
  }
}

/** Prints an offset into the memory of a value: its arithmetic never wraps. */
export function offset(s: Scalar, names: Names, into: Node): Code {
  return offsetCode(s, names, (staticSize(into.shape) ?? mostInt + 1) > mostInt);
}

/** @param isWide whether there are more elements than an int counts: rows are multiplied in pointers' width */
function offsetCode(s: Scalar, names: Names, isWide: boolean): Code {
  if (s.kind !== "call" || !isInt(s)) return expression(s, names);
  const [a, b] = s.args.map((arg) => offsetCode(arg, names, isWide));
  if (s.fn === "add") return infix("+", p.add)([a, b], s);
  if (s.fn === "sub") return infix("-", p.add)([a, b], s);
  if (s.fn !== "mul") return expression(s, names);
  const isCast = isWide && mostOf(s) > mostInt && !s.args.some(isWideAlready);
  return infix("*", p.mul)([isCast ? converted("ptrdiff_t", a) : a, b], s);
}

/** The largest int. */
const mostInt = 2 ** 31 - 1;

/** The most that an index can be. */
function mostOf(s: Scalar): number {
  if (s.kind === "const") return s.value;
  if (s.kind === "axis" && typeof s.axis.extent === "number") return s.axis.extent - 1;
  if (s.kind !== "call") return mostInt;
  const [a, b] = s.args.map(mostOf);
  if (s.fn === "mul") return a * b;
  if (s.fn === "add") return a + b;
  if (s.fn === "sub" || s.fn === "div") return a;
  return s.fn === "mod" ? b : mostInt;
}

/** Whether an index is printed in more than 32 bits. */
const isWideAlready = (s: Scalar): boolean =>
  s.kind === "call"
    ? isInt(s) && s.fn === "mul" && mostOf(s) > mostInt
    : s.kind !== "const" && s.dtype === "int64";

/** A constant of a dtype. */
export function number(value: number, dtype: DType): Code {
  if (dtype === "bool") return { text: String(value !== 0), precedence: p.call };
  if (dtype === "int32" || dtype === "int64") {
    const text = value === -2147483648 ? "INT32_MIN" : String(value);
    return { text, precedence: text.startsWith("-") ? p.unary : p.call };
  }
  if (Number.isNaN(value)) return { text: "NAN", precedence: p.call };
  const size = Math.abs(value);
  const digits = Number.isFinite(size) ? digitsOf(size, dtype) : "INFINITY";
  const suffix = dtype === "float32" && Number.isFinite(size) ? "f" : "";
  const isNegative = value < 0 || Object.is(value, -0);
  return {
    text: `${isNegative ? "-" : ""}${digits}${suffix}`,
    precedence: isNegative ? p.unary : p.call,
  };
}

function digitsOf(value: number, dtype: DType): string {
  const text = decimal(value, dtype);
  return /[.e]/.test(text) ? text : `${text}.0`;
}
