import { dot, shared, type Tensor, uniform, zeros } from "adjoint";

/** A fully connected layer; the last one of a classifier starts at zero. */
export class Layer {
  W: Tensor;
  b: Tensor;

  constructor(inputs: number, outputs: number, { random = true } = {}) {
    const bound = Math.sqrt(6 / (inputs + outputs));
    this.W = random ? shared(uniform([inputs, outputs], { low: -bound, high: bound })) : shared(zeros(inputs, outputs));
    this.b = shared(zeros(outputs));
  }

  linear(x: Tensor | number) {
    return dot(x, this.W) + this.b;
  }
}
