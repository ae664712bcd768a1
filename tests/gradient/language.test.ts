/** Derivatives as a model asks for them: forms, options, what is refused. */

import type { Tensor } from "adjoint";
import * as l from "adjoint";
import test from "ava";
import { AdjointError, Diagnostics, withDiagnostics } from "../../compiler/diagnostics/error.ts";
import { named } from "../support/compile.ts";

const code = (body: () => unknown): string => {
  try {
    body();
  } catch (error) {
    if (error instanceof AdjointError) return error.code;
    throw error;
  }
  return "none";
};

/** Fails to compile where the two types differ. */
const same = <A>(value: A): A => value;

test("a value, a tuple and a record are answered in their own form, also in their types", (t) => {
  const [W, b] = [named(l.dvector(2), "W"), named(l.dscalar(), "b")];
  const cost = l.sum(l.mul(l.square(W), b));
  const at = [
    [W, [1, 2]],
    [b, 3],
  ] as const;
  const one = same<Tensor>(l.grad(cost, W));
  const [dW, db] = same<[Tensor, Tensor]>(l.grad(cost, [W, b]));
  const record = same<{ W: Tensor; b: Tensor }>(l.grad(cost, { W, b }));
  const list = same<Tensor[]>(l.grad(cost, [W, b] as Tensor[]));
  t.is(one, dW);
  t.is(record.W, dW);
  t.is(record.b, db);
  t.deepEqual(Object.keys(record), ["W", "b"]);
  t.deepEqual(list, [dW, db]);
  t.deepEqual(l.evaluate(dW, at), [6, 12]);
  t.is(l.evaluate(db, at), 5);

  const { W: JW } = same<{ W: Tensor }>(l.jacobian(l.square(W), { W }));
  t.deepEqual(l.evaluate(JW, [[W, [1, 2]]]), [
    [2, 0],
    [0, 4],
  ]);
  const [HW, Hb] = same<[Tensor, Tensor]>(l.hessian(cost, [W, b]));
  t.deepEqual(l.evaluate(HW, at), [
    [6, 0],
    [0, 6],
  ]);
  t.is(l.evaluate(Hb, at), 0);
  const moved = same<{ cost: Tensor; twice: Tensor }>(
    l.Rop({ cost, twice: l.mul(2, W) }, { W, b }, { b: 1, W: [1, 0] }),
  );
  t.is(l.evaluate(moved.cost, at), 6 + 5);
  t.deepEqual(l.evaluate(moved.twice, at), [2, 0]);
  const back = same<[Tensor, Tensor]>(l.Lop([cost, l.mul(2, W)], [W, b], [1, [1, 1]]));
  t.deepEqual(l.evaluate(back[0], at), [6 + 2, 12 + 2]);
  t.is(l.evaluate(back[1], at), 5);
  const v = l.hessianVector(cost, { W, b }, { W: [1, 0], b: 1 });
  t.deepEqual(l.evaluate(v.W, at), [6 + 2, 4]);
  t.is(l.evaluate(v.b, at), 2);
});

test("jacobianVector, vectorJacobian and hessianVectorProduct are Rop, Lop and hessianVector", (t) => {
  t.is(l.jacobianVector, l.Rop);
  t.is(l.vectorJacobian, l.Lop);
  t.is(l.hessianVectorProduct, l.hessianVector);
});

test("all of them nest", (t) => {
  const x = named(l.dvector(2), "x");
  const f = l.mul(l.sum(l.pow(x, 3)), x); // f_i = (Σ x³)·x_i
  const at = [[x, [1, 2]]] as const;
  // Third derivatives: the gradient of a Hessian's element, of Rop, of Rop of a gradient.
  const H = l.hessian(l.sum(l.pow(x, 4)), x);
  t.deepEqual(l.evaluate(l.grad(l.at(H, 1, 1), x), at), [0, 48]);
  const along = l.Rop(f, x, [1, 1]);
  t.deepEqual(l.evaluate(along, at), [15 + 9, 30 + 9]);
  const J = l.jacobian(along, x);
  // d/dx_j of 3(x₀² + x₁²)·x_i + (x₀³ + x₁³)
  t.deepEqual(l.evaluate(J, at), [
    [6 + 15 + 3, 12 + 12],
    [12 + 3, 24 + 15 + 12],
  ]);
  const twice = l.Rop(l.Rop(l.sum(l.pow(x, 3)), x, [1, 1]), x, [1, 1]);
  t.is(l.evaluate(twice, at), 18);
  const gradOfGrad = l.grad(l.sum(l.mul(l.grad(l.sum(l.pow(x, 3)), x), [1, 1])), x);
  t.deepEqual(l.evaluate(gradOfGrad, at), [6, 12]);
  t.deepEqual(l.evaluate(l.grad(l.sum(l.Rop(l.pow(x, 3), x, [1, 1])), x), at), [6, 12]);
});

