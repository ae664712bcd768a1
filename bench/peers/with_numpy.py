"""NumPy with its BLAS, by hand: gradients written out, results into arrays that are made once, updates in place.

BLAS can add a product to a matrix (`gemm` with beta), but NumPy does not offer it: an update is a product into
a buffer, scaled, subtracted.
"""

import numpy as np


def blas():
    """What computes the products, as far as it can be found out."""
    try:
        from threadpoolctl import threadpool_info

        for pool in threadpool_info():
            if pool["user_api"] == "blas":
                return f", {pool['internal_api']} {pool['version']} {pool.get('architecture', '')}"
    except ImportError:
        pass
    return ""


def softmax_cost(logits, y, rows):
    """Mean negative log-likelihood; logits become its gradient, in place."""
    logits -= logits.max(1, keepdims=True)
    picked = logits[rows, y]
    np.exp(logits, logits)
    total = logits.sum(1, keepdims=True)
    cost = (np.log(total[:, 0]) - picked).mean()
    logits /= total
    logits[rows, y] -= 1
    logits /= len(rows)
    return cost


def descend(parameter, gradient, rate):
    gradient *= rate
    parameter -= gradient


def logistic(task, data, parameters):
    batch, rate = task["batch"], np.float32(task["rate"])
    images, labels = data["images"], data["labels"]
    W, b = parameters["W"], parameters["b"]
    rows = np.arange(batch)
    logits, dW, db = np.empty((batch, 10), np.float32), np.empty_like(W), np.empty_like(b)

    def step(i):
        x, y = images[i * batch : (i + 1) * batch], labels[i * batch : (i + 1) * batch]
        np.matmul(x, W, out=logits)
        np.add(logits, b, out=logits)
        cost = softmax_cost(logits, y, rows)
        descend(W, np.matmul(x.T, logits, out=dW), rate)
        descend(b, logits.sum(0, out=db), rate)
        return cost

    return step, lambda: parameters


def mlp(task, data, parameters):
    batch, rate, decay = task["batch"], np.float32(task["rate"]), np.float32(0.0001)
    images, labels = data["images"], data["labels"]
    W1, b1, W2, b2 = (parameters[name] for name in ("W1", "b1", "W2", "b2"))
    rows = np.arange(batch)
    h = np.empty((batch, 500), np.float32)
    dh, d = np.empty_like(h), np.empty((batch, 10), np.float32)
    dW1, db1, dW2, db2 = (np.empty_like(p) for p in (W1, b1, W2, b2))
    keep = np.float32(1 - 2 * rate * decay)

    def step(i):
        x, y = images[i * batch : (i + 1) * batch], labels[i * batch : (i + 1) * batch]
        np.matmul(x, W1, out=h)
        np.add(h, b1, out=h)
        np.tanh(h, out=h)
        np.matmul(h, W2, out=d)
        np.add(d, b2, out=d)
        penalty = decay * (np.vdot(W1, W1) + np.vdot(W2, W2))
        cost = softmax_cost(d, y, rows) + penalty
        np.matmul(d, W2.T, out=dh)
        np.matmul(h.T, d, out=dW2)
        # dh·(1 − h²); h is not needed any more.
        np.multiply(h, h, out=h)
        np.subtract(1, h, out=h)
        np.multiply(dh, h, out=dh)
        np.matmul(x.T, dh, out=dW1)
        # The decay's gradient is a factor of the weights.
        np.multiply(W1, keep, out=W1)
        descend(W1, dW1, rate)
        np.multiply(W2, keep, out=W2)
        descend(W2, dW2, rate)
        descend(b1, dh.sum(0, out=db1), rate)
        descend(b2, d.sum(0, out=db2), rate)
        return cost

    return step, lambda: parameters


def sigmoid(x):
    """1 / (1 + exp(−x)), in place."""
    np.negative(x, out=x)
    np.exp(x, out=x)
    x += 1
    np.reciprocal(x, out=x)
    return x


