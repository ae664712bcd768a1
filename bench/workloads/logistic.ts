/** W1: logistic regression, from weights that are not zero, so that every gradient is seen from the first step. */

import { generator, uniform, zeros } from "../random.ts";
import type { Workload } from "../workload.ts";
import { count, digits } from "./digits.ts";

export function logistic(): Workload {
  return {
    name: "W1",
    title: "logistic regression 784 → 10, batch 600",
    kind: "logistic",
    batch: 600,
    batches: count / 600,
    rate: 0.13,
    model: "logistic600",
    data: digits(),
    parameters: { W: uniform([784, 10], 0.01, generator(1)), b: zeros(10) },
  };
}
