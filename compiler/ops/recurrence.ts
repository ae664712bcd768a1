/**
 * Steps in sequence for the expansions of ops: one loop, or – for targets that have none – as many copies
 * of the step as there are steps.
 */

import { fail } from "../diagnostics/error.ts";
import { currentSite } from "../graph/context.ts";
import { makeNode, type Node } from "../graph/node.ts";
import type { Dim } from "../graph/types.ts";
import { captured } from "../scan/close.ts";
import { arange } from "./creation.ts";
import { stack } from "./joining.ts";
import { literal, symbol } from "./leaf.ts";
import { type AnyOp, op } from "./op.ts";
import { afterLast, collectedOf, makeScan } from "./scan.ts";

/** What a step makes: the states after it, and a value that is collected along a new axis 0. */
export interface StepValues {
  readonly states: readonly Node[];
  readonly output?: Node;
}

/** States after the last of `count` steps, and the collected outputs. Step k is given k and the states. */
export type Recurrence = (
  count: Dim,
  initial: readonly Node[],
  step: (k: Node, states: readonly Node[]) => StepValues,
) => StepValues;

/** As one loop. */
export const looped: Recurrence = (count, initial, step) => {
  const k = symbol("int32", []);
  const formals = initial.map((x) => symbol(x.type.dtype, x.shape));
  const { states, output } = step(k, formals);
  const closed = captured([...states, ...(output ? [output] : [])], [k, ...formals]);
  const scan = makeScan({
    sequences: [{ formal: k, operand: arange(count) }],
    states: initial.map((x, i) => ({
      formal: formals[i],
      initial: x,
      result: closed.results[i],
    })),
    invariants: closed.invariants,
    outputs: closed.results.slice(initial.length),
    steps: count,
  });
  return {
    states: initial.map((_, i) => afterLast(scan, i)),
    ...(output ? { output: collectedOf(scan, 0) } : {}),
  };
};

/** More copies of a step than this are no program to review. */
export const mostCopies = 16;

/**
 * One copy of the step after the other.
 *
 * @param name the op, for the message
 * @throws ADJ5001 for more than 16 steps, or a number that is not known
 */
export const unrolled =
  (name: string): Recurrence =>
  (count, initial, step) => {
    if (typeof count !== "number" || count > mostCopies) {
      const site = currentSite();
      fail(
        "ADJ5001",
        `${name}: without loops, ${count} steps would be as many copies of its kernels`,
        {
          hint: `at most ${mostCopies} steps, or name the targets without gpu: --target native,wasm`,
          ...(site ? { site } : {}),
        },
      );
    }
    const outputs: Node[] = [];
    let states = initial;
    for (let k = 0; k < count; k++) {
      const made = step(literal(k, "int32"), states);
      states = made.states;
      if (made.output) outputs.push(made.output);
    }
    return { states, ...(outputs.length > 0 ? { output: stack(outputs, 0) } : {}) };
  };

export const keptOp: AnyOp = op({
  name: "kept",
  elementwise: true,
  cost: 0,
  stored: true,
  infer: ([x]) => x,
  evaluate: ([x]) => x,
  lower: ({ read }, index) => read(0, index),
  gradient: ({ dy }) => [dy],
  notation: { text: ([x]) => x, tex: ([x]) => x },
  samples: [{ inputs: [{ shape: [2, 3] }] }],
});

/** A value as it is at this place of a step: what is written later in the step does not change it. */
export const kept = (x: Node): Node => makeNode(keptOp, [x]);
