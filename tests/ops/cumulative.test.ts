/** Running sums and products: one pass each, gradients where factors are 0, in and around other values. */

import * as l from "adjoint";
import test from "ava";
import { gradients } from "../../compiler/gradient/grad.ts";
import { hessians } from "../../compiler/gradient/jacobian.ts";
import { arrayOf, evaluateNodes } from "../../compiler/graph/evaluate.ts";
import type { Node } from "../../compiler/graph/node.ts";
import { mul } from "../../compiler/ops/arithmetic.ts";
import { cumprod, cumsum } from "../../compiler/ops/cumulative.ts";
import { exp } from "../../compiler/ops/exponential.ts";
import { prod } from "../../compiler/ops/factors.ts";
import { at, span } from "../../compiler/ops/indexing.ts";
import { symbol } from "../../compiler/ops/leaf.ts";
import { max, sum } from "../../compiler/ops/reduction.ts";
import { close, named, runGenerated, runInterpreter, textOf } from "../support/compile.ts";

test("a running sum is one pass along its axis, in the loop of what is along it", (t) => {
  const x = named(l.matrix(100, 50), "x");
  const textAlong = (axis: number): string =>
    textOf([["f", l.fn([x], named(l.exp(l.cumsum(l.mul(x, x), axis)), "y"))]]);
  t.is(textAlong(1).match(/for \(/g)?.length, 2);
  t.regex(textAlong(1), /y_cumsum \+= x\[i \* 50 \+ j\] \* x\[i \* 50 \+ j\];/);
  // Along the columns it runs down each; what follows runs row by row.
  t.is(textAlong(0).match(/for \(/g)?.length, 4);
});

test("running sums in other values, in reverse, of flipped and of empty axes: generated = interpreted", async (t) => {
  const x = symbol("float64", [3, 4]);
  const values = new Map([
    [
      x,
      arrayOf(
        "float64",
        [3, 4],
        Array.from({ length: 12 }, (_, i) => (i * 7) % 5),
      ),
    ],
  ]);
  const none = symbol("float64", [2, 0]);
  values.set(none, arrayOf("float64", [2, 0], []));
  const roots = [
    sum(cumsum(x, 0)),
    max(cumsum(x, 1), 0),
    cumsum(cumsum(x, 0), 1),
    mul(cumsum(x, 1, { reverse: true }), x),
    exp(cumsum(x, 0, { exclusive: true, reverse: true })),
    mul(cumsum(x, 1), cumprod(x, 1, { exclusive: true })),
    cumsum(x),
    cumsum(at(x, span(), span(0, 1)), 1, { exclusive: true }),
    cumsum(at(x, span(), span(0, 1)), 1),
    cumsum(none, 0),
    cumprod(none, 1),
  ];
  const generated = await runGenerated(roots, values);
  for (const [n, expected] of runInterpreter(roots, values).entries())
    t.true(close(generated[n], expected, 1e-12), `${n}: ${generated[n]} and ${expected}`);
});

test("running sums of integers and truth values", (t) => {
  const [i, b] = [symbol("int32", [3]), symbol("bool", [3])];
  t.is(cumsum(i, 0).type.dtype, "int32");
  t.is(cumsum(b, 0).type.dtype, "int32");
  const values = new Map([[b, arrayOf("bool", [3], [1, 0, 1])]]);
  t.deepEqual(runInterpreter([cumsum(b, 0)], values), [[1, 1, 2]]);
});

test("products with factors that are 0 have the gradient of the others", (t) => {
  const x = symbol("float64", [3]);
  const at = (data: readonly number[], cost: Node): number[] => {
    const values = new Map<Node, ReturnType<typeof arrayOf>>([[x, arrayOf("float64", [3], data)]]);
    return Array.from(evaluateNodes(gradients(cost, [x]), values)[0].data);
  };
  t.deepEqual(at([2, 0, 5], prod(x)), [0, 10, 0]);
  t.deepEqual(at([0, 0, 5], prod(x)), [0, 0, 0]);
  t.deepEqual(at([2, 3, 5], prod(x)), [15, 10, 6]);
  // x₀ + x₀x₁ + x₀x₁x₂
  t.deepEqual(at([2, 0, 5], sum(cumprod(x, 0))), [1, 12, 0]);
  t.deepEqual(at([0, 3, 5], sum(cumprod(x, 0))), [19, 0, 0]);
});

test("second derivatives of products are right where factors are 0", async (t) => {
  const x = symbol("float64", [2, 3]);
  const costs = [
    sum(prod(x, 1)),
    sum(prod(x, 0)),
    prod(x),
    sum(prod(x, [0, 1], { keepdims: true })),
  ];
  const points = [
    [2, 0, 5, 0, 0, 3],
    [0, 0, 5, 2, 3, 4],
    [1, 2, 0, 4, 0, 6],
    [0, 0, 0, 1, 1, 1],
    [1, 2, 3, 4, 5, 6],
  ];
  const whole = costs.flatMap((cost) => {
    const [first] = gradients(cost, [x]);
    const twice = sum(first);
    return [first, ...gradients(twice, [x])];
  });
  const directions = hessians(costs[2], [x]);
  for (const point of points) {
    const values = new Map([[x, arrayOf("float64", [2, 3], point)]]);
    const others = (groups: readonly (readonly number[])[], without: readonly number[]): number =>
      groups
        .filter((group) => without.every((k) => group.includes(k)))
        .reduce(
          (s, group) => s + group.reduce((p, j) => (without.includes(j) ? p : p * point[j]), 1),
          0,
        );
    const grouped = [
      [
        [0, 1, 2],
        [3, 4, 5],
      ],
      [
        [0, 3],
        [1, 4],
        [2, 5],
      ],
      [[0, 1, 2, 3, 4, 5]],
      [[0, 1, 2, 3, 4, 5]],
    ];
    const each = point.map((_, k) => k);
    const expected = grouped.flatMap((groups) => [
      each.map((k) => others(groups, [k])),
      each.map((k) => each.filter((l) => l !== k).reduce((s, l) => s + others(groups, [k, l]), 0)),
    ]);
    const generated = await runGenerated([...whole, ...directions], values);
    const interpreted = runInterpreter([...whole, ...directions], values);
    for (const found of [generated, interpreted]) {
      for (const [i, want] of expected.entries())
        t.true(close(found[i], want, 1e-12), `${i} at ${point}: ${found[i]} and ${want}`);
      const hessian = each.flatMap((k) =>
        each.map((l) => (k === l ? 0 : others(grouped[2], [k, l]))),
      );
      t.true(close(found[8], hessian, 1e-12), `hessian at ${point}: ${found[8]}`);
    }
  }
});
