/** How the multilayer perceptron is trained: the tutorial's settings (mlp). */

import type { AsyncShared, CreateOptions, Shared } from "adjoint/runtime";
import type { ClassifierTask, ClassifierTrainer } from "adjoint/train";
import { createMlp } from "../generated/mlp/index.ts";

interface Trainer extends ClassifierTrainer {
  readonly hidden_W: Shared | AsyncShared;
  readonly hidden_b: Shared | AsyncShared;
  readonly output_W: Shared | AsyncShared;
  readonly output_b: Shared | AsyncShared;
}

const task: ClassifierTask<Trainer> = {
  model: "mlp",
  title: "Multilayer perceptron",
  create: createMlp as (options: CreateOptions) => Trainer | Promise<Trainer>,
  batchSize: 20,
  epochs: 1000,
  patience: 10_000,
  patienceIncrease: 2,
  improvementThreshold: 0.995,
  parameters: ({ hidden_W, hidden_b, output_W, output_b }) => ({
    hidden_W,
    hidden_b,
    output_W,
    output_b,
  }),
  settings: {
    "hidden units": "500, tanh",
    "learning rate": "0.01",
    "L1, L2": "0, 0.0001",
    optimizer: "stochastic gradient descent",
  },
};

export default task;
