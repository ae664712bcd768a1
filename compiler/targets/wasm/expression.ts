/** The scalar language in WebAssembly, one number at a time. */

import type { Node } from "../../graph/node.ts";
import { type DType, staticSize } from "../../graph/types.ts";
import { exactDecision } from "../../kernels/draws.ts";
import { helperName, isDefined } from "../../kernels/functions.ts";
import {
  type Axis,
  addedTo,
  constant,
  type InstructionFn,
  indexSub,
  rangeOf,
  type Scalar,
  walk,
} from "../../kernels/scalar.ts";
import { streamName } from "../../ops/streams.ts";
import { type Code, constOf, i32, noted, plus, times } from "./code.ts";
import { elementBytes, type NumberType, numberTypes } from "./names.ts";

/** A local as it is held: sums of float32 numbers may be held in more precision than they have. */
export interface Held {
  readonly code: Code;
  readonly type: NumberType;
}

/** What the names in a scalar stand for. */
export interface Scope {
  /** Where the memory of a value begins. */
  base(node: Node): Code;
  axis(axis: Axis): Code;
  size(name: string): Code;
  local(name: string, dtype: DType): Held;
  /** The function of helpers.ts, which the module then has. */
  helper(name: string): string;
  /** An address that is at hand, and how many bytes behind it an element lies. */
  pointer?(node: Node, offset: Scalar): { readonly code: Code; readonly bytes: number } | undefined;
}

export const isFloat = (dtype: DType): boolean => dtype === "float32" || dtype === "float64";

/** A constant as WebAssembly writes it. */
export function constText(value: number, type: NumberType): string {
  if (type === "i32" || type === "i64") return String(value);
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value < 0 ? "-inf" : "inf";
  return Object.is(value, -0) ? "-0" : String(value);
}

export const constCode = (value: number, type: NumberType): Code => [
  `${type}.const`,
  constText(value, type),
];

// ── Conversions ─────────────────────────────────────────────────────────────────────────────────

/** A number of one dtype as another. */
export function convert(code: Code, from: DType, to: DType, scope: Pick<Scope, "helper">): Code {
  if (from === to) return code;
  const [f, t] = [numberTypes[from], numberTypes[to]];
  if (to === "bool")
    return f === "i32" || f === "i64"
      ? [`${f}.ne`, code, [`${f}.const`, "0"]]
      : [`${f}.ne`, code, [`${f}.const`, "0"]];
  if (f === t) return code;
  if (isFloat(from)) {
    if (t === "f64") return ["f64.promote_f32", code];
    if (t === "f32") return ["f32.demote_f64", code];
    const wide = f === "f32" ? (["f64.promote_f32", code] as const) : code;
    return ["call", scope.helper(`${t}_of_f64`), wide];
  }
  if (t === "f32" || t === "f64") return [`${t}.convert_${f}_${from === "bool" ? "u" : "s"}`, code];
  return t === "i64" ? ["i64.extend_i32_s", code] : ["i32.wrap_i64", code];
}

// ── Memory ──────────────────────────────────────────────────────────────────────────────────────

/** An address as operands of a load or a store: an offset if there is one, and the rest. */
export function addressOf(node: Node, offset: Scalar, scope: Scope, lanes = 0): readonly Code[] {
  const bytes = elementBytes[node.type.dtype];
  const atHand = scope.pointer?.(node, offset);
  if (atHand) {
    const behind = atHand.bytes + lanes * bytes;
    return [...(behind > 0 ? [`offset=${behind}`] : []), atHand.code];
  }
  const added = addedTo(offset);
  const rest = added > 0 ? indexSub(offset, constant(added, "int32")) : offset;
  const isSplit = added > 0 && rangeOf(rest).min >= 0;
  const index = offsetOf(node, isSplit ? rest : offset, scope);
  const whole = (isSplit ? rest : offset).dtype === "int64" ? ["i32.wrap_i64", index] : index;
  const immediate = ((isSplit ? added : 0) + lanes) * bytes;
  const start = plus(scope.base(node), times(whole, bytes));
  return [...(immediate > 0 ? [`offset=${immediate}`] : []), start];
}

/** The offset of an element, in elements, with what its factors are made of: 480 (; 2·12·20 ;). */
export function offsetOf(node: Node, offset: Scalar, scope: Scope): Code {
  return inDimensions(node, scalar(offset, scope));
}

/** The same in bytes. */
export function bytesOf(node: Node, offset: Scalar, scope: Scope): Code {
  const size = elementBytes[node.type.dtype];
  if (offset.kind === "const" && offset.value !== 0)
    return noted(i32(size * offset.value), `element ${offset.value}, in bytes`);
  return times(offsetOf(node, offset, scope), size);
}

