import { fn, grad, mean, shared, vector, zeros } from "adjoint";

const x = vector(3);
const w = shared(zeros(3));
const cost = mean((x - w) ** 2);
export const f = fn([x], grad(w, cost));
