import { at, fn, vector } from "adjoint";

const x = vector(5);
export const f = fn([x], at(x, 7));
