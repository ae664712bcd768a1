import { fn, scalar } from "adjoint";

const x = scalar();
const y = scalar();
export const f = fn([x, y], x * y, { givens: [[x, y + 1]] });
