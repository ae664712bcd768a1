/** All workloads, by the names that the command takes. */

import type { Workload } from "../workload.ts";
import { autoencoder } from "./autoencoder.ts";
import { elman } from "./elman.ts";
import { lenet } from "./lenet.ts";
import { logistic } from "./logistic.ts";
import { mlp } from "./mlp.ts";

/** Made when they are wanted: some are many megabytes. */
export const workloads: Readonly<Record<string, () => Workload>> = {
  W1: logistic,
  "W2-20": () => mlp(20),
  "W2-128": () => mlp(128),
  "W3-128": () => lenet(128),
  "W3-500": () => lenet(500),
  elman,
  "dA-20": autoencoder,
};

/** Other names: those of the models, each for all its batch sizes. */
export const groups: Readonly<Record<string, readonly string[]>> = {
  logistic: ["W1"],
  mlp: ["W2-20", "W2-128"],
  W2: ["W2-20", "W2-128"],
  lenet: ["W3-128", "W3-500"],
  W3: ["W3-128", "W3-500"],
  dA: ["dA-20"],
  autoencoder: ["dA-20"],
};
