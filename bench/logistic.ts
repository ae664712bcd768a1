/** W1: a step of logistic regression, 784 → 10, batch 600, by each system. */

import { createLogistic } from "../generated/logistic/index.ts";
import type { PeerFactory } from "./peers.ts";

const adjoint: PeerFactory = {
  system: "adjoint-typescript",
  async create({ images, labels }) {
    const trainer = createLogistic();
    trainer.trainX.set(images);
    trainer.trainY.set(labels);
    return {
      system: this.system,
      step: (index) => trainer.train(index),
      parameters: () => [trainer.W.get(), trainer.b.get()],
      dispose: () => {},
    };
  },
};

const tfjs: PeerFactory = {
  system: "tfjs-cpu",
  async create({ images, labels, batch, rate }) {
    const tf = await import("@tensorflow/tfjs-core");
    await import("@tensorflow/tfjs-backend-cpu");
    await tf.setBackend("cpu");
    const x = tf.tensor2d(images, [labels.length, 784]);
    const y = tf.cast(tf.oneHot(tf.tensor1d(labels, "int32"), 10), "float32");
    const W = tf.variable(tf.zeros([784, 10]));
    const b = tf.variable(tf.zeros([10]));
    return {
      system: this.system,
      step: (index) =>
        tf.tidy(() => {
          const [xs, ys] = [x, y].map((t) =>
            tf.slice2d(t as typeof x, [index * batch, 0], [batch, -1]),
          );
          // The gradient by hand, which is less work than its variableGrads.
          const p = tf.softmax(tf.add(tf.matMul(xs, W), b));
          const cost = tf.neg(tf.mean(tf.log(tf.sum(tf.mul(p, ys), 1))));
          const d = tf.div(tf.sub(p, ys), batch);
          W.assign(tf.sub(W, tf.mul(rate, tf.matMul(xs, d, true, false))));
          b.assign(tf.sub(b, tf.mul(rate, tf.sum(d, 0))));
          return cost.dataSync()[0];
        }),
      parameters: async () => [(await W.data()) as Float32Array, (await b.data()) as Float32Array],
      dispose: () => tf.disposeVariables(),
    };
  },
};

export const logisticPeers: readonly PeerFactory[] = [adjoint, tfjs];
