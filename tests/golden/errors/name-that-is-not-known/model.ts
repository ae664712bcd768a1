// @ts-nocheck: what the type checker would refuse

import { fn, scalar } from "adjoint";

const p = scalar();
export const f = fn([p], 2 * p + 1 + tanh(p));
