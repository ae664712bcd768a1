/** Loops and statements in WebAssembly. */

import type { DType } from "../../graph/types.ts";
import type { Statement } from "../../kernels/loops.ts";
import {
  type Axis,
  axisIndex,
  constant,
  indexAdd,
  type ReduceFn,
  rewrite,
  type Scalar,
} from "../../kernels/scalar.ts";
import type { Body } from "./body.ts";
import { type Code, constOf, get, i32, minus, plus } from "./code.ts";
import { addressOf, constCode, constText, convert, scalar, storeTo } from "./expression.ts";
import { type Loop, runsInLanes } from "./lanes.ts";
import { dimCode, numberTypes } from "./names.ts";
import { isUniform, strideAlong, vector } from "./vector.ts";

type Declare = Extract<Statement, { kind: "declare" }>;
type Accumulate = Extract<Statement, { kind: "accumulate" }>;
type Store = Extract<Statement, { kind: "store" }>;

/** Steps that a sum in lanes may have in float32. */
const shortSum = 1024;

export function writeStatements(body: Body, statements: readonly Statement[]): void {
  for (const s of statements) writeStatement(body, s);
}

function writeStatement(body: Body, s: Statement): void {
  switch (s.kind) {
    case "loop":
      writeLoop(body, s, i32(0), dimCode(s.axis.extent));
      return;
    case "let":
      body.set(s.local.name, numberTypes[s.local.dtype], scalar(s.value, body));
      return;
    case "declare":
      writeDeclare(body, s);
      return;
    case "accumulate":
      writeAccumulate(body, s);
      return;
    case "store": {
      const { into, offset, value } = s;
      const code = convert(scalar(value, body), value.dtype, into.type.dtype, body);
      body.push(storeTo(into.type.dtype, addressOf(into, offset, body), code));
    }
  }
}

/**
 * The steps of a loop from one to another, four at a time where that is possible and pays.
 *
 * @param areFours whether there are some, and a multiple of four
 * @param held the loop for vectors, if its sums are in lanes already
 */
export function writeLoop(
  body: Body,
  loop: Loop,
  from: Code,
  to: Code,
  inLanes = runsInLanes(loop),
  areFours = false,
  held?: Loop,
): void {
  const i = body.letter(loop.axis);
  const [first, last] = [constOf(from), constOf(to)];
  body.set(i, "i32", from);
  const steps = first !== undefined && last !== undefined ? last - first : undefined;
  const oneByOne = (): void => body.loop(i, loop.step, to, () => writeStatements(body, loop.body));
  if (!inLanes) {
    if (steps !== undefined && steps > 0) oneByOne();
    else body.when(["i32.lt_s", get(i), to], oneByOne);
    return;
  }
  const vectors = (end: Code): void => {
    if (held) body.loop(i, 4, end, () => writeFour(body, held));
    else writeInFours(body, loop, end);
  };
  if (areFours) {
    vectors(to);
    return;
  }
  // Four at a time while there are four, then the rest.
  const whole =
    steps === undefined ? minus(to, i32(3)) : i32((first as number) + steps - (steps % 4));
  const inFours = (): void => {
    body.note(`vectors of four ${i}`);
    vectors(whole);
  };
  const others = (): void => {
    if (steps === undefined || steps >= 4) body.note(`the other ${i}`);
    body.likeLanes(oneByOne);
  };
  if (steps === undefined) body.when(["i32.lt_s", get(i), whole], inFours);
  else if (steps >= 4) inFours();
  if (steps === undefined) body.when(["i32.lt_s", get(i), to], others);
  else if (steps % 4 > 0) others();
}

/** A scalar some places further along axes. */
export function movedBy(
  s: Scalar,
  ...by: readonly (readonly [axis: Axis, steps: number])[]
): Scalar {
  const places = new Map(
    by.map(([axis, steps]) => [axis, indexAdd(axisIndex(axis), constant(steps, "int32"))]),
  );
  return rewrite(s, (part) => (part.kind === "axis" ? places.get(part.axis) : undefined));
}

export const laneName = (name: string): string => `${name}.x4`;

