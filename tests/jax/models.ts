/** Models that are hard to derive: `models.py` writes them in JAX, with its values, to `models.json`. */

import {
  abs,
  arange,
  at,
  avgPool2d,
  batchNorm,
  clip,
  concatenate,
  conv2d,
  convTranspose2d,
  cumprod,
  cumsum,
  dmatrix,
  dot,
  dscalar,
  dtensor3,
  dtensor4,
  dvector,
  flatten,
  fn,
  grad,
  hessian,
  hessianVector,
  imatrix,
  incSubtensor,
  ivector,
  jacobian,
  layerNorm,
  log,
  logSoftmax,
  max,
  maximum,
  maxPool2d,
  mean,
  min,
  norm,
  outer,
  prod,
  Rop,
  relu,
  scan,
  setSubtensor,
  sigmoid,
  softmax,
  softplus,
  solve,
  sort,
  span,
  sqrt,
  stopGradient,
  sum,
  T,
  type Tensor,
  take,
  tanh,
  topk,
  variance,
  where,
} from "adjoint";

/** A cost with its gradients. */
const derived = (inputs: readonly Tensor[], cost: number, wrt: readonly Tensor[]) =>
  fn(inputs, [cost, ...wrt.map((x) => grad(cost, x))]);

// A step of Newton's method on logistic regression, and the gradient through it.
function makeNewton() {
  const [X, y, w] = [dmatrix(6, 3), dvector(6), dvector(3)];
  const loss = (v: number) => mean(softplus(dot(X, v)) - y * dot(X, v)) + 0.05 * sum(v ** 2);
  const cost = loss(w);
  const after = loss(w - solve(hessian(cost, w), grad(cost, w)));
  return derived([X, y, w], after, [X, w]);
}
export const newton = makeNewton();

// Two heads of attention with a causal mask, a residual and a layer norm.
function makeAttention() {
  const [X, Q, K, V, O] = [
    dmatrix(5, 4),
    dmatrix(4, 4),
    dmatrix(4, 4),
    dmatrix(4, 4),
    dmatrix(4, 4),
  ];
  const [g, b] = [dvector(4), dvector(4)];
  const heads = (W: Tensor) => {
    const z = dot(X, W);
    return [at(z, span(), span(0, 2)), at(z, span(), span(2, 4))];
  };
  const mask = at(arange(5), span(), null) >= at(arange(5), null, span());
  const [q, k, v] = [heads(Q), heads(K), heads(V)];
  const mixed = q.map((query, h) =>
    dot(softmax(where(mask, dot(query, T(k[h])) / Math.sqrt(2), -1e30)), v[h]),
  );
  const cost = sum(Math.sin(layerNorm(X + dot(concatenate(mixed, 1), O), g, b)));
  return derived([X, Q, K, V, O, g, b], cost, [X, Q, K, V, O, g, b]);
}
export const attention = makeAttention();

// Convolution, batch norm, pooling and a softmax; and the penalty of its gradient.
function makeConvolution(penalised: boolean) {
  const [x, w, g, b] = [dtensor4(2, 2, 6, 6), dtensor4(3, 2, 3, 3), dvector(3), dvector(3)];
  const [u, y] = [dmatrix(27, 4), ivector(2)];
  const h = maxPool2d(
    tanh(batchNorm(conv2d(x, w, { padding: "same" }), g, b, { axes: "spatial" })),
    2,
  );
  const cost = -mean(at(logSoftmax(dot(flatten(h, 2), u)), arange(2), y));
  const penalty = penalised ? sum(grad(cost, x) ** 2) : 0;
  return derived([x, w, g, b, u, y], cost + penalty, [x, w, g, b, u]);
}
export const convolution = makeConvolution(false);
export const gradientPenalty = makeConvolution(true);

