import { data, fn, lscalar, matrix, slice } from "adjoint";

const index = lscalar();
const x = matrix(20, 784);
const images = data("samples", 784);
export const f = fn([index], x * 2, { givens: [[x, slice(images, index * 10, (index + 1) * 10)]] });
