/** Models that are hard to derive: `models.py` writes them in JAX, with its values, to `models.json`. */

import {
  abs,
  arange,
  at,
  avgPool2d,
  batchNorm,
  cast,
  cholesky,
  clip,
  concatenate,
  conv2d,
  convTranspose2d,
  cumprod,
  cumsum,
  det,
  diag,
  digamma,
  dmatrix,
  dot,
  dscalar,
  dtensor3,
  dtensor4,
  dvector,
  erf,
  exp,
  eye,
  flatten,
  fn,
  grad,
  hessian,
  hessianVector,
  imatrix,
  incSubtensor,
  inv,
  ivector,
  jacobian,
  layerNorm,
  lgamma,
  log,
  logdet,
  logSoftmax,
  logsumexp,
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
  solveTriangular,
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
  trace,
  tril,
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

// The likelihood of a mixture of Gaussians.
function makeMixture() {
  const [x, logits, m, s] = [dmatrix(7, 2), dvector(3), dmatrix(3, 2), dmatrix(3, 2)];
  const z = (at(x, span(), null) - m) / exp(s);
  const each = logSoftmax(logits) - 0.5 * sum(z ** 2, 2) - sum(s, 1) - Math.log(2 * Math.PI);
  const cost = -mean(log(sum(exp(each), 1)));
  return fn(
    [x, logits, m, s],
    [cost, ...[x, logits, m, s].map((v) => grad(cost, v)), hessian(cost, logits)],
  );
}
export const mixture = makeMixture();

// Gaussians whose covariance is given by its factor, or is factorised.
function makeGaussian() {
  const [x, m, A] = [dmatrix(5, 3), dvector(3), dmatrix(3, 3)];
  const L = tril(A, -1) + diag(exp(diag(A)));
  const z = solveTriangular(L, T(x - m));
  const first = 0.5 * sum(z ** 2) + 5 * sum(diag(A));
  const S = dot(A, T(A)) + eye(3);
  const C = cholesky(S);
  const r = T(x - m);
  const second =
    0.5 * sum(r * solve(S, r)) + 5 * sum(log(diag(C))) + 0.1 * logdet(S) + trace(inv(S)) + det(S);
  const cost = first + second;
  return fn([x, m, A], [cost, ...[x, m, A].map((v) => grad(cost, v)), hessian(second, A)]);
}
export const gaussian = makeGaussian();

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

// The bound of a variational autoencoder.
function makeBound() {
  const [x, eps, W, M, S, D] = [
    dmatrix(4, 5),
    dmatrix(4, 2),
    dmatrix(5, 6),
    dmatrix(6, 2),
    dmatrix(6, 2),
    dmatrix(2, 5),
  ];
  const h = softplus(dot(x, W));
  const [m, s] = [dot(h, M), dot(h, S)];
  const p = sigmoid(dot(m + exp(s) * eps, D));
  const likelihood = sum(x * log(p) + (1 - x) * log(1 - p), 1);
  const divergence = 0.5 * sum(m ** 2 + exp(2 * s) - 1 - 2 * s, 1);
  return derived([x, eps, W, M, S, D], mean(divergence - likelihood), [W, M, S, D]);
}
export const bound = makeBound();

// A Kalman filter.
function makeKalman() {
  const [ys, A, Q, C, m0] = [
    dmatrix(5, 1),
    dmatrix(2, 2),
    dmatrix(2, 2),
    dmatrix(1, 2),
    dvector(2),
  ];
  const noise = dot(Q, T(Q)) + 0.1 * eye(2);
  const [[, , costs]] = scan({
    fn: (y: Tensor, m: Tensor, P: Tensor) => {
      const before = dot(A, m);
      const P1 = dot(dot(A, P), T(A)) + noise;
      const S = dot(dot(C, P1), T(C)) + eye(1);
      const r = y - dot(C, before);
      const K = dot(dot(P1, T(C)), inv(S));
      const cost = 0.5 * dot(r, solve(S, r)) + 0.5 * logdet(S);
      return [before + dot(K, r), dot(eye(2) - dot(K, C), P1), cost];
    },
    sequences: ys,
    outputsInfo: [m0, eye(2, 2, 0, { dtype: "float64" }), null],
  }) as unknown as [[Tensor, Tensor, Tensor]];
  return derived([ys, A, Q, C, m0], sum(costs), [ys, A, Q, C, m0]);
}
export const kalman = makeKalman();

// The forward algorithm of a hidden Markov model.
function makeMarkov() {
  const [A, B, pi, ys] = [dmatrix(3, 3), dmatrix(3, 4), dvector(3), ivector(6)];
  const [logA, logB] = [logSoftmax(A), logSoftmax(B)];
  const [alphas] = scan({
    fn: (y: Tensor, alpha: Tensor) =>
      logsumexp(at(alpha, span(), null) + logA, 0) + at(logB, span(), y),
    sequences: at(ys, span(1)),
    outputsInfo: logSoftmax(pi) + at(logB, span(), at(ys, 0)),
  });
  const cost = -logsumexp(at(alphas, -1));
  return fn(
    [A, B, pi, ys],
    [cost, grad(cost, A), grad(cost, B), grad(cost, pi), grad(sum(grad(cost, A) ** 2), B)],
  );
}
export const markov = makeMarkov();

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

// Functions of the gamma family.
function makeDirichlet() {
  const [a, b] = [dvector(4), dvector(4)];
  const [A, B] = [exp(a) + 0.1, exp(b) + 0.1];
  const cost =
    lgamma(sum(A)) -
    sum(lgamma(A)) -
    lgamma(sum(B)) +
    sum(lgamma(B)) +
    sum((A - B) * (digamma(A) - digamma(sum(A)))) +
    sum(erf(a * b));
  return fn([a, b], [cost, grad(cost, a), grad(cost, b), hessian(cost, a)]);
}
export const dirichlet = makeDirichlet();

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

// A restricted Boltzmann machine's free energy, and an echo of its samples.
function makeEnergy() {
  const [v, W, b, c] = [dmatrix(3, 4), dmatrix(4, 5), dvector(4), dvector(5)];
  const energy = (u: number) => mean(-dot(u, b) - sum(log(1 + exp(dot(u, W) + c)), 1));
  const hidden = sigmoid(dot(v, W) + c);
  const echo = stopGradient(cast(sigmoid(dot(hidden, T(W)) + b) > 0.5, "float64"));
  return derived([v, W, b, c], energy(v) - energy(echo), [W, b, c]);
}
export const energy = makeEnergy();
