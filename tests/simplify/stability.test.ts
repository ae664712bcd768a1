/** Textbook spellings where they overflow: no NaN where the maths is finite, and the right value. */

import test from "ava";
import { gradients } from "../../compiler/gradient/grad.ts";
import { evaluateNodes } from "../../compiler/graph/evaluate.ts";
import type { NDArray } from "../../compiler/graph/ndarray.ts";
import type { Node } from "../../compiler/graph/node.ts";
import { symbol } from "../../compiler/ops/leaf.ts";
import * as r from "../../compiler/ops/reduction.ts";
import { simplifyNodes } from "../../compiler/simplify/simplify.ts";
import { runGenerated } from "../support/compile.ts";
import { type Reference, spellings, total } from "./spellings.ts";

const inputs: Record<string, readonly [x: readonly number[], y: readonly number[]]> = {
  moderate: [
    [0.3, -0.2, 0.1],
    [-0.7, 0.4, 0.2],
  ],
  "±1000": [
    [1000, -1000, 3],
    [-1000, 1000, 0.5],
  ],
  "about 1000": [
    [1000, 1001, 1002],
    [1002, 1000, 1001],
  ],
  "−1000": [
    [-1000, -1001, -1002],
    [1000, 1002, 1001],
  ],
  "±1e30": [
    [1e30, -1e30, 3],
    [-1e30, 1e30, 0.5],
  ],
  "all 1e30": [
    [1e30, 1e30, 1e30],
    [1e30, -1e30, 1e30],
  ],
  "−1e30": [
    [-1e30, -1e30, -1e30],
    [1e30, 1e30, 1e30],
  ],
};

const largest = 3.4e38;
/** float32 carries 7 digits; sums of a few roundings lose one or two. */
const agrees = (got: number, want: number): boolean =>
  Math.abs(want) > largest
    ? !Number.isNaN(got)
    : Math.abs(got - want) <= 2e-6 + 2e-5 * Math.abs(want);

function valuesOf(x: Node, y: Node, [xs, ys]: readonly (readonly number[])[]): Map<Node, NDArray> {
  // Two rows: the values, and the two exchanged.
  const both = (first: readonly number[], second: readonly number[]): NDArray => ({
    dtype: "float32",
    shape: [2, 3],
    data: Float64Array.from(Float32Array.from([...first, ...second])),
  });
  return new Map([
    [x, both(xs, ys)],
    [y, both(ys, xs)],
  ]);
}

const [x, y] = [symbol("float32", [2, 3]), symbol("float32", [2, 3])];
const results = spellings.map(({ make }) => make(x, y));
const costs = results.map((node) => r.sum(node));
const slopes = costs.map((cost) => gradients(cost, [x])[0]);
const simple = simplifyNodes([...results, ...slopes]).roots;
const shown = (numbers: Iterable<number>): string => Array.from(numbers).join(", ");

for (const [name, rowsOf] of Object.entries(inputs)) {
  const values = valuesOf(x, y, rowsOf);
  const pairs = [rowsOf, [...rowsOf].reverse()];

  const check = (computed: readonly ArrayLike<number>[]): string[] =>
    spellings.flatMap(({ name: what, means, hasSlope = () => true }, n) => {
      const value = Array.from(computed[n]);
      const wrong: string[] = [];
      if (means) {
        const want = pairs.flatMap(([p, q]) => [...means(p, q)]);
        if (want.length !== value.length || want.some((v, i) => !agrees(value[i], v)))
          wrong.push(`${what}: ${shown(value)}, and means ${shown(want)}`);
      } else if (value.some(Number.isNaN)) wrong.push(`${what}: ${shown(value)}`);
      const slope = Array.from(computed[spellings.length + n]).map((v, i) =>
        hasSlope(pairs[i < 3 ? 0 : 1][0]) ? v : 0,
      );
      if (slope.some(Number.isNaN)) wrong.push(`gradient of ${what}: ${shown(slope)}`);
      if (means && name.includes("1000")) {
        const want = pairs.flatMap(([p, q]) => derivative(means, p, q));
        if (want.some((v, i) => Math.abs(v - slope[i]) > 1e-3 + 1e-3 * Math.abs(v)))
          wrong.push(`gradient of ${what}: ${shown(slope)}, and is ${shown(want)}`);
      }
      return wrong;
    });

  test(`textbook spellings at ${name} in float32, and their gradients`, async (t) => {
    t.deepEqual(check(evaluateNodes(simple, values).map((v) => v.data)), [], "interpreted");
    t.deepEqual(check(await runGenerated([...results, ...slopes], values)), [], "generated");
    t.log(`${spellings.length} spellings`);
  });
}

/** Central differences of Σ means(x, y) in double precision. */
function derivative(means: Reference, x: readonly number[], y: readonly number[]): number[] {
  const eps = 1e-4;
  return x.map((_, k) => {
    const at = (by: number): number =>
      total([
        ...means(
          x.map((v, i) => (i === k ? v + by : v)),
          y,
        ),
      ]);
    return (at(eps) - at(-eps)) / (2 * eps);
  });
}
