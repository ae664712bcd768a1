/** Distributions that are drawn in a loop, which goes on until all elements have what they need. */

import { fail } from "../diagnostics/error.ts";
import { makeNode, type Node } from "../graph/node.ts";
import type { DType, Shape } from "../graph/types.ts";
import { captured } from "../scan/close.ts";
import { abs, add, like, sub } from "./arithmetic.ts";
import { le, logicalNot, where } from "./comparison.ts";
import { arange, full, zeros } from "./creation.ts";
import { castTo } from "./elementwise.ts";
import { constantValue, literal, symbol } from "./leaf.ts";
import { draw, normalOp, parameter, type Source, uniformOp, unitLog } from "./random.ts";
import { all, any } from "./reduction.ts";
import { carryOp, makeScan } from "./scan.ts";
import { insideLoop, isInsideLoop, LoopStep } from "./streams.ts";

interface DrawingLoop {
  readonly name: string;
  /** How many steps there are at most. */
  readonly limit: number;
  /** Values before the first step. The first of them after the last step is what is drawn. */
  readonly states: readonly { readonly name: string; readonly initial: Node }[];
  /** New values, and whether this step is the last one. */
  step(values: readonly Node[]): { readonly results: readonly Node[]; readonly last: Node };
}

function drawingLoop({ name, limit, states, step }: DrawingLoop): Node {
  const formals = states.map(({ name: state, initial }) => {
    const formal = symbol(initial.type.dtype, initial.shape);
    formal.label = { name: state, scope: [name] };
    return formal;
  });
  const loop = new LoopStep(() => literal(limit, "int32"));
  const { results, last } = insideLoop(loop, () => step(formals));
  const closed = captured([...results, last], [loop.index, ...formals]);
  const scan = makeScan({
    sequences: [{ formal: loop.index, operand: arange(limit) }],
    states: states.map(({ initial }, i) => ({
      formal: formals[i],
      initial,
      result: closed.results[i],
    })),
    invariants: closed.invariants,
    outputs: [],
    until: closed.results.at(-1),
    limit,
    steps: `${name}_steps`,
  });
  return makeNode(carryOp, [scan], { index: 0 });
}

/** Of a rate that is not known, no more arrivals than this are counted. */
const unknownMost = 2 ** 20;

/** Arrivals at a known rate that are exceeded with a probability below 2⁻⁶⁴. */
const mostAt = (rate: number): number => Math.ceil(Math.max(0, rate) + 12 * Math.sqrt(rate) + 40);

/**
 * Numbers of arrivals in a time `rate` where gaps are exponential with mean 1: exactly Poisson's
 * distribution, for any rate (Devroye: Non-uniform random variate generation, 1986, X.3.1). Each step
 * draws one gap −log(1 − u) for every element; the loop stops when all have passed their rate, after
 * about rate + 5·√rate steps. Times add up in float64.
 *
 * @param source called inside of the loop, for its step is the number of the arrival
 * @param rate broadcasts to `shape`; nothing arrives where it is not positive
 * @param limit how many arrivals there are at most
 * @throws ADJ1008 in a loop where neither the rate nor a limit is known: draws are numbered by both loops
 */
export function poisson(
  source: () => Source,
  shape: Shape,
  rate: Node,
  { name, limit }: { name: string; limit: number | undefined },
): Node {
  const known = constantValue(rate);
  const most = limit ?? (known === undefined ? unknownMost : mostAt(known));
  if (most === unknownMost && isInsideLoop()) {
    fail("ADJ1008", "poisson: in a scan the rate must be a number, or the most arrivals be given", {
      hint: "rng.poisson(shape, rate, { most: 200 })",
    });
  }
  const end = castTo(parameter(rate), "float64");
  return drawingLoop({
    name,
    limit: most,
    states: [
      { name: "arrivals", initial: zeros(shape, { dtype: "int32" }) },
      { name: "time", initial: zeros(shape, { dtype: "float64" }) },
    ],
    step: ([arrivals, time]) => {
      const u = draw(uniformOp, source(), shape, "float64");
      const next = sub(time, unitLog(sub(1, u)));
      next.label = time.label;
      const arrived = le(next, end);
      return {
        results: [add(arrivals, castTo(arrived, "int32")), next],
        last: logicalNot(any(arrived)),
      };
    },
  });
}

/** Normal draws beyond two deviations are drawn again; after so many times the chance is below 10⁻⁸⁰. */
const attempts = 64;

/** Standard normal draws between −2 and 2, by drawing again what lies outside. */
export function truncatedNormal(
  source: () => Source,
  shape: Shape,
  dtype: DType,
  name: string,
): Node {
  const isInside = (z: Node): Node => le(abs(z), like(2, z));
  return drawingLoop({
    name,
    limit: attempts,
    // What begins outside is drawn in the first step.
    states: [{ name: "deviate", initial: full(shape, 3, { dtype }) }],
    step: ([deviate]) => {
      const next = where(isInside(deviate), deviate, draw(normalOp, source(), shape, dtype));
      return { results: [next], last: all(isInside(next)) };
    },
  });
}
