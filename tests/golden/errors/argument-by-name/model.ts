// @ts-nocheck: what the type checker would refuse

import { argmax, concatenate, conv2d, fn, matrix, sum, tensor4, zeros } from "adjoint";

const x = matrix(3, 4);
const images = tensor4(20, 1, 28, 28);
export const a = sum(x, { axis: 0 });
export const b = sum(x, { axis: [0, 1], keepdims: true });
export const c = argmax(x, { keepdims: true });
export const d = concatenate([x, x], { axis: 1 });
export const e = conv2d(images, { padding: "same" }, zeros(8, 1, 5, 5));
export const f = fn([x], matrix(3, 4, { dtype: "float64" }) + x);
