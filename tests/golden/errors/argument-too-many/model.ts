// @ts-nocheck: what the type checker would refuse

import { dot, fn, randomStream, sigmoid, sum, uniform, vector } from "adjoint";

const x = vector(3);
const rng = randomStream(1);
export const product = dot(x, x, 0);
export const total = sum(x, 0, true);
export const w = uniform([3], { lo: -5, hi: -4 });
// A function may be given to map and reduce of an array, which add arguments.
export const [y] = [x].map(sigmoid);
export const f = fn([x], rng.uniform(20, 784) * y);
