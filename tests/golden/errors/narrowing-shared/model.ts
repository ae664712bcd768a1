import { dvector, fn, scalar, shared, zeros } from "adjoint";

const W = shared(zeros(3, { dtype: "float64" }) + 0.5, { dtype: "int32" });
const x = scalar();
export const f = fn([x], W * x);
