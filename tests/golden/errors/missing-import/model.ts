import { fn, mean, vector } from "adjoint";

const x = vector(3);
export const f = fn([x], mean(tanh(x)));
