/** How logistic regression is trained: the tutorial's settings (logistic_sgd). */

import { type ClassifierTask, type Create, columnsOf } from "adjoint/train";
import {
  type AsyncLogistic,
  createLogistic,
  type Logistic,
  targets,
} from "../generated/logistic/index.ts";

const task: ClassifierTask<Logistic | AsyncLogistic> = {
  model: "logistic",
  title: "Logistic regression",
  targets,
  create: createLogistic as Create<Logistic | AsyncLogistic>,
  batchSize: 600,
  epochs: 1000,
  patience: 5000,
  patienceIncrease: 2,
  improvementThreshold: 0.995,
  parameters: ({ W, b }) => ({ W, b }),
  settings: { "learning rate": "0.13", optimizer: "stochastic gradient descent" },
  /** Column j of W, as a picture of the pixels that speak for digit j. */
  templates: async ({ W }) => columnsOf(await W.get()),
};

export default task;
