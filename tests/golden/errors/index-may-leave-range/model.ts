import { at, fn, ivector, vector } from "adjoint";

const x = vector(5);
const i = ivector(3);
export const f = fn([x, i], at(x, i + 1));
