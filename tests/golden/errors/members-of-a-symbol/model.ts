// @ts-nocheck: what the type checker would refuse

import { fn, matrix, shared, sum, zeros } from "adjoint";

const x = matrix("rows", 4);
const w = shared(zeros(4));
const count = x.length;
const doubled = x.map((row) => row * 2);
const { size } = x;
const copy = { ...x };
const text = (x + 1).toFixed(2);
const now = w.get();
w.rate = 0.1;
w.rate *= 2;
const isSet = Boolean(x);
const turned = x?.T;
// Its shape can be read.
const { shape } = x;
const columns = shape[1] === x.shape[1] ? shape[1] : 0;
export const f = fn([x], sum(x) / count + sum(x, 3) + columns);
for (const row of x) sum(row);
