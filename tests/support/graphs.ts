/** Random well-typed graphs over all ops, and the smallest part of one that still fails. */

import { gradients } from "../../compiler/gradient/grad.ts";
import { evaluateNodes } from "../../compiler/graph/evaluate.ts";
import type { NDArray } from "../../compiler/graph/ndarray.ts";
import { Body, makeNode, type Node, topological } from "../../compiler/graph/node.ts";
import { pp } from "../../compiler/graph/print.ts";
import { substitute } from "../../compiler/graph/substitute.ts";
import { isFloat } from "../../compiler/graph/types.ts";
import * as a from "../../compiler/ops/arithmetic.ts";
import * as c from "../../compiler/ops/comparison.ts";
import * as e from "../../compiler/ops/exponential.ts";
import { allOps } from "../../compiler/ops/index.ts";
import { at, span } from "../../compiler/ops/indexing.ts";
import { concatenate } from "../../compiler/ops/joining.ts";
import { symbol } from "../../compiler/ops/leaf.ts";
import type { AnyOp, Sample } from "../../compiler/ops/op.ts";
import { dot } from "../../compiler/ops/product.ts";
import * as r from "../../compiler/ops/reduction.ts";
import * as s from "../../compiler/ops/shape.ts";
import { logSoftmax, logsumexp, softmax } from "../../compiler/ops/softmax.ts";
import { rules } from "../../compiler/simplify/rules.ts";
import { Random } from "./random.ts";

export interface Graph {
  readonly seed: number;
  readonly root: Node;
  readonly values: Map<Node, NDArray>;
}

/** Largest value with many elements that a graph goes on from. */
const mostElements = 64;

const sizeOf = (node: Node): number => node.shape.reduce<number>((n, d) => n * (d as number), 1);
const isReal = (dtype: string | undefined): boolean => dtype === undefined || dtype === "float64";

/** Ops whose samples a graph can contain: with an operand that may be another value of it. */
const fromTable: readonly { op: AnyOp; sample: Sample }[] = [...allOps.values()].flatMap((op) =>
  op.samples
    .filter((sample) => sample.inputs.some((input) => isReal(input.dtype)))
    .map((sample) => ({ op, sample })),
);

/** Values stay moderate and smooth functions dominate, so that differences are meaningful. */
export function randomGraph(seed: number): Graph {
  const random = new Random(seed);
  const values = new Map<Node, NDArray>();
  const leaf = (
    shape: readonly number[],
    dtype: "float64" | "int32" | "bool" = "float64",
    domain: readonly [number, number] = [-1.5, 1.5],
  ): Node => {
    const node = symbol(dtype, shape);
    values.set(node, random.array(dtype, shape, domain));
    return node;
  };
  const pool: Node[] = [[2, 3], [3], [2, 1], [], [3, 2]].map((shape) => leaf(shape));
  const fitting = (x: Node): Node =>
    random.pick(pool.filter((y) => broadcasts(x.shape as number[], y.shape as number[])));

  /** Brought into an interval, smoothly. */
  const within = (x: Node, [low, high]: readonly [number, number]): Node =>
    a.add(a.mul(high - low, e.sigmoid(x)), low);

  /** A value of the graph, or a new input, of this shape. */
  const operand = (shape: readonly number[], domain?: readonly [number, number]): Node => {
    const alike = pool.filter((x) => x.shape.join() === shape.join());
    if (alike.length === 0 || random.unit() < 0.2) return leaf(shape, "float64", domain);
    return within(random.pick(alike), domain ?? [-2, 2]);
  };

  const tableStep = (): Node => {
    const { op, sample } = random.pick(fromTable);
    const inputs = sample.inputs.map((input) => {
      const { shape, dtype = "float64", domain, diagonal } = input;
      if (dtype !== "float64") return leaf(shape, dtype as "int32" | "bool", domain ?? [0, 2]);
      if (diagonal === undefined) return operand(shape, domain);
      // A matrix whose diagonal makes it what the op needs is an input of its own.
      const matrix = symbol(dtype, shape);
      values.set(matrix, random.sample(input, dtype));
      return matrix;
    });
    return makeNode(op, inputs, sample.attrs ?? {});
  };

  /** What a rule rewrites, of values of the graph. */
  const ruleStep = (): Node => {
    const { expression, domains } = random.pick(random.pick(rules).samples());
    const replaced = new Map<Node, Node>();
    for (const node of topological([expression])) {
      if (node.op.name !== "symbol") continue;
      const shape = node.shape as number[];
      const { dtype } = node.type;
      replaced.set(
        node,
        dtype === "float64"
          ? operand(shape, domains?.get(node))
          : leaf(shape, dtype as "int32" | "bool", domains?.get(node) ?? [0, 2]),
      );
    }
    return substitute([expression], replaced).roots[0];
  };

  const steps = random.int(4, 14);
  for (let i = 0; i < steps; i++) {
    const x = random.pick(pool.slice(-6));
    const rank = x.shape.length;
    const kind = random.int(0, 16);
    let next: Node;
    if (kind < 3) next = random.pick(unary)(x);
    else if (kind < 7) next = random.pick(binary)(x, fitting(x));
    else if (kind === 7 && rank > 0)
      next = random.pick([r.sum, r.mean, logsumexp])(x, random.pick([undefined, rank - 1, 0]), {
        keepdims: random.unit() < 0.5,
      });
    else if (kind === 8 && rank === 2) {
      const partner = pool.find((y) => y.shape.length === 2 && y.shape[0] === x.shape[1]);
      next = partner ? dot(x, partner) : s.transpose(x);
    } else if (kind === 9 && rank > 0) next = random.pick([softmax, logSoftmax])(x);
    else if (kind === 10 && rank > 0) next = random.pick(movements)(x);
    else if (kind === 11) next = c.where(c.gt(x, 0.1), a.mul(x, x), a.mul(0.5, x));
    else if (kind < 14) next = tableStep();
    else next = ruleStep();
    if (next.type.dtype === "float64" && sizeOf(next) > 0 && sizeOf(next) <= mostElements)
      pool.push(next);
  }
  const root = r.sum(e.tanh(pool[pool.length - 1]));
  const needed = new Set(topological([root]));
  for (const node of values.keys()) if (!needed.has(node)) values.delete(node);
  return { seed, root, values };
}

