/** Derivatives along a direction: tangents pushed forward. */

import type { Node } from "../graph/node.ts";
import { zerosLike } from "../ops/creation.ts";
import { pushForward } from "./forward.ts";
import {
  called,
  checkFloats,
  type Disconnected,
  direction,
  disconnected,
  gradients,
  simplest,
} from "./grad.ts";

export interface PushOptions {
  /** What happens where an output does not depend on any variable. */
  readonly disconnectedOutputs?: Disconnected;
}

/**
 * Σ ∂f/∂x·v for each f of `outputs`: how it moves when each x of `wrt` moves along its v of `points`. One
 * sweep forward, which costs about as much as the outputs themselves.
 *
 * @throws ADJ2002 when an output depends on no x, ADJ2003 when an op on the way has no derivative,
 *   ADJ2004 when a direction does not fit its variable
 */
export function pushedForward(
  outputs: readonly Node[],
  wrt: readonly Node[],
  points: readonly Node[],
  { disconnectedOutputs = "raise" }: PushOptions = {},
): Node[] {
  checkFloats("Rop", [...outputs, ...wrt]);
  const seeds = new Map(wrt.map((x, i) => [x, direction("Rop", x, points[i])]));
  const stable = simplest(outputs, wrt);
  const tangents = pushForward(stable, seeds);
  return outputs.map((output, i) => {
    // What cancels does not move, but it is no mistake either.
    const tangent = tangents.get(stable[i]) ?? pushForward([output], seeds).get(output);
    if (tangent) return tangent;
    return disconnected("Rop", disconnectedOutputs, {
      what: called(output, "the value"),
      by: wrt,
      zero: zerosLike(output),
    });
  });
}

/**
 * ∂²cost/∂x²·v for each x of `wrt`, over all of them: the gradient's own derivative along the direction,
 * forward over reverse, so that no matrix is made.
 *
 * @throws as `gradients` and `pushedForward`
 */
export function hessianTimes(
  cost: Node,
  wrt: readonly Node[],
  points: readonly Node[],
  disconnectedInputs: Disconnected = "raise",
): Node[] {
  const first = gradients(cost, wrt, { disconnectedInputs });
  return pushedForward(first, wrt, points, { disconnectedOutputs: "ignore" });
}
