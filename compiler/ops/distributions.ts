/** Distributions of whole numbers, written with uniform draws. Their parameters have no gradient. */

import { broadcastGet, build, offsetOf } from "../graph/ndarray.ts";
import { makeNode, type Node } from "../graph/node.ts";
import { type DType, formatShape, type Shape } from "../graph/types.ts";
import { add, floor, mul } from "./arithmetic.ts";
import { ge, lt } from "./comparison.ts";
import { cumsum } from "./cumulative.ts";
import { castTo } from "./elementwise.ts";
import { at, ellipsis, span } from "./indexing.ts";
import { constantValue, literal } from "./leaf.ts";
import { precedence, word } from "./notation.ts";
import { type AnyOp, type Notation, op, type Sample, type Sign } from "./op.ts";
import {
  draw,
  drawSign,
  numbersOf,
  operandsOf,
  parameter,
  type Source,
  sourceOf,
  sourceSamples,
  uniformOp,
} from "./random.ts";
import { sum } from "./reduction.ts";
import { expandDims } from "./shape.ts";

type Attrs = { shape: Shape; stream: number; dtype: DType };

const none = () => [undefined, undefined, undefined, undefined];

/** `binomial([20], 1, 0.7)` and `\mathcal{B}(1, 0.7)`: the parameters follow the operands of the draw. */
const notation = <A extends Attrs>(
  name: string,
  sign: Sign,
  first: (attrs: A) => readonly string[] = () => [],
): Notation<A> => ({
  text: ([, , , parameter], attrs) => ({
    text: `${name}(${[formatShape(attrs.shape), ...first(attrs), parameter.text].join(", ")})`,
    precedence: precedence.atom,
  }),
  tex: ([, , , parameter], attrs) => ({
    text: `${sign.mark}\\left(${[...first(attrs), parameter.text].join(",\\, ")}\\right)`,
    precedence: precedence.atom,
  }),
  signs: [sign],
});

const [trials, whole, classes] = [
  drawSign("\\mathcal{B}", "n,\\, p", "how many of n trials succeed, each with probability p"),
  {
    ...drawSign("\\mathcal{U}\\{", "", "evenly from these whole numbers"),
    example: "\\mathcal{U}\\{0,\\, \\dots,\\, n - 1\\}",
  },
  drawSign(word("Cat"), "p", "classes, with probabilities along the last axis of p"),
];

const attrs = { shape: [3, 4], stream: 7, dtype: "int32" as const };
const probability = (shape: readonly number[]): Sample["inputs"][number] => ({
  shape,
  domain: [0, 1],
});

type BinomialAttrs = Attrs & { n: number };

/**
 * How many of n trials succeed, each with probability p: Σ [uₖ < p]. As u has 24 bits, p counts in steps
 * of 2⁻²⁴, rounded up.
 */
export const binomialOp: AnyOp = op<BinomialAttrs>({
  name: "binomial",
  cost: 64,
  drawn: true,
  infer: (_, { shape, dtype }) => ({ dtype, shape }),
  evaluate: ([seed, calls, step, p], { stream, n }, { dtype, shape }) => {
    const size = shape.reduce((total, d) => total * d, n);
    const numbers = numbersOf([seed, calls, step], stream, size);
    return build(dtype, shape, (index, i) => {
      let successes = 0;
      for (let k = 0; k < n; k++) if (numbers(i * n + k) < broadcastGet(p, index)) successes++;
      return successes;
    });
  },
  expand: (inputs, { shape, stream, dtype, n }) => {
    // Targets compare with a constant as if it had all its digits.
    const p = constantValue(inputs[3]) === undefined ? parameter(inputs[3]) : inputs[3];
    const trials: Shape = n === 1 ? shape : [...shape, n];
    const u = draw(uniformOp, sourceOf(inputs, stream), trials, p.type.dtype);
    const success = lt(u, n === 1 ? p : expandDims(p, -1));
    if (n === 1) return castTo(success, dtype);
    return castTo(sum(castTo(success, "int32"), -1), dtype);
  },
  gradient: none,
  notation: notation<BinomialAttrs>("binomial", trials, ({ n }) => [String(n)]),
  samples: [
    { inputs: [...sourceSamples, probability([])], attrs: { ...attrs, n: 1 } },
    { inputs: [...sourceSamples, probability([3, 1])], attrs: { ...attrs, n: 1 } },
    { inputs: [...sourceSamples, probability([4])], attrs: { ...attrs, n: 6 } },
  ],
  edges: [
    { inputs: [...sourceSamples, probability([1])], attrs: { ...attrs, shape: [0], n: 1 } },
    { inputs: [...sourceSamples, probability([0])], attrs: { ...attrs, shape: [2, 0], n: 6 } },
    { inputs: [...sourceSamples, probability([1])], attrs: { ...attrs, shape: [1], n: 6 } },
  ],
});

/** @param p broadcasts to `shape` */
export function binomial(source: Source, shape: Shape, n: number, p: Node, dtype: DType): Node {
  return makeNode(binomialOp, [...operandsOf(source), p], {
    shape,
    stream: source.stream,
    dtype,
    n,
  });
}

/** A range up to this has exact products with a number of 24 bits on every target. */
const narrow = 4096;

type RangeAttrs = Attrs & { wide: boolean };

/**
 * Whole numbers from 0 to before `range`: ⌊u·range⌋ with 24 bits of u, so that probabilities differ from
 * 1/range by less than 2⁻²⁴; with 48 bits where the range is above 4096 or not known.
 */
