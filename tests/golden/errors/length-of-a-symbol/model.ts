// @ts-nocheck: what the type checker would refuse

import { fn, sum, vector } from "adjoint";

const x = vector(3);
export const f = fn([x], sum(x) / x.length);
