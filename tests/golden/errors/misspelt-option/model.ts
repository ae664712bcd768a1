import { fn, scan, shared, vector } from "adjoint";

const x = vector(3);
const total = shared(0);
const [sums] = scan({ fn: (entry, sum) => sum + entry, sequence: x, outputsInfo: 0 } as any);
export const f = fn([x], sums, { update: [[total, total + 1]] } as any);
