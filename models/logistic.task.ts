/** How logistic regression is trained: the tutorial's settings (logistic_sgd). */

import type { AsyncShared, CreateOptions, Shared } from "adjoint/runtime";
import type { ClassifierTask, ClassifierTrainer } from "adjoint/train";
import { createLogistic } from "../generated/logistic/index.ts";

interface Trainer extends ClassifierTrainer {
  readonly W: Shared | AsyncShared;
  readonly b: Shared | AsyncShared;
}

const task: ClassifierTask<Trainer> = {
  model: "logistic",
  title: "Logistic regression",
  create: ({ target, ...options }) =>
    target === "gpu"
      ? createLogistic({ ...options, target })
      : createLogistic({ ...options, target } as CreateOptions<"typescript">),
  batchSize: 600,
  epochs: 1000,
  patience: 5000,
  patienceIncrease: 2,
  improvementThreshold: 0.995,
  parameters: ({ W, b }) => ({ W, b }),
  settings: { "learning rate": "0.13", optimizer: "stochastic gradient descent" },
  /** Column j of W, as a picture of the pixels that speak for digit j. */
  async templates({ W }) {
    const weights = await W.get();
    const [pixels, classes] = weights.shape;
    return Array.from({ length: classes }, (_, j) =>
      Float32Array.from({ length: pixels }, (_, k) => weights[k * classes + j]),
    );
  },
};

export default task;
