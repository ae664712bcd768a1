/** What derivatives cost and look like once they are generated. */

import * as l from "adjoint";
import test from "ava";
import { compileModel } from "../../compiler/compile.ts";
import type { Node } from "../../compiler/graph/node.ts";
import { costOf } from "../../compiler/kernels/cost.ts";
import { emitMaths } from "../../compiler/targets/maths/index.ts";
import { emitTypescript } from "../../compiler/targets/typescript/index.ts";
import { functionOf, named } from "../support/compile.ts";

const compiled = (outputs: readonly unknown[]) =>
  compileModel("m", "models/m.ts", [["f", functionOf(outputs as Node[])]]);

/** Operations of all kernels of a function, each run once. */
function flopsOf(outputs: readonly unknown[]): number {
  const [{ program }] = compiled(outputs).functions;
  return program.stages.reduce((sum, stage) => sum + costOf(stage).flops, 0);
}

/** The kernels of a function: its text without the entry and the memory. */
const kernelsOf = (...outputs: readonly unknown[]): string => {
  const text = emitTypescript(compiled(outputs));
  return text.slice(text.indexOf("/**", text.indexOf("export function f(")));
};

test("a Hessian times a vector costs at most 4 gradients, on an MLP 784-500-10", (t) => {
  const [batch, hidden] = [600, 500];
  const x = named(l.matrix(batch, 784), "x");
  const y = named(l.ivector(batch), "y");
  const parameters = {
    W: named(l.matrix(784, hidden), "W"),
    b: named(l.vector(hidden), "b"),
    V: named(l.matrix(hidden, 10), "V"),
    c: named(l.vector(10), "c"),
  };
  const { W, b, V, c } = parameters;
  const h = named(l.tanh(l.add(l.dot(x, W), b)), "h");
  const p = named(l.softmax(l.add(l.dot(h, V), c)), "p");
  const cost = named(l.neg(l.mean(l.log(l.at(p, l.arange(batch), y)))), "cost");
  const direction = {
    W: named(l.matrix(784, hidden), "dirW"),
    b: named(l.vector(hidden), "dirb"),
    V: named(l.matrix(hidden, 10), "dirV"),
    c: named(l.vector(10), "dirc"),
  };
  const gradient = flopsOf(Object.values(l.grad(cost, parameters)));
  const product = flopsOf(Object.values(l.hessianVector(cost, parameters, direction)));
  const forward = flopsOf([cost]);
  const tangent = flopsOf([l.Rop(cost, parameters, direction)]);
  const million = (n: number): string => `${(n / 1e6).toFixed(1)} MFLOP`;
  t.log(
    `gradient ${million(gradient)}, Hessian-vector ${million(product)}: ${(product / gradient).toFixed(2)}×`,
  );
  t.log(`cost ${million(forward)}, Rop ${million(tangent)}: ${(tangent / forward).toFixed(2)}×`);
  // Two products of 600×784×500 are the least that a gradient needs.
  t.true(gradient > 2 * 2 * batch * 784 * hidden);
  t.true(product <= 4 * gradient);
  t.true(product >= gradient);
  t.true(tangent <= 2.1 * forward);
});

test("the Jacobian of v² is its diagonal: no loop over rows around the maths, no identity, no copy", (t) => {
  const v = named(l.dvector(4), "v");
  const J = named(l.jacobian(l.square(v), v), "J");
  t.is(l.pp(l.simplify(J)), "diag(2 * v)");
  const program = compiled([J]).functions[0].program;
  t.is(program.stages.length, 1);
  t.is(program.loops.length, 0);
  t.regex(kernelsOf(J), /J\[i \* 4 \+ j\] = i === j \? 2 \* v\[i\] : 0;/);
  t.is(l.pp(l.simplify(l.jacobian(l.pow(v, 2), v))), "diag(2 * v)");
});

test("Hessians of sums of elementwise maths are diagonals", (t) => {
  const v = named(l.dvector(3), "v");
  t.is(l.pp(l.simplify(l.hessian(l.sum(l.pow(v, 3)), v))), "diag(6 * v)");
  t.is(l.pp(l.simplify(l.hessian(l.sum(l.exp(v)), v))), "diag(exp(v))");
  // ‖v‖²/2 has the identity: one number for the whole diagonal.
  t.is(l.pp(l.simplify(l.hessian(l.mul(0.5, l.sum(l.square(v))), v))), "diag(broadcastTo(1, [3]))");
});

