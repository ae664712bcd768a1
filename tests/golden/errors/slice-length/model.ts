import { data, fn, lscalar, slice } from "adjoint";

const from = lscalar();
const to = lscalar();
const images = data("samples", 784);
export const f = fn([from, to], slice(images, from, to));
