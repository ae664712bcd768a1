/**
 * TensorFlow.js on its CPU and WebAssembly backends, with gradients by hand: that is less work for it than its
 * own (`variableGrads`), which Node moreover finds none of in the package without all of TensorFlow.js.
 */

import * as tf from "@tensorflow/tfjs-core";
import type { Task } from "../workload.ts";
import { type Load, type Peer, readFloats, readInts, Skip, versionOf } from "./peer.ts";

type Variables = Readonly<Record<string, tf.Variable>>;

/** Trains on a batch and returns the cost. */
type Step = (batch: number) => tf.Tensor;

/** Rows of batch `index` of a tensor. */
const batchOf = <T extends tf.Tensor>(all: T, index: number, size: number): T =>
  tf.slice(all, index * size, size);

const oneHot = (labels: Int32Array, shape: number[]): tf.Tensor =>
  tf.cast(tf.oneHot(tf.tensor(labels, shape, "int32"), 10), "float32");

const images = (task: Task): tf.Tensor2D =>
  tf.tensor2d(readFloats(task.data.images), task.data.images.shape as [number, number]);

/** variable ← variable − rate · gradient */
const descend = (variable: tf.Variable, rate: number, gradient: tf.Tensor): void =>
  variable.assign(tf.sub(variable, tf.mul(rate, gradient)));

/** Mean negative log-likelihood of one-hot labels y. */
const likelihood = (p: tf.Tensor, y: tf.Tensor): tf.Tensor =>
  tf.neg(tf.mean(tf.log(tf.sum(tf.mul(p, y), 1))));

function logistic(task: Task, { W, b }: Variables): Step {
  const [x, y] = [images(task), oneHot(readInts(task.data.labels), task.data.labels.shape.slice())];
  return (index) => {
    const [xs, ys] = [batchOf(x, index, task.batch), batchOf(y, index, task.batch)];
    const p = tf.softmax(tf.add(tf.matMul(xs, W as tf.Tensor2D), b));
    const d = tf.div(tf.sub(p, ys), task.batch);
    descend(W, task.rate, tf.matMul(xs, d as tf.Tensor2D, true, false));
    descend(b, task.rate, tf.sum(d, 0));
    return likelihood(p, ys);
  };
}

function mlp(task: Task, { W1, b1, W2, b2 }: Variables): Step {
  const [x, y] = [images(task), oneHot(readInts(task.data.labels), task.data.labels.shape.slice())];
  return (index) => {
    const [xs, ys] = [batchOf(x, index, task.batch), batchOf(y, index, task.batch)];
    const h = tf.tanh(tf.add(tf.matMul(xs, W1 as tf.Tensor2D), b1));
    const p = tf.softmax(tf.add(tf.matMul(h, W2 as tf.Tensor2D), b2));
    const decay = tf.mul(0.0001, tf.add(tf.sum(tf.square(W1)), tf.sum(tf.square(W2))));
    const cost = tf.add(likelihood(p, ys), decay);
    const d = tf.div(tf.sub(p, ys), task.batch);
    const dh = tf.mul(tf.matMul(d, W2 as tf.Tensor2D, false, true), tf.sub(1, tf.square(h)));
    descend(W2, task.rate, tf.add(tf.matMul(h, d, true, false), tf.mul(0.0002, W2)));
    descend(b2, task.rate, tf.sum(d, 0));
    descend(W1, task.rate, tf.add(tf.matMul(xs, dh, true, false), tf.mul(0.0002, W1)));
    descend(b1, task.rate, tf.sum(dh, 0));
    return cost;
  };
}

function autoencoder(task: Task, { W, b, c }: Variables): Step {
  const x = images(task);
  const mask = tf.tensor2d(readFloats(task.data.mask), task.data.mask.shape as [number, number]);
  return (index) => {
    const [xs, kept] = [batchOf(x, index, task.batch), batchOf(mask, index, task.batch)];
    const noisy = tf.mul(xs, kept);
    const h = tf.sigmoid(tf.add(tf.matMul(noisy, W as tf.Tensor2D), b));
    const logits = tf.add(tf.matMul(h, W as tf.Tensor2D, false, true), c);
    // −x·log z − (1 − x)·log(1 − z) = softplus(logits) − x·logits
    const cost = tf.mean(tf.sum(tf.sub(tf.softplus(logits), tf.mul(xs, logits)), 1));
    const dz = tf.div(tf.sub(tf.sigmoid(logits), xs), task.batch);
    const dh = tf.mul(tf.matMul(dz, W as tf.Tensor2D), tf.mul(h, tf.sub(1, h)));
    const dW = tf.add(tf.matMul(noisy, dh, true, false), tf.matMul(dz, h, true, false));
    descend(W, task.rate, dW);
    descend(b, task.rate, tf.sum(dh, 0));
    descend(c, task.rate, tf.sum(dz, 0));
    return cost;
  };
}

