/** ONNX's operators of networks: normalisations, losses, spaces for depth. */

import type { IndexItem, Tensor } from "adjoint";
import * as l from "adjoint";
import {
  axisOf,
  type Call,
  float,
  integer,
  integers,
  keep,
  type Operator,
  rankOf,
  shapeOf,
  text,
} from "./call.ts";

/** −log p of the labels, weighed; labels that are ignored count as nothing. */
function likelihoodLoss(call: Call, logs: Tensor): Tensor {
  const [, labels, weights] = call.x;
  const [, classes, ...rest] = shapeOf(logs);
  const ignored = call.node.attributes.get("ignore_index")?.integer;
  const safe = l.clip(labels, 0, classes - 1);
  const sides = shapeOf(labels);
  const place = (axis: number): IndexItem =>
    l.dimshuffle(
      l.arange(sides[axis]),
      sides.map((_, k) => (k === axis ? 0 : ("x" as const))),
    );
  const picked = l.at(logs, place(0), safe as IndexItem, ...rest.map((_, i) => place(i + 1)));
  const ones = l.onesLike(picked);
  const chosen = call.has(2) ? l.at(weights, safe as IndexItem) : ones;
  const weight = ignored === undefined ? chosen : l.where(l.eq(labels, ignored), 0, chosen);
  const loss = l.neg(l.mul(picked, weight));
  const reduction = text(call, "reduction") || "mean";
  if (reduction === "none") return loss;
  return reduction === "sum" ? l.sum(loss) : l.div(l.sum(loss), l.sum(weight));
}

/** Blocks of an axis of length n·b as two axes, or the other way: by reshape and transpose. */
const spaces: Readonly<Record<string, Operator>> = {
  DepthToSpace: (call) => {
    const b = integer(call, "blocksize", 1);
    const [n, c, h, w] = shapeOf(call.x[0]);
    const isColumnFirst = text(call, "mode") === "CRD";
    const split = isColumnFirst ? [n, c / b ** 2, b, b, h, w] : [n, b, b, c / b ** 2, h, w];
    const order = isColumnFirst ? [0, 1, 4, 2, 5, 3] : [0, 3, 4, 1, 5, 2];
    return l.reshape(l.transpose(l.reshape(call.x[0], split), order), [
      n,
      c / b ** 2,
      h * b,
      w * b,
    ]);
  },
  SpaceToDepth: (call) => {
    const b = integer(call, "blocksize", 1);
    const [n, c, h, w] = shapeOf(call.x[0]);
    const parts = l.reshape(call.x[0], [n, c, h / b, b, w / b, b]);
    return l.reshape(l.transpose(parts, [0, 3, 5, 1, 2, 4]), [n, c * b ** 2, h / b, w / b]);
  },
};

export const networkOperators: Readonly<Record<string, Operator>> = {
  ...spaces,
  BatchNormalization: (call) => {
    const [x, scale, bias, mean, variance] = call.x;
    const epsilon = float(call, "epsilon", 1e-5);
    const given = { axes: "spatial", epsilon } as const;
    if (integer(call, "training_mode", 0) === 0)
      return l.batchNorm(x, scale, bias, { ...given, mean, variance });
    // Running averages are the model's own arithmetic.
    const axes = shapeOf(x)
      .map((_, i) => i)
      .filter((i) => i !== 1);
    const momentum = float(call, "momentum", 0.9);
    const running = (old: Tensor, now: Tensor): Tensor =>
      l.add(l.mul(old, momentum), l.mul(now, 1 - momentum));
    return [
      l.batchNorm(x, scale, bias, given),
      running(mean, l.mean(x, axes)),
      running(variance, l.variance(x, axes)),
    ];
  },
  InstanceNormalization: (call) => {
    const [x, scale, bias] = call.x;
    const axes = shapeOf(x).map((_, i) => i);
    const channel = (v: Tensor): Tensor =>
      l.dimshuffle(
        v,
        axes.map((i) => (i === 1 ? 0 : ("x" as const))),
      );
    const centred = l.sub(x, l.mean(x, axes.slice(2), keep));
    const deviation = l.sqrt(
      l.add(l.variance(x, axes.slice(2), keep), float(call, "epsilon", 1e-5)),
    );
    return l.add(l.mul(l.div(centred, deviation), channel(scale)), channel(bias));
  },
  MeanVarianceNormalization: (call) => {
    const axes = [...(integers(call, "axes") ?? [0, 2, 3])];
    const centred = l.sub(call.x[0], l.mean(call.x[0], axes, keep));
    return l.div(centred, l.add(l.std(call.x[0], axes, keep), 1e-9));
  },
  LayerNormalization: (call) => {
    const [x, scale, bias] = call.x;
    const first = axisOf(integer(call, "axis", -1), rankOf(x));
    const axes = shapeOf(x)
      .map((_, i) => i)
      .slice(first);
    const mean = l.mean(x, axes, keep);
    const inverse = l.div(
      1,
      l.sqrt(l.add(l.variance(x, axes, keep), float(call, "epsilon", 1e-5))),
    );
    const normed = l.layerNorm(x, scale, call.has(2) ? bias : undefined, {
      axis: first,
      epsilon: float(call, "epsilon", 1e-5),
    });
    return [normed, mean, inverse];
  },
  NegativeLogLikelihoodLoss: (call) => likelihoodLoss(call, call.x[0]),
  SoftmaxCrossEntropyLoss: (call) => {
    const logs = l.logSoftmax(call.x[0], 1);
    return [likelihoodLoss(call, logs), logs];
  },
};
