import { fn, vector } from "adjoint";

const x = vector(3);
export const f = fn([x], (x as any).mean());
