// @ts-nocheck: what the type checker would refuse

import { fn, scan, sum, vector } from "adjoint";

const x = vector(5);
const add = (a: number, b: number) => a + b;
const [a] = scan({ fn: add, sequences: x, outputsInfo: 0, nSteps: 2.5 });
const [b] = scan({ fn: add, sequences: x, outputsInfo: 0, truncateGradient: "all" });
const [c] = scan({ fn: add, sequences: x, outputsInfo: 0, goBackwards: "yes" });
const [d] = scan({ fn: add, sequences: x, outputsInfo: { initial: 0, taps: -1 } });
const [e] = scan({ fn: add, sequences: { input: x, taps: [0.5] }, outputsInfo: 0 });
const [f] = scan({ fn: (entry) => ({ outputs: entry, untill: entry > 1 }), sequences: x });
const [g] = scan({ fn: (entry) => ({ outputs: entry, until: true }), sequences: x });
const [h] = scan({ fn: (entry) => ({ outputs: entry, updates: { x } }), sequences: x });
export const run = fn([x], sum(a) + sum(x));
