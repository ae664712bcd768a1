import { dot, type Operand, shared, type Tensor, uniform, zeros } from "adjoint";

/**
 * A fully connected layer of tanh units. Its weights start even in ±√(6 / (inputs + outputs)), which keeps
 * the variance of values and gradients from layer to layer (Glorot and Bengio, 2010); its biases at zero.
 */
export class HiddenLayer {
  readonly W: Tensor;
  readonly b: Tensor;

  constructor(inputs: number, outputs: number) {
    const bound = Math.sqrt(6 / (inputs + outputs));
    this.W = shared(uniform([inputs, outputs], { low: -bound, high: bound }));
    this.b = shared(zeros(outputs));
  }

  /** [rows, inputs] → [rows, outputs] */
  output(x: Operand): number {
    const linear = dot(x, this.W) + this.b;
    return Math.tanh(linear);
  }
}