// An LSTM over sequences of several lengths.
function makeLstm() {
  const [xs, mask, W, U, b] = [
    dtensor3(6, 2, 3),
    dmatrix(6, 2),
    dmatrix(3, 16),
    dmatrix(4, 16),
    dvector(16),
  ];
  const [h0, c0] = [dmatrix(2, 4), dmatrix(2, 4)];
  const part = (z: number, n: number) => at(z, span(), span(4 * n, 4 * n + 4));
  const [[hs, cs]] = scan({
    fn: (x: Tensor, m: Tensor, h: Tensor, c: Tensor) => {
      const z = dot(x, W) + dot(h, U) + b;
      const next = sigmoid(part(z, 1)) * c + sigmoid(part(z, 0)) * tanh(part(z, 2));
      const out = sigmoid(part(z, 3)) * tanh(next);
      const here = at(m, span(), null);
      return [here * out + (1 - here) * h, here * next + (1 - here) * c];
    },
    sequences: [xs, mask],
    outputsInfo: [h0, c0],
  }) as unknown as [[Tensor, Tensor]];
  const cost = sum(at(hs, -1) ** 2) + mean(hs * cs);
  return derived([xs, mask, W, U, b, h0, c0], cost, [xs, W, U, b, h0, c0]);
}
export const lstm = makeLstm();

// A loop in a loop: Newton's iteration for a root at each step of a recurrence.
function makeNested() {
  const [a, s0] = [dvector(4), dscalar()];
  const [states] = scan({
    fn: (ai: Tensor, s: Tensor) => {
      const [roots] = scan({
        fn: (r: Tensor) => 0.5 * (r + (1 + ai * ai + s * s) / r),
        outputsInfo: 1 + s * s,
        nSteps: 3,
      });
      return tanh(s * ai) + at(roots, -1) * 0.1;
    },
    sequences: a,
    outputsInfo: s0,
  });
  const cost = sum(states ** 2);
  return fn([a, s0], [cost, grad(cost, a), grad(cost, s0), grad(sum(grad(cost, a) ** 2), s0)]);
}
export const nested = makeNested();

// Embeddings that are read, written and added to, some rows several times.
function makeEmbedding() {
  const [E, rows, v, targets] = [dmatrix(6, 3), ivector(5), dmatrix(5, 3), imatrix(2, 2)];
  const added = incSubtensor(at(E, rows), v);
  const set = setSubtensor(at(added, 2), at(v, 0) * 2);
  const picked = take(set, targets, 0);
  const cost =
    sum(tanh(picked) ** 2) +
    sum(at(set, span(undefined, undefined, -2), 1) * at(E, span(0, 3), [0]) ** 2);
  return derived([E, rows, v, targets], cost, [E, v]);
}
export const embedding = makeEmbedding();

// Running sums and products, sorting, the largest ones, extremes.
function makeOrder() {
  const [x, w] = [dmatrix(3, 5), dvector(5)];
  const [top, places] = topk(x, 2);
  const cost =
    sum(cumsum(x, 1) * w) +
    sum(tanh(cumprod(x, 0))) +
    sum(sort(x) * w ** 2) +
    sum(top ** 2) +
    sum(at(w, places)) +
    prod(max(x, 1) - min(x, 1)) +
    norm(x) +
    sum(variance(x, 0)) +
    sum(prod(x, 1));
  return fn(
    [x, w],
    [cost, grad(cost, x), grad(cost, w), hessian(cost, w), jacobian(grad(cost, x), w)],
  );
}
export const order = makeOrder();

// Two steps of learning, and the gradient by where they started and their rate.
function makeMeta() {
  const [X, Y, V, Z, w, rate] = [
    dmatrix(6, 3),
    dvector(6),
    dmatrix(5, 3),
    dvector(5),
    dvector(3),
    dscalar(),
  ];
  const loss = (A: Tensor, b: Tensor, u: number) => mean((tanh(dot(A, u)) - b) ** 2);
  let u: number = w;
  for (let k = 0; k < 2; k++) u = u - rate * grad(loss(X, Y, u), u as Tensor);
  return derived([X, Y, V, Z, w, rate], loss(V, Z, u), [w, rate, X, V]);
}
export const meta = makeMeta();