/** The sums that a loop in lanes adds to, which begin before it. */
function outerSums(loop: Loop): Map<string, Accumulate> {
  const own = new Set<string>();
  const found = new Map<string, Accumulate>();
  const visit = (s: Statement): void => {
    if (s.kind === "declare") own.add(s.local.name);
    if (s.kind === "loop") s.body.forEach(visit);
    if (s.kind === "accumulate" && !own.has(s.local.name)) found.set(s.local.name, s);
  };
  loop.body.forEach(visit);
  return found;
}

const isShort = ({ extent }: Axis): boolean => typeof extent === "number" && extent <= shortSum;

function writeInFours(body: Body, loop: Loop, whole: Code): void {
  const i = body.letter(loop.axis);
  const sums = [...outerSums(loop).values()].map((s) => ({
    s,
    isLong: s.fn === "add" && s.local.dtype === "float32" && !isShort(loop.axis),
  }));
  for (const { s, isLong } of sums) {
    const { name, dtype } = s.local;
    if (isLong)
      for (const half of ["low", "high"])
        body.set(`${name}.${half}`, "v128", ["v128.const", "f64x2", "0", "0"]);
    else body.set(laneName(name), "v128", startInLanes(s.fn, dtype));
  }
  const rest = sums.some(({ isLong }) => isLong) ? whole : writeInChains(body, loop, whole);
  if (rest) body.loop(i, 4, rest, () => writeVectors(body, loop.axis, loop.body, sums));
  for (const { s, isLong } of sums) fold(body, s, isLong);
}

/** Vectors of a sum that do not wait for each other: additions take longer than it takes to begin them. */
const chains = 4;

/**
 * Most steps of a loop that only adds to sums which begin before it, in vectors that do not wait for each other.
 *
 * @returns up to where steps are left for one vector; undefined where none are
 */
function writeInChains(body: Body, loop: Loop, whole: Code): Code | undefined {
  const { axis } = loop;
  const steps = axis.extent;
  const sums = loop.body.filter((s) => s.kind === "accumulate");
  if (typeof steps !== "number" || constOf(whole) !== steps - (steps % 4)) return whole;
  if (steps < 2 * 4 * chains || sums.length < loop.body.length) return whole;
  const i = body.letter(axis);
  const nameOf = (s: Accumulate, chain: number): string =>
    `${laneName(s.local.name)}${chain > 0 ? `_${chain}` : ""}`;
  const others = Array.from({ length: chains - 1 }, (_, n) => n + 1);
  for (const s of sums)
    for (const chain of others)
      body.set(nameOf(s, chain), "v128", startInLanes(s.fn, s.local.dtype));
  const last = steps - (steps % (4 * chains));
  body.loop(i, 4 * chains, i32(last), () => {
    for (const chain of [0, ...others])
      for (const s of sums) {
        const value = vector(movedBy(s.value, [axis, 4 * chain]), body.along(axis));
        const name = nameOf(s, chain);
        body.set(name, "v128", combined(s.fn, s.local.dtype, get(name), value));
      }
  });
  for (const s of sums)
    for (const chain of others) {
      const both = combined(s.fn, s.local.dtype, get(nameOf(s, 0)), get(nameOf(s, chain)));
      body.set(nameOf(s, 0), "v128", both);
    }
  return steps % (4 * chains) < 4 ? undefined : whole;
}

/** Four steps of a loop whose counter is set; it adds to no sum outside. */
export const writeFour = (body: Body, loop: Loop): void =>
  writeVectors(body, loop.axis, loop.body, []);

/** Statements for four steps of a loop. */
function writeVectors(
  body: Body,
  axis: Axis,
  [s, ...rest]: readonly Statement[],
  sums: readonly { readonly s: Accumulate; readonly isLong: boolean }[],
): void {
  if (!s) return;
  const lanes = body.along(axis);
  const next = (): void => writeVectors(body, axis, rest, sums);
  switch (s.kind) {
    case "let": {
      if (isUniform(s.value, lanes)) {
        writeStatement(body, s);
        next();
        return;
      }
      const name = laneName(s.local.name);
      body.set(name, "v128", vector(s.value, lanes));
      body.inLanes(s.local.name, get(name), next);
      return;
    }
    case "declare": {
      const name = laneName(s.local.name);
      body.set(name, "v128", startInLanes(s.fn, s.local.dtype));
      body.inLanes(s.local.name, get(name), next);
      return;
    }
    case "accumulate": {
      const long = sums.find((sum) => sum.isLong && sum.s.local === s.local);
      if (long) addInDouble(body, s.local.name, vector(s.value, lanes));
      else {
        const name = laneName(s.local.name);
        body.set(name, "v128", added(s, get(name), vector(s.value, lanes)));
      }
      next();
      return;
    }
    case "loop": {
      const i = body.letter(s.axis);
      body.set(i, "i32", i32(0));
      body.loop(i, s.step, dimCode(s.axis.extent), () => writeVectors(body, axis, s.body, sums));
      next();
      return;
    }
    case "store":
      storeLanes(body, axis, s);
      next();
  }
}