def autoencoder(task, data, parameters):
    batch, rate = task["batch"], np.float32(task["rate"])
    images, mask = data["images"], data["mask"]
    W, b, c = (parameters[name] for name in ("W", "b", "c"))
    noisy, z = np.empty((batch, 784), np.float32), np.empty((batch, 784), np.float32)
    h, dh = np.empty((batch, 500), np.float32), np.empty((batch, 500), np.float32)
    terms, both = np.empty_like(z), np.empty_like(z)
    dW, dW_decoder, db, dc = np.empty_like(W), np.empty_like(W), np.empty_like(b), np.empty_like(c)

    def step(i):
        x = images[i * batch : (i + 1) * batch]
        np.multiply(x, mask[i * batch : (i + 1) * batch], out=noisy)
        np.matmul(noisy, W, out=h)
        np.add(h, b, out=h)
        sigmoid(h)
        np.matmul(h, W.T, out=z)
        np.add(z, c, out=z)
        # −x·log z − (1 − x)·log(1 − z) = softplus(logits) − x·logits
        np.multiply(x, z, out=both)
        np.logaddexp(0, z, out=terms)
        np.subtract(terms, both, out=terms)
        cost = terms.sum() / batch
        sigmoid(z)
        np.subtract(z, x, out=z)
        np.divide(z, np.float32(batch), out=z)
        np.matmul(z, W, out=dh)
        np.matmul(z.T, h, out=dW_decoder)
        np.multiply(dh, h, out=dh)
        np.subtract(1, h, out=h)
        np.multiply(dh, h, out=dh)
        np.matmul(noisy.T, dh, out=dW)
        np.add(dW, dW_decoder, out=dW)
        descend(W, dW, rate)
        descend(b, dh.sum(0, out=db), rate)
        descend(c, z.sum(0, out=dc), rate)
        return cost

    return step, lambda: parameters


def elman(task, data, parameters):
    rate = np.float32(task["rate"])
    sequences, labels = data["sequences"], data["labels"]
    Wx, Wh, bh, h0, Wy, by = (parameters[n] for n in ("Wx", "Wh", "bh", "h0", "Wy", "by"))
    steps, hidden = sequences.shape[1], len(h0)
    rows = np.arange(steps)
    inputs = np.empty((steps, hidden), np.float32)
    h = np.empty((steps + 1, hidden), np.float32)
    d, dh = np.empty((steps, 10), np.float32), np.empty((steps, hidden), np.float32)
    slope, after = np.empty_like(dh), np.empty(hidden, np.float32)
    recurrent = np.empty(hidden, np.float32)
    dWx, dWh, dbh, dWy, dby = (np.empty_like(p) for p in (Wx, Wh, bh, Wy, by))

    def step(i):
        x = sequences[i]
        np.matmul(x, Wx, out=inputs)
        np.add(inputs, bh, out=inputs)
        h[0] = h0
        for t in range(steps):
            np.matmul(h[t], Wh, out=recurrent)
            sigmoid(np.add(inputs[t], recurrent, out=h[t + 1]))
        np.matmul(h[1:], Wy, out=d)
        np.add(d, by, out=d)
        cost = softmax_cost(d, labels[i], rows)
        np.matmul(d, Wy.T, out=dh)
        np.subtract(1, h[1:], out=slope)
        np.multiply(slope, h[1:], out=slope)
        after.fill(0)
        for t in range(steps - 1, -1, -1):
            row = dh[t]
            row += after
            row *= slope[t]
            np.matmul(Wh, row, out=after)
        descend(Wy, np.matmul(h[1:].T, d, out=dWy), rate)
        descend(by, d.sum(0, out=dby), rate)
        descend(Wx, np.matmul(x.T, dh, out=dWx), rate)
        descend(Wh, np.matmul(h[:-1].T, dh, out=dWh), rate)
        descend(bh, dh.sum(0, out=dbh), rate)
        np.multiply(after, rate, out=after)
        np.subtract(h0, after, out=h0)
        return cost

    return step, lambda: parameters