// The product of a Hessian with a direction, and Jacobians of a network.
function makeProducts() {
  const [x, W, U, dW, dU] = [
    dmatrix(4, 3),
    dmatrix(3, 5),
    dmatrix(5, 2),
    dmatrix(3, 5),
    dmatrix(5, 2),
  ];
  const p = softmax(dot(tanh(dot(x, W)), U));
  const cost = -sum(log(p) * p);
  const [hW, hU] = hessianVector(cost, [W, U], [dW, dU]);
  return fn(
    [x, W, U, dW, dU],
    [cost, hW, hU, jacobian(sum(p ** 2, 1), U), Rop(p, W, dW), hessian(cost, U)],
  );
}
export const products = makeProducts();

// Two steps back, and a state that starts from what is learned.
function makeTaps() {
  const [a, start, noise] = [dvector(2), dvector(2), dvector(7)];
  const [ys] = scan({
    fn: (e: Tensor, y2: Tensor, y1: Tensor) => at(a, 0) * y1 + at(a, 1) * Math.sin(y2) + e,
    sequences: noise,
    outputsInfo: { initial: start, taps: [-2, -1] },
  });
  const cost = sum(ys ** 2 * (1 + arange(7)));
  return fn(
    [a, start, noise],
    [cost, grad(cost, a), grad(cost, start), grad(cost, noise), hessian(cost, a)],
  );
}
export const taps = makeTaps();

// The residual of a differential equation: third derivatives.
function makePhysics() {
  const [x, W, b, u] = [dvector(6), dvector(4), dvector(4), dvector(4)];
  const f = dot(tanh(outer(x, W) + b), u);
  const first = grad(sum(f), x);
  const second = grad(sum(first), x);
  const cost = mean((second + f * first - Math.sin(x)) ** 2);
  return derived([x, W, b, u], cost, [x, W, b, u]);
}
export const physics = makePhysics();

// Runge and Kutta's method with a network as the field.
function makeFlow() {
  const [y0, W, b, U] = [dvector(2), dmatrix(2, 5), dvector(5), dmatrix(5, 2)];
  const field = (y: number) => dot(tanh(dot(y, W) + b), U);
  const h = 0.2;
  const [ys] = scan({
    fn: (y: Tensor) => {
      const k1 = field(y);
      const k2 = field(y + (h / 2) * k1);
      const k3 = field(y + (h / 2) * k2);
      const k4 = field(y + h * k3);
      return y + (h / 6) * (k1 + 2 * k2 + 2 * k3 + k4);
    },
    outputsInfo: y0,
    nSteps: 8,
  });
  const cost = sum(at(ys, -1) ** 2);
  return fn(
    [y0, W, b, U],
    [cost, ...[y0, W, b, U].map((v) => grad(cost, v)), jacobian(at(ys, -1), y0)],
  );
}
export const flow = makeFlow();

// Filters in groups, apart, turned round; their transposes; means of windows.
function makeFilters() {
  const [x, w, v] = [dtensor4(2, 4, 7, 7), dtensor4(4, 2, 3, 3), dtensor4(4, 2, 3, 3)];
  const h = Math.sin(conv2d(x, w, { groups: 2, dilation: 2, stride: 2, padding: 2 }));
  const up = convTranspose2d(h, v, { stride: 2, padding: 1 });
  const cost = sum(avgPool2d(up ** 2, 2));
  return fn(
    [x, w, v],
    [cost, grad(cost, x), grad(cost, w), grad(cost, v), grad(sum(grad(cost, w) ** 2), v)],
  );
}
export const filters = makeFilters();

// What is not smooth: at its corners by the conventions that JAX shares.
function makeCorners() {
  const x = dvector(6);
  const cost =
    sum(
      relu(x - 0.5) ** 2 +
        abs(x) * x +
        clip(x, -0.3, 0.8) +
        maximum(x, 0.1 * x) +
        where(x > 0, sqrt(where(x > 0, x, 1)), 0),
    ) + sum(stopGradient(x) * x ** 3);
  return fn([x], [cost, grad(cost, x), hessian(cost, x)]);
}
export const corners = makeCorners();

// Products with factors that are 0.
function makeFactors() {
  const x = dmatrix(3, 4);
  const cost = sum(prod(x, 1) ** 2 + prod(x, 1)) + prod(x + 1);
  return fn([x], [cost, grad(cost, x), hessian(cost, x)]);
}
export const factors = makeFactors();

export { bound, dirichlet, energy, gaussian, kalman, markov, mixture } from "./probability.ts";