function elman(task: Task, variables: Variables): Step {
  const { Wx, Wh, bh, h0, Wy, by } = variables as Readonly<Record<string, tf.Variable<tf.Rank.R2>>>;
  const [, steps, width] = task.data.sequences.shape;
  const x = tf.tensor(readFloats(task.data.sequences), task.data.sequences.shape.slice());
  const y = oneHot(readInts(task.data.labels), task.data.labels.shape.slice());
  return (index) => {
    const xs = tf.reshape(batchOf(x, index, 1), [steps, width]) as tf.Tensor2D;
    const ys = tf.reshape(batchOf(y, index, 1), [steps, 10]);
    const inputs = tf.add(tf.matMul(xs, Wx), bh);
    const states: tf.Tensor2D[] = [tf.reshape(h0, [1, -1])];
    const rows = tf.split(inputs, steps);
    for (let t = 0; t < steps; t++)
      states.push(tf.sigmoid(tf.add(rows[t], tf.matMul(states[t], Wh))) as tf.Tensor2D);
    const h = tf.concat(states.slice(1)) as tf.Tensor2D;
    const p = tf.softmax(tf.add(tf.matMul(h, Wy), by));
    const d = tf.div(tf.sub(p, ys), steps) as tf.Tensor2D;
    const fromOutputs = tf.split(tf.matMul(d, Wy, false, true), steps);
    const sums: tf.Tensor2D[] = [];
    let after: tf.Tensor2D = tf.zeros([1, Wh.shape[0]]);
    for (let t = steps - 1; t >= 0; t--) {
      const state = states[t + 1];
      sums[t] = tf.mul(tf.add(fromOutputs[t], after), tf.mul(state, tf.sub(1, state)));
      after = tf.matMul(sums[t], Wh, false, true);
    }
    const dsum = tf.concat(sums) as tf.Tensor2D;
    descend(Wx, task.rate, tf.matMul(xs, dsum, true, false));
    descend(
      Wh,
      task.rate,
      tf.matMul(tf.concat(states.slice(0, -1)) as tf.Tensor2D, dsum, true, false),
    );
    descend(bh, task.rate, tf.sum(dsum, 0));
    descend(h0, task.rate, tf.reshape(after, [-1]));
    descend(Wy, task.rate, tf.matMul(h, d, true, false));
    descend(by, task.rate, tf.sum(d, 0));
    return likelihood(p, ys);
  };
}

/** What the public functions of tfjs-core have no name for. */
const kernel = (name: string, inputs: tf.NamedTensorMap, attributes: object): tf.Tensor =>
  tf.engine().runKernel(name, inputs, attributes as tf.NamedAttrMap) as tf.Tensor;

const valid = { strides: [1, 1], pad: "valid", dataFormat: "NHWC", dimRoundingMode: undefined };
const pooling = { filterSize: 2, strides: 2, pad: 0, dimRoundingMode: undefined };

