/** The multilayer perceptron on batches of 128. */

import { mlp } from "./layers/mlp.ts";

export const { W1, b1, W2, b2, images, labels, train } = mlp(128);
