"""Writes models.json: values and gradients of the models of models.ts by JAX, in float64."""

import json
import pathlib

import jax
import jax.numpy as jnp
import numpy as np
from jax import grad, hessian, jacobian, lax
from jax.nn import log_softmax, sigmoid, softmax, softplus
from jax.scipy import special
from jax.scipy.linalg import solve_triangular
from jax.scipy.special import logsumexp

jax.config.update("jax_enable_x64", True)
random = np.random.default_rng(7)
cases = {}


def draw(*shape, scale=1.0, low=None, high=None):
    if low is not None:
        return random.uniform(low, high, shape)
    return random.normal(size=shape) * scale


def case(name, inputs, f, wrt=(), more=()):
    """`f`'s value, its gradients by the arguments `wrt`, and what `more` makes of the inputs."""
    values = [jnp.asarray(x) for x in inputs]
    results = [f(*values), *(grad(f, k)(*values) for k in wrt), *(g(*values) for g in more)]
    cases[name] = {
        "inputs": [np.asarray(x).ravel().tolist() for x in inputs],
        "results": [np.asarray(r).ravel().tolist() for r in results],
    }


def newton(X, y, w):
    loss = lambda v: jnp.mean(softplus(X @ v) - y * (X @ v)) + 0.05 * jnp.sum(v**2)
    return loss(w - jnp.linalg.solve(hessian(loss)(w), grad(loss)(w)))


case("newton", [draw(6, 3), np.array([0, 1, 1, 0, 1, 0.0]), draw(3)], newton, [0, 2])


def attention(X, Q, K, V, O, g, b):
    mask = jnp.arange(5)[:, None] >= jnp.arange(5)[None, :]
    out = []
    for h in range(2):
        q, k, v = [(X @ W)[:, 2 * h : 2 * h + 2] for W in (Q, K, V)]
        out.append(softmax(jnp.where(mask, q @ k.T / jnp.sqrt(2.0), -1e30), -1) @ v)
    z = X + jnp.concatenate(out, 1) @ O
    n = (z - z.mean(-1, keepdims=True)) / jnp.sqrt(z.var(-1, keepdims=True) + 1e-5)
    return jnp.sum(jnp.sin(g * n + b))


case("attention", [draw(5, 4), *(draw(4, 4) for _ in range(4)), draw(4), draw(4)], attention, range(7))


def windows(x, reduce, start):
    return lax.reduce_window(x, start, reduce, (1, 1, 2, 2), (1, 1, 2, 2), "VALID")


def convolution(x, w, g, b, u, y):
    h = lax.conv_general_dilated(x, w, (1, 1), "SAME")
    n = (h - h.mean((0, 2, 3), keepdims=True)) / jnp.sqrt(h.var((0, 2, 3), keepdims=True) + 1e-4)
    t = jnp.tanh(n * g[:, None, None] + b[:, None, None])
    h = t.reshape(2, 3, 3, 2, 3, 2).max((3, 5))
    p = log_softmax(h.reshape(2, -1) @ u)
    return -jnp.mean(p[jnp.arange(2), y])


images = [draw(2, 2, 6, 6), draw(3, 2, 3, 3), draw(3), draw(3), draw(27, 4), np.array([1, 3])]
case("convolution", images, convolution, range(5))
case(
    "gradientPenalty",
    images,
    lambda *a: convolution(*a) + jnp.sum(grad(convolution)(*a) ** 2),
    range(5),
)


def lstm(xs, mask, W, U, b, h0, c0):
    def step(state, inputs):
        (h, c), (x, m) = state, inputs
        i, f, g, o = jnp.split(x @ W + h @ U + b, 4, 1)
        new = sigmoid(f) * c + sigmoid(i) * jnp.tanh(g)
        out = sigmoid(o) * jnp.tanh(new)
        m = m[:, None]
        state = (m * out + (1 - m) * h, m * new + (1 - m) * c)
        return state, state

    _, (hs, cs) = lax.scan(step, (h0, c0), (xs, mask))
    return jnp.sum(hs[-1] ** 2) + jnp.mean(hs * cs)


