/** The scalar language in WebAssembly: one number at a time, or four lanes of a vector. */

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
  linear,
  rangeOf,
  type Scalar,
  walk,
} from "../../kernels/scalar.ts";
import { type Code, i32, plus, times } from "./code.ts";
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
  /** An address of a value's memory, or a local that holds it. */
  address?(node: Node, address: Code): Code;
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
  const added = addedTo(offset);
  const rest = added > 0 ? indexSub(offset, constant(added, "int32")) : offset;
  const isSplit = added > 0 && rangeOf(rest).min >= 0;
  const index = scalar(isSplit ? rest : offset, scope);
  const whole = (isSplit ? rest : offset).dtype === "int64" ? ["i32.wrap_i64", index] : index;
  const immediate = ((isSplit ? added : 0) + lanes) * bytes;
  const start = plus(scope.base(node), times(whole, bytes));
  return [...(immediate > 0 ? [`offset=${immediate}`] : []), scope.address?.(node, start) ?? start];
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
type Call = Extract<Scalar, { kind: "call" }>;

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
      ...args.map((a, i) => ["i32x4.splat", convert(a, s.args[i].dtype, "int32", scope)]),
    ],
  ],
};

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

// ── Four lanes ──────────────────────────────────────────────────────────────────────────────────

/** Dtypes whose values can be in lanes. A truth in a lane is all ones. */
export const inLanes = (dtype: DType): boolean =>
  dtype === "float32" || dtype === "int32" || dtype === "bool";

/** A loop whose steps are four at a time. */
export interface Lanes extends Scope {
  /** The axis that runs along the lanes. */
  readonly along: Axis;
  /** A local that differs from lane to lane, as a vector; undefined for others. */
  vector(name: string): Code | undefined;
  /** Whether a local is a sum of products, to which others may be added without rounding in between. */
  isSum?(name: string): boolean;
  /** Works out an address of a value's memory before what uses it. */
  held(node: Node, address: Code): Code;
}

const shapes = { float32: "f32x4", int32: "i32x4", bool: "i32x4" } as const;
type LaneType = keyof typeof shapes;

/** Whether a value is the same in all lanes. */
export const isUniform = (s: Scalar, lanes: Pick<Lanes, "along" | "vector">): boolean =>
  !walk(s).some(
    (part) =>
      (part.kind === "axis" && part.axis === lanes.along) ||
      (part.kind === "local" && lanes.vector(part.name) !== undefined),
  );

/** Elements from lane to lane; undefined where it differs. */
export function strideAlong(
  offset: Scalar,
  lanes: Pick<Lanes, "along" | "vector">,
): number | undefined {
  const found = linear(offset, [lanes.along]);
  if (!found || !isUniform(found.rest, lanes)) return undefined;
  return found.coefficients[0];
}

type VectorPrint = (args: readonly Code[], s: Call, lanes: Lanes) => Code;

const ofShape =
  (name: string): VectorPrint =>
  (args, s) => [`${shapes[s.dtype as LaneType]}.${name}`, ...args];
const helpedLanes =
  (name: string): VectorPrint =>
  (args, _, lanes) => ["call", lanes.helper(`f32x4_${name}`), ...args];
const comparedLanes =
  (name: string): VectorPrint =>
  (args, s) => {
    const shape = shapes[s.args[0].dtype as LaneType];
    const sign = shape === "i32x4" && name !== "eq" && name !== "ne" ? "_s" : "";
    return [`${shape}.${name}${sign}`, ...args];
  };

/** What there is for vectors: of float32, and of int32 where it says so. */
const vectorTable: Partial<
  Record<string, { readonly print: VectorPrint; readonly int?: boolean }>
