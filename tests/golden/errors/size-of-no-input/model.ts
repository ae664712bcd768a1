import { fn, sum, vector, zeros } from "adjoint";

const x = vector("rows");
const start = zeros("columns", 3);
export const f = fn([x], sum(x) + sum(start));
