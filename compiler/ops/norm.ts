/** The length of vectors. */

import { fail } from "../diagnostics/error.ts";
import { build } from "../graph/ndarray.ts";
import { makeNode, type Node, role } from "../graph/node.ts";
import { floatX, isFloat } from "../graph/types.ts";
import { abs, div, like, mul, pow, sqrt, square } from "./arithmetic.ts";
import { gt, logicalAnd, lt, ne, where } from "./comparison.ts";
import { castTo } from "./elementwise.ts";
import { asNode, type Operand } from "./leaf.ts";
import { power, precedence } from "./notation.ts";
import { type AnyOp, op } from "./op.ts";
import { boundIn } from "./reduction.notation.ts";
import {
  type AxisArgument,
  groups,
  max,
  min,
  type ReduceAttrs,
  type ReduceOptions,
  reducedType,
  resolveAxes,
  restoreAxes,
  sum,
} from "./reduction.ts";

/** √Σ x², scaled by the largest |x|, so that no square overflows or vanishes. */
function euclidean(values: readonly number[]): number {
  const top = values.reduce((m, v) => Math.max(m, Math.abs(v)), 0);
  const scale = top > 0 && Number.isFinite(top) ? top : 1;
  return scale * Math.sqrt(values.reduce((s, v) => s + (v / scale) ** 2, 0));
}

/** A length to divide by: 1 where it is 0. */
const positive = (length: Node): Node =>
  where(gt(length, like(0, length)), length, like(1, length));

export const normOp: AnyOp = op<ReduceAttrs>({
  name: "norm",
  cost: 30,
  reads: () => 1,
  infer: ([x], attrs) => reducedType(x, attrs),
  evaluate: ([x], attrs, { dtype, shape }) => {
    const lines = groups(x, attrs, shape);
    return build(dtype, shape, (_, i) => euclidean(lines[i]));
  },
  expand: ([x], { axes, keepdims }) => {
    const top = role(max(abs(x), axes, { keepdims: true }), "max");
    const isUsable = logicalAnd(gt(top, like(0, x)), lt(top, like(Number.POSITIVE_INFINITY, x)));
    const scale = role(where(isUsable, top, like(1, x)), "scale");
    const whole = mul(scale, sqrt(sum(square(div(x, scale)), axes, { keepdims: true })));
    // Axes of length 1 go by a sum over them, which moves elements only.
    return keepdims ? whole : sum(whole, axes);
  },
  // ∂‖x‖/∂x = x / ‖x‖, and 0 at 0
  gradient: ({ dy, y, inputs: [x], attrs }) => [
    mul(restoreAxes(dy, x, attrs), div(x, restoreAxes(positive(y), x, attrs))),
  ],
  pushforward: ({ tangents: [t], y, inputs: [x], attrs }) =>
    t && sum(mul(t, div(x, restoreAxes(positive(y), x, attrs))), attrs.axes, attrs),
  vectorise: ([{ node: x }], { axes, keepdims }) =>
    euclideanNorm(x, { axes: axes.map((axis) => axis + 1), keepdims }),
  notation: {
    text: ([x], { axes }) => ({
      text: `norm(${x.text}, [${axes.join(", ")}])`,
      precedence: precedence.atom,
    }),
    tex: ([x], { axes }) =>
      axes.length === x.type.shape.length
        ? {
            text: `\\left\\lVert ${x.text} \\right\\rVert_{2}`,
            precedence: precedence.atom,
            isScalar: true,
          }
        : undefined,
    element: ([x], attrs, index) => {
      const { letters, whole } = boundIn(x, attrs, index);
      const square = power(
        { ...x.at(whole), isScalar: true },
        { text: "2", precedence: precedence.atom, isScalar: true },
      );
      return {
        text: `\\sqrt{\\sum_{${letters.join(",")}} ${square.text}}`,
        precedence: precedence.atom,
      };
    },
    signs: [
      {
        mark: "\\rVert_{2}",
        example: "\\lVert x \\rVert_{2}",
        meaning: "the root of the sum of the squares of all elements",
      },
    ],
  },
  samples: [
    { inputs: [{ shape: [4] }], attrs: { axes: [0], keepdims: false } },
    { inputs: [{ shape: [2, 3] }], attrs: { axes: [1], keepdims: true } },
    { inputs: [{ shape: [2, 3] }], attrs: { axes: [0], keepdims: false } },
    { inputs: [{ shape: [2, 3] }], attrs: { axes: [0, 1], keepdims: false } },
  ],
});

/** √Σ x² over the given axes, without overflow on the way; its gradient at 0 is 0. */
export const euclideanNorm = (x: Node, attrs: ReduceAttrs): Node => makeNode(normOp, [x], attrs);

export interface NormOptions extends ReduceOptions {
  /** The exponent: 2 when left out; 1, 0 (how many are not 0), any other number, ±Infinity. */
  readonly p?: number;
}

/**
 * Vector norm over axes (all when left out): (Σ|x|ᵖ)^(1/p). The third argument is p, or options.
 *
 * @throws ADJ1008 when p is not a number
 */
export function norm(x: Operand, axis?: AxisArgument, options: number | NormOptions = {}): Node {
  const given = asNode(x);
  const node = castTo(given, isFloat(given.type.dtype) ? given.type.dtype : floatX);
  if (typeof options !== "number" && typeof options !== "object")
    return fail("ADJ1008", `norm: p must be a number, got ${JSON.stringify(options)}`);
  const { p = 2, keepdims = false } = typeof options === "number" ? { p: options } : options;
  const axes = resolveAxes(node, axis, "norm");
  const keep = { keepdims };
  if (p === 2) return euclideanNorm(node, { axes, keepdims });
  if (p === 1) return sum(abs(node), axes, keep);
  if (p === 0) return sum(castTo(ne(node, 0), node.type.dtype), axes, keep);
  if (p === Number.POSITIVE_INFINITY) return max(abs(node), axes, keep);
  if (p === Number.NEGATIVE_INFINITY) return min(abs(node), axes, keep);
  if (typeof p !== "number" || Number.isNaN(p))
    return fail("ADJ1008", `norm: p must be a number, got ${String(p)}`);
  return pow(sum(pow(abs(node), p), axes, keep), 1 / p);
}