> = {
  add: { print: ofShape("add"), int: true },
  sub: { print: ofShape("sub"), int: true },
  mul: { print: ofShape("mul"), int: true },
  div: { print: ofShape("div") },
  neg: { print: ofShape("neg"), int: true },
  abs: { print: ofShape("abs"), int: true },
  sign: { print: helpedLanes("sign") },
  floor: { print: ofShape("floor") },
  exp: { print: helpedLanes("exp") },
  log: { print: helpedLanes("log") },
  log1p: { print: helpedLanes("log1p") },
  expm1: { print: helpedLanes("expm1") },
  tanh: { print: helpedLanes("tanh") },
  sqrt: { print: ofShape("sqrt") },
  max: {
    print: (args, s) => [s.dtype === "int32" ? "i32x4.max_s" : "f32x4.max", ...args],
    int: true,
  },
  min: {
    print: (args, s) => [s.dtype === "int32" ? "i32x4.min_s" : "f32x4.min", ...args],
    int: true,
  },
  ceil: { print: ofShape("ceil") },
  trunc: { print: ofShape("trunc") },
  round: { print: ofShape("nearest") },
  lt: { print: comparedLanes("lt"), int: true },
  le: { print: comparedLanes("le"), int: true },
  gt: { print: comparedLanes("gt"), int: true },
  ge: { print: comparedLanes("ge"), int: true },
  eq: { print: comparedLanes("eq"), int: true },
  ne: { print: comparedLanes("ne"), int: true },
  and: { print: (args) => ["v128.and", ...args], int: true },
  or: { print: (args) => ["v128.or", ...args], int: true },
  not: { print: (args) => ["v128.not", ...args], int: true },
  where: { print: ([c, a, b]) => ["v128.bitselect", a, b, c], int: true },
  rounded: { print: ([a]) => a },
  random: {
    print: (args, _, lanes) => ["call", lanes.helper("f32x4_random"), ...args],
    int: true,
  },
};

function castInLanes(a: Code, from: LaneType, to: LaneType): Code {
  const ones = (value: Code): Code => ["v128.and", a, value];
  if (from === to) return a;
  if (to === "bool")
    return [`${shapes[from]}.ne`, a, [`v128.const`, shapes[from], "0", "0", "0", "0"]];
  if (from === "bool")
    return ones(
      to === "float32"
        ? ["v128.const", "f32x4", "1", "1", "1", "1"]
        : ["v128.const", "i32x4", "1", "1", "1", "1"],
    );
  return ["f32x4.convert_i32x4_s", a];
}

/** How a value gets into lanes: as one for all, by a vector instruction, or lane by lane. */
export function wayOf(
  s: Scalar,
  lanes: Pick<Lanes, "along" | "vector">,
): "uniform" | "vector" | "lanewise" {
  if (isUniform(s, lanes)) return "uniform";
  if (s.kind === "local" || s.kind === "axis") return "vector";
  if (s.kind === "element")
    return s.dtype !== "bool" && s.dtype !== "int64" && strideAlong(s.offset, lanes) === 1
      ? "vector"
      : "lanewise";
  if (s.kind !== "call" || !inLanes(s.dtype)) return "lanewise";
  if (!s.args.every((arg) => inLanes(arg.dtype))) return "lanewise";
  if (s.fn === "cast")
    return s.args[0].dtype === "float32" && s.dtype === "int32" ? "lanewise" : "vector";
  const entry = vectorTable[s.fn];
  const isFloats = s.args.every((arg) => arg.dtype === "float32");
  if (!entry || (!isFloats && !entry.int)) return "lanewise";
  // Operands of one type, but for the condition of a choice.
  const operands = s.fn === "where" ? s.args.slice(1) : s.args;
  if (!operands.every((arg) => arg.dtype === operands[0].dtype)) return "lanewise";
  const lazy = s.fn === "where" || s.fn === "and" || s.fn === "or" ? s.args.slice(1) : [];
  return lazy.every(isSafe) ? "vector" : "lanewise";
}

/** Prints a scalar for four lanes; its dtype must be one that lanes have. */
export function vector(s: Scalar, lanes: Lanes): Code {
  const dtype = s.dtype as LaneType;
  switch (wayOf(s, lanes)) {
    case "uniform":
      return splat(s, lanes);
    case "lanewise":
      return laneByLane(s, lanes);
    default:
  }
  switch (s.kind) {
    case "axis":
      return [
        "i32x4.add",
        ["i32x4.splat", lanes.axis(s.axis)],
        ["v128.const", "i32x4", "0", "1", "2", "3"],
      ];
    case "local":
      return lanes.vector(s.name) as Code;
    case "element":
      return ["v128.load", ...addressOf(s.node, s.offset, lanes)];
    case "call": {
      const exact = exactDecision(s);
      const args = exact.args.map((arg) => vector(arg, lanes));
      if (s.fn === "cast") return castInLanes(args[0], s.args[0].dtype as LaneType, dtype);
      const fused = fusedWithSum(exact, args, lanes);
      if (fused) return fused;
      return (vectorTable[exact.fn] as { print: VectorPrint }).print(args, exact, lanes);
    }
    default:
      throw new Error(`no vector of a ${s.kind}`);
  }
}

