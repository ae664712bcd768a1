// @ts-nocheck: what the type checker would refuse

import { fn, grad, mean, shared, vector, zeros } from "adjoint";

const x = vector();
const y = vector(3);
const w = shared(zeros(3));
const speed = shared(w * 0);
const cost = mean((x * w - y) ** 2);
const next = 0.9 * speed - 0.1 * grad(cost, w);
export const f = fn([x, y], cost, { updates: [[speed, next], [w, w + next]] });