/** An index into a value with what its factors are made of. */
export function inDimensions({ shape }: Node, index: Code): Code {
  const known = shape.filter((dim) => dim !== 1);
  const behind = known.slice(known.findLastIndex((dim) => typeof dim !== "number") + 1).map(Number);
  const visit = (code: Code): Code => {
    if (typeof code === "string" || String(code[0]).includes(".load")) return code;
    const [name, a, b] = code;
    const factor = name === "i32.mul" ? constOf(b) : undefined;
    const about = factor === undefined ? undefined : factorsOf(factor, behind);
    return about === undefined ? code.map(visit) : [name, visit(a), noted(b, about)];
  };
  return visit(index);
}

/** A number by the last dimensions of a value, `2·12·20`; undefined where it is one of them, or has none. */
function factorsOf(n: number, dims: readonly number[]): string | undefined {
  const own: number[] = [];
  let rest = n;
  for (const dim of [...dims].reverse()) {
    if (rest === 1 || rest % dim !== 0) break;
    own.unshift(dim);
    rest /= dim;
  }
  if (rest !== 1) own.unshift(rest);
  return own.length > 1 ? own.join("·") : undefined;
}

const loads: Readonly<Record<DType, string>> = {
  float32: "f32.load",
  float64: "f64.load",
  int32: "i32.load",
  int64: "i32.load",
  bool: "i32.load8_u",
};

export function loadFrom(dtype: DType, address: readonly Code[]): Code {
  const loaded: Code = [loads[dtype], ...address];
  return dtype === "int64" ? ["i64.extend_i32_s", loaded] : loaded;
}

export function storeTo(dtype: DType, address: readonly Code[], value: Code): Code {
  if (dtype === "bool") return ["i32.store8", ...address, value];
  if (dtype === "int64") return ["i32.store", ...address, ["i32.wrap_i64", value]];
  return [`${numberTypes[dtype]}.store`, ...address, value];
}

/** Whether a value may be computed where it is not needed: all that it reads is memory of its own. */
export function isSafe(s: Scalar): boolean {
  return walk(s).every((part) => {
    if (part.kind !== "element") return true;
    const size = staticSize(part.node.shape);
    const { min, max } = rangeOf(part.offset);
    return size !== undefined && min >= 0 && max < size;
  });
}

// ── One number ──────────────────────────────────────────────────────────────────────────────────

type Print = (args: readonly Code[], s: Call, scope: Scope) => Code;
export type Call = Extract<Scalar, { kind: "call" }>;

const typed =
  (name: string): Print =>
  (args, s) => [`${numberTypes[s.dtype]}.${name}`, ...args];

/** A function of helpers.ts by dtype: `$i32_div`. */
const helped =
  (name: string): Print =>
  (args, s, scope) => [
    "call",
    scope.helper(`${s.dtype === "bool" ? "i32" : numberTypes[s.dtype]}_${name}`),
    ...args,
  ];

/** Of JavaScript, which computes in double precision. */
const imported =
  (name: string): Print =>
  (args, s, scope) =>
    inDouble(["call", scope.helper(`f64_${name}`)], args, s, scope);

function inDouble(head: readonly Code[], args: readonly Code[], s: Scalar, scope: Scope): Code {
  const wide = args.map((a) => convert(a, s.dtype, "float64", scope));
  return convert([...head, ...wide], "float64", s.dtype, scope);
}

/** In float32 by polynomials, as one lane of four; in float64 by JavaScript. */
const polynomial =
  (name: string): Print =>
  (args, s, scope) =>
    s.dtype === "float32"
      ? [
          "f32x4.extract_lane",
          "0",
          ["call", scope.helper(`f32x4_${name}`), ...args.map((a) => ["f32x4.splat", a])],
        ]
      : imported(name)(args, s, scope);

const byKind =
  (float: Print, int: Print): Print =>
  (args, s, scope) =>
    (isFloat(s.dtype) ? float : int)(args, s, scope);

const compared =
  (name: string): Print =>
  (args, s) => {
    const type = numberTypes[s.args[0].dtype];
    const sign = type.startsWith("i") && name !== "eq" && name !== "ne" ? "_s" : "";
    return [`${type}.${name}${sign}`, ...args];
  };

/** Made of counters, sizes and constants only: never negative. */
function isIndex(s: Scalar): boolean {
  if (s.kind === "axis" || s.kind === "size") return true;
  if (s.kind === "const") return s.value >= 0;
  return s.kind === "call" && ["add", "mul", "div", "mod"].includes(s.fn) && s.args.every(isIndex);
}

const integer =
  (plain: string, name: string): Print =>
  (args, s, scope) =>
    isIndex(s) ? typed(plain)(args, s, scope) : helped(name)(args, s, scope);

