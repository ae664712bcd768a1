import { fn, scan, vector } from "adjoint";

const x = vector(3);
const [sums] = scan(((entry, sum) => sum + entry) as any, x, 0);
export const f = fn([x], sums);