test("elementwise maths of matrices has a diagonal as well, chosen and divided", (t) => {
  const [x, y] = [named(l.dmatrix(2, 3), "x"), named(l.dmatrix(2, 3), "y")];
  const f = l.div(l.where(l.gt(x, 0), l.exp(x), l.mul(2, x)), y);
  const simple = l.pp(l.simplify(l.jacobian(f, x)));
  t.regex(simple, /^reshape\(diag\(.*\), \[2, 3, 2, 3\]\)$/);
  t.notRegex(simple, /eye|broadcastTo\(1/);
});

test("a layer's Jacobian scales the rows of its matrix", (t) => {
  const [W, v, b] = [
    named(l.dmatrix(3, 4), "W"),
    named(l.dvector(4), "v"),
    named(l.dvector(3), "b"),
  ];
  const h = named(l.tanh(l.add(l.dot(W, v), b)), "h");
  const text = kernelsOf(l.jacobian(h, v));
  t.regex(text, /∂h\/∂v/);
  t.notRegex(text, /\? 1 : 0/);
  // By the bias: the diagonal alone.
  t.is(l.pp(l.simplify(l.jacobian(h, b))), "diag(1 - square(tanh(dot(W, v) + b)))");
});

test("Jacobians of products of matrices: the entries that are not zero, without a sum over an identity", (t) => {
  const [X, W] = [named(l.dmatrix(2, 3), "X"), named(l.dmatrix(3, 4), "W")];
  const byX = kernelsOf(l.jacobian(l.dot(X, W), X));
  t.regex(byX, /= (i === k|k === i) \? W\[l \* 4 \+ j\] : 0;/);
  const byW = kernelsOf(l.jacobian(l.dot(X, W), W));
  t.regex(byW, /= (j === l|l === j) \? X\[i \* 3 \+ k\] : 0;/);
  for (const text of [byX, byW]) t.notRegex(text, /\+=|\? 1 : 0/);
});

test("the Jacobian of softmax is diag(p) − p·pᵀ", (t) => {
  const v = named(l.dvector(3), "v");
  const p = named(l.softmax(v), "p");
  t.is(
    l.pp(l.simplify(l.jacobian(p, v))),
    'diag(softmax(v, 0)) - softmax(v, 0) * dimshuffle(softmax(v, 0), [0, "x"])',
  );
  // Of rows: no sum over their places.
  const rows = named(l.dmatrix(4, 3), "rows");
  t.notRegex(kernelsOf(l.jacobian(l.softmax(rows), rows)).split("d_rows[i,j,k,l]")[1], /\+=/);
});

test("maths.md writes derivatives as ∂, how named values move with a dot", (t) => {
  const [W, v, u] = [
    named(l.dmatrix(3, 4), "W"),
    named(l.dvector(4), "v"),
    named(l.dvector(4), "u"),
  ];
  const h = named(l.tanh(l.dot(W, v)), "h");
  const maths = (output: unknown): string => emitMaths(compiled([output]));
  t.true(
    maths(l.jacobian(h, v)).includes(
      "\\frac{\\partial h}{\\partial v} = \\left(\\left(1 - h^{\\circ 2}\\right)\\,\\mathbf{1}_{4}^{\\top}\\right) \\odot W",
    ),
  );
  t.true(
    maths(l.jacobian(l.square(v), v)).includes(
      "\\frac{\\partial \\left(v^{\\circ 2}\\right)}{\\partial v} = \\mathop{\\mathrm{diag}}\\left(2 \\, v\\right)",
    ),
  );
  t.true(
    maths(l.Rop(h, v, u)).includes(
      "\\dot{h} = \\left(W\\,u\\right) \\odot \\left(1 - h^{\\circ 2}\\right)",
    ),
  );
  const cost = named(l.sum(l.square(h)), "cost");
  t.true(
    maths(l.hessian(cost, v)).includes("\\frac{\\partial^{2} \\mathrm{cost}}{\\partial v^{2}} = "),
  );
  t.true(
    maths(l.hessianVector(cost, v, u)).includes(
      "\\left(\\frac{\\partial \\mathrm{cost}}{\\partial v}\\right)^{\\cdot} = W^{\\top}",
    ),
  );
});
