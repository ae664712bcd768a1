import {
  conv2d,
  dimshuffle,
  maxPool2d,
  type Operand,
  shared,
  type Tensor,
  uniform,
  zeros,
} from "adjoint";

export interface ConvPoolShape {
  readonly channels: number;
  readonly filters: number;
  /** Side of a filter. */
  readonly side: number;
  /** Side of a window of the pooling. */
  readonly pool: number;
}

/**
 * LeNet's layer: filters, the largest of each window, then bias and tanh – behind the pooling, where there are
 * fewer elements. Weights start as in a hidden layer, with the inputs of a unit and the units that read one of its
 * inputs, of which pooling leaves a part.
 */
export class LeNetConvPoolLayer {
  readonly W: Tensor;
  readonly b: Tensor;
  readonly #pool: number;

  constructor({ channels, filters, side, pool }: ConvPoolShape) {
    const fanIn = channels * side ** 2;
    const fanOut = Math.floor((filters * side ** 2) / pool ** 2);
    const bound = Math.sqrt(6 / (fanIn + fanOut));
    this.W = shared(uniform([filters, channels, side, side], { low: -bound, high: bound }));
    this.b = shared(zeros(filters));
    this.#pool = pool;
  }

  /** Images [rows, channels, height, width] → [rows, filters, (height − side + 1) / pool, …] */
  output(x: Operand): number {
    const convolved = conv2d(x, this.W, { flip: true });
    const pooled = maxPool2d(convolved, this.#pool);
    const linear = pooled + dimshuffle(this.b, ["x", 0, "x", "x"]);
    return Math.tanh(linear);
  }
}