/** A sum in lanes and one more term; a product needs no rounding in between. */
function added({ fn, local, value }: Accumulate, sum: Code, term: Code): Code {
  if (fn === "add" && value.kind === "call" && value.fn === "mul" && term[0] === "f32x4.mul")
    return ["f32x4.relaxed_madd", ...term.slice(1), sum];
  return combined(fn, local.dtype, sum, term);
}

/** Adds four float32 numbers to sums in double precision. */
function addInDouble(body: Body, name: string, value: Code): void {
  const held = `${name}.added`;
  body.set(held, "v128", value);
  const add = (half: string, lanes: Code): void =>
    body.set(`${name}.${half}`, "v128", [
      "f64x2.add",
      get(`${name}.${half}`),
      ["f64x2.promote_low_f32x4", lanes],
    ]);
  add("low", get(held));
  add("high", [
    "i8x16.shuffle",
    ..."8 9 10 11 12 13 14 15 8 9 10 11 12 13 14 15".split(" "),
    get(held),
    get(held),
  ]);
}

function storeLanes(body: Body, axis: Axis, { into, offset, value }: Store): void {
  const lanes = body.along(axis);
  const code = vector(value, lanes);
  const { dtype } = into.type;
  const stride = strideAlong(offset, lanes) as number;
  if (stride === 1 && dtype !== "bool") {
    body.push(["v128.store", ...addressOf(into, offset, body), code]);
    return;
  }
  body.set("four.lanes", "v128", code);
  const i = body.letter(axis);
  const start = stride > 0 && body.held(into, addressOf(into, offset, body).at(-1) as Code);
  for (const lane of [0, 1, 2, 3]) {
    const address = start
      ? [...addressOf(into, offset, body, stride * lane).slice(0, -1), start]
      : addressOf(into, offset, {
          ...lanes,
          pointer: () => undefined,
          axis: (a) => (a === axis ? plus(get(i), i32(lane)) : body.axis(a)),
        });
    if (dtype === "bool") {
      const bit: Code = [
        "i32.and",
        ["i32x4.extract_lane", String(lane), get("four.lanes")],
        i32(1),
      ];
      body.push(["i32.store8", ...address, bit]);
    } else if (address.length === 2)
      body.push(["v128.store32_lane", address[0], String(lane), address[1], get("four.lanes")]);
    else body.push(["v128.store32_lane", String(lane), address[0], get("four.lanes")]);
  }
}

// ── Sums and extremes ───────────────────────────────────────────────────────────────────────────

/** A sum that is taken in order would lose digits in float32. */
const heldType = ({ fn, local }: Pick<Declare, "fn" | "local">) =>
  fn === "add" && local.dtype === "float32" ? "f64" : numberTypes[local.dtype];

function writeDeclare(body: Body, s: Declare): void {
  const type = body.isLikeLanes ? numberTypes[s.local.dtype] : heldType(s);
  body.hold(s.local.name, type);
  body.set(s.local.name, type, constCode(startOf(s.fn, s.local.dtype), type));
  if (!s.best) return;
  const best = numberTypes[s.best.dtype];
  body.hold(s.best.name, best);
  const start = startOf(s.fn === "argmax" ? "max" : "min", s.best.dtype);
  body.set(s.best.name, best, constCode(start, best));
}

/** What an accumulator starts from. */
function startOf(fn: ReduceFn, dtype: DType): number {
  const isInt = dtype === "int32" || dtype === "int64";
  if (fn === "mul") return 1;
  if (fn === "max") return dtype === "bool" ? 0 : isInt ? -2147483648 : Number.NEGATIVE_INFINITY;
  if (fn === "min") return dtype === "bool" ? 1 : isInt ? 2147483647 : Number.POSITIVE_INFINITY;
  return 0;
}

