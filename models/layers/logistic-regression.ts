import {
  arange,
  argmax,
  at,
  dot,
  log,
  mean,
  type Operand,
  shared,
  softmax,
  type Tensor,
  zeros,
} from "adjoint";

/** Softmax regression, the last layer of a classifier. It starts at zero: all classes are as likely. */
export class LogisticRegression {
  readonly W: Tensor;
  readonly b: Tensor;

  constructor(inputs: number, classes: number) {
    this.W = shared(zeros(inputs, classes));
    this.b = shared(zeros(classes));
  }

  /** Probability of each class: [rows, inputs] → [rows, classes]. */
  probabilities(x: Operand): Tensor {
    return softmax(dot(x, this.W) + this.b);
  }
}

/** Mean of −log p(y) over the rows of p. */
export function negativeLogLikelihood(p: Operand, y: Operand, rows: number): number {
  return -mean(log(at(p, arange(rows), y)));
}

/** Part of the rows whose likeliest class is not y. */
export function zeroOneLoss(p: Operand, y: Operand): Tensor {
  return mean(argmax(p, 1) !== y);
}
