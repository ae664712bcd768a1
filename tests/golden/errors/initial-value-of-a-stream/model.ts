import { fn, mean, randomStream, shared } from "adjoint";

const rng = randomStream(1);
const W = shared(rng.uniform([3]));
export const f = fn([], mean(W));
