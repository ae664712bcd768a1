import { at, fn, scalar, vector } from "adjoint";

const x = vector(5);
const i = scalar();
export const f = fn([x, i], at(x, i));
