/**
 * jax-js on its WebAssembly backend: each step is one compiled function of parameters and a batch. An array that
 * is used counts as given away, so `.ref` keeps one for its next use.
 */

import {
  defaultDevice,
  init,
  type Array as JaxArray,
  jit,
  lax,
  nn,
  numpy as np,
  tree,
  valueAndGrad,
} from "@jax-js/jax";
import type { Stored, Task } from "../workload.ts";
import { type Load, type Peer, read, versionOf } from "./peer.ts";

type Arrays = { [name: string]: JaxArray };

/** Cost of a batch; gives all that it is handed away. */
type Cost = (p: Arrays, batch: Arrays) => JaxArray;

/** Mean negative log-likelihood of one-hot labels. */
const likelihood = (logits: JaxArray, labels: JaxArray): JaxArray => {
  const rows = labels.shape[0];
  return nn
    .logSoftmax(logits, 1)
    .mul(labels)
    .sum()
    .mul(-1 / rows);
};

const logistic: Cost = ({ W, b }, { images, labels }) =>
  likelihood(np.dot(images, W).add(b), labels);

const mlp: Cost = ({ W1, b1, W2, b2 }, { images, labels }) => {
  const h = np.tanh(np.dot(images, W1.ref).add(b1));
  const decay = np.square(W1).sum().add(np.square(W2.ref).sum()).mul(0.0001);
  return likelihood(np.dot(h, W2).add(b2), labels).add(decay);
};

/** Convolution with flipped filters, maximum of 2×2, then bias and tanh. */
const layer = (x: JaxArray, W: JaxArray, b: JaxArray): JaxArray => {
  const filters = b.shape[0];
  const maps = lax.conv(x, np.flip(W, [2, 3]), [1, 1], "VALID");
  const [batch, , height, width] = maps.shape;
  const pooled = maps.reshape([batch, filters, height / 2, 2, width / 2, 2]).max([3, 5]);
  return np.tanh(pooled.add(b.reshape([filters, 1, 1])));
};

const lenet: Cost = ({ W1, b1, W2, b2, W3, b3, W4, b4 }, { images, labels }) => {
  const batch = images.shape[0];
  const maps = layer(layer(images.reshape([batch, 1, 28, 28]), W1, b1), W2, b2);
  const h = np.tanh(np.dot(maps.reshape([batch, 800]), W3).add(b3));
  return likelihood(np.dot(h, W4).add(b4), labels);
};

const autoencoder: Cost = ({ W, b, c }, { images, mask }) => {
  const batch = images.shape[0];
  const h = nn.sigmoid(np.dot(images.ref.mul(mask), W.ref).add(b));
  const logits = np.dot(h, W.transpose()).add(c);
  // −x·log z − (1 − x)·log(1 − z) = softplus(logits) − x·logits
  return nn
    .softplus(logits.ref)
    .sub(images.mul(logits))
    .sum()
    .mul(1 / batch);
};

/** It has no `scan`: the steps are written one after the other. */
const elman: Cost = ({ Wx, Wh, bh, h0, Wy, by }, { sequences, labels }) => {
  const [, steps, width] = sequences.shape;
  const hidden = h0.shape[0];
  const inputs = np.dot(sequences.reshape([steps, width]), Wx).add(bh);
  let h = h0.reshape([1, hidden]);
  const states: JaxArray[] = [];
  for (const row of np.split(inputs, steps)) {
    h = nn.sigmoid(row.add(np.dot(h, Wh.ref)));
    states.push(h.ref);
  }
  h.dispose();
  Wh.dispose();
  const logits = np.dot(np.concatenate(states), Wy).add(by);
  return likelihood(logits, labels.reshape([steps, 10]));
};

const costs = { logistic, mlp, lenet, autoencoder, elman };

function toArray(stored: Stored): JaxArray {
  return np.array(read(stored) as Float32Array, { shape: stored.shape.slice() });
}

/** Each batch as an array of its own: a step then copies nothing. */
function batchesOf(task: Task): Arrays[] {
  const batches: Arrays[] = Array.from({ length: task.batches }, () => ({}));
  for (const [name, stored] of Object.entries(task.data)) {
    const all = read(stored);
    const [, ...shape] = stored.shape;
    const length = task.batch * shape.reduce((a, b) => a * b, 1);
    for (const [i, batch] of batches.entries()) {
      const values = all.slice(i * length, (i + 1) * length);
      const array = np.array(values as Float32Array, { shape: [task.batch, ...shape] });
      batch[name] = name === "labels" ? nn.oneHot(array, 10) : array;
    }
  }
  return batches;
}

function create(task: Task): Peer {
  const cost = costs[task.kind];
  const update = jit((p: Arrays, batch: Arrays): { p: Arrays; cost: JaxArray } => {
    const [value, gradients] = valueAndGrad(cost)(tree.ref(p), batch);
    const next: Arrays = {};
    for (const name of Object.keys(p))
      next[name] = p[name].sub((gradients as Arrays)[name].mul(task.rate));
    return { p: next, cost: value };
  });
  const batches = batchesOf(task);
  let parameters: Arrays = {};
  for (const [name, stored] of Object.entries(task.parameters)) parameters[name] = toArray(stored);
  return {
    step(index) {
      const next = update(parameters, tree.ref(batches[index]));
      parameters = next.p;
      return next.cost.item();
    },
    async parameters() {
      const values: Record<string, Float32Array> = {};
      for (const [name, array] of Object.entries(parameters))
        values[name] = (await array.ref.data()) as Float32Array;
      return values;
    },
  };
}

export const load: Load = async () => {
  await init("wasm");
  defaultDevice("wasm");
  return { version: versionOf("@jax-js/jax"), threads: () => 1, create };
};
