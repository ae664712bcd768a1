"""JAX on the CPU: each step is one compiled function, which is given its parameters back to write into."""

import functools

import jax
import jax.numpy as jnp
from jax import lax


def likelihood(logits, labels):
    logp = jax.nn.log_softmax(logits)
    return -jnp.mean(jnp.take_along_axis(logp, labels[:, None], 1))


def logistic(p, images, labels):
    return likelihood(images @ p["W"] + p["b"], labels)


def mlp(p, images, labels):
    h = jnp.tanh(images @ p["W1"] + p["b1"])
    decay = 0.0001 * (jnp.sum(p["W1"] ** 2) + jnp.sum(p["W2"] ** 2))
    return likelihood(h @ p["W2"] + p["b2"], labels) + decay


def layer(x, W, b):
    """Convolution with flipped filters, maximum of 2×2, then bias and tanh."""
    maps = lax.conv(x, W[:, :, ::-1, ::-1], (1, 1), "VALID")
    pooled = lax.reduce_window(maps, -jnp.inf, lax.max, (1, 1, 2, 2), (1, 1, 2, 2), "VALID")
    return jnp.tanh(pooled + b[:, None, None])


def lenet(p, images, labels):
    x = layer(images.reshape(-1, 1, 28, 28), p["W1"], p["b1"])
    x = layer(x, p["W2"], p["b2"]).reshape(len(images), 800)
    h = jnp.tanh(x @ p["W3"] + p["b3"])
    return likelihood(h @ p["W4"] + p["b4"], labels)


def elman(p, sequences, labels):
    def next_state(h, row):
        h = jax.nn.sigmoid(row + h @ p["Wh"])
        return h, h

    _, h = lax.scan(next_state, p["h0"], sequences[0] @ p["Wx"] + p["bh"])
    return likelihood(h @ p["Wy"] + p["by"], labels[0])


def autoencoder(p, images, mask):
    h = jax.nn.sigmoid((images * mask) @ p["W"] + p["b"])
    logits = h @ p["W"].T + p["c"]
    # −x·log z − (1 − x)·log(1 − z) = softplus(logits) − x·logits
    return jnp.sum(jax.nn.softplus(logits) - images * logits) / len(images)


def trained(cost_of):
    def make(task, data, parameters):
        size, rate = task["batch"], task["rate"]
        sets = {name: jnp.asarray(values) for name, values in data.items()}
        state = {name: jnp.asarray(value) for name, value in parameters.items()}

        @functools.partial(jax.jit, donate_argnums=0)
        def update(p, sets, i):
            inputs = {
                name: lax.dynamic_slice_in_dim(values, i * size, size)
                for name, values in sets.items()
            }
            cost, gradients = jax.value_and_grad(cost_of)(p, **inputs)
            return jax.tree.map(lambda value, d: value - rate * d, p, gradients), cost

        def step(i):
            nonlocal state
            state, cost = update(state, sets, i)
            return float(cost)

        return step, lambda: state

    return make


costs = {
    "logistic": logistic,
    "mlp": mlp,
    "lenet": lenet,
    "elman": elman,
    "autoencoder": autoencoder,
}


def library(_):
    return f"jax {jax.__version__}", {kind: trained(cost) for kind, cost in costs.items()}
