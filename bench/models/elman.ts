/** An Elman network over 100 steps: 200 hidden units, a softmax at each step, all gradients. */

import {
  arange,
  at,
  dot,
  fn,
  grad,
  imatrix,
  log,
  mean,
  scan,
  shared,
  softmax,
  span,
  type Tensor,
  tanh,
  tensor3,
  zeros,
} from "adjoint";

const [steps, batch, inputs, hidden, classes] = [100, 16, 50, 200, 10];

const xs = tensor3(steps, batch, inputs);
const y = imatrix(steps, batch);

export const U = shared(zeros(inputs, hidden));
export const W = shared(zeros(hidden, hidden));
export const b = shared(zeros(hidden));
export const V = shared(zeros(hidden, classes));
export const c = shared(zeros(classes));
export const h0 = shared(zeros(hidden));

const start = zeros(batch, hidden) + h0;
const [[, p]] = scan({
  fn: (x: Tensor, before: Tensor) => {
    const h = tanh(dot(x, U) + dot(before, W) + b);
    return [h, softmax(dot(h, V) + c)];
  },
  sequences: xs,
  outputsInfo: [start, null],
});
const step = at(arange(steps), span(), null);
const cost = -mean(log(at(p, step, arange(batch), y)));

const rate = 0.1;
const parameters = [U, W, b, V, c, h0];
const gradients = grad(cost, parameters);
export const train = fn([xs, y], cost, {
  updates: parameters.map((w, i) => [w, w - rate * gradients[i]] as const),
});
