/** W3: the tutorial's LeNet – convolutions that flip their filters, bias and tanh after pooling. */

import { generator, uniform, zeros } from "../random.ts";
import type { Workload } from "../workload.ts";
import { count, digits } from "./digits.ts";

export function lenet(batch: 128 | 500): Workload {
  // Seeds from which few maxima of pooling windows hang on roundings: each that does moves weights by some 1e-5.
  const draw = generator(batch === 128 ? 6 : 3);
  return {
    name: `W3-${batch}`,
    title: `LeNet, 20 and 50 filters 5×5, 500 hidden, batch ${batch}`,
    kind: "lenet",
    batch,
    batches: Math.floor(count / batch),
    rate: 0.1,
    model: `lenet${batch}`,
    data: digits(),
    parameters: {
      W1: uniform([20, 1, 5, 5], Math.sqrt(6 / (25 + (20 * 25) / 4)), draw),
      b1: zeros(20),
      W2: uniform([50, 20, 5, 5], Math.sqrt(6 / (20 * 25 + (50 * 25) / 4)), draw),
      b2: zeros(50),
      W3: uniform([800, 500], Math.sqrt(6 / (800 + 500)), draw),
      b3: zeros(500),
      W4: uniform([500, 10], Math.sqrt(6 / (500 + 10)), draw),
      b4: zeros(10),
    },
    slow: batch === 500,
  };
}
