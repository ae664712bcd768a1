/** Where a classifier is wrong. */

import type { TensorArray, TensorLike } from "../arrays.ts";
import type { LabelledImages } from "./mnist.ts";

export interface Mistake {
  readonly pixels: ArrayLike<number>;
  readonly label: number;
  readonly predicted: number;
  /** Probability that the model gave to its answer. */
  readonly probability: number;
}

/** Images that are classified at once. */
const step = 1000;

/**
 * The wrong answers that a model is surest of.
 *
 * @param probabilities of each class for each image
 */
export async function worstMistakes(
  probabilities: (images: TensorLike) => TensorArray | Promise<TensorArray>,
  set: LabelledImages,
  pixels: number,
  count = 20,
): Promise<Mistake[]> {
  const found: Mistake[] = [];
  for (let from = 0; from < set.count; from += step) {
    const to = Math.min(set.count, from + step);
    const rows = await probabilities(set.images.subarray(from * pixels, to * pixels));
    const classes = rows.length / (to - from);
    for (let i = from; i < to; i++) {
      const row = rows.subarray((i - from) * classes, (i - from + 1) * classes);
      const predicted = row.indexOf(Math.max(...row));
      if (predicted === set.labels[i]) continue;
      found.push({
        pixels: set.images.subarray(i * pixels, (i + 1) * pixels),
        label: set.labels[i],
        predicted,
        probability: row[predicted],
      });
    }
  }
  return found.sort((a, b) => b.probability - a.probability).slice(0, count);
}
