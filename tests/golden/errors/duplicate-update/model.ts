import { fn, scalar, shared } from "adjoint";

const x = scalar();
const state = shared(0);
export const f = fn([x], state, { updates: [[state, state + x], [state, state * x]] });
