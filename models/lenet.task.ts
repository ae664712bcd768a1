/** How LeNet is trained: the tutorial's settings (convolutional_mlp). */

import { type ClassifierTask, type Create, rowsOf } from "adjoint/train";
import { type AsyncLenet, createLenet, type Lenet, targets } from "../generated/lenet/index.ts";

const task: ClassifierTask<Lenet | AsyncLenet> = {
  model: "lenet",
  title: "LeNet",
  targets,
  create: createLenet as Create<Lenet | AsyncLenet>,
  batchSize: 500,
  epochs: 200,
  patience: 10_000,
  patienceIncrease: 2,
  improvementThreshold: 0.995,
  parameters: (trainer) => ({
    layer0_W: trainer.layer0_W,
    layer0_b: trainer.layer0_b,
    layer1_W: trainer.layer1_W,
    layer1_b: trainer.layer1_b,
    hidden_W: trainer.hidden_W,
    hidden_b: trainer.hidden_b,
    output_W: trainer.output_W,
    output_b: trainer.output_b,
  }),
  settings: {
    layers: "20 filters of 5 × 5, 50 of 5 × 5, each with pooling of 2 × 2; 500 tanh",
    "learning rate": "0.1",
    optimizer: "stochastic gradient descent",
  },
  filters: async ({ layer0_W }) => ({
    title: "Filters of the first layer",
    filters: rowsOf(await layer0_W.get()),
    size: [5, 5],
    across: 10,
  }),
};

export default task;
