/** dA: the denoising autoencoder; what it corrupts is drawn once, so that every system learns from the same. */

import { generator, uniform, zeros } from "../random.ts";
import type { Workload } from "../workload.ts";
import { count, digits } from "./digits.ts";

const corruption = 0.3;

export function autoencoder(): Workload {
  const draw = generator(5);
  const { images } = digits();
  return {
    name: "dA-20",
    title: "denoising autoencoder 784 ↔ 500, tied, corruption 0.3, batch 20",
    kind: "autoencoder",
    batch: 20,
    batches: count / 20,
    rate: 0.1,
    model: "autoencoder20",
    data: {
      images,
      mask: {
        shape: images.shape,
        values: Float32Array.from(images.values, () => (draw() < corruption ? 0 : 1)),
      },
    },
    parameters: {
      W: uniform([784, 500], 4 * Math.sqrt(6 / (784 + 500)), draw),
      b: zeros(500),
      c: zeros(784),
    },
  };
}
