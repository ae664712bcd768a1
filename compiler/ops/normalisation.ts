/** Normalisation over a batch or over the features of each sample: made of means and variances. */

import { fail } from "../diagnostics/error.ts";
import type { Node } from "../graph/node.ts";
import { broadcastShapes, floatX, formatShape, isFloat, normaliseAxis } from "../graph/types.ts";
import { add, div, mul, sqrt, sub } from "./arithmetic.ts";
import { castTo, definitions } from "./elementwise.ts";
import { asNode, type Operand } from "./leaf.ts";
import { mean } from "./reduction.ts";
import { dimshuffle } from "./shape.ts";
import { variance } from "./softmax.ts";

const float = (x: Operand): Node => {
  const node = asNode(x);
  return castTo(node, isFloat(node.type.dtype) ? node.type.dtype : floatX);
};

/**
 * A parameter that broadcasts against `x`: it has the axes of `x` that are not normalised, or all of them
 * with length 1 in place of the others.
 */
function alongside(x: Node, axes: readonly number[], value: Operand, what: string): Node {
  const node = asNode(value, x.type.dtype);
  const rank = x.shape.length;
  let next = 0;
  const order = x.shape.map((_, i) => (axes.includes(i) ? ("x" as const) : next++));
  const spread = node.shape.length === next && next < rank ? dimshuffle(node, order) : node;
  const joint = broadcastShapes([x.shape, spread.shape]);
  if (!joint || joint.some((dim, i) => dim !== x.shape[i])) {
    fail(
      "ADJ1003",
      `${what} of ${formatShape(x.shape)} over axes [${axes.join(", ")}]: ${formatShape(node.shape)} does not fit`,
      {
        hint: "it has an element for each place that is not normalised",
        related: definitions(node),
      },
    );
  }
  return spread;
}

const scaled = (x: Node, gamma: Node | undefined, beta: Node | undefined): Node => {
  const stretched = gamma ? mul(x, gamma) : x;
  return beta ? add(stretched, beta) : stretched;
};

export interface BatchNormOptions {
  /**
   * Axes that statistics are taken over: numbers, `"perActivation"` for axis 0 alone (when left out), or
   * `"spatial"` for all but axis 1, which holds channels.
   */
  readonly axes?: number | readonly number[] | "perActivation" | "spatial";
  /** Statistics to use in place of the batch's own: running averages, at test time. */
  readonly mean?: Operand;
  readonly variance?: Operand;
  /** Added to the variance; 1e-4 when left out, as in Theano. */
  readonly epsilon?: number;
}

/** γ·(x − mean) / √(variance + ε) + β, as Theano's `batch_normalization`. @throws ADJ1003, ADJ1004 */
export function batchNorm(
  x: Operand,
  gamma: Operand,
  beta: Operand,
  { axes = "perActivation", mean: m, variance: v, epsilon = 1e-4 }: BatchNormOptions = {},
): Node {
  const node = float(x);
  const rank = node.shape.length;
  const given =
    axes === "perActivation"
      ? [0]
      : axes === "spatial"
        ? node.shape.map((_, i) => i).filter((i) => i !== 1)
        : [axes].flat();
  const over = given.map((a) => normaliseAxis(a, rank, `batchNorm of ${formatShape(node.shape)}`));
  const keep = { keepdims: true };
  const fitted = (value: Operand, what: string): Node =>
    alongside(node, over, value, `batchNorm: ${what}`);
  const centre = m === undefined ? mean(node, over, keep) : fitted(m, "mean");
  const spread = v === undefined ? variance(node, over, keep) : fitted(v, "variance");
  const normalised = div(sub(node, centre), sqrt(add(spread, epsilon)));
  return scaled(normalised, fitted(gamma, "gamma"), fitted(beta, "beta"));
}

export interface LayerNormOptions {
  /** The first axis that is normalised, with all after it; the last when left out. */
  readonly axis?: number;
  /** Added to the variance; 1e-5 when left out. */
  readonly epsilon?: number;
}

/**
 * γ·(x − mean) / √(variance + ε) + β over the last axes of each sample; γ and β are shaped like these
 * axes, 1 and 0 when left out. @throws ADJ1003, ADJ1004
 */
export function layerNorm(
  x: Operand,
  gamma?: Operand,
  beta?: Operand,
  { axis = -1, epsilon = 1e-5 }: LayerNormOptions = {},
): Node {
  const node = float(x);
  const first = normaliseAxis(axis, node.shape.length, `layerNorm of ${formatShape(node.shape)}`);
  const over = node.shape.map((_, i) => i).slice(first);
  const keep = { keepdims: true };
  const centred = sub(node, mean(node, over, keep));
  const normalised = div(centred, sqrt(add(variance(node, over, keep), epsilon)));
  const fitted = (value: Operand | undefined, what: string): Node | undefined =>
    value === undefined ? undefined : alongside(node, [], value, `layerNorm: ${what}`);
  return scaled(normalised, fitted(gamma, "gamma"), fitted(beta, "beta"));
}
