import { fn, jacobian, Rop, vector } from "adjoint";

const x = vector(3);
const y = vector(3);
const flags = x > 0 ? 1.5 : 0.5;
export const f = fn([x, y], jacobian(flags * y, x));
export const g = fn([x, y], Rop(y * 2, x, x));
