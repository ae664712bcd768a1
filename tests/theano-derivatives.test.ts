/** Theano's operators of derivatives with the numbers of its tutorial, and gradients where a function has none. */

import * as l from "adjoint";
import test from "ava";
import { named } from "./support/compile.ts";
import { near } from "./support/near.ts";

test("considerConstant holds a value", (t) => {
  const s = l.dscalar();
  const c = l.square(s);
  t.is(l.evaluate(l.grad(l.mul(c, s), s, { considerConstant: [c] }), [[s, 3]]), 9);
  t.is(l.evaluate(l.grad(l.mul(c, s), s), [[s, 3]]), 27);
});

test("jacobian, hessian, Rop, Lop and a Hessian times a vector, with the numbers of the tutorial", (t) => {
  const v = named(l.dvector(2), "v");
  t.deepEqual(l.evaluate(l.jacobian(l.pow(v, 2), v), [[v, [4, 4]]]), [
    [8, 0],
    [0, 8],
  ]);
  t.deepEqual(l.evaluate(l.hessian(l.sum(l.pow(v, 3)), v), [[v, [1, 2]]]), [
    [6, 0],
    [0, 12],
  ]);
  const at = [[v, [1, 2]]] as const;
  t.deepEqual(l.evaluate(l.Rop(l.pow(v, 2), v, [3, 4]), at), [6, 16]);
  t.deepEqual(l.evaluate(l.Lop(l.pow(v, 2), v, [3, 4]), at), [6, 16]);
  t.deepEqual(l.evaluate(l.hessianVector(l.sum(l.pow(v, 2)), v, [2, 2]), at), [4, 4]);
  // Both ways that the tutorial gives for it.
  const g = l.grad(l.sum(l.pow(v, 2)), v);
  t.deepEqual(l.evaluate(l.Rop(g, v, [2, 2]), at), [4, 4]);
  t.deepEqual(l.evaluate(l.grad(l.sum(l.mul(g, [2, 2])), v), at), [4, 4]);
});

test("the R- and L-operators of x·W, as the tutorial takes them", (t) => {
  const [W, V] = [l.dmatrix(2, 2), l.dmatrix(2, 2)];
  const [x, u] = [l.dvector(2), l.dvector(2)];
  const y = l.dot(x, W);
  const ones = [
    [1, 1],
    [1, 1],
  ];
  const twos = [
    [2, 2],
    [2, 2],
  ];
  t.deepEqual(
    l.evaluate(l.Rop(y, W, V), [
      [W, ones],
      [V, twos],
      [x, [0, 1]],
    ]),
    [2, 2],
  );
  t.deepEqual(
    l.evaluate(l.Lop(y, W, u), [
      [u, [2, 2]],
      [x, [0, 1]],
    ]),
    [
      [0, 0],
      [2, 2],
    ],
  );
});

test("without a cost a gradient starts from what is known", (t) => {
  const x = l.dscalar();
  const y = l.square(x);
  t.throws(() => l.grad(null, x), { message: /knownGrads/ });
  t.is(l.evaluate(l.grad(null, x, { knownGrads: [[y, 5]] }), [[x, 3]]), 30);
});

test("a square root at 0 that the cost does not read: NaN by the chain rule, as in Theano", (t) => {
  const v = l.dvector(2);
  const at = [[v, [4, 0]]] as const;
  t.deepEqual(l.evaluate(l.grad(l.at(l.sqrt(v), 0), v), at), [0.25, Number.NaN]);
  // Forward the other element is not touched, and a diagonal has no 0·∞ beside it.
  t.is(l.evaluate(l.Rop(l.at(l.sqrt(v), 0), v, [1, 1]), at), 0.25);
  t.deepEqual((l.evaluate(l.simplify(l.jacobian(l.sqrt(v), v)), at) as number[][])[0], [0.25, 0]);
});

test("argmax, and the mean of a comparison", (t) => {
  t.is(l.evaluate(l.argmax([1, 2, 3, 2, 1])), 2);
  near(t, l.evaluate(l.mean(l.neq([0, 1, 2, 3, 4], [0, 1, 2, 4, 3]))), 0.4, 6);
});

test("ties share the gradient of max; relu and |x| have gradient 0 at 0; clip 1 on its bounds", (t) => {
  const v = l.dvector(3);
  t.deepEqual(l.evaluate(l.grad(l.max(v), v), [[v, [1, 3, 3]]]), [0, 0.5, 0.5]);
  const x = l.dscalar();
  t.is(l.evaluate(l.grad(l.relu(x), x), [[x, 0]]), 0);
  t.is(l.evaluate(l.grad(l.abs(x), x), [[x, 0]]), 0);
  t.is(l.evaluate(l.grad(l.clip(x, 0, 1), x), [[x, 1]]), 1);
});

test("a shape trap of Theano is an error here", (t) => {
  t.throws(() => l.concatenate([l.matrix(5, 4), l.matrix(3, 3)], 0), {
    message: /\[5, 4\] and \[3, 3\] do not join/,
  });
});
