import { scalar } from "adjoint";

const x = scalar();
export const y = x * 2;