test("values that are considered constant pass no gradient", (t) => {
  const s = named(l.dscalar(), "s");
  const c = l.pow(s, 2);
  const cost = l.mul(c, s);
  t.is(l.evaluate(l.grad(cost, s, { considerConstant: c }), [[s, 3]]), 9);
  t.is(l.evaluate(l.grad(cost, s, { considerConstant: [c] }), [[s, 3]]), 9);
  t.is(l.evaluate(l.grad(cost, s), [[s, 3]]), 27);
  t.is(l.evaluate(l.Lop(cost, s, 2, { considerConstant: c }), [[s, 3]]), 18);
  t.is(l.evaluate(l.jacobian(cost, s, { considerConstant: c }), [[s, 3]]), 9);
});

test("known gradients take the place of those that would be computed", (t) => {
  const x = named(l.dvector(2), "x");
  const y = named(l.square(x), "y");
  const cost = l.sum(l.mul(y, 5));
  const at = [[x, [1, 2]]] as const;
  const alone = l.grad(null, x, { knownGrads: [[y, [1, 10]]] });
  t.deepEqual(l.evaluate(alone, at), [2, 40]);
  // With a cost: what does not go through y comes on top, what does is replaced.
  const both = l.add(cost, l.sum(x));
  t.deepEqual(l.evaluate(l.grad(both, x, { knownGrads: [[y, [1, 10]]] }), at), [3, 41]);
  // A value that is asked for and known.
  t.deepEqual(l.evaluate(l.grad(cost, y, { knownGrads: [[y, [1, 10]]] }), at), [1, 10]);
  // Two known values, one above the other: the upper one's cotangent stops at the lower one.
  const z = l.exp(y);
  const chain = l.grad(null, x, {
    knownGrads: [
      [z, [7, 7]],
      [y, [1, 1]],
    ],
  });
  t.deepEqual(l.evaluate(chain, at), [2, 4]);
  t.is(
    code(() => l.grad(null, x)),
    "ADJ2001",
  );
  t.is(
    code(() => l.grad(null, x, { knownGrads: [[y, [1, 2, 3]]] })),
    "ADJ2004",
  );
});

test("subgraphGrad goes back layer by layer, as Theano's example does", (t) => {
  const [x, target] = [named(l.dvector(3), "x"), named(l.dvector(2), "t")];
  const [w1, w2] = [named(l.dmatrix(3, 4), "w1"), named(l.dmatrix(4, 2), "w2")];
  const a1 = l.tanh(l.dot(x, w1));
  const a2 = l.tanh(l.dot(a1, w2));
  const cost2 = l.add(l.sum(l.square(l.sub(a2, target))), l.sum(l.square(w2)));
  const cost1 = l.sum(l.square(w1));
  const [[dw2], { a: da1 }] = l.subgraphGrad([w2], { a: a1 }, { cost: cost2 });
  const [dw1, dx] = l.subgraphGrad(w1, x, { start: [[a1, da1]], cost: cost1 });
  const [all1, all2, allX] = l.grad(l.add(cost1, cost2), [w1, w2, x]);
  const numbers = (rows: number, columns: number, from: number) =>
    Array.from({ length: rows }, (_, i) =>
      Array.from({ length: columns }, (_, j) => Math.sin(from + i * columns + j)),
    );
  const at = [
    [x, [0.5, -1, 0.25]],
    [target, [0.1, -0.2]],
    [w1, numbers(3, 4, 1)],
    [w2, numbers(4, 2, 20)],
  ] as const;
  const flat = (v: unknown): number[] => (Array.isArray(v) ? v.flatMap(flat) : [v as number]);
  for (const [part, whole] of [
    [dw1, all1],
    [dw2, all2],
    [dx, allX],
  ] as const) {
    const [a, b] = [part, whole].map((g) => flat(l.evaluate(g, at)));
    t.true(a.every((v, i) => Math.abs(v - b[i]) < 1e-12));
  }
  // It stops at the ends: nothing of what lies below them is reached.
  const [below] = l.subgraphGrad(w1, a1, { cost: cost2 });
  t.true(flat(l.evaluate(below, [[w1, numbers(3, 4, 1)]])).every((v) => v === 0));
  t.is(
    code(() => l.subgraphGrad(w1, a1, {})),
    "ADJ2001",
  );
});