/** The same graph of float32 values; undefined where a part of it cannot be made of them. */
export function inSingle({ seed, root, values }: Graph): Graph | undefined {
  const single = <T>(v: T): T | "float32" => (v === "float64" ? "float32" : v);
  const made = new Map<Node, Node>();
  const singles = new Map<Node, NDArray>();
  for (const node of topological([root])) {
    const attrs = Object.fromEntries(
      Object.entries(node.attrs).map(([name, value]) => [name, single(value)]),
    );
    if (Object.values(attrs).some((value) => value instanceof Body)) return undefined;
    const inputs = node.inputs.map((input) => made.get(input) as Node);
    const value = values.get(node);
    const copy = value
      ? symbol(single(node.type.dtype), node.shape)
      : makeNode(node.op, inputs, attrs);
    made.set(node, copy);
    if (value) singles.set(copy, { ...value, dtype: copy.type.dtype });
  }
  return { seed, root: made.get(root) as Node, values: singles };
}

function broadcasts(x: readonly number[], y: readonly number[]): boolean {
  const [long, short] = x.length >= y.length ? [x, y] : [y, x];
  const lead = long.length - short.length;
  return short.every((d, i) => d === 1 || long[lead + i] === 1 || d === long[lead + i]);
}

const unary: readonly ((x: Node) => Node)[] = [
  e.tanh,
  e.sigmoid,
  a.neg,
  e.softplus,
  (x) => a.square(e.tanh(x)),
  (x) => e.exp(e.tanh(x)),
  (x) => a.logOf(a.add(1.5, e.tanh(x))),
  (x) => a.sqrt(a.add(1, a.square(x))),
  (x) => a.div(1, a.add(1, e.exp(a.neg(x)))),
  (x) => a.logOf(a.add(1, e.exp(x))),
];
const binary: readonly ((x: Node, y: Node) => Node)[] = [
  a.add,
  a.sub,
  a.mul,
  (x, y) => a.div(x, a.add(1.5, e.tanh(y))),
  (x, y) => a.logOf(a.add(e.exp(e.tanh(x)), e.exp(e.tanh(y)))),
  (x, y) => a.div(e.exp(e.tanh(x)), e.exp(e.tanh(y))),
];
const movements: readonly ((x: Node) => Node)[] = [
  (x) => s.flatten(x),
  (x) => s.transpose(x),
  (x) => s.expandDims(x, 0),
  (x) => s.broadcastTo(x, [2, ...x.shape]),
  (x) => concatenate([x, a.mul(2, x)], 0),
  (x) => at(concatenate([x, a.neg(x)], 0), span(0, x.shape[0] as number)),
  (x) => at(x, span(0, 1)),
  (x) => at(x, span(undefined, undefined, -1)),
  (x) => at(x, [0, 0]),
];

/** The gradient with respect to each real input that the root depends on. */
export function gradientsOf({ root, values }: Graph): Map<Node, Node> {
  const found = new Map<Node, Node>();
  for (const x of values.keys()) {
    if (!isFloat(x.type.dtype)) continue;
    try {
      found.set(x, gradients(root, [x])[0]);
    } catch {
      // Not reached in a differentiable way, or through an op that says why it has no gradient.
    }
  }
  return found;
}

/**
 * A failing graph made smaller: the smallest value in it that fails by itself, with as many of its parts
 * as possible replaced by inputs of the same values.
 *
 * @param fails whether a graph with a scalar root fails
 */
export async function shrink(
  graph: Graph,
  fails: (graph: Graph) => boolean | Promise<boolean>,
): Promise<string> {
  const holds = async (candidate: Graph): Promise<boolean> => {
    try {
      return await fails(candidate);
    } catch {
      return false;
    }
  };
  const scalar = (node: Node): Node => (node.shape.length === 0 ? node : r.sum(node));
  let best = graph;
  for (const node of topological([graph.root])) {
    if (node.op.leaf || node.type.dtype !== "float64") continue;
    const candidate = { ...graph, root: scalar(node) };
    if (!(await holds(candidate))) continue;
    best = candidate;
    break;
  }
  for (const part of topological([best.root]).reverse()) {
    if (part.op.leaf || part === best.root || part.type.dtype !== "float64") continue;
    if (!topological([best.root]).includes(part)) continue;
    const [value] = evaluateNodes([part], best.values, { precision: "float64" });
    const input = symbol("float64", part.shape);
    const [root] = substitute([best.root], new Map([[part, input]])).roots;
    const candidate = { ...best, root, values: new Map(best.values).set(input, value) };
    if (await holds(candidate)) best = candidate;
  }
  const inputs = topological([best.root])
    .filter((node) => best.values.has(node))
    .map((node, i) => {
      node.label ??= { name: String.fromCharCode(97 + (i % 26)), scope: [] };
      return `${node.label.name} = [${Array.from((best.values.get(node) as NDArray).data).join(", ")}]`;
    });
  return `seed ${graph.seed}: ${pp(best.root)} at ${inputs.join(", ")}`;
}
