/** Values that pass unchanged while their gradient does not. The simplifier removes them: gradients come first. */

import { fail } from "../diagnostics/error.ts";
import { makeNode, type Node } from "../graph/node.ts";
import { isFloat } from "../graph/types.ts";
import { like, mul } from "./arithmetic.ts";
import { clip } from "./comparison.ts";
import { asNode, type Operand } from "./leaf.ts";
import { functional } from "./notation.ts";
import { type AnyOp, type GradientRule, op, type PushforwardRule, type Sample } from "./op.ts";

interface BarrierSpec<A extends { readonly [key: string]: number }> {
  readonly name: string;
  readonly gradient: GradientRule<A>;
  readonly pushforward: PushforwardRule<A>;
  readonly attrs: A;
}

/** An op whose value is its operand. */
function barrier<A extends { readonly [key: string]: number }>(spec: BarrierSpec<A>): AnyOp {
  const samples: Sample<A>[] = [[], [2, 3]].map((shape) => ({
    inputs: [{ shape }],
    attrs: spec.attrs,
  }));
  const written = (attrs: A): string[] => Object.values(attrs).map(String);
  return op<A>({
    name: spec.name,
    elementwise: true,
    cost: 0,
    infer: ([x]) => x,
    evaluate: ([x]) => x,
    lower: ({ read }, index) => read(0, index),
    gradient: spec.gradient,
    pushforward: spec.pushforward,
    surrogate: "the model asks for another gradient",
    notation: { ...functional<A>(spec.name, undefined, written), tex: ([x]) => x },
    samples,
  });
}

export const stopGradientOp = barrier({
  name: "stopGradient",
  attrs: {},
  gradient: () => [undefined],
  pushforward: () => undefined,
});

/** x, held constant where a gradient is taken. */
export const stopGradient = (x: Operand): Node => makeNode(stopGradientOp, [asNode(x)]);

export const gradClipOp = barrier({
  name: "gradClip",
  attrs: { low: -10, high: 10 },
  gradient: ({ dy, attrs: { low, high } }) => [clip(dy, low, high)],
  // Cotangents are clipped on the way back; that is not linear, and nothing forward corresponds to it.
  pushforward: ({ tangents: [t] }) => t,
});

/** x, whose gradient is kept in [low, high], element by element. @throws ADJ1008 unless low ≤ high */
export function gradClip(x: Operand, low: number, high: number): Node {
  if (!(typeof low === "number" && typeof high === "number" && low <= high)) {
    fail("ADJ1008", `gradClip: the bounds must be numbers, low ≤ high; got ${low} and ${high}`);
  }
  return makeNode(gradClipOp, [floatOf(x, "gradClip")], { low, high });
}

export const gradScaleOp = barrier({
  name: "gradScale",
  attrs: { factor: 1 },
  gradient: ({ dy, attrs: { factor } }) => [mul(dy, like(factor, dy))],
  pushforward: ({ tangents: [t], attrs: { factor } }) => t && mul(t, like(factor, t)),
});

/** x, whose gradient is multiplied by a number; −1 reverses it. */
export function gradScale(x: Operand, factor: number): Node {
  if (typeof factor !== "number") {
    fail("ADJ1008", "gradScale: the factor must be a plain number");
  }
  return makeNode(gradScaleOp, [floatOf(x, "gradScale")], { factor });
}

function floatOf(x: Operand, what: string): Node {
  const node = asNode(x);
  if (!isFloat(node.type.dtype)) {
    fail("ADJ1001", `${what}: ${node.type.dtype} has no gradient`);
  }
  return node;
}
