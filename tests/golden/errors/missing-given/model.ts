import { data, fn, ivector, lscalar, matrix, mean, slice, sum } from "adjoint";

const index = lscalar();
const x = matrix(20, 784);
const y = ivector(20);
const images = data("samples", 784);
const cost = mean(sum(x, 1) - y);
export const f = fn([index], cost, { givens: [[x, slice(images, index * 20, (index + 1) * 20)]] });
