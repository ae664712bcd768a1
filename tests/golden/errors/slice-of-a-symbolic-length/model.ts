// @ts-nocheck: what the type checker would refuse

import { data, fn, lscalar, mean, slice } from "adjoint";

const X = data("samples", 3);
const i = lscalar();
const n = lscalar();
export const batch = fn([i, n], mean(slice(X, i * n, (i + 1) * n)));
export const rest = fn([i, n], mean(slice(X, i, n + n * i)));
