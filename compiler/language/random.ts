/** Random streams: draws that are made anew at each call of a function. */

import { fail } from "../diagnostics/error.ts";
import { isNode, isPoison, type Node } from "../graph/node.ts";
import {
  broadcastShapes,
  type Dim,
  type DType,
  floatX,
  formatShape,
  isFloat,
  type Shape,
  sameShape,
} from "../graph/types.ts";
import { add, div, mul, neg, sub } from "../ops/arithmetic.ts";
import { eq, where } from "../ops/comparison.ts";
import { arange } from "../ops/creation.ts";
import * as distributions from "../ops/distributions.ts";
import { castTo } from "../ops/elementwise.ts";
import { at, span, take } from "../ops/indexing.ts";
import { asNode, constantValue, literal, literalValues } from "../ops/leaf.ts";
import { poisson, truncatedNormal } from "../ops/random.loops.ts";
import {
  draw,
  normalOp,
  parameter,
  type Source,
  shifted,
  uniformOp,
  unitLog,
} from "../ops/random.ts";
import { sum } from "../ops/reduction.ts";
import { expandDims, reshape } from "../ops/shape.ts";
import { argsort } from "../ops/sorting.ts";
import { currentName, currentStep, newStream, uniqueName } from "../ops/streams.ts";
import { callCounter } from "./shared.ts";
import { signed, signMethod } from "./signature.ts";
import { checkDims } from "./symbols.ts";
import type { Operand, Tensor } from "./types.ts";

/**
 * The shape of a draw: dimensions, the length of a vector, or a tensor to be shaped like. What its
 * parameters broadcast to when left out.
 */
export type DrawShape = readonly Dim[] | Tensor | number | null;

export interface DrawOptions {
  /** dtype of the result. */
  readonly dtype?: DType;
}
export interface UniformDraw extends DrawOptions {
  /** 0 when left out. */
  readonly low?: Operand;
  /** 1 when left out. */
  readonly high?: Operand;
}
export interface NormalDraw extends DrawOptions {
  /** 0 when left out. */
  readonly mean?: Operand;
  /** 1 when left out. */
  readonly std?: Operand;
}
export interface BinomialDraw extends DrawOptions {
  /** How many trials; 1 when left out. */
  readonly n?: number;
  /** Probability of success, a number or a tensor; 0.5 when left out. */
  readonly p?: Operand;
}
export interface MultinomialDraw extends DrawOptions {
  /** How many trials; 1 when left out: rows are one-hot. */
  readonly n?: number;
  /** Probabilities of the classes along the last axis. */
  readonly p: Operand;
}
export interface PoissonDraw {
  /** The largest result; 2²⁰ when left out and the rate is not a number. */
  readonly most?: number;
}
export interface ChoiceDraw {
  /** What to choose from: 0, 1, … n − 1, or the entries of axis 0 of a tensor. */
  readonly from: Operand;
  /** Whether something can be chosen again; true when left out. */
  readonly replace?: boolean;
  /** Probabilities; all alike when left out. */
  readonly p?: Operand;
}

const lift = (node: Node): Tensor => node as unknown as Tensor;

/**
 * Draws for the functions of a model, by Threefry-2x32-20: the same bits on every target.
 *
 * A draw is one value during a call, and another one at the next call of any function that uses it. Its
 * numbers depend on the seed, on the names of the stream and of the value that it is drawn for, and on
 * how many calls there were: adding or removing other draws does not change them, giving the stream or
 * the value another name does. Draws for one name, or for values without one, are told apart by their
 * order. In a scan each step draws anew.
 *
 * The count of calls is a shared variable for each draw, which functions that use the draw count up;
 * `updates` may set it instead. Export the stream to reach the counts: saved along with the parameters,
 * training goes on as if it had not been interrupted. The gpu target counts up to 2²⁴ calls.
 */
export class RandomStream {
  readonly seed: number;
  readonly name: string;
  readonly #counters: Node[] = [];

