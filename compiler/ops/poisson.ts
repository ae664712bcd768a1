/** Poisson draws: arrivals are counted until the time is over, in a loop. */

import type { Node } from "../graph/node.ts";
import type { Shape } from "../graph/types.ts";
import { captured } from "../scan/close.ts";
import { add, neg } from "./arithmetic.ts";
import { gt, le } from "./comparison.ts";
import { arange, zeros } from "./creation.ts";
import { castTo } from "./elementwise.ts";
import { log1p } from "./exponential.ts";
import { symbol } from "./leaf.ts";
import { draw, type Source, uniformOp } from "./random.ts";
import { all } from "./reduction.ts";
import { afterLast, makeScan } from "./scan.ts";
import { lengthOf } from "./shape.ts";
import { currentStep, insideLoop, LoopStep } from "./streams.ts";

/** More arrivals than this are not counted: rates are to stay well below. */
export const mostArrivals = 2 ** 20;

/**
 * Numbers of arrivals in a time `rate` where gaps are exponential with mean 1: exactly Poisson's
 * distribution, for any rate (Devroye: Non-uniform random variate generation, 1986, X.3.1). Each step
 * draws one gap −log(1 − u) for every element; the loop stops when all have passed their rate, after
 * about rate + 5·√rate steps. Times add up in float64.
 *
 * @param source called inside of the loop, for its step is the number of the arrival
 * @param rate broadcasts to `shape`; nothing arrives where it is not positive
 */
export function poisson(source: () => Source, shape: Shape, rate: Node, name: string): Node {
  const time = symbol("float64", shape);
  const arrivals = symbol("int32", shape);
  time.label = { name: "time", scope: [name] };
  arrivals.label = { name: "arrivals", scope: [name] };
  const steps = arange(mostArrivals);
  const loop = new LoopStep(() => lengthOf(steps, 0));
  const end = castTo(rate, "float64");
  const step = insideLoop(loop, () => {
    const gap = neg(log1p(neg(draw(uniformOp, source(), shape, "float64"))));
    const next = add(time, gap);
    return { next, count: add(arrivals, castTo(le(next, end), "int32")), last: all(gt(next, end)) };
  });
  const index = loop.used ?? currentStep();
  const sequences = [{ formal: index, operand: steps }];
  const closed = captured([step.next, step.count, step.last], [index, time, arrivals]);
  const scan = makeScan({
    sequences,
    states: [
      { formal: time, initial: zeros(shape, { dtype: "float64" }), result: closed.results[0] },
      { formal: arrivals, initial: zeros(shape, { dtype: "int32" }), result: closed.results[1] },
    ],
    invariants: closed.invariants,
    outputs: [],
    until: closed.results[2],
    limit: mostArrivals,
    steps: `${name}_steps`,
  });
  return afterLast(scan, 1);
}
