/** Poisson draws: arrivals are counted until the time is over, in a loop. */

import { fail } from "../diagnostics/error.ts";
import { makeNode, type Node } from "../graph/node.ts";
import type { Shape } from "../graph/types.ts";
import { captured } from "../scan/close.ts";
import { add, neg } from "./arithmetic.ts";
import { le, logicalNot } from "./comparison.ts";
import { arange, zeros } from "./creation.ts";
import { castTo } from "./elementwise.ts";
import { log1p } from "./exponential.ts";
import { constantValue, literal, symbol } from "./leaf.ts";
import { draw, type Source, uniformOp } from "./random.ts";
import { any } from "./reduction.ts";
import { carryOp, makeScan } from "./scan.ts";
import { insideLoop, isInsideLoop, LoopStep } from "./streams.ts";

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
  const time = symbol("float64", shape);
  const arrivals = symbol("int32", shape);
  const steps = arange(most);
  const loop = new LoopStep(() => literal(most, "int32"));
  const end = castTo(rate, "float64");
  const step = insideLoop(loop, () => {
    const gap = neg(log1p(neg(draw(uniformOp, source(), shape, "float64"))));
    const next = add(time, gap);
    const arrived = le(next, end);
    return {
      next,
      count: add(arrivals, castTo(arrived, "int32")),
      last: logicalNot(any(arrived)),
    };
  });
  time.label = { name: "time", scope: [name] };
  step.next.label = { name: "time", scope: [name] };
  const closed = captured([step.next, step.count, step.last], [loop.index, time, arrivals]);
  const scan = makeScan({
    sequences: [{ formal: loop.index, operand: steps }],
    states: [
      { formal: time, initial: zeros(shape, { dtype: "float64" }), result: closed.results[0] },
      { formal: arrivals, initial: zeros(shape, { dtype: "int32" }), result: closed.results[1] },
    ],
    invariants: closed.invariants,
    outputs: [],
    until: closed.results[2],
    limit: most,
    steps: `${name}_steps`,
  });
  return makeNode(carryOp, [scan], { index: 1 });
}
