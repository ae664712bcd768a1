import { fn, hessianVector, matrix, sum, vector } from "adjoint";

const W = matrix(2, 3);
const b = vector(3);
const cost = sum((W * b) ** 2);
const { W: moved } = hessianVector(cost, { W, b }, { W, c: b });
export const f = fn([W, b], moved);
