/**
 * Kernels that follow a product element by element, done while its sums are in registers: momentum and Adam
 * update several variables from one element of a gradient, which then needs no memory.
 *
 *   g[i,j] = Σ_k x[k,i]·d[k,j],   v[i,j] ← 0.9·v[i,j] − rate·g[i,j],   W[i,j] ← W[i,j] + v[i,j]
 */

import type { Node } from "../../graph/node.ts";
import { type Call, callsIn, type Nest, type Statement } from "../loops.ts";
import { type Load, loadsOf } from "../lower.ts";
import { topReduces } from "../nest.ts";
import type { Program } from "../program.ts";
import {
  type Axis,
  axisIndex,
  constant,
  indexAdd,
  indexMul,
  local,
  rewrite,
  type Scalar,
  walk,
} from "../scalar.ts";
import type { Contraction } from "./contraction.ts";
import { isHost } from "./riding.ts";

/** What follows the results of a product. */
export interface Follower {
  readonly nest: Nest;
  /** What is done with an element, over the axes of the product's result, which is {@link resultName}. */
  readonly statements: readonly Statement[];
}

/** The local that an element of the product is for what follows it. */
export const resultName = (name: string): string => `${name}_here`;

export interface Lasting {
  readonly nameOf: (node: Node) => string;
  /** Whether memory outlives calls: a temporary may lie where an operand of the product does. */
  readonly isLasting: (node: Node) => boolean;
}

/**
 * The nests that follow a product, by the nest of the product: the next one that reads its result.
 *
 * @param contractionOf the schedule of a nest that is a product
 */
export function followersOf(
  calls: readonly Call[],
  contractionOf: (nest: Nest) => Contraction | undefined,
  lasting: Lasting,
): Map<Nest, Follower> {
  const found = new Map<Nest, Follower>();
  for (const [at, call] of calls.entries()) {
    if (call.kind !== "nest") {
      for (const [nest, follower] of followersOf(callsIn(call), contractionOf, lasting))
        found.set(nest, follower);
      continue;
    }
    const c = contractionOf(call.nest);
    const next = c && nextReader(calls, at, c.stage.into);
    const follower = c && next && followerOf(c, next, lasting);
    if (follower) found.set(call.nest, follower);
  }
  return found;
}

/** The products that are read only by what follows them at once: they need no memory. */
export function usedUpBy(
  { stages, outputs }: Program,
  pairs: Iterable<{ readonly into: Node; readonly follower: Follower }>,
): Set<Node> {
  const usedUp = new Set<Node>();
  for (const { into, follower } of pairs) {
    const following = new Set(follower.nest.stages.map((stage) => stage.into));
    const isReadElsewhere = stages.some(
      (stage) => !following.has(stage.into) && loadsOf(stage).some((load) => load.node === into),
    );
    if (!isReadElsewhere && !outputs.includes(into)) usedUp.add(into);
  }
  return usedUp;
}

/** The next nest that reads a value, if nothing in between has to do with what it reads or writes. */
function nextReader(calls: readonly Call[], at: number, value: Node): Nest | undefined {
  const between: Nest[] = [];
  for (const call of calls.slice(at + 1)) {
    if (call.kind !== "nest") return undefined;
    const { nest } = call;
    if (!readBy(nest).has(value)) {
      between.push(nest);
      continue;
    }
    const [reads, writes] = [readBy(nest), writtenBy(nest)];
    const isFree = between.every(
      (other) =>
        ![...readBy(other)].some((node) => writes.has(node)) &&
        ![...writtenBy(other)].some((node) => writes.has(node) || reads.has(node)),
    );
    return isFree ? nest : undefined;
  }
  return undefined;
}

const readBy = ({ stages }: Nest): Set<Node> =>
  new Set(stages.flatMap((stage) => loadsOf(stage).map((load) => load.node)));
const writtenBy = ({ stages }: Nest): Set<Node> => new Set(stages.map((stage) => stage.into));