const table: Record<InstructionFn, Print> = {
  add: typed("add"),
  sub: typed("sub"),
  mul: typed("mul"),
  div: byKind(typed("div"), integer("div_u", "div")),
  mod: byKind(imported("mod"), integer("rem_u", "mod")),
  pow: imported("pow"),
  neg: byKind(typed("neg"), ([a], s) => {
    const type = numberTypes[s.dtype];
    return [`${type}.sub`, [`${type}.const`, "0"], a];
  }),
  abs: byKind(typed("abs"), helped("abs")),
  sign: helped("sign"),
  floor: byKind(typed("floor"), ([a]) => a),
  exp: polynomial("exp"),
  log: polynomial("log"),
  log1p: polynomial("log1p"),
  expm1: polynomial("expm1"),
  sqrt: typed("sqrt"),
  sin: imported("sin"),
  cos: imported("cos"),
  tanh: polynomial("tanh"),
  atan2: imported("atan2"),
  max: byKind(typed("max"), helped("max")),
  min: byKind(typed("min"), helped("min")),
  lt: compared("lt"),
  le: compared("le"),
  gt: compared("gt"),
  ge: compared("ge"),
  eq: compared("eq"),
  ne: compared("ne"),
  and: ([a, b], s) =>
    isSafe(s.args[1])
      ? ["i32.and", a, b]
      : ["if", ["result", "i32"], a, ["then", b], ["else", i32(0)]],
  or: ([a, b], s) =>
    isSafe(s.args[1])
      ? ["i32.or", a, b]
      : ["if", ["result", "i32"], a, ["then", i32(1)], ["else", b]],
  not: ([a]) => ["i32.eqz", a],
  where: ([c, a, b], s) =>
    isSafe(s.args[1]) && isSafe(s.args[2])
      ? ["select", a, b, c]
      : ["if", ["result", numberTypes[s.dtype]], c, ["then", a], ["else", b]],
  cast: ([a], s, scope) => convert(a, s.args[0].dtype, s.dtype, scope),
  rounded: ([a]) => a,
  random: (args, s, scope) => [
    "f32x4.extract_lane",
    "0",
    [
      "call",
      scope.helper("f32x4_random"),
      ...withStream(
        args.map((a, i) => ["i32x4.splat", convert(a, s.args[i].dtype, "int32", scope)]),
        s,
      ),
    ],
  ],
};

/** Operands of a draw in lanes, with the name of its stream. */
export function withStream(operands: readonly Code[], s: Call): readonly Code[] {
  const stream = s.args[1];
  const name = stream.kind === "const" ? streamName(stream.value) : undefined;
  if (name === undefined) return operands;
  const code: Code = ["i32x4.splat", noted(i32((stream as { value: number }).value), name)];
  return operands.map((operand, i) => (i === 1 ? code : operand));
}

/** What an operand is converted to before an instruction: operands may mix whole numbers. */
function operandType(s: Call, at: number): DType {
  if (s.fn === "cast" || s.fn === "random" || (s.fn === "where" && at === 0))
    return s.args[at].dtype;
  if (s.fn === "and" || s.fn === "or" || s.fn === "not") return "bool";
  if (s.dtype !== "bool" || s.fn === "where") return s.dtype;
  const order: readonly DType[] = ["bool", "int32", "int64", "float32", "float64"];
  return s.args.map((a) => a.dtype).reduce((x, y) => (order.indexOf(y) > order.indexOf(x) ? y : x));
}

/** WebAssembly has these itself. */
const ownFunctions: Readonly<Record<string, string>> = {
  ceil: "ceil",
  trunc: "trunc",
  round: "nearest",
};

/** Prints a scalar of a schedule as a number of its dtype. */
export function scalar(s: Scalar, scope: Scope): Code {
  switch (s.kind) {
    case "const":
      return constCode(s.dtype === "bool" ? Number(s.value !== 0) : s.value, numberTypes[s.dtype]);
    case "axis":
      return scope.axis(s.axis);
    case "size":
      return scope.size(s.name);
    case "local": {
      const { code, type } = scope.local(s.name, s.dtype);
      return type === "f64" && s.dtype === "float32" ? ["f32.demote_f64", code] : code;
    }
    case "element":
      return loadFrom(s.dtype, addressOf(s.node, s.offset, scope));
    case "call": {
      if (isDefined(s.fn)) {
        const [x] = s.args.map((arg) => scalar(arg, scope));
        const own = ownFunctions[s.fn];
        if (own) return isFloat(s.dtype) ? [`${numberTypes[s.dtype]}.${own}`, x] : x;
        return inDouble(["call", scope.helper(helperName(s.fn))], [x], s, scope);
      }
      const exact = exactDecision(s);
      const args = exact.args.map((arg, i) => {
        const code = scalar(arg, scope);
        const wanted = operandType(exact, i);
        return wanted === "bool" && arg.dtype === "bool"
          ? code
          : convert(code, arg.dtype, wanted, scope);
      });
      return table[exact.fn as InstructionFn](args, exact, scope);
    }
    case "load":
    case "reduce":
      throw new Error(`a schedule left a ${s.kind}`);
  }
}
