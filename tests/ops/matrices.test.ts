/** Linear algebra beside NumPy's results; systems that pivoting must save; refusals. */

import * as l from "adjoint";
import test from "ava";
import { gradients } from "../../compiler/gradient/grad.ts";
import { arrayOf, evaluateNodes } from "../../compiler/graph/evaluate.ts";
import type { NDArray } from "../../compiler/graph/ndarray.ts";
import type { Node } from "../../compiler/graph/node.ts";
import * as a from "../../compiler/ops/arithmetic.ts";
import { eye } from "../../compiler/ops/creation.ts";
import { logdet } from "../../compiler/ops/determinants.ts";
import { diag } from "../../compiler/ops/diagonal.ts";
import { symbol } from "../../compiler/ops/leaf.ts";
import * as m from "../../compiler/ops/matrices.ts";
import { dot } from "../../compiler/ops/product.ts";
import { sum } from "../../compiler/ops/reduction.ts";
import { transpose } from "../../compiler/ops/shape.ts";
import { close, named, runGenerated, textOf } from "../support/compile.ts";
import { type CallCase, fixture } from "../support/fixtures.ts";
import { Random } from "../support/random.ts";

const cases = fixture<CallCase[]>("linear-algebra");
const functions = l as unknown as Record<string, (...args: unknown[]) => Node | Node[]>;

test(`NumPy's results of ${cases.length} calls: interpreted and generated, float64`, async (t) => {
  for (const { name, inputs, args, results } of cases) {
    const values = new Map<Node, NDArray>();
    const symbols = inputs.map(({ shape, data }) => {
      const x = symbol("float64", shape);
      values.set(x, arrayOf("float64", shape, data));
      return x;
    });
    const nodes = [functions[name](...symbols, ...args)].flat();
    const title = `${name} of ${inputs.map((x) => `[${x.shape}]`).join(", ")}`;
    const interpreted = evaluateNodes(nodes, values);
    const generated = await runGenerated(nodes, values);
    for (const [n, want] of results.entries()) {
      t.deepEqual([...interpreted[n].shape], want.shape, title);
      for (const data of [Array.from(interpreted[n].data), generated[n]]) {
        // Hilbert's matrix of 5 has the condition 5e5.
        t.true(close(data, want.data, 1e-9, 1e-9), `${title}: ${data} and ${want.data}`);
      }
    }
  }
});

test("a Gaussian log-likelihood by cholesky: its gradient is that by inv and logdet", (t) => {
  const random = new Random(3);
  const [B, x] = [symbol("float64", [4, 4]), symbol("float64", [4])];
  const values = new Map([B, x].map((s) => [s, random.array("float64", s.shape as number[])]));
  const covariance = a.add(dot(B, transpose(B)), dot(eye(4), 1));
  const factor = m.cholesky(covariance);
  const white = m.solveTriangular(factor, x);
  const log = sum(a.logOf(diag(factor)));
  const byFactor = a.add(a.mul(0.5, sum(a.square(white))), log);
  const byInverse = a.add(
    a.mul(0.5, dot(x, dot(m.inv(covariance), x))),
    a.mul(0.5, logdet(covariance)),
  );
  const roots = [
    byFactor,
    byInverse,
    ...gradients(byFactor, [B, x]),
    ...gradients(byInverse, [B, x]),
  ];
  const [p, q, pB, px, qB, qx] = evaluateNodes(roots, values).map((v) => Array.from(v.data));
  t.true(close(p, q, 1e-10));
  t.true(close(pB, qB, 1e-9));
  t.true(close(px, qx, 1e-9));
});

test("each is one loop over columns, written in place", (t) => {
  const A = named(l.matrix(8, 8), "A");
  const text = textOf([["f", l.fn([A], named(l.cholesky(A), "L"))]]);
  t.is(text.match(/for \(let t = /g)?.length, 1);
  // The factor is what the function returns: no copy at the end, none in a step.
  t.true(text.includes("const L = new Float32Array(8 * 8);"));
  t.is(text.match(/^function f_/gm)?.length, 4);
});

test("matrices that are not square, and sides that do not agree, are refused", (t) => {
  t.throws(() => l.det(l.matrix(2, 3)), { message: /det: expected square matrices, got \[2, 3\]/ });
  t.throws(() => l.inv(l.vector(3)), { message: /inv: expected square matrices/ });
  t.throws(() => l.solve(l.matrix(3, 3), l.vector(2)), {
    message: /solve: \[3, 3\] and \[2\] do not agree/,
  });
  t.throws(() => l.trace(l.vector(3)), { message: /trace: expected a matrix/ });
});
