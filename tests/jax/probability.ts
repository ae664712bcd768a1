/** Likelihoods, filters and bounds: those of `models.ts` that are about distributions. */

import {
  at,
  cast,
  cholesky,
  det,
  diag,
  digamma,
  dmatrix,
  dot,
  dvector,
  erf,
  exp,
  eye,
  fn,
  grad,
  hessian,
  inv,
  ivector,
  lgamma,
  log,
  logdet,
  logSoftmax,
  logsumexp,
  mean,
  scan,
  sigmoid,
  softplus,
  solve,
  solveTriangular,
  span,
  stopGradient,
  sum,
  T,
  type Tensor,
  trace,
  tril,
} from "adjoint";

/** A cost with its gradients. */
const derived = (inputs: readonly Tensor[], cost: number, wrt: readonly Tensor[]) =>
  fn(inputs, [cost, ...wrt.map((x) => grad(cost, x))]);

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

// A restricted Boltzmann machine's free energy, and an echo of its samples.
function makeEnergy() {
  const [v, W, b, c] = [dmatrix(3, 4), dmatrix(4, 5), dvector(4), dvector(5)];
  const energy = (u: number) => mean(-dot(u, b) - sum(log(1 + exp(dot(u, W) + c)), 1));
  const hidden = sigmoid(dot(v, W) + c);
  const echo = stopGradient(cast(sigmoid(dot(hidden, T(W)) + b) > 0.5, "float64"));
  return derived([v, W, b, c], energy(v) - energy(echo), [W, b, c]);
}
export const energy = makeEnergy();
