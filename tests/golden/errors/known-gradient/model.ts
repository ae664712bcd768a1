import { fn, grad, vector } from "adjoint";

const x = vector(3);
const y = x ** 2;
export const f = fn([x], grad(null, x));
export const g = fn([x], grad(null, x, { knownGrads: [[y, [1, 2]]] }));
