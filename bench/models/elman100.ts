/** An Elman net over one sequence of 100 steps: 28 → 200 sigmoid, recurrent → softmax 10 at each step. */

import {
  arange,
  at,
  data,
  dot,
  fn,
  log,
  mean,
  scan,
  shared,
  sigmoid,
  softmax,
  type Tensor,
  zeros,
} from "adjoint";
import { descend, index } from "./layers/training.ts";

const steps = 100;
export const Wx = shared(zeros(28, 200));
export const Wh = shared(zeros(200, 200));
export const bh = shared(zeros(200));
export const h0 = shared(zeros(200));
export const Wy = shared(zeros(200, 10));
export const by = shared(zeros(10));
export const sequences = data("samples", steps, 28);
export const labels = data("samples", steps, { dtype: "int32" });

const x = at(sequences, index);
const y = at(labels, index);
const [h] = scan({
  fn: (x_t: Tensor, h_before: Tensor) => sigmoid(dot(x_t, Wx) + dot(h_before, Wh) + bh),
  sequences: x,
  outputsInfo: h0,
});
const p = softmax(dot(h, Wy) + by);
const cost = -mean(log(at(p, arange(steps), y)));

export const train = fn([index], cost, {
  updates: descend(cost, [Wx, Wh, bh, h0, Wy, by], 0.1),
});