mask = (np.arange(6)[:, None] < np.array([6, 4])).astype(float)
case(
    "lstm",
    [draw(6, 2, 3), mask, draw(3, 16), draw(4, 16), draw(16), draw(2, 4), draw(2, 4)],
    lstm,
    [0, 2, 3, 4, 5, 6],
)


def nested(a, s0):
    def step(s, ai):
        r = 1 + s * s
        for _ in range(3):
            r = 0.5 * (r + (1 + ai * ai + s * s) / r)
        new = jnp.tanh(s * ai) + r * 0.1
        return new, new

    return jnp.sum(lax.scan(step, s0, a)[1] ** 2)


case("nested", [draw(4), 0.4], nested, [0, 1], [grad(lambda a, s: jnp.sum(grad(nested)(a, s) ** 2), 1)])


def mixture(x, logits, m, s):
    z = (x[:, None] - m) / jnp.exp(s)
    each = log_softmax(logits) - 0.5 * jnp.sum(z**2, 2) - jnp.sum(s, 1) - jnp.log(2 * jnp.pi)
    return -jnp.mean(logsumexp(each, 1))


case("mixture", [draw(7, 2), draw(3), draw(3, 2), draw(3, 2, scale=0.5)], mixture, range(4), [hessian(mixture, 1)])


def covariance(x, m, A):
    S = A @ A.T + jnp.eye(3)
    C = jnp.linalg.cholesky(S)
    r = (x - m).T
    return (
        0.5 * jnp.sum(r * jnp.linalg.solve(S, r)) + 5 * jnp.sum(jnp.log(jnp.diag(C)))
        + 0.1 * jnp.linalg.slogdet(S)[1] + jnp.trace(jnp.linalg.inv(S)) + jnp.linalg.det(S)
    )


def gaussian(x, m, A):
    L = jnp.tril(A, -1) + jnp.diag(jnp.exp(jnp.diag(A)))
    z = solve_triangular(L, (x - m).T, lower=True)
    return 0.5 * jnp.sum(z**2) + 5 * jnp.sum(jnp.diag(A)) + covariance(x, m, A)


case("gaussian", [draw(5, 3), draw(3), draw(3, 3)], gaussian, range(3), [hessian(covariance, 2)])


def embedding(E, rows, v, targets):
    added = E.at[rows].add(v)
    done = added.at[2].set(v[0] * 2)
    return jnp.sum(jnp.tanh(done[targets]) ** 2) + jnp.sum(done[::-2, 1] * E[0:3, [0]] ** 2)


case(
    "embedding",
    [draw(6, 3), np.array([1, 4, 1, 2, 1]), draw(5, 3), np.array([[2, 1], [4, 1]])],
    embedding,
    [0, 2],
)


def order(x, w):
    top, places = lax.top_k(x, 2)
    return (
        jnp.sum(jnp.cumsum(x, 1) * w) + jnp.sum(jnp.tanh(jnp.cumprod(x, 0))) + jnp.sum(jnp.sort(x) * w**2)
        + jnp.sum(top**2) + jnp.sum(w[places]) + jnp.prod(x.max(1) - x.min(1)) + jnp.linalg.norm(x)
        + jnp.sum(jnp.var(x, 0)) + jnp.sum(jnp.prod(x, 1))
    )


case("order", [draw(3, 5), draw(5)], order, [0, 1], [hessian(order, 1), jacobian(grad(order), 1)])


def meta(X, Y, V, Z, w, rate):
    loss = lambda A, b, u: jnp.mean((jnp.tanh(A @ u) - b) ** 2)
    for _ in range(2):
        w = w - rate * grad(loss, 2)(X, Y, w)
    return loss(V, Z, w)