function followerOf(
  c: Contraction,
  nest: Nest,
  { nameOf, isLasting }: Lasting,
): Follower | undefined {
  if (!isHost(c) || c.stage.prefix.length > 0) return undefined;
  if (nest.results.length > 0 || nest.counters.length > 0) return undefined;
  const axes = c.stage.axes.filter((axis) => axis.extent !== 1);
  const result = c.stage.into;
  const own = new Set<Node>([result, ...nest.stages.map((stage) => stage.into)]);
  if (!nest.stages.some((stage) => loadsOf(stage).some((load) => load.node === result)))
    return undefined;
  for (const stage of nest.stages) {
    const long = stage.axes.filter((axis) => axis.extent !== 1);
    if (stage.prefix.length > 0 || topReduces(stage.body).length > 0 || !areEqual(long, axes))
      return undefined;
    // What one of them writes, another reads at the same place only.
    if (!loadsOf(stage).every((load) => !own.has(load.node) || isElement(load, long)))
      return undefined;
    if (walk(stage.body).some((s) => s.kind === "call" && s.fn === "rounded")) return undefined;
  }
  // The product reads its operands everywhere, and what its result is made of at the same place.
  const operands = [c.a?.value, c.b.value].flatMap((s) => (s ? walk(s) : []));
  if (operands.some((s) => s.kind === "load" && own.has(s.node))) return undefined;
  const reads = walk(c.result).filter((s): s is Load => s.kind === "load");
  if (!reads.every((load) => !own.has(load.node) || isElement(load, axes))) return undefined;
  const inner = innermost(nest.body, axes.length);
  if (!inner?.statements.every((s) => s.kind !== "store" || isLasting(s.into))) return undefined;
  const places = new Map(inner.axes.map((axis, n) => [axis, axisIndex(axes[n])]));
  const offset = axes.reduce<Scalar>(
    (sum, axis) =>
      indexAdd(indexMul(sum, constant(axis.extent as number, "int32")), axisIndex(axis)),
    constant(0, "int32"),
  );
  const moved = (s: Scalar): Scalar =>
    rewrite(s, (part) => (part.kind === "axis" ? places.get(part.axis) : undefined));
  const here = local(resultName(nameOf(result)), "float32");
  const value = (s: Scalar): Scalar =>
    rewrite(moved(s), (part) =>
      part.kind === "element" && part.node === result && part.offset === offset ? here : undefined,
    );
  const statements = inner.statements.map((s): Statement => {
    if (s.kind === "let") return { ...s, value: value(s.value) };
    if (s.kind === "store") return { ...s, offset: moved(s.offset), value: value(s.value) };
    return s;
  });
  return { nest, statements };
}

const areEqual = (a: readonly Axis[], b: readonly Axis[]): boolean =>
  a.length === b.length &&
  a.every((axis, n) => axis.extent === b[n].extent && typeof axis.extent === "number");

/** Whether a load is of the element at hand. */
function isElement({ node, index }: Load, axes: readonly Axis[]): boolean {
  const long = index.filter((_, dim) => node.shape[dim] !== 1);
  return (
    long.length === axes.length && long.every((i, n) => i.kind === "axis" && i.axis === axes[n])
  );
}

/** The body of loops that stand in each other alone. */
function innermost(
  body: readonly Statement[],
  depth: number,
): { axes: Axis[]; statements: readonly Statement[] } | undefined {
  if (depth === 0) {
    const isPlain = body.every((s) => s.kind === "let" || (s.kind === "store" && !s.fn));
    return isPlain ? { axes: [], statements: body } : undefined;
  }
  const [loop, ...others] = body;
  if (loop?.kind !== "loop" || others.length > 0 || loop.step !== 1) return undefined;
  const inner = innermost(loop.body, depth - 1);
  return inner && { axes: [loop.axis, ...inner.axes], statements: inner.statements };
}
