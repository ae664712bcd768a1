/** How the multilayer perceptron is trained: the tutorial's settings (mlp). */

import { type ClassifierTask, type Create, columnsOf } from "adjoint/train";
import { type AsyncMlp, createMlp, type Mlp, targets } from "../generated/mlp/index.ts";

const task: ClassifierTask<Mlp | AsyncMlp> = {
  model: "mlp",
  title: "Multilayer perceptron",
  targets,
  create: createMlp as Create<Mlp | AsyncMlp>,
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
    "weights of L1 and L2": "0 and 0.0001",
    optimizer: "stochastic gradient descent",
  },
  filters: async ({ hidden_W }) => ({
    title: "What the hidden units look for",
    filters: columnsOf(await hidden_W.get()),
    size: [28, 28],
    across: 25,
  }),
};

export default task;
