// @ts-nocheck: what the type checker would refuse

import { fn, scalar } from "adjoint";

export const f = fn([], { first: 2 * later });
const later = scalar();
