import { fn, scalar } from "adjoint";

function depth(layers: number[]) {
  return layers.at(-1)!.toFixed(2);
}
const x = scalar();
depth([]);
export const f = fn([x], x * 2);
