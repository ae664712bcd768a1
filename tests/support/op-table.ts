/** Every op on its samples, and every function of numbers on special values, as expressions to compile. */

import type { NDArray } from "../../compiler/graph/ndarray.ts";
import { makeNode, type Node } from "../../compiler/graph/node.ts";
import { allOps } from "../../compiler/ops/index.ts";
import { symbol } from "../../compiler/ops/leaf.ts";
import { type Case, functionOf } from "./compile.ts";
import { Random } from "./random.ts";

export type NamedCase = Case & { readonly name: string };
export type Precision = "float32" | "float64";

/** Each op on its samples. */
export function opTable(precision: Precision): NamedCase[] {
  return [...allOps.values()].flatMap((op) =>
    op.samples.map((sample, n) => {
      const random = new Random(700 + n);
      const typed = (dtype = "float64") => (dtype === "float64" ? precision : dtype) as "float32";
      const inputs = sample.inputs.map(({ shape, dtype }) => symbol(typed(dtype), shape));
      const attrs = Object.fromEntries(
        Object.entries(sample.attrs ?? {}).map(([k, v]) => [k, v === "float64" ? precision : v]),
      );
      const bindings = new Map(
        inputs.map((x, i): [Node, NDArray] => [x, random.sample(sample.inputs[i], x.type.dtype)]),
      );
      const { outputs } = functionOf([makeNode(op, inputs, attrs)]);
      return { name: `${op.name}, sample ${n}`, outputs, bindings };
    }),
  );
}

const special = [
  Number.NaN,
  Infinity,
  -Infinity,
  0,
  -0,
  1e30,
  -1e30,
  1e-30,
  1e-40,
  1,
  -1,
  0.5,
  88.5,
];

/** Functions that C computes otherwise at such values, and why. */
export const exceptions: Readonly<Record<string, string>> = {
  mod: "x − y·⌊x/y⌋ is all rounding where the quotient is large, and contracted to one operation",
};

/** Each function of numbers, on all pairs of special values. */
export function specialTable(precision: Precision): NamedCase[] {
  return [...allOps.values()].flatMap((op) => {
    const [sample] = op.samples;
    const isReal = sample?.inputs.every((i) => (i.dtype ?? "float64") === "float64");
    if (!op.elementwise || !isReal || sample.inputs.length === 0 || sample.inputs.length > 2)
      return [];
    if (op.name in exceptions) return [];
    const points =
      sample.inputs.length === 1
        ? special.map((x) => [x])
        : special.flatMap((x) => special.map((y) => [x, y]));
    const inputs = sample.inputs.map(() => symbol(precision, [points.length]));
    const bindings = new Map(
      inputs.map((x, i): [Node, NDArray] => [
        x,
        { dtype: precision, shape: [points.length], data: Float64Array.from(points, (p) => p[i]) },
      ]),
    );
    const attrs = Object.fromEntries(
      Object.entries(sample.attrs ?? {}).map(([k, v]) => [k, v === "float64" ? precision : v]),
    );
    const { outputs } = functionOf([makeNode(op, inputs, attrs)]);
    return [{ name: `${op.name} of special values`, outputs, bindings }];
  });
}
