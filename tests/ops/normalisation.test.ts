/** Normalisation: statistics of what comes out, gradients, and parameters that do not fit. */

import * as l from "adjoint";
import test from "ava";
import { gradients } from "../../compiler/gradient/grad.ts";
import { evaluateNodes } from "../../compiler/graph/evaluate.ts";
import type { NDArray } from "../../compiler/graph/ndarray.ts";
import type { Node } from "../../compiler/graph/node.ts";
import { mul } from "../../compiler/ops/arithmetic.ts";
import { symbol } from "../../compiler/ops/leaf.ts";
import { batchNorm, layerNorm } from "../../compiler/ops/normalisation.ts";
import { mean, sum } from "../../compiler/ops/reduction.ts";
import { variance } from "../../compiler/ops/softmax.ts";
import { close, runGenerated } from "../support/compile.ts";
import { Random } from "../support/random.ts";

const draw = (random: Random, shapes: readonly (readonly number[])[]) => {
  const nodes = shapes.map((shape) => symbol("float64", shape));
  const values = new Map<Node, NDArray>(
    nodes.map((x, i) => [x, random.array("float64", shapes[i], [0.5, 2])]),
  );
  return { nodes, values };
};

const kinds: readonly {
  readonly title: string;
  readonly shapes: readonly (readonly number[])[];
  readonly build: (x: Node, gamma: Node, beta: Node) => Node;
  /** Over which the result has mean β and variance γ². */
  readonly axes: readonly number[];
}[] = [
  {
    title: "per activation",
    shapes: [[5, 3], [3], [3]],
    build: (x, gamma, beta) => batchNorm(x, gamma, beta, { epsilon: 0 }),
    axes: [0],
  },
  {
    title: "spatial",
    shapes: [[2, 3, 2, 2], [3], [3]],
    build: (x, gamma, beta) => batchNorm(x, gamma, beta, { axes: "spatial", epsilon: 0 }),
    axes: [0, 2, 3],
  },
  {
    title: "parameters with all axes",
    shapes: [
      [4, 3, 2],
      [1, 3, 2],
      [1, 3, 2],
    ],
    build: (x, gamma, beta) => batchNorm(x, gamma, beta, { axes: 0, epsilon: 0 }),
    axes: [0],
  },
];

for (const { title, shapes, build, axes } of kinds) {
  test(`batchNorm, ${title}: mean β and variance γ², gradients that generated code agrees with`, async (t) => {
    const { nodes, values } = draw(new Random(5), shapes);
    const [x, gamma, beta] = nodes;
    const y = build(x, gamma, beta);
    const flat = (n: Node): number[] => Array.from((values.get(n) as NDArray).data);
    const [m, v] = evaluateNodes([mean(y, axes), variance(y, axes)], values);
    t.true(close(Array.from(m.data), flat(beta), 1e-12));
    t.true(
      close(
        Array.from(v.data),
        flat(gamma).map((g) => g * g),
        1e-12,
      ),
    );
    const weights = symbol("float64", shapes[0]);
    values.set(weights, new Random(6).array("float64", shapes[0]));
    const cost = sum(mul(weights, y));
    const grads = gradients(cost, nodes);
    const symbolic = evaluateNodes(grads, values);
    const generated = await runGenerated(grads, values);
    for (const [n, input] of nodes.entries()) {
      t.true(close(Array.from(symbolic[n].data), generated[n], 1e-9));
      for (const [k, value] of symbolic[n].data.entries()) {
        const at = (by: number): number => {
          const old = values.get(input) as NDArray;
          const data = old.data.slice();
          data[k] += by;
          return evaluateNodes([cost], new Map(values).set(input, { ...old, data }))[0].data[0];
        };
        t.true(close([value], [(at(1e-6) - at(-1e-6)) / 2e-6], 1e-4, 1e-6));
      }
    }
  });
}

test("given statistics take the place of the batch's own", (t) => {
  const { nodes, values } = draw(new Random(7), [[4, 2], [2], [2], [2], [2]]);
  const [x, gamma, beta, m, v] = nodes;
  const [y] = evaluateNodes([batchNorm(x, gamma, beta, { mean: m, variance: v })], values);
  const [xs, gs, bs, ms, vs] = nodes.map((n) => (values.get(n) as NDArray).data);
  const expected = Array.from(xs, (value, i) => {
    const c = i % 2;
    return (gs[c] * (value - ms[c])) / Math.sqrt(vs[c] + 1e-4) + bs[c];
  });
  t.true(close(Array.from(y.data), expected, 1e-12));
});

test("layerNorm: each row by itself, also without parameters; a constant row gives β", (t) => {
  const x = symbol("float64", [2, 3]);
  const values = new Map([
    [x, { dtype: "float64" as const, shape: [2, 3], data: Float64Array.of(1, 2, 3, 7, 7, 7) }],
  ]);
  const [plain, shifted] = evaluateNodes(
    [layerNorm(x, undefined, undefined, { epsilon: 0.5 }), layerNorm(x, [1, 2, 3], [4, 5, 6])],
    values,
  );
  const r = 1 / Math.sqrt(2 / 3 + 0.5);
  t.true(close(Array.from(plain.data), [-r, 0, r, 0, 0, 0], 1e-12));
  t.true(close(Array.from(shifted.data.slice(3)), [4, 5, 6], 1e-12));
});

test("parameters that do not fit are refused", (t) => {
  t.throws(() => l.batchNorm(l.matrix(5, 3), l.vector(4), 0), {
    message: /batchNorm: gamma of \[5, 3\] over axes \[0\]: \[4\] does not fit/,
  });
  t.throws(() => l.layerNorm(l.matrix(5, 3), l.vector(5)), { message: /layerNorm: gamma/ });
  t.throws(() => l.batchNorm(l.vector(3), 1, 0, { axes: 2 }), { message: /no axis 2/ });
});
