// @ts-nocheck: what the type checker would refuse

import { fn, scalar } from "adjiont";

const x = scalar();
export const f = fn([x], x * 2);
