import { data, fn, lscalar, matrix, mean, slice } from "adjoint";

const index = lscalar();
const x = matrix("rows", 784);
const images = data("samples", 784);
export const f = fn([index], mean(x), { givens: [[x, slice(images, index * 20, (index + 1) * 20)]] });
