/** Reproducible random values for tests. */

import type { NDArray } from "../../compiler/graph/ndarray.ts";
import type { DType } from "../../compiler/graph/types.ts";
import type { SampleInput } from "../../compiler/ops/op.ts";
import { randomAt } from "../../compiler/ops/threefry.ts";

export class Random {
  readonly #seed: number;
  #next = 0;

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** In [0, 1). */
  unit(): number {
    return randomAt(this.#seed, 99, 0, this.#next++);
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.unit();
  }

  /** low ≤ result < high */
  int(low: number, high: number): number {
    return Math.floor(this.between(low, high));
  }

  pick<T>(list: readonly T[]): T {
    return list[this.int(0, list.length)];
  }

  /** Values for an operand of an op's sample. */
  sample({ shape, domain, diagonal }: SampleInput, dtype: DType): NDArray {
    const array = this.array(dtype, shape, domain);
    const [rows, columns] = shape.slice(-2);
    for (let i = 0; diagonal !== undefined && i < array.data.length; i++)
      if (Math.floor(i / columns) % rows === i % columns) array.data[i] += diagonal;
    return array;
  }

  array(
    dtype: DType,
    shape: readonly number[],
    domain: readonly [number, number] = dtype.startsWith("float") ? [-2, 2] : [0, 2],
  ): NDArray {
    const size = shape.reduce((n, d) => n * d, 1);
    const isFloat = dtype.startsWith("float");
    const data = Float64Array.from({ length: size }, () =>
      isFloat ? this.between(...domain) : this.int(...domain),
    );
    return {
      dtype,
      shape,
      data: dtype === "float32" ? Float64Array.from(Float32Array.from(data)) : data,
    };
  }
}