  constructor(seed: number) {
    if (!Number.isInteger(seed) || seed < -(2 ** 31) || seed >= 2 ** 32)
      fail("ADJ1008", `randomStream: the seed is a whole number of 32 bits, got ${seed}`, {
        hint: "const rng = randomStream(1234)",
      });
    this.seed = seed | 0;
    this.name = uniqueName(currentName() || "rng");
  }

  /** Tells streams from all other values, without asking a proxy anything that it could notice. */
  static is(value: unknown): value is RandomStream {
    return typeof value === "object" && value !== null && #counters in value;
  }

  /** Names of its methods that draw. */
  static get draws(): readonly string[] {
    return draws;
  }

  /** The state of the stream: a count of calls for each draw, in the order of the model. */
  get counters(): readonly Node[] {
    return this.#counters;
  }

  /** A source of numbers for the value that is being made; `part` names what is only a part of it. */
  #source(part?: string): () => Source {
    const owner = [currentName(), part].filter(Boolean).join(".") || "draw";
    // A stream that is made within what is drawn has its name already: dropped.mask, not dropped.dropped.mask.
    const within = owner.startsWith(`${this.name}.`) ? owner : undefined;
    const { name, number } = newStream(`${this.name}.${owner}`, within);
    const calls = callCounter(name.replace(/\W+/g, "_"));
    this.#counters.push(calls);
    return () => ({
      stream: number,
      seed: literal(this.seed, "int32"),
      calls,
      step: currentStep(),
    });
  }

  /**
   * Even draws from [low, high), of 24 bits; floatX when no dtype is given. Its gradient reaches `low`
   * and `high`.
   */
  uniform(shape?: DrawShape, { low = 0, high = 1, dtype = floatX }: UniformDraw = {}): Tensor {
    checkFloat("uniform", dtype);
    const [from, to] = [parameter(asNode(low, dtype)), parameter(asNode(high, dtype))];
    const size = shapeOf("uniform", shape, [from, to]);
    if ((constantDifferenceOf(to, from) ?? 0) < 0)
      fail("ADJ1008", `uniform: nothing lies from ${low} to ${high}`, {
        hint: "rng.uniform([20], { low: -1, high: 1 })",
      });
    const u = draw(uniformOp, this.#source()(), size, dtype);
    const range = constantDifference(to, from) ?? sub(to, from);
    return lift(shifted(u, range, from));
  }

  /** Normal draws; floatX when no dtype is given. Its gradient reaches `mean` and `std`. */
  normal(shape?: DrawShape, { mean = 0, std = 1, dtype = floatX }: NormalDraw = {}): Tensor {
    checkFloat("normal", dtype);
    const [centre, deviation] = [asNode(mean, dtype), asNode(std, dtype)];
    const size = shapeOf("normal", shape, [centre, deviation]);
    return lift(shifted(draw(normalOp, this.#source()(), size, dtype), deviation, centre));
  }

  /**
   * Normal draws that are drawn again where they are more than two deviations from the mean; floatX when
   * no dtype is given. Its gradient reaches `mean` and `std`. Loops are not for the gpu target.
   */
  truncatedNormal(
    shape?: DrawShape,
    { mean = 0, std = 1, dtype = floatX }: NormalDraw = {},
  ): Tensor {
    checkFloat("truncatedNormal", dtype);
    const [centre, deviation] = [asNode(mean, dtype), asNode(std, dtype)];
    const size = shapeOf("truncatedNormal", shape, [centre, deviation]);
    const z = truncatedNormal(this.#source(), size, dtype, loopName("truncated"));
    return lift(shifted(z, deviation, centre));
  }

  /** How many of n trials succeed; int32 when no dtype is given. The gradient does not reach `p`. */
  binomial(shape?: DrawShape, { n = 1, p = 0.5, dtype = "int32" }: BinomialDraw = {}): Tensor {
    checkTrials("binomial", n);
    const probability = checkProbability("binomial", p);
    const size = shapeOf("binomial", shape, [probability]);
    return lift(distributions.binomial(this.#source()(), size, n, probability, dtype));
  }

  /**
   * How often each class comes up in n trials: shape and a last axis for the classes. With n = 1 rows are
   * one-hot. Probabilities add up to 1: the last class takes what is left.
   */
  multinomial(
    shape: DrawShape | undefined,
    { n = 1, p, dtype = "int32" }: MultinomialDraw = {} as MultinomialDraw,
  ): Tensor {
    checkTrials("multinomial", n);
    const probability = checkProbability("multinomial", p);
    const classes = classesOf("multinomial", probability);
    checkSum("multinomial", probability);
    const size = shapeOf("multinomial", shape, [], probability.shape.slice(0, -1));
    const source = this.#source()();
    const isClass = (labels: Node): Node => eq(expandDims(labels, -1), arange(classes));
    if (n === 1)
      return lift(castTo(isClass(distributions.categorical(source, size, probability)), dtype));
    const trials = distributions.categorical(source, [...size, n], expandDims(probability, -2));
    return lift(castTo(sum(castTo(isClass(trials), "int32"), -2), dtype));
  }

  /** Whole numbers (int32) low ≤ k < high, all alike. */
  randint(shape: DrawShape | undefined, low: Operand, high: Operand): Tensor {
    const [from, to] = [asNode(low, "int32"), asNode(high, "int32")];
    for (const bound of [from, to])
      if (isFloat(bound.type.dtype)) fail("ADJ1008", "randint: low and high are whole numbers");
    const size = shapeOf("randint", shape, [from, to]);
    const range = constantDifference(to, from) ?? sub(to, from);
    const known = constantValue(range);
    if (known !== undefined && !(known > 0 && known < 2 ** 31))
      fail("ADJ1008", `randint: there are no ${known} whole numbers from ${low} to before ${high}`);
    const k = distributions.randint(this.#source()(), size, castTo(range, "int32"), known);
    return lift(constantValue(from) === 0 ? k : add(k, castTo(from, "int32")));
  }

  /**
   * Poisson draws (int32): arrivals at a rate, counted in a loop that takes about rate + 5·√rate steps.
   * Exact for rates far below `most`; 0 where the rate is not positive. The gradient does not reach the
   * rate. Loops are not for the gpu target.
   *
   * @throws ADJ1008 in a scan, unless the rate is a number or `most` is given
   */
  poisson(shape: DrawShape | undefined, rate: Operand, { most }: PoissonDraw = {}): Tensor {
    const mean = asNode(rate, floatX);
    const known = constantValue(mean);
    if (known !== undefined && !(known >= 0))
      fail("ADJ1008", `poisson: the rate is not negative, got ${known}`, {
        hint: "rng.poisson([20], 3.5)",
      });
    if (most !== undefined && !(Number.isInteger(most) && most > 0))
      fail("ADJ1008", `poisson: most is the largest result, got ${most}`);
    const size = shapeOf("poisson", shape, [mean]);
    const name = loopName("poisson");
    return lift(poisson(this.#source(), size, mean, { name, limit: most }));
  }

  /**
   * A random order of 0 … n − 1, or of the entries of axis 0 of a tensor; with a shape, one a place along
   * a new last axis. Orders are those of uniform keys of 24 bits.
   */
  permutation(of: Operand, shape: DrawShape = []): Tensor {
    const count = entryCount("permutation", of);
    const size = shapeOf("permutation", shape, []);
    const keys = draw(uniformOp, this.#source()(), [...size, count], floatX);
    const order = argsort(keys, -1);
    return lift(isNode(of) ? take(of, order, 0) : order);
  }

  /**
   * Chooses from 0 … n − 1 or from the entries of axis 0 of a tensor. Without replacement: as if one after
   * the other were taken out, by the order of exponential waiting times with rates p (Efraimidis and
   * Spirakis, 2006).
   */
  choice(
    shape: DrawShape | undefined,
    { from, replace = true, p }: ChoiceDraw = {} as ChoiceDraw,
  ): Tensor {
    const count = entryCount("choice", from);
    const size = shapeOf("choice", shape, []);
    const probability = p === undefined ? undefined : checkProbability("choice", p);
    if (probability) checkSum("choice", probability);
    if (probability && !sameShape(probability.shape, [count])) {
      fail("ADJ1003", `choice: p is ${formatShape(probability.shape)}, but there are ${count}`);
    }
    const source = this.#source()();
    const chosen = replace
      ? probability
        ? distributions.categorical(source, size, probability)
        : distributions.randint(source, size, literal(count, "int32"), count)
      : withoutReplacement(source, size, count, probability);
    return lift(isNode(from) ? take(from, chosen, 0) : chosen);
  }

  /** Draws that keep 1 − p of the elements, for {@link dropout}. */
  mask(x: Node, keep: Node, dtype: DType): Node {
    return distributions.binomial(this.#source("mask")(), x.shape, 1, keep, dtype);
  }
}

const draws = [
  "rng.uniform(shape?, { low, high, dtype })",
  "rng.normal(shape?, { mean, std, dtype })",
  "rng.truncatedNormal(shape?, { mean, std, dtype })",
  "rng.binomial(shape?, { n, p, dtype })",
  "rng.multinomial(shape?, { n, p, dtype })",
  "rng.randint(shape?, low, high)",
  "rng.poisson(shape?, rate, { most })",
  "rng.permutation(of, shape?)",
  "rng.choice(shape?, { from, replace, p })",
].map((text) => signMethod(RandomStream.prototype, text));

/** A stream of random draws: `const rng = randomStream(1234)`, then `rng.uniform([20, 784])`. */
export const randomStream = signed(
  "randomStream(seed)",
  (seed: number): RandomStream => new RandomStream(seed),
);

export interface DropoutOptions {
  /** Whether to drop at all: a plain or a symbolic truth value; true when left out. */
  readonly train?: Operand;
}

/**
 * Inverted dropout: each element is 0 with probability p, and divided by 1 − p otherwise, so that the
 * mean stays (Srivastava et al., 2014). Without `train` it is x.
 *
 * @throws ADJ1008 unless 0 ≤ p < 1
 */
export const dropout = signed(
  "dropout(x, p, rng, { train })",
  (x: Operand, p: Operand, rng: RandomStream, { train = true }: DropoutOptions = {}): Tensor => {
    const node = asNode(x);
    if (train === false || p === 0) return lift(node);
    if (isNode(rng) && isPoison(rng)) return lift(rng);
    if (!RandomStream.is(rng))
      fail("ADJ1008", "dropout: the third argument is a random stream", {
        hint: "const rng = randomStream(1234); dropout(x, 0.5, rng)",
      });
    if (typeof p === "number" && !(p > 0 && p < 1))
      fail("ADJ1008", `dropout: p is a probability below 1, got ${p}`, {
        hint: "p is how many elements are dropped: dropout(x, 0.5, rng)",
      });
    const dtype = isFloat(node.type.dtype) ? node.type.dtype : floatX;
    const keep =
      typeof p === "number" && !isNode(p)
        ? literal(1 - p, dtype)
        : parameter(sub(1, asNode(p, dtype)));
    const mask = rng.mask(node, keep, dtype);
    mask.label ??= { name: "mask", scope: [] };
    if (constantValue(keep) === undefined) keep.role ??= { name: "keep", of: mask };
    const kept = constantValue(keep);
    const scaled = kept === undefined ? div(mask, keep) : mul(mask, 1 / kept);
    const dropped = mul(node, scaled);
    return lift(isNode(train) ? where(train, dropped, node) : dropped);
  },
);

/** What the loop of a draw is called. */
const loopName = (otherwise: string): string => (currentName() || otherwise).replace(/\W+/g, "_");

/** The first of all in random order. */
function withoutReplacement(source: Source, size: Shape, count: Dim, p: Node | undefined): Node {
  const wanted = size.reduce<number>((n, d) => n * Number(d), 1);
  if (!(wanted <= Number(count)))
    fail("ADJ1008", `choice: without replacement there are no ${formatShape(size)} of ${count}`);
  const u = draw(uniformOp, source, [count], p ? "float64" : floatX);
  const keys = p ? div(neg(unitLog(sub(1, u))), castTo(parameter(p), "float64")) : u;
  return reshape(at(argsort(keys, -1), span(0, wanted)), size);
}

function constantDifferenceOf(a: Node, b: Node): number | undefined {
  const [x, y] = [constantValue(a), constantValue(b)];
  return x === undefined || y === undefined ? undefined : x - y;
}

function constantDifference(a: Node, b: Node): Node | undefined {
  const difference = constantDifferenceOf(a, b);
  return difference === undefined ? undefined : literal(difference, a.type.dtype);
}

function shapeOf(
  what: string,
  shape: DrawShape | undefined,
  parameters: readonly Node[],
  fallback?: Shape,
): Shape {
  const joint = broadcastShapes(parameters.map((p) => p.shape)) ?? [];
  if (shape === undefined || shape === null) return fallback ?? joint;
  if (isNode(shape)) return shape.shape;
  if (!Array.isArray(shape) && !(Number.isInteger(shape) && Number(shape) >= 0))
    fail("ADJ1008", `${what}: the first argument is a shape, got ${String(shape)}`, {
      hint: `rng.${what}([20, 784], …); rng.${what}(x) draws as many numbers as x has`,
    });
  const wanted = checkDims(typeof shape === "number" ? [shape] : (shape as Shape), what);
  const all = broadcastShapes([wanted, joint]);
  if (!all || !sameShape(all, wanted)) {
    fail(
      "ADJ1003",
      `${what}: parameters of ${formatShape(joint)} do not fit ${formatShape(wanted)}`,
    );
  }
  return wanted;
}

function checkFloat(what: string, dtype: DType): void {
  if (!isFloat(dtype)) fail("ADJ1008", `${what}: draws are floats, not ${dtype}`);
}

function checkTrials(what: string, n: number): void {
  if (!(Number.isInteger(n) && n >= 1))
    fail("ADJ1008", `${what}: n is how many trials there are, got ${n}`);
}

function checkProbability(what: string, p: Operand): Node {
  const node = asNode(p, floatX);
  if (!isFloat(node.type.dtype))
    fail("ADJ1001", `${what}: p is ${node.type.dtype}, but probabilities are floats`);
  const value = constantValue(node);
  const wrong = (literalValues(node) ?? [value ?? 0]).find((v) => !(v >= 0 && v <= 1));
  if (wrong !== undefined) fail("ADJ1008", `${what}: p is a probability, got ${wrong}`);
  return node;
}

/** Probabilities of classes that the model writes out add up to 1, as well as float32 has it. */
function checkSum(what: string, p: Node): void {
  const values = p.shape.length === 1 ? literalValues(p) : undefined;
  const sum = values?.reduce((total, v) => total + v, 0) ?? 1;
  if (Math.abs(sum - 1) > 1e-5)
    fail("ADJ1008", `${what}: probabilities add up to 1, these to ${Number(sum.toPrecision(6))}`, {
      hint: "p: [0.2, 0.5, 0.3]",
    });
}

function classesOf(what: string, p: Node): number {
  const classes = p.shape.at(-1);
  if (typeof classes === "number" && classes > 0) return classes;
  return fail("ADJ1003", `${what}: p has a last axis for the classes, got ${formatShape(p.shape)}`);
}

/** How many entries there are to choose from. */
function entryCount(what: string, of: Operand): number {
  const count = isNode(of) ? of.shape[0] : of;
  if (typeof count === "number" && Number.isInteger(count) && count > 0) return count;
  return fail("ADJ1008", `${what}: needs a known number of entries`, {
    hint: "a whole number, or a tensor whose first dimension is a number",
  });
}
