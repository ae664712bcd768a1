import { fn, scalar, shared } from "adjoint";

const x = scalar();
export const rate = shared(0.1);
export const step = fn([x], x * rate, { name: "rate" });
