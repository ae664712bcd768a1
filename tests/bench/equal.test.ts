/** What counts as equal work. */

import test from "ava";
import { compare } from "../../bench/equal.ts";

const start = { W: { shape: [2], values: new Float32Array([0, 0]) } };
const after = (values: number[], cost = 1) => ({
  parameters: new Map([["W", Float32Array.from(values)]]),
  cost,
});
const reference = after([0.001, -0.002]);

test("parameters that agree are equal work", (t) => {
  const { equal, difference } = compare(start, reference, after([0.00101, -0.002]));
  t.true(equal);
  t.true(difference > 0.9e-5 && difference < 1.1e-5);
});

test("a larger difference is refused, with the parameter's name", (t) => {
  const { equal, reason } = compare(start, after([1, 2]), after([1, 2.0002]));
  t.false(equal);
  t.regex(reason ?? "", /^W differs by 2\.0e-4/);
});

test("an update that was left out is refused though it is within the tolerance", (t) => {
  const small = after([0.00005, 0]);
  t.false(compare(start, small, after([0, 0])).equal);
});

test("what is not a number is refused, and so are missing parameters", (t) => {
  t.false(compare(start, reference, after([Number.NaN, -0.002])).equal);
  t.false(compare(start, reference, after([0.001])).equal);
  t.false(compare(start, reference, { parameters: new Map(), cost: 1 }).equal);
});

test("the cost must be the same", (t) => {
  t.false(compare(start, reference, after([0.001, -0.002], 1.001)).equal);
  t.false(compare(start, reference, after([0.001, -0.002], Number.NaN)).equal);
});
