/** Next to no work: what remains of a call is the way to it. */

import { data, fn, scalar, shared, sum, vector, zeros } from "adjoint";
import { batchOf, index } from "./layers/training.ts";

const x = scalar();
const v = vector(4);
const row = vector(1);
export const total = shared(zeros());
export const numbers = data("samples");

export const add = fn([x], x + 1);
export const count = fn([x], total, { updates: [[total, total + x]] });
export const read = fn([index], sum(row), { givens: [batchOf(row, numbers, 1)] });
export const scale = fn([v], v * 2);