export const randintOp: AnyOp = op<RangeAttrs>({
  name: "randint",
  cost: 62,
  drawn: true,
  onDevice: { instead: "ranges above 4,096 are refused: products of floats have 24 bits" },
  infer: (_, { shape, dtype }) => ({ dtype, shape }),
  evaluate: ([seed, calls, step, range], { stream, wide }, { dtype, shape }) => {
    const each = wide ? 2 : 1;
    const size = shape.reduce((total, d) => total * d, each);
    const numbers = numbersOf([seed, calls, step], stream, size);
    return build(dtype, shape, (index, i) => {
      const u = wide ? numbers(2 * i) + numbers(2 * i + 1) * 2 ** -24 : numbers(i);
      return Math.floor(u * broadcastGet(range, index));
    });
  },
  expand: (inputs, { shape, stream, dtype, wide }) => {
    const source = sourceOf(inputs, stream);
    const range = castTo(inputs[3], "float64");
    if (!wide) return castTo(floor(mul(range, draw(uniformOp, source, shape, "float64"))), dtype);
    const u = draw(uniformOp, source, [...shape, 2], "float64");
    const bits = add(at(u, ellipsis, 0), mul(at(u, ellipsis, 1), literal(2 ** -24, "float64")));
    return castTo(floor(mul(range, bits)), dtype);
  },
  gradient: none,
  notation: {
    ...notation<RangeAttrs>("randint", whole),
    tex: ([, , , range]) => ({
      text: `\\mathcal{U}\\{0,\\, \\dots,\\, ${range.text} - 1\\}`,
      precedence: precedence.atom,
    }),
  },
  samples: [
    {
      inputs: [...sourceSamples, { shape: [], dtype: "int32", domain: [6, 7] }],
      attrs: { ...attrs, wide: false },
    },
    {
      inputs: [...sourceSamples, { shape: [4], dtype: "int32", domain: [1, 2e9] }],
      attrs: { ...attrs, wide: true },
    },
  ],
  edges: [[0], [1], [2, 0]].map((shape) => ({
    inputs: [...sourceSamples, { shape: [1], dtype: "int32" as const, domain: [6, 7] as const }],
    attrs: { ...attrs, shape, wide: false },
  })),
});

/** @param range int32, broadcasts to `shape`; its greatest value where that is known */
export function randint(source: Source, shape: Shape, range: Node, known?: number): Node {
  const wide = known === undefined || known > narrow;
  return makeNode(randintOp, [...operandsOf(source), range], {
    shape,
    stream: source.stream,
    dtype: "int32",
    wide,
  });
}

/**
 * Class j with probability pⱼ, by inversion: how many of the sums p₀, p₀ + p₁, … are not above u. The
 * last class takes what is left to 1, so the last p is not looked at. Sums are made in float64.
 */
export const categoricalOp: AnyOp = op<Attrs>({
  name: "categorical",
  cost: 80,
  drawn: true,
  onDevice: {
    instead: "probabilities add up in float32: a draw at the border of two classes may differ",
  },
  infer: (_, { shape, dtype }) => ({ dtype, shape }),
  evaluate: ([seed, calls, step, p], { stream }, { dtype, shape }) => {
    const size = shape.reduce((total, d) => total * d, 1);
    const numbers = numbersOf([seed, calls, step], stream, size);
    const k = p.shape.at(-1) as number;
    const rows = p.shape.slice(0, -1);
    return build(dtype, shape, (index, i) => {
      const own = index
        .slice(index.length - rows.length)
        .map((n, axis) => (rows[axis] === 1 ? 0 : n));
      const start = offsetOf(own, rows) * k;
      const u = numbers(i);
      let total = 0;
      let label = 0;
      for (let j = 0; j < k - 1; j++) {
        total += p.data[start + j];
        if (u >= total) label++;
      }
      return label;
    });
  },
  expand: (inputs, { shape, stream, dtype }) => {
    const p = castTo(parameter(inputs[3]), "float64");
    const k = p.shape.at(-1) as number;
    const u = draw(uniformOp, sourceOf(inputs, stream), shape, "float64");
    const sums = at(cumsum(p, -1), ellipsis, span(0, k - 1));
    return castTo(sum(castTo(ge(expandDims(u, -1), sums), "int32"), -1), dtype);
  },
  bounds: ([, , , p]) => {
    const k = p.shape.at(-1);
    return typeof k === "number" ? { min: 0, max: k - 1 } : undefined;
  },
  gradient: none,
  notation: notation("categorical", classes),
  samples: [
    {
      inputs: [...sourceSamples, { shape: [4, 5], domain: [0, 0.25] }],
      attrs: { ...attrs },
    },
    { inputs: [...sourceSamples, { shape: [3], domain: [0, 0.4] }], attrs },
  ],
  edges: [
    { inputs: [...sourceSamples, { shape: [1] }], attrs: { ...attrs, shape: [3] } },
    { inputs: [...sourceSamples, { shape: [0, 2] }], attrs: { ...attrs, shape: [0] } },
    {
      inputs: [...sourceSamples, { shape: [2], domain: [0, 0.5] }],
      attrs: { ...attrs, shape: [1] },
    },
  ],
});

/** Classes by probabilities along the last axis of `p`, whose other axes broadcast to `shape`. */
export function categorical(source: Source, shape: Shape, p: Node, dtype: DType = "int32"): Node {
  return makeNode(categoricalOp, [...operandsOf(source), p], {
    shape,
    stream: source.stream,
    dtype,
  });
}