/** a·b + sum, and what it is part of, in one step. */
function fusedWithSum(s: Call, args: readonly Code[], lanes: Lanes): Code | undefined {
  if (s.dtype !== "float32" || (s.fn !== "add" && s.fn !== "sub")) return undefined;
  const ofSum = walk(s).some((part) => part.kind === "local" && lanes.isSum?.(part.name));
  if (!ofSum) return undefined;
  const isProduct = (at: number): boolean => {
    const part = s.args[at];
    return part.kind === "call" && part.fn === "mul" && args[at][0] === "f32x4.mul";
  };
  const terms = (at: number): readonly Code[] => (args[at] as readonly Code[]).slice(1);
  if (s.fn === "sub")
    return isProduct(1) ? ["f32x4.relaxed_nmadd", ...terms(1), args[0]] : undefined;
  if (isProduct(0)) return ["f32x4.relaxed_madd", ...terms(0), args[1]];
  return isProduct(1) ? ["f32x4.relaxed_madd", ...terms(1), args[0]] : undefined;
}

function splat(s: Scalar, lanes: Lanes): Code {
  if (s.kind === "const" && s.dtype === "bool") return ["i32x4.splat", i32(s.value !== 0 ? -1 : 0)];
  if (s.kind === "element" && s.dtype !== "bool")
    return ["v128.load32_splat", ...addressOf(s.node, s.offset, lanes)];
  const value = scalar(s, lanes);
  if (s.dtype === "bool") return ["i32x4.splat", ["i32.sub", i32(0), value]];
  return [`${shapes[s.dtype as LaneType]}.splat`, value];
}

/** One of the lanes as a scope of numbers. */
function laneOf(lanes: Lanes, lane: number): Scope {
  return {
    base: (node) => lanes.base(node),
    address: (node, address) => lanes.address?.(node, address) ?? address,
    size: (name) => lanes.size(name),
    helper: (name) => lanes.helper(name),
    axis: (axis) => (axis === lanes.along ? plus(lanes.axis(axis), i32(lane)) : lanes.axis(axis)),
    local: (name, dtype) => {
      const held = lanes.vector(name);
      if (held === undefined) return lanes.local(name, dtype);
      const value: Code = [`${shapes[dtype as LaneType]}.extract_lane`, String(lane), held];
      return {
        code: dtype === "bool" ? ["i32.and", value, i32(1)] : value,
        type: numberTypes[dtype],
      };
    },
  };
}

function laneByLane(s: Scalar, lanes: Lanes): Code {
  const each = [0, 1, 2, 3].map((lane) => laneOf(lanes, lane));
  if (s.kind === "element" && s.dtype !== "bool") {
    const stride = strideAlong(s.offset, lanes);
    const first = addressOf(s.node, s.offset, lanes);
    const start = stride !== undefined && stride >= 0 && lanes.held(s.node, first.at(-1) as Code);
    const address = (lane: number): readonly Code[] =>
      start
        ? [...addressOf(s.node, s.offset, lanes, stride * lane).slice(0, -1), start]
        : addressOf(s.node, s.offset, each[lane]);
    return [1, 2, 3].reduce<Code>(
      (code, lane) => {
        const operands = address(lane);
        return operands.length === 2
          ? ["v128.load32_lane", operands[0], String(lane), operands[1], code]
          : ["v128.load32_lane", String(lane), operands[0], code];
      },
      ["v128.load32_zero", ...address(0)],
    );
  }
  const shape = shapes[s.dtype as LaneType];
  const values = each.map((scope) => {
    const value = scalar(s, scope);
    return s.dtype === "bool" ? (["i32.sub", i32(0), value] as const) : value;
  });
  return values
    .slice(1)
    .reduce<Code>(
      (code, value, i) => [`${shape}.replace_lane`, String(i + 1), code, value],
      [`${shape}.splat`, values[0]],
    );
}
