/** The scalar language in four lanes of a vector. */

import type { Node } from "../../graph/node.ts";
import type { DType } from "../../graph/types.ts";
import { exactDecision } from "../../kernels/draws.ts";
import { type Axis, linear, type Scalar, walk } from "../../kernels/scalar.ts";
import { type Code, i32, plus } from "./code.ts";
import { addressOf, type Call, isSafe, type Scope, scalar, withStream } from "./expression.ts";
import { elementBytes, numberTypes } from "./names.ts";

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
  /** A constant in all lanes, or a local that has it. @param role what it is for */
  constant?(role: string, code: Code): Code;
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
    print: (args, s, lanes) => ["call", lanes.helper("f32x4_random"), ...withStream(args, s)],
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

/**
 * Prints a scalar for four lanes; its dtype must be one that lanes have.
 *
 * @param role what it is for, if it is a constant
 */
export function vector(s: Scalar, lanes: Lanes, role = "constant"): Code {
  const dtype = s.dtype as LaneType;
  switch (wayOf(s, lanes)) {
    case "uniform":
      return splat(s, lanes, role);
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
      const args = exact.args.map((arg) => vector(arg, lanes, roleIn(exact)));
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

/** What a constant operand is for. */
const roleIn = ({ fn }: Call): string => (fn === "mul" ? "factor" : "constant");

function splat(s: Scalar, lanes: Lanes, role: string): Code {
  if (s.kind === "const" && s.dtype === "bool") return ["i32x4.splat", i32(s.value !== 0 ? -1 : 0)];
  if (s.kind === "element" && s.dtype !== "bool")
    return ["v128.load32_splat", ...addressOf(s.node, s.offset, lanes)];
  const value = scalar(s, lanes);
  if (s.dtype === "bool") return ["i32x4.splat", ["i32.sub", i32(0), value]];
  const shape = shapes[s.dtype as LaneType];
  const code: Code = [`${shape}.splat`, value];
  if (s.kind !== "const" || !Number.isFinite(s.value)) return code;
  return lanes.constant?.(role, code) ?? code;
}

/** One of the lanes as a scope of numbers. */
function laneOf(lanes: Lanes, lane: number): Scope {
  return {
    base: (node) => lanes.base(node),
    pointer: (node, offset) => {
      const first = lanes.pointer?.(node, offset);
      const stride = strideAlong(offset, lanes);
      if (!first || stride === undefined || stride < 0) return undefined;
      const behind = lane * stride * elementBytes[node.type.dtype];
      return { code: first.code, bytes: first.bytes + behind };
    },
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
