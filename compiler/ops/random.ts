/** Seeded draws for initial values. */

import { fail } from "../diagnostics/error.ts";
import { currentScope } from "../graph/context.ts";
import { build } from "../graph/ndarray.ts";
import { makeNode, type Node } from "../graph/node.ts";
import { type DType, floatX, formatShape } from "../graph/types.ts";
import {
  call,
  cast,
  constant,
  extent,
  indexAdd,
  indexMul,
  type Scalar,
} from "../kernels/scalar.ts";
import { add, mul, sub } from "./arithmetic.ts";
import { symbolOp } from "./leaf.ts";
import { precedence } from "./notation.ts";
import { op } from "./op.ts";
import { randomAt, streamOf } from "./threefry.ts";

/** The seed that a trainer is created with: an int32 scalar. */
export function seed(): Node {
  const node = makeNode(symbolOp, [], { id: -1, dtype: "int32", shape: [] });
  node.label ??= { name: "seed", scope: [] };
  return node;
}

type DrawAttrs = { shape: readonly number[]; stream: number; dtype: DType };

const flat = (index: readonly Scalar[], shape: readonly (number | string)[]): Scalar =>
  index.reduce<Scalar>(
    (sum, i, axis) => indexAdd(indexMul(sum, extent(shape[axis])), i),
    constant(0, "int32"),
  );

const drawn = { none: "a random draw does not depend on anything continuously" };
const seedSample = { shape: [], dtype: "int32" as const, domain: [0, 9] as const };

/** Even draws from [0, 1). */
export const uniformOp = op<DrawAttrs>({
  name: "uniform",
  cost: 60,
  infer: (_, { shape, dtype }) => ({ dtype, shape }),
  evaluate: ([s], { stream }, { dtype, shape }) =>
    build(dtype, shape, (_, i) => randomAt(s.data[0], stream, i)),
  lower: ({ attrs: { stream, shape, dtype }, read }, index) =>
    cast(call("random", read(0, []), constant(stream, "int32"), flat(index, shape)), dtype),
  gradient: drawn,
  notation: {
    text: (_, { shape }) => ({
      text: `uniform(${formatShape(shape)})`,
      precedence: precedence.atom,
    }),
    tex: () => ({ text: "\\mathcal{U}(0, 1)", precedence: precedence.atom }),
  },
  samples: [{ inputs: [seedSample], attrs: { shape: [3, 4], stream: 7, dtype: "float64" } }],
});

/** Draws from the standard normal distribution, by Box and Muller's method. */
export const normalOp = op<DrawAttrs>({
  name: "normal",
  cost: 150,
  infer: (_, { shape, dtype }) => ({ dtype, shape }),
  evaluate: ([s], { stream }, { dtype, shape }) =>
    build(dtype, shape, (_, i) => {
      const [u, v] = [randomAt(s.data[0], stream, 2 * i), randomAt(s.data[0], stream, 2 * i + 1)];
      return Math.sqrt(-2 * Math.log(1 - u)) * Math.cos(2 * Math.PI * v);
    }),
  lower: ({ attrs: { stream, shape, dtype }, read }, index) => {
    const number = (value: number) => constant(value, "float64");
    const draw = (which: number): Scalar => {
      const counter = indexAdd(
        indexMul(flat(index, shape), constant(2, "int32")),
        constant(which, "int32"),
      );
      return cast(call("random", read(0, []), constant(stream, "int32"), counter), "float64");
    };
    const radius = call(
      "sqrt",
      call("mul", number(-2), call("log", call("sub", number(1), draw(0)))),
    );
    const angle = call("cos", call("mul", number(2 * Math.PI), draw(1)));
    return cast(call("mul", radius, angle), dtype);
  },
  gradient: drawn,
  notation: {
    text: (_, { shape }) => ({
      text: `normal(${formatShape(shape)})`,
      precedence: precedence.atom,
    }),
    tex: () => ({ text: "\\mathcal{N}(0, 1)", precedence: precedence.atom }),
  },
  samples: [{ inputs: [seedSample], attrs: { shape: [3, 4], stream: 7, dtype: "float64" } }],
});

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

const counts = new Map<string, number>();

/** Numbers draws anew: with the graph, at the start of a compilation. */
export function resetDraws(): void {
  counts.clear();
}

/** Streams are told apart by the name of the value that is being made, so others do not disturb it. */
function nextStream(): number {
  const owner = currentScope().join(".");
  const n = counts.get(owner) ?? 0;
  counts.set(owner, n + 1);
  return streamOf(`${owner}#${n}`);
}

function draw(record: typeof uniformOp, shape: readonly number[], dtype: DType): Node {
  if (!Array.isArray(shape) || shape.some((d) => !Number.isInteger(d) || d < 0)) {
    fail("ADJ1008", `${record.name}: the shape is a list of lengths: ${record.name}([784, 500])`);
  }
  return makeNode(record, [seed()], { shape, stream: nextStream(), dtype });
}

/** Initial values drawn evenly from [low, high). */
export function uniform(
  shape: readonly number[],
  { low = 0, high = 1, dtype = floatX }: UniformOptions = {},
): Node {
  return shifted(draw(uniformOp, shape, dtype), high - low, low);
}

/** Initial values from a normal distribution. */
export function normal(
  shape: readonly number[],
  { mean = 0, std = 1, dtype = floatX }: NormalOptions = {},
): Node {
  return shifted(draw(normalOp, shape, dtype), std, mean);
}

function shifted(x: Node, scale: number, offset: number): Node {
  const scaled = scale === 1 ? x : mul(scale, x);
  if (offset === 0) return scaled;
  return offset < 0 ? sub(scaled, -offset) : add(scaled, offset);
}
