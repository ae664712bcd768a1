// @ts-nocheck: what the type checker would refuse

import { cast, constant, data, fn, normal, ones, shared, tensor, vector, zeros } from "adjoint";

const x = vector(3);
export const w = shared(zeros(3, { dtype: "float" }));
export const v = shared(normal([3], { dtype: "flaot32" }));
export const c = constant(1, { dtype: "int8" });
export const d = data("rows", { dtype: "double" });
export const i = tensor([3], { dtype: "int" });
export const y = cast(x, "f32");
export const f = fn([x], x * ones(3, { dtype: 32 }));