case("meta", [draw(6, 3), draw(6), draw(5, 3), draw(5), draw(3), 0.3], meta, [4, 5, 0, 2])


def network(x, W, U):
    return softmax(jnp.tanh(x @ W) @ U, -1)


def entropy(x, W, U):
    p = network(x, W, U)
    return -jnp.sum(jnp.log(p) * p)


def curvature(k):
    def product(x, W, U, dW, dU):
        return jax.jvp(lambda a, b: grad(entropy, (1, 2))(x, a, b), (W, U), (dW, dU))[1][k]

    return product


case(
    "products",
    [draw(4, 3), draw(3, 5), draw(5, 2), draw(3, 5), draw(5, 2)],
    lambda x, W, U, *_: entropy(x, W, U),
    [],
    [
        curvature(0),
        curvature(1),
        lambda x, W, U, *_: jacobian(lambda u: jnp.sum(network(x, W, u) ** 2, 1))(U),
        lambda x, W, U, dW, _: jax.jvp(lambda a: network(x, a, U), (W,), (dW,))[1],
        lambda x, W, U, *_: hessian(entropy, 2)(x, W, U),
    ],
)


def taps(a, start, noise):
    def step(s, e):
        y2, y1 = s
        y = a[0] * y1 + a[1] * jnp.sin(y2) + e
        return (y1, y), y

    ys = lax.scan(step, (start[0], start[1]), noise)[1]
    return jnp.sum(ys**2 * (1 + jnp.arange(7)))


case("taps", [draw(2), draw(2), draw(7)], taps, range(3), [hessian(taps)])


def physics(x, W, b, u):
    f = lambda s: jnp.tanh(s * W + b) @ u
    r = jax.vmap(lambda s: grad(grad(f))(s) + f(s) * grad(f)(s) - jnp.sin(s))(x)
    return jnp.mean(r**2)


case("physics", [draw(6), draw(4), draw(4), draw(4)], physics, range(4))


def bound(x, eps, W, M, S, D):
    h = softplus(x @ W)
    m, s = h @ M, h @ S
    z = (m + jnp.exp(s) * eps) @ D
    likelihood = -jnp.sum(x * softplus(-z) + (1 - x) * softplus(z), 1)
    return jnp.mean(0.5 * jnp.sum(m**2 + jnp.exp(2 * s) - 1 - 2 * s, 1) - likelihood)


case(
    "bound",
    [draw(4, 5, low=0, high=1), draw(4, 2), draw(5, 6), draw(6, 2, scale=0.3), draw(6, 2, scale=0.3), draw(2, 5)],
    bound,
    [2, 3, 4, 5],
)


def kalman(ys, A, Q, C, m0):
    m, P, cost = m0, jnp.eye(2), 0.0
    for y in ys:
        before, P1 = A @ m, A @ P @ A.T + Q @ Q.T + 0.1 * jnp.eye(2)
        S = C @ P1 @ C.T + jnp.eye(1)
        r = y - C @ before
        K = P1 @ C.T @ jnp.linalg.inv(S)
        m, P = before + K @ r, (jnp.eye(2) - K @ C) @ P1
        cost += 0.5 * r @ jnp.linalg.solve(S, r) + 0.5 * jnp.linalg.slogdet(S)[1]
    return cost


case("kalman", [draw(5, 1), draw(2, 2), draw(2, 2), draw(1, 2), draw(2)], kalman, range(5))


def markov(A, B, pi, ys):
    logA, logB = log_softmax(A), log_softmax(B)
    alpha = log_softmax(pi) + logB[:, ys[0]]
    for y in ys[1:]:
        alpha = logsumexp(alpha[:, None] + logA, 0) + logB[:, y]
    return -logsumexp(alpha)


