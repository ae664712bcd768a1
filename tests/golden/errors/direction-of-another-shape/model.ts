import { fn, Rop, vector } from "adjoint";

const x = vector(4);
const v = vector(3);
const y = x ** 2;
export const f = fn([x, v], Rop(y, x, v));
