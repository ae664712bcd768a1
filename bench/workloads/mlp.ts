/** W2: the multilayer perceptron with weight decay. */

import { generator, uniform, zeros } from "../random.ts";
import type { Workload } from "../workload.ts";
import { count, digits } from "./digits.ts";

export function mlp(batch: 20 | 128): Workload {
  const draw = generator(2);
  return {
    name: `W2-${batch}`,
    title: `MLP 784 → 500 tanh → 10, weight decay, batch ${batch}`,
    kind: "mlp",
    batch,
    batches: Math.floor(count / batch),
    rate: 0.01,
    model: `mlp${batch}`,
    data: digits(),
    parameters: {
      W1: uniform([784, 500], Math.sqrt(6 / (784 + 500)), draw),
      b1: zeros(500),
      W2: uniform([500, 10], Math.sqrt(6 / (500 + 10)), draw),
      b2: zeros(10),
    },
  };
}
