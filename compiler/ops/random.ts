/** Draws: numbers of a stream as values of the graph, and with them initial values of variables. */

import { fail } from "../diagnostics/error.ts";
import { build, type NDArray } from "../graph/ndarray.ts";
import { makeNode, type Node } from "../graph/node.ts";
import { type Dim, type DType, floatX, formatShape, isFloat, type Shape } from "../graph/types.ts";
import { numeric } from "../kernels/numeric.ts";
import {
  call,
  cast,
  constant,
  extent,
  indexAdd,
  indexMul,
  type Scalar,
} from "../kernels/scalar.ts";
import { add, div, mul, sub } from "./arithmetic.ts";
import { unary } from "./elementwise.ts";
import { drawnFrom, shown, sumOf } from "./laws.ts";
import { constantValue, literal, symbolOp } from "./leaf.ts";
import { functional, precedence } from "./notation.ts";
import { type AnyOp, type Law, type Lowering, type Notation, op, type Sign } from "./op.ts";
import { rounded } from "./rounding.ts";
import { currentName, newStream } from "./streams.ts";
import { randomAt } from "./threefry.ts";

/** The seed that a trainer is created with: an int32 scalar. */
export function seed(): Node {
  const node = makeNode(symbolOp, [], { id: -1, dtype: "int32", shape: [] });
  node.label ??= { name: "seed", scope: [] };
  return node;
}

/**
 * Where a draw has its numbers from. They are told apart by the seed and the stream (the key of
 * Threefry), by the call of the function that draws, and by step and element (the counter).
 */
export interface Source {
  readonly stream: number;
  /** int32 scalars. */
  readonly seed: Node;
  /** How many calls came before. */
  readonly calls: Node;
  /** The step of the loops around the draw; 0 outside of loops. */
  readonly step: Node;
}

/** The operands of a draw, which its distribution's parameters follow. */
export const operandsOf = ({ seed, calls, step }: Source): readonly Node[] => [seed, calls, step];

/** A source from the operands of a draw. */
export const sourceOf = ([seed, calls, step]: readonly Node[], stream: number): Source => ({
  stream,
  seed,
  calls,
  step,
});

export type DrawAttrs = { shape: Shape; stream: number; dtype: DType };

/** Operands of a draw in samples: seed, calls, step. */
export const sourceSamples = [9, 5, 3].map((high) => ({
  shape: [],
  dtype: "int32" as const,
  domain: [0, high] as const,
}));

/** The uniform numbers of a draw of so many elements: number `i` of them. */
export function numbersOf(
  [seed, calls, step]: readonly NDArray[],
  stream: number,
  size: number,
): (i: number) => number {
  return (i) => randomAt(seed.data[0], stream, calls.data[0], step.data[0] * size + i);
}

/** Number `which` of `each` that the element at `index` takes. */
function numberAt(
  { attrs: { stream, shape }, read }: Lowering<DrawAttrs>,
  index: readonly Scalar[],
  each: number,
  which: number,
): Scalar {
  const place = (outer: Scalar, i: Scalar, dim: Dim): Scalar =>
    indexAdd(indexMul(outer, extent(dim)), i);
  const element = index.reduce<Scalar>((flat, i, n) => place(flat, i, shape[n]), read(2, []));
  const counter = place(element, constant(which, "int32"), each);
  return call("random", read(0, []), constant(stream, "int32"), read(1, []), counter);
}

const drawn = { none: "a random draw does not depend on anything continuously" };
const samples = [
  { inputs: sourceSamples, attrs: { shape: [3, 4], stream: 7, dtype: "float64" as const } },
];
const edges = [[0], [2, 0], [1, 1], []].map((shape) => ({
  inputs: sourceSamples,
  attrs: { shape, stream: 7, dtype: "float64" as const },
}));

/** What readers are told of every draw. */
export const drawSign = (letter: string, parameters: string, meaning: string): Sign => ({
  mark: letter,
  example: `${letter}(${parameters})`,
  meaning: `independent draws: ${meaning}`,
});

const notation = (name: string, write: Law["write"], sign: Sign): Notation<DrawAttrs> => ({
  text: (_, { shape }) => ({
    text: `${name}(${formatShape(shape)})`,
    precedence: precedence.atom,
  }),
  tex: () => drawnFrom({ offset: "0", scale: "1", write }),
  signs: [sign],
});

/** Even draws from [0, 1). */
export const uniformOp: AnyOp = op<DrawAttrs>({
  name: "uniform",
  cost: 60,
  drawn: true,
  onDevice: {
    instead: "words are held in two halves, with the same bits; at most 2²⁴ numbers and 2²⁴ calls",
  },
  infer: (_, { shape, dtype }) => ({ dtype, shape }),
  evaluate: (inputs, { stream }, { dtype, shape }) => {
    const numbers = numbersOf(inputs, stream, count(shape));
    return build(dtype, shape, (_, i) => numbers(i));
  },
  lower: (lowering, index) => cast(numberAt(lowering, index, 1, 0), lowering.attrs.dtype),
  gradient: drawn,
  notation: notation(
    "uniform",
    (low, range) => `\\mathcal{U}\\left(${shown(low)},\\, ${shown(sumOf(low, range))}\\right)`,
    drawSign("\\mathcal{U}", "a,\\, b", "evenly from [a, b)"),
  ),
  samples,
  edges,
});

