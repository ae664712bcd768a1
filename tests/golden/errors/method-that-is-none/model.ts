import { fn, scalar } from "adjoint";

const layers = [{ scale: 2 }] as any[];
const x = scalar();
export const f = fn([x], layers[0].forward(x));