test("what does not depend on a variable is an error, a warning or zeros", (t) => {
  const [x, y] = [named(l.dvector(2), "x"), named(l.dvector(3), "y")];
  const cost = named(l.sum(l.square(x)), "cost");
  t.is(
    code(() => l.grad(cost, y)),
    "ADJ2002",
  );
  t.is(
    code(() => l.Lop(x, y, [1, 1])),
    "ADJ2002",
  );
  t.is(
    code(() => l.Rop(x, y, [1, 1, 1])),
    "ADJ2002",
  );
  t.is(
    code(() => l.jacobian(l.square(x), y)),
    "ADJ2002",
  );
  t.is(
    code(() => l.hessian(cost, y)),
    "ADJ2002",
  );
  const ignore = { disconnectedInputs: "ignore" } as const;
  t.deepEqual(l.evaluate(l.grad(cost, y, ignore), []), [0, 0, 0]);
  t.deepEqual(l.evaluate(l.Lop(x, y, [1, 1], ignore), []), [0, 0, 0]);
  t.deepEqual(l.evaluate(l.Rop(x, y, [1, 1, 1], { disconnectedOutputs: "ignore" }), []), [0, 0]);
  t.deepEqual(l.evaluate(l.jacobian(l.square(x), y, ignore), []), [
    [0, 0, 0],
    [0, 0, 0],
  ]);
  t.deepEqual(l.evaluate(l.hessian(l.sum(x), x), []), [
    [0, 0],
    [0, 0],
  ]);
  const diagnostics = new Diagnostics();
  withDiagnostics(diagnostics, () => {
    const [dx, dy] = l.grad(cost, [x, y], { disconnectedInputs: "warn" });
    t.deepEqual(l.evaluate(dx, [[x, [1, 2]]]), [2, 4]);
    t.deepEqual(l.evaluate(dy, []), [0, 0, 0]);
  });
  t.deepEqual(
    diagnostics.warnings.map((w) => `${w.code} ${w.message}`),
    ["ADJ2002 grad: cost does not depend on y"],
  );
  t.false(diagnostics.hasErrors);
});

test("directions must fit: their form, number, shape and dtype", (t) => {
  const [x, y] = [named(l.dvector(2), "x"), named(l.dvector(3), "y")];
  const f = l.square(x);
  t.is(
    code(() => l.Rop(f, x, [1, 2, 3])),
    "ADJ2004",
  );
  t.is(
    code(() =>
      l.Rop(
        f,
        [x],
        [
          [1, 2],
          [1, 2],
        ],
      ),
    ),
    "ADJ2004",
  );
  t.is(
    code(() => l.Rop(f, { x }, { z: [1, 2] })),
    "ADJ2004",
  );
  t.is(
    code(() => l.Rop(f, { x }, [1, 2])),
    "ADJ2004",
  );
  t.is(
    code(() => l.Lop(f, x, y)),
    "ADJ2004",
  );
  t.is(
    code(() => l.hessianVector(l.sum(f), x, y)),
    "ADJ2004",
  );
  t.is(
    code(() => l.Rop(f, x, l.ivector(2))),
    "ADJ2004",
  );
  t.is(
    code(() => l.Rop(l.ivector(2), x, [1, 2])),
    "ADJ2003",
  );
  t.is(
    code(() => l.jacobian(l.gt(x, 0), x)),
    "ADJ2003",
  );
});

test("spellings that overflow are recognised before they are differentiated forward as well", (t) => {
  const x = named(l.dvector(3), "x");
  const e = l.exp(x);
  const spelt = l.div(e, l.sum(e));
  const at = [[x, [1000, 999, -1000]]] as const;
  const [a, b] = [
    l.evaluate(l.Rop(spelt, x, [1, 0, 0]), at) as number[],
    l.evaluate(l.Rop(l.softmax(x), x, [1, 0, 0]), at) as number[],
  ];
  t.true(a.every((v, i) => Number.isFinite(v) && Math.abs(v - b[i]) < 1e-15));
  const rows = l.evaluate(l.jacobian(spelt, x), at) as number[][];
  t.true(rows.flat().every(Number.isFinite));
});

test("stopGradient has no tangent, gradScale scales it, gradClip lets it pass", (t) => {
  const x = named(l.dscalar(), "x");
  const rop = (f: Tensor) =>
    l.evaluate(l.Rop(f, x, 2, { disconnectedOutputs: "ignore" }), [[x, 3]]);
  t.is(rop(l.mul(x, l.stopGradient(x))), 6);
  t.is(rop(l.square(l.gradScale(x, -1))), -12);
  t.is(rop(l.square(l.gradClip(x, -1, 1))), 12);
});
