import { fn, randomStream, vector } from "adjoint";

const rng = randomStream(1);
const x = vector(3);
export const f = fn([x], x + (rng as any).uniform(-1, 1, [3]));
