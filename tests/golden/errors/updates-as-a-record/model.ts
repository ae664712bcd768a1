// @ts-nocheck: what the type checker would refuse

import { fn, mean, shared, vector, zeros } from "adjoint";

const x = vector(3);
const w = shared(zeros(3));
export const f = fn([x], mean(x * w), { updates: { w: w - x } });
export const g = fn([x], mean(x * w), { givens: [w, x] });