case(
    "markov",
    [draw(3, 3), draw(3, 4), draw(3), np.array([0, 3, 1, 1, 2, 0])],
    markov,
    [0, 1, 2],
    [grad(lambda A, B, pi, ys: jnp.sum(grad(markov)(A, B, pi, ys) ** 2), 1)],
)


def flow(y0, W, b, U):
    field = lambda y: jnp.tanh(y @ W + b) @ U
    y, h = y0, 0.2
    for _ in range(8):
        k1 = field(y)
        k2 = field(y + h / 2 * k1)
        k3 = field(y + h / 2 * k2)
        k4 = field(y + h * k3)
        y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return y


squared = lambda *a: jnp.sum(flow(*a) ** 2)
case("flow", [draw(2), draw(2, 5), draw(5), draw(5, 2)], squared, range(4), [jacobian(flow)])


def filters(x, w, v):
    h = jnp.sin(
        lax.conv_general_dilated(x, w, (2, 2), [(2, 2)] * 2, rhs_dilation=(2, 2), feature_group_count=2)
    )
    size = 2 * (h.shape[2] - 1) - 2 + 3
    image = jnp.zeros((2, 2, size, size))
    convolve = lambda z: lax.conv_general_dilated(z, v, (2, 2), [(1, 1)] * 2)
    (up,) = jax.vjp(convolve, image)[1](h)
    n = size // 2
    squares = up[:, :, : 2 * n, : 2 * n] ** 2
    return jnp.sum(squares.reshape(2, 2, n, 2, n, 2).mean((3, 5)))


case(
    "filters",
    [draw(2, 4, 7, 7), draw(4, 2, 3, 3), draw(4, 2, 3, 3)],
    filters,
    range(3),
    [grad(lambda x, w, v: jnp.sum(grad(filters, 1)(x, w, v) ** 2), 2)],
)


def dirichlet(a, b):
    A, B = jnp.exp(a) + 0.1, jnp.exp(b) + 0.1
    lgamma, digamma = special.gammaln, special.digamma
    return (
        lgamma(A.sum()) - lgamma(A).sum() - lgamma(B.sum()) + lgamma(B).sum()
        + jnp.sum((A - B) * (digamma(A) - digamma(A.sum()))) + jnp.sum(special.erf(a * b))
    )


case("dirichlet", [draw(4), draw(4)], dirichlet, range(2), [hessian(dirichlet)])


def corners(x):
    root = jnp.where(x > 0, jnp.sqrt(jnp.where(x > 0, x, 1)), 0)
    clipped = jnp.clip(x, -0.3, 0.8)
    smooth = jax.nn.relu(x - 0.5) ** 2 + jnp.abs(x) * x + clipped + jnp.maximum(x, 0.1 * x) + root
    return jnp.sum(smooth) + jnp.sum(lax.stop_gradient(x) * x**3)


case("corners", [np.array([-2.0, -0.31, -0.1, 0.25, 0.7, 1.5])], corners, [0], [hessian(corners)])


def factors(x):
    p = x.prod(1)
    return jnp.sum(p**2 + p) + jnp.prod(x + 1)


case(
    "factors",
    [np.array([[2.0, 0, 3, 0], [0, 0, 0, 5], [-1, 2, 0.5, -1]])],
    factors,
    [0],
    [hessian(factors)],
)


def energy(v, W, b, c):
    free = lambda u: jnp.mean(-u @ b - jnp.sum(softplus(u @ W + c), 1))
    echo = lax.stop_gradient((sigmoid(sigmoid(v @ W + c) @ W.T + b) > 0.5).astype(float))
    return free(v) - free(echo)


case("energy", [draw(3, 4, low=0, high=1), draw(4, 5), draw(4), draw(5)], energy, [1, 2, 3])

path = pathlib.Path(__file__).with_name("models.json")
lines = [f'"{name}":{json.dumps(values, separators=(",", ":"))}' for name, values in cases.items()]
path.write_text("{\n" + ",\n".join(lines) + "\n}\n")
