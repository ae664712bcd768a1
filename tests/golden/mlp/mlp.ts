import { arange, at, data, fn, grad, ivector, log, lscalar, matrix, mean, slice, softmax, sum } from "adjoint";
import { Layer } from "./layers.ts";

const batch = 20;
const index = lscalar();
const x = matrix(batch, 784);
const y = ivector(batch);

const hidden = new Layer(784, 500);
const output = new Layer(500, 10, { random: false });
const h = Math.tanh(hidden.linear(x));
const p = softmax(output.linear(h));
const L2 = sum(hidden.W ** 2) + sum(output.W ** 2);
const cost = -mean(log(at(p, arange(batch), y))) + 0.0001 * L2;

export const trainX = data("samples", 784);
export const trainY = data("samples", { dtype: "int32" });
export const train = fn([index], cost, {
  givens: [
    [x, slice(trainX, index * batch, (index + 1) * batch)],
    [y, slice(trainY, index * batch, (index + 1) * batch)],
  ],
  updates: [hidden.W, hidden.b, output.W, output.b].map((w) => [w, w - 0.01 * grad(cost, w)] as const),
});
