"""PyTorch on the CPU: as one writes it (`torch-eager`: autograd, then the update), with gradients by hand and the
updates in the products (`torch-fused`: `addmm_`), and the first compiled (`torch-compile`: Inductor)."""

import os

import torch
import torch.nn.functional as F

torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))


def as_tensors(arrays):
    return {name: torch.from_numpy(array) for name, array in arrays.items()}


# Costs as autograd sees them: (parameters, batch of each data set) → cost.


def logistic_cost(p, images, labels):
    return F.cross_entropy(torch.addmm(p["b"], images, p["W"]), labels)


def mlp_cost(p, images, labels):
    h = torch.tanh(torch.addmm(p["b1"], images, p["W1"]))
    cost = F.cross_entropy(torch.addmm(p["b2"], h, p["W2"]), labels)
    return cost + 0.0001 * (p["W1"].square().sum() + p["W2"].square().sum())


def lenet_cost(p, images, labels):
    x = images.view(-1, 1, 28, 28)
    # conv2d does not flip its filters, the tutorial's does.
    x = F.max_pool2d(F.conv2d(x, p["W1"].flip(2, 3)), 2)
    x = torch.tanh(x + p["b1"].view(1, -1, 1, 1))
    x = F.max_pool2d(F.conv2d(x, p["W2"].flip(2, 3)), 2)
    x = torch.tanh(x + p["b2"].view(1, -1, 1, 1)).flatten(1)
    h = torch.tanh(torch.addmm(p["b3"], x, p["W3"]))
    return F.cross_entropy(torch.addmm(p["b4"], h, p["W4"]), labels)


def elman_cost(p, sequences, labels):
    inputs = torch.addmm(p["bh"], sequences[0], p["Wx"])
    h, states = p["h0"], []
    for row in inputs.unbind():
        h = torch.sigmoid(row + h @ p["Wh"])
        states.append(h)
    return F.cross_entropy(torch.addmm(p["by"], torch.stack(states), p["Wy"]), labels[0])


def autoencoder_cost(p, images, mask):
    h = torch.sigmoid(torch.addmm(p["b"], images * mask, p["W"]))
    logits = torch.addmm(p["c"], h, p["W"].T)
    total = F.binary_cross_entropy_with_logits(logits, images, reduction="sum")
    return total / images.shape[0]


def batches_of(task, data):
    """What a step reads, by its index; class labels as int64, which PyTorch wants."""
    size = task["batch"]
    sets = as_tensors(data)
    if "labels" in sets:
        sets["labels"] = sets["labels"].long()
    return lambda i: {name: values[i * size : (i + 1) * size] for name, values in sets.items()}


def trained_by_autograd(cost_of, compiled):
    def make(task, data, parameters):
        batch, rate = batches_of(task, data), task["rate"]
        p = {name: value.requires_grad_() for name, value in as_tensors(parameters).items()}

        def forward(inputs):
            return cost_of(p, **inputs)

        forward = torch.compile(forward, fullgraph=True) if compiled else forward
        optimizer = torch.optim.SGD(p.values(), lr=rate, foreach=True)
        update = torch.compile(optimizer.step) if compiled else optimizer.step

        def step(i):
            optimizer.zero_grad(set_to_none=True)
            cost = forward(batch(i))
            cost.backward()
            update()
            return cost.item()

        return step, lambda: {name: value.detach().numpy() for name, value in p.items()}

    return make


def classes(logits, labels):
    """Cost of logits, and its gradient."""
    logp = torch.log_softmax(logits, 1)
    cost = F.nll_loss(logp, labels)
    d = logp.exp_()
    d[torch.arange(len(labels)), labels] -= 1
    return cost, d.div_(len(labels))


def fused_logistic(task, data, parameters):
    batch, rate = batches_of(task, data), task["rate"]
    p = as_tensors(parameters)
    W, b = p["W"], p["b"]

    def step(i):
        inputs = batch(i)
        x = inputs["images"]
        cost, d = classes(torch.addmm(b, x, W), inputs["labels"])
        W.addmm_(x.T, d, alpha=-rate)
        b.sub_(d.sum(0), alpha=rate)
        return cost.item()

    return step, lambda: p


def fused_mlp(task, data, parameters):
    batch, rate, decay = batches_of(task, data), task["rate"], 0.0001
    p = as_tensors(parameters)
    W1, b1, W2, b2 = p.values()
    keep = 1 - 2 * rate * decay

    def step(i):
        inputs = batch(i)
        x = inputs["images"]
        h = torch.addmm(b1, x, W1).tanh_()
        cost, d = classes(torch.addmm(b2, h, W2), inputs["labels"])
        penalty = W1.view(-1).dot(W1.view(-1)) + W2.view(-1).dot(W2.view(-1))
        dh = (d @ W2.T).mul_(1 - h * h)
        W2.addmm_(h.T, d, beta=keep, alpha=-rate)
        b2.sub_(d.sum(0), alpha=rate)
        W1.addmm_(x.T, dh, beta=keep, alpha=-rate)
        b1.sub_(dh.sum(0), alpha=rate)
        return (cost + decay * penalty).item()

    return step, lambda: p


def fused_autoencoder(task, data, parameters):
    batch, rate, size = batches_of(task, data), task["rate"], task["batch"]
    p = as_tensors(parameters)
    W, b, c = p.values()

    def step(i):
        inputs = batch(i)
        x = inputs["images"]
        noisy = x * inputs["mask"]
        h = torch.addmm(b, noisy, W).sigmoid_()
        logits = torch.addmm(c, h, W.T)
        cost = F.binary_cross_entropy_with_logits(logits, x, reduction="sum") / size
        dz = logits.sigmoid_().sub_(x).div_(size)
        dh = (dz @ W).mul_(h * (1 - h))
        W.addmm_(noisy.T, dh, alpha=-rate)
        W.addmm_(dz.T, h, alpha=-rate)
        b.sub_(dh.sum(0), alpha=rate)
        c.sub_(dz.sum(0), alpha=rate)
        return cost.item()

    return step, lambda: p


costs = {
    "logistic": logistic_cost,
    "mlp": mlp_cost,
    "lenet": lenet_cost,
    "elman": elman_cost,
    "autoencoder": autoencoder_cost,
}

fused = {"logistic": fused_logistic, "mlp": fused_mlp, "autoencoder": fused_autoencoder}


def without_gradients(make):
    def made(*arguments):
        torch.set_grad_enabled(False)
        return make(*arguments)

    return made


def library(system):
    version = f"torch {torch.__version__}, {torch.backends.cpu.get_cpu_capability()}"
    if system == "torch-fused":
        return version, {kind: without_gradients(make) for kind, make in fused.items()}
    compiled = system == "torch-compile"
    return version, {kind: trained_by_autograd(cost, compiled) for kind, cost in costs.items()}
