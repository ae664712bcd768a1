/** The digits that all workloads train on: the first 6,000 of MNIST. */

import { type LabelledImages, loadMnist } from "adjoint/train";

export const count = 6000;

let train: LabelledImages | undefined;

/** Images as float32[6000, 784] and labels as int32[6000]. */
export function digits() {
  train ??= loadMnist().train;
  return {
    images: { shape: [count, 784], values: train.images.subarray(0, count * 784) },
    labels: { shape: [count], values: train.labels.subarray(0, count) },
  };
}
