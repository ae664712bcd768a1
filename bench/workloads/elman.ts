/**
 * An Elman net, one sequence a step: 100 rows of pixels of images that follow each other; at each row the
 * net names the digit that the row belongs to.
 */

import { generator, uniform, zeros } from "../random.ts";
import type { Workload } from "../workload.ts";
import { digits } from "./digits.ts";

const steps = 100;

export function elman(): Workload {
  const draw = generator(4);
  const { images, labels } = digits();
  const rows = images.values.length / 28;
  const sequences = Math.floor(rows / steps);
  return {
    name: "elman",
    title: "Elman net 28 → 200 sigmoid → 10 over 100 steps, one sequence",
    kind: "elman",
    batch: 1,
    batches: sequences,
    rate: 0.1,
    model: "elman100",
    data: {
      sequences: {
        shape: [sequences, steps, 28],
        values: images.values.subarray(0, sequences * steps * 28),
      },
      labels: {
        shape: [sequences, steps],
        values: Int32Array.from(
          { length: sequences * steps },
          (_, row) => labels.values[Math.floor(row / 28)],
        ),
      },
    },
    parameters: {
      Wx: uniform([28, 200], 0.2, draw),
      Wh: uniform([200, 200], 0.2, draw),
      bh: zeros(200),
      h0: zeros(200),
      Wy: uniform([200, 10], 0.2, draw),
      by: zeros(10),
    },
  };
}
