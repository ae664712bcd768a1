import { fn, matrix, shared, sum, zeros } from "adjoint";

const W = shared(zeros(2, 3));
const x = matrix(2, 3);
export const f = fn([x], null, { updates: [[W, sum(x, 0)]] });