function startInLanes(fn: ReduceFn, dtype: DType): Code {
  const start = startOf(fn, dtype);
  const text = dtype === "bool" ? (start ? "-1" : "0") : constText(start, numberTypes[dtype]);
  const shape = dtype === "float32" ? "f32x4" : "i32x4";
  return ["v128.const", shape, text, text, text, text];
}

function writeAccumulate(body: Body, s: Accumulate): void {
  const { local, fn, best, position } = s;
  const type = numberTypes[local.dtype];
  if (best && position) {
    const bestType = numberTypes[best.dtype];
    const code = convert(scalar(s.value, body), s.value.dtype, best.dtype, body);
    // What is a local already has a name.
    const next = code[0] === "local.get" ? code : get(`${best.name}.next`);
    if (next !== code) body.set(`${best.name}.next`, bestType, code);
    const isBetter: Code = [
      `${bestType}.${fn === "argmax" ? "gt" : "lt"}${bestType.startsWith("i") ? "_s" : ""}`,
      next,
      get(best.name),
    ];
    // The first NaN counts as the most extreme value.
    const isNan: Code = [
      "i32.and",
      [`${bestType}.ne`, next, next],
      [`${bestType}.eq`, get(best.name), get(best.name)],
    ];
    const isFloat = bestType.startsWith("f");
    body.when(isFloat ? ["i32.or", isBetter, isNan] : isBetter, () => {
      body.set(best.name, bestType, next);
      body.set(
        local.name,
        type,
        convert(scalar(position, body), position.dtype, local.dtype, body),
      );
    });
    return;
  }
  const { type: held } = body.local(local.name, local.dtype);
  const value = convert(scalar(s.value, body), s.value.dtype, local.dtype, body);
  if (held === "f64" && type === "f32") {
    body.set(local.name, held, ["f64.add", get(local.name), ["f64.promote_f32", value]]);
    return;
  }
  body.set(local.name, held, combinedOne(body, fn, local.dtype, get(local.name), value));
}

function combinedOne(body: Body, fn: ReduceFn, dtype: DType, a: Code, b: Code): Code {
  const type = numberTypes[dtype];
  if (dtype === "bool") return [fn === "max" ? "i32.or" : "i32.and", a, b];
  if ((fn === "max" || fn === "min") && type.startsWith("i"))
    return ["call", body.helper(`${type}_${fn}`), a, b];
  return [`${type}.${fn}`, a, b];
}

function combined(fn: ReduceFn, dtype: DType, a: Code, b: Code): Code {
  if (dtype === "bool") return [fn === "max" ? "v128.or" : "v128.and", a, b];
  const isInt = dtype === "int32";
  const sign = isInt && (fn === "max" || fn === "min") ? "_s" : "";
  return [`${isInt ? "i32x4" : "f32x4"}.${fn}${sign}`, a, b];
}

const foldNames: Readonly<Record<string, string>> = {
  add: "sum",
  mul: "product",
  max: "largest",
  min: "smallest",
};

/** The lanes of a sum added to what was there before the loop. */
function fold(body: Body, s: Accumulate, isLong: boolean): void {
  const { name, dtype } = s.local;
  const { type } = body.local(name, dtype);
  if (isLong) {
    const both: Code = ["f64x2.add", get(`${name}.low`), get(`${name}.high`)];
    body.set(`${name}.low`, "v128", both);
    const lane = (n: number): Code => ["f64x2.extract_lane", String(n), get(`${name}.low`)];
    const sum: Code = ["f64.add", lane(0), lane(1)];
    if (type === "f64") body.set(name, type, ["f64.add", get(name), sum]);
    else body.set(name, type, ["f32.add", get(name), ["f32.demote_f64", sum]]);
    return;
  }
  const lanes = get(laneName(name));
  if (dtype === "bool") {
    const value: Code = [s.fn === "max" ? "v128.any_true" : "i32x4.all_true", lanes];
    body.set(name, type, combinedOne(body, s.fn, dtype, get(name), value));
    return;
  }
  const shape = dtype === "float32" ? "f32x4" : "i32x4";
  const value: Code = ["call", body.helper(`${shape}_${foldNames[s.fn]}`), lanes];
  if (type === "f64" && dtype === "float32")
    body.set(name, type, ["f64.add", get(name), ["f64.promote_f32", value]]);
  else body.set(name, type, combinedOne(body, s.fn, dtype, get(name), value));
}