class Convolution:
    """Valid convolution by 5×5 filters that are flipped, then the maximum of 2×2: patches in rows, one product."""

    def __init__(self, shape, filters):
        self.batch, self.channels, size, _ = shape
        self.filters, self.out = filters, size - 4
        self.patches = np.empty((self.batch, self.out, self.out, self.channels * 25), np.float32)
        area = self.batch * self.out * self.out
        self.maps = np.empty((area, filters), np.float32)
        self.dmaps = np.empty((self.batch, self.out // 2, 2, self.out // 2, 2, filters), np.float32)
        self.dpatches = np.empty((area, self.channels * 25), np.float32)
        self.dx = np.empty(shape, np.float32)

    def forward(self, x, W):
        """x as [batch, channels, size, size] in any strides; the pooled maps as [batch, size, size, filters]."""
        windows = np.lib.stride_tricks.sliding_window_view(x, (5, 5), axis=(2, 3))
        target = self.patches.reshape(self.batch, self.out, self.out, self.channels, 5, 5)
        np.copyto(target, windows.transpose(0, 2, 3, 1, 4, 5))
        self.weights = W[:, :, ::-1, ::-1].reshape(self.filters, -1)
        patches = self.patches.reshape(-1, self.channels * 25)
        np.matmul(patches, self.weights.T, out=self.maps)
        half = self.out // 2
        self.blocks = self.maps.reshape(self.batch, half, 2, half, 2, self.filters)
        self.pooled = self.blocks.max((2, 4))
        return self.pooled

    def backward(self, dpooled, dW, with_input):
        np.equal(self.blocks, self.pooled[:, :, None, :, None], out=self.dmaps, casting="unsafe")
        self.keep_first()
        self.dmaps *= dpooled[:, :, None, :, None]
        dmaps = self.dmaps.reshape(-1, self.filters)
        flat = np.matmul(dmaps.T, self.patches.reshape(len(dmaps), -1))
        dW[...] = flat.reshape(dW.shape)[:, :, ::-1, ::-1]
        if not with_input:
            return None
        np.matmul(dmaps, self.weights, out=self.dpatches)
        pieces = self.dpatches.reshape(self.batch, self.out, self.out, self.channels, 5, 5)
        self.dx.fill(0)
        for i in range(5):
            for j in range(5):
                window = self.dx[:, :, i : i + self.out, j : j + self.out]
                window += pieces[..., i, j].transpose(0, 3, 1, 2)
        return self.dx

    def keep_first(self):
        """Of equal maxima the first gets the gradient, in the order of rows."""
        taken = self.dmaps[:, :, 0, :, 0].copy()
        for i, j in ((0, 1), (1, 0), (1, 1)):
            part = self.dmaps[:, :, i, :, j]
            part *= 1 - taken
            taken += part


def lenet(task, data, parameters):
    batch, rate = task["batch"], np.float32(task["rate"])
    images, labels = data["images"].reshape(-1, 1, 28, 28), data["labels"]
    W1, b1, W2, b2, W3, b3, W4, b4 = parameters.values()
    rows = np.arange(batch)
    first, second = Convolution((batch, 1, 28, 28), 20), Convolution((batch, 20, 12, 12), 50)
    flat = np.empty((batch, 50, 4, 4), np.float32)
    hidden, d = np.empty((batch, 500), np.float32), np.empty((batch, 10), np.float32)
    dhidden, dflat = np.empty_like(hidden), np.empty((batch, 800), np.float32)
    gradients = [np.empty_like(p) for p in parameters.values()]
    dW1, db1, dW2, db2, dW3, db3, dW4, db4 = gradients

    def step(i):
        x, y = images[i * batch : (i + 1) * batch], labels[i * batch : (i + 1) * batch]
        h1 = np.tanh(first.forward(x, W1) + b1)
        h2 = np.tanh(second.forward(h1.transpose(0, 3, 1, 2), W2) + b2)
        np.copyto(flat, h2.transpose(0, 3, 1, 2))
        features = flat.reshape(batch, 800)
        np.matmul(features, W3, out=hidden)
        np.add(hidden, b3, out=hidden)
        np.tanh(hidden, out=hidden)
        np.matmul(hidden, W4, out=d)
        np.add(d, b4, out=d)
        cost = softmax_cost(d, y, rows)
        np.matmul(hidden.T, d, out=dW4)
        d.sum(0, out=db4)
        np.matmul(d, W4.T, out=dhidden)
        np.multiply(dhidden, 1 - hidden * hidden, out=dhidden)
        np.matmul(features.T, dhidden, out=dW3)
        dhidden.sum(0, out=db3)
        np.matmul(dhidden, W3.T, out=dflat)
        d2 = dflat.reshape(batch, 50, 4, 4).transpose(0, 2, 3, 1) * (1 - h2 * h2)
        d2.sum((0, 1, 2), out=db2)
        d1 = second.backward(d2, dW2, True).transpose(0, 2, 3, 1) * (1 - h1 * h1)
        d1.sum((0, 1, 2), out=db1)
        first.backward(d1, dW1, False)
        for parameter, gradient in zip(parameters.values(), gradients):
            descend(parameter, gradient, rate)
        return cost

    return step, lambda: parameters


def library(_):
    kinds = {
        "logistic": logistic,
        "mlp": mlp,
        "lenet": lenet,
        "elman": elman,
        "autoencoder": autoencoder,
    }
    return f"numpy {np.__version__}{blas()}", kinds
