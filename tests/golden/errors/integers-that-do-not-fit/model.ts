// @ts-nocheck: what the type checker would refuse

import { at, constant, fn, full, ivector, shared, vector } from "adjoint";

const x = vector(3);
const i = ivector(3);
const wide = shared([1, 2147483648], { dtype: "int64" });
const rows = constant(
  [
    [1, 2],
    [-2147483649, 4],
  ],
  { dtype: "int32" },
);
const fractions = constant([1, 2.5], { dtype: "int32" });
const bare = constant([4294967296]);
const filled = full([2], 1.5, { dtype: "int32" });
export const shifted = fn([i], i + 3e9);
// The largest ones, and floats of any size, are as good as others.
const most = shared([2147483647, -2147483648], { dtype: "int64" });
const large = shared([2147483648, 1e10]);
export const f = fn([x], [at(most, 0), at(large, 0), x * 2147483648 + [1e10, 2, 3]]);