/** Images come as [batch, height, width, channels], filters flipped as [height, width, in, out]. */
function lenet(task: Task, { W1, b1, W2, b2, W3, b3, W4, b4 }: Variables): Step {
  if (tf.getBackend() === "wasm") throw new Skip("it has no gradient of a convolution");
  const x = tf.reshape(images(task), [-1, 28, 28, 1]) as tf.Tensor4D;
  const y = oneHot(readInts(task.data.labels), task.data.labels.shape.slice());
  const forward = (input: tf.Tensor, W: tf.Tensor, b: tf.Tensor) => {
    const maps = tf.conv2d(input as tf.Tensor4D, W as tf.Tensor4D, 1, "valid");
    const pooled = tf.maxPool(maps, 2, 2, 0);
    return { input, maps, pooled, h: tf.tanh(tf.add(pooled, b)) };
  };
  const backward = ({ input, maps, pooled, h }: ReturnType<typeof forward>, dh: tf.Tensor) => {
    const dsum = tf.mul(dh, tf.sub(1, tf.square(h)));
    const dmaps = kernel("MaxPoolGrad", { dy: dsum, input: maps, output: pooled }, pooling);
    const filterShape = [5, 5, input.shape[3], maps.shape[3]];
    const inputs = { x: input, dy: dmaps };
    const dW = kernel("Conv2DBackpropFilter", inputs, { ...valid, filterShape });
    return { dmaps, dW, db: tf.sum(dsum, [0, 1, 2]) };
  };
  return (index) => {
    const ys = batchOf(y, index, task.batch);
    const first = forward(batchOf(x, index, task.batch), W1, b1);
    const second = forward(first.h, W2, b2);
    // The weights of the hidden layer expect channels first.
    const channelsFirst = tf.transpose(second.h, [0, 3, 1, 2]);
    const flat = tf.reshape(channelsFirst, [task.batch, 800]) as tf.Tensor2D;
    const h = tf.tanh(tf.add(tf.matMul(flat, W3 as tf.Tensor2D), b3)) as tf.Tensor2D;
    const p = tf.softmax(tf.add(tf.matMul(h, W4 as tf.Tensor2D), b4));
    const d = tf.div(tf.sub(p, ys), task.batch) as tf.Tensor2D;
    const dh = tf.mul(tf.matMul(d, W4 as tf.Tensor2D, false, true), tf.sub(1, tf.square(h)));
    const dflat = tf.matMul(dh as tf.Tensor2D, W3 as tf.Tensor2D, false, true);
    const dsecond = tf.reshape(dflat, channelsFirst.shape);
    const back2 = backward(second, tf.transpose(dsecond, [0, 2, 3, 1]));
    const dfirst = kernel(
      "Conv2DBackpropInput",
      { dy: back2.dmaps, filter: W2 },
      { ...valid, inputShape: first.h.shape },
    );
    const back1 = backward(first, dfirst);
    descend(W4, task.rate, tf.matMul(h, d, true, false));
    descend(b4, task.rate, tf.sum(d, 0));
    descend(W3, task.rate, tf.matMul(flat, dh as tf.Tensor2D, true, false));
    descend(b3, task.rate, tf.sum(dh, 0));
    descend(W2, task.rate, back2.dW);
    descend(b2, task.rate, back2.db);
    descend(W1, task.rate, back1.dW);
    descend(b1, task.rate, back1.db);
    return likelihood(p, ys);
  };
}

const kinds = { logistic, mlp, lenet, elman, autoencoder } as const;

/** [out, in, h, w], flipped ↔ [h, w, in, out]: the tensors of a convolution as tfjs wants them, and back. */
const toFilters = (W: tf.Tensor): tf.Tensor => tf.transpose(tf.reverse(W, [2, 3]), [2, 3, 1, 0]);
const fromFilters = (W: tf.Tensor): tf.Tensor => tf.reverse(tf.transpose(W, [3, 2, 0, 1]), [2, 3]);

function create(task: Task): Peer {
  const variables: Record<string, tf.Variable> = {};
  for (const [name, stored] of Object.entries(task.parameters)) {
    const values = tf.tensor(readFloats(stored), stored.shape.slice());
    variables[name] = tf.variable(stored.shape.length === 4 ? toFilters(values) : values);
  }
  const step = kinds[task.kind](task, variables);
  return {
    step: (batch) => tf.tidy(() => step(batch).dataSync()[0]),
    async parameters() {
      const values: Record<string, Float32Array> = {};
      for (const [name, variable] of Object.entries(variables))
        values[name] = (await (variable.rank === 4
          ? fromFilters(variable)
          : variable
        ).data()) as Float32Array;
      return values;
    },
  };
}

export const load: Load = async (system) => {
  const backend = system.replace("tfjs-", "");
  if (backend === "cpu") await import("@tensorflow/tfjs-backend-cpu");
  else {
    const { setWasmPaths } = await import("@tensorflow/tfjs-backend-wasm");
    setWasmPaths(
      new URL("./node_modules/@tensorflow/tfjs-backend-wasm/dist/", import.meta.url).pathname,
    );
  }
  if (!(await tf.setBackend(backend))) throw new Error(`the backend ${backend} did not start`);
  return {
    version: versionOf(`@tensorflow/tfjs-backend-${backend}`),
    threads: () => 1,
    create,
  };
};
