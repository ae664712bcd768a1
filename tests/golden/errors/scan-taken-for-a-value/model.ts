// @ts-nocheck: what the type checker would refuse

import { fn, mean, scan, vector, zeros } from "adjoint";

const xs = vector(5);
const h = scan({ fn: (x, h) => x + h, sequences: xs, outputsInfo: zeros() });
export const average = fn([xs], mean(h));
export const twice = fn([xs], h * 2);
export const all = fn([xs], h);