/** log x for 2⁻³¹ ≤ x ≤ 1, with the same bits on all targets with float64: what is drawn may depend on it. */
export const unitLog = unary({
  name: "unitLog",
  domain: "float",
  cost: 30,
  sample: [0.1, 1],
  notation: functional("log", "\\log"),
  lower: (x) => call("unitLog", x),
  onDevice: {
    instead:
      "the logarithm is that of float32: `choice` without replacement may take weighted entries in another order",
  },
  gradient: ({ dy, inputs: [x] }) => [div(dy, x)],
});

const unitLogOf = numeric((x) => call("unitLog", x), 1);
const cosPiOf = numeric((x) => call("cosPi", x), 1);

/** Draws from the standard normal distribution, by Box and Muller's method in float64. */
export const normalOp: AnyOp = op<DrawAttrs>({
  name: "normal",
  cost: 150,
  drawn: true,
  onDevice: { instead: "logarithm and cosine are those of float32: last digits differ" },
  infer: (_, { shape, dtype }) => ({ dtype, shape }),
  evaluate: (inputs, { stream }, { dtype, shape }) => {
    const numbers = numbersOf(inputs, stream, 2 * count(shape));
    return build(dtype, shape, (_, i) => {
      const [u, v] = [numbers(2 * i), numbers(2 * i + 1)];
      return Math.sqrt(-2 * unitLogOf(1 - u)) * cosPiOf(2 * v);
    });
  },
  lower: (lowering, index) => {
    const number = (value: number) => constant(value, "float64");
    const draw = (which: number) => cast(numberAt(lowering, index, 2, which), "float64");
    const radius = call(
      "sqrt",
      call("mul", number(-2), call("unitLog", call("sub", number(1), draw(0)))),
    );
    const angle = call("cosPi", call("mul", number(2), draw(1)));
    return cast(call("rounded", call("mul", radius, angle)), lowering.attrs.dtype);
  },
  gradient: drawn,
  notation: notation(
    "normal",
    (mean, scale) => {
      const deviation = shown(scale);
      const isOne = /^[\d.\w]+$/.test(deviation);
      const variance = isOne ? `${deviation}^{2}` : `\\left(${deviation}\\right)^{2}`;
      return `\\mathcal{N}\\left(${shown(mean)},\\, ${deviation === "1" ? "1" : variance}\\right)`;
    },
    drawSign("\\mathcal{N}", "\\mu,\\, \\sigma^{2}", "normal, with mean μ and variance σ²"),
  ),
  samples,
  edges,
});

const count = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1);

/** Standard draws: even in [0, 1), or normal with mean 0 and deviation 1. */
export function draw(record: AnyOp, source: Source, shape: Shape, dtype: DType): Node {
  return makeNode(record, operandsOf(source), { shape, stream: source.stream, dtype });
}

export interface UniformOptions {
  readonly low?: number;
  readonly high?: number;
  readonly dtype?: DType;
}
export interface NormalOptions {
  readonly mean?: number;
  readonly std?: number;
  readonly dtype?: DType;
}

function initial(record: AnyOp, shape: readonly number[], dtype: DType): Node {
  if (!Array.isArray(shape) || shape.some((d) => !Number.isInteger(d) || d < 0)) {
    fail("ADJ1008", `${record.name}: the shape is a list of lengths: ${record.name}([784, 500])`);
  }
  const none = literal(0, "int32");
  const stream = newStream(currentName()).number;
  return draw(record, { seed: seed(), calls: none, step: none, stream }, shape, dtype);
}

/** Initial values drawn evenly from [low, high). */
export function uniform(
  shape: readonly number[],
  { low = 0, high = 1, dtype = floatX }: UniformOptions = {},
): Node {
  if (!(low <= high))
    fail("ADJ1008", `uniform: nothing lies from ${low} to ${high}`, {
      hint: "uniform([784, 500], { low: -0.1, high: 0.1 })",
    });
  const u = initial(uniformOp, shape, dtype);
  return shifted(u, literal(high - low, dtype), literal(low, dtype));
}

/** Initial values from a normal distribution. */
export function normal(
  shape: readonly number[],
  { mean = 0, std = 1, dtype = floatX }: NormalOptions = {},
): Node {
  const z = initial(normalOp, shape, dtype);
  return shifted(z, literal(std, dtype), literal(mean, dtype));
}

/** A parameter of a distribution with the digits of its dtype, which all targets have. */
export function parameter(x: Node): Node {
  const { dtype } = x.type;
  const value = constantValue(x);
  if (value !== undefined) return dtype === "float32" ? literal(Math.fround(value), dtype) : x;
  return x.op.leaf || x.op === rounded.op || !isFloat(dtype) ? x : rounded(x);
}

/**
 * What is drawn, stretched and moved: each step is rounded by itself, so that the bits are the same
 * everywhere. Nothing is written for a scale of 1 and an offset of 0.
 */
export function shifted(x: Node, scale: Node, offset: Node): Node {
  const scaled = constantValue(scale) === 1 ? x : rounded(mul(parameter(scale), x));
  const moved = parameter(offset);
  const by = constantValue(moved);
  if (by === 0) return scaled;
  return rounded(by !== undefined && by < 0 ? sub(scaled, -by) : add(scaled, moved));
}
