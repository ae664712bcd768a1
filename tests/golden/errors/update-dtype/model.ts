import { dmatrix, fn, shared, zeros } from "adjoint";

const W = shared(zeros(2, 3));
const x = dmatrix(2, 3);
export const f = fn([x], null, { updates: [[W, W + x]] });
