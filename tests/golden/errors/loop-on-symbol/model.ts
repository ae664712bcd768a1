import { fn, scalar } from "adjoint";

const x = scalar();
let doubled = x;
while (doubled < 10) doubled = doubled * 2;
export const f = fn([x], doubled);
