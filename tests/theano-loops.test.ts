/** Theano's examples of loops and functions, and what it computes or catches only in some modes. */

import type { NestedNumbers, Tensor } from "adjoint";
import * as l from "adjoint";
import test from "ava";
import type { Node } from "../compiler/graph/node.ts";
import { importText, named, textOf } from "./support/compile.ts";
import { flat } from "./support/near.ts";

// ── Loops ─────────────────────────────────────────────────────────────────────────────────────────

/** What the interpreter and generated code make of a function of one input. */
async function both(
  input: Tensor | undefined,
  output: Tensor,
  value: NestedNumbers | undefined,
): Promise<[interpreted: number[], generated: number[]]> {
  const at = input === undefined ? [] : ([[input, value]] as [Tensor, NestedNumbers][]);
  const code = await importText(textOf([["f", l.fn(input === undefined ? [] : [input], output)]]));
  const state = (code.createState as (seed: number) => unknown)(0);
  const isList = Array.isArray(value);
  const given = value === undefined ? [] : [isList ? Float32Array.from(flat(value)) : value];
  const sizes = isList && (input as unknown as Node).shape[0] === "n" ? [flat(value).length] : [];
  const result = (code.f as (...args: unknown[]) => ArrayLike<number> | number)(
    state,
    ...given,
    ...sizes,
  );
  return [flat(l.evaluate(output, at)), typeof result === "number" ? [result] : Array.from(result)];
}

test("scan: the powers A ** 2 of 0 … 9", async (t) => {
  const A = named(l.vector("n"), "A");
  const [p] = l.scan({
    fn: (prior: Tensor, a: Tensor) => l.mul(prior, a),
    outputsInfo: l.onesLike(A),
    nonSequences: A,
    nSteps: 2,
  });
  const digits = Array.from({ length: 10 }, (_, i) => i);
  const squares = [0, 1, 4, 9, 16, 25, 36, 49, 64, 81];
  t.deepEqual(await both(A, l.at(p, -1), digits), [squares, squares]);
});

test("scan: the power as an input of the function", (t) => {
  const [A, k] = [l.vector(10), l.iscalar()];
  const [p] = l.scan({
    fn: (prior: Tensor, a: Tensor) => l.mul(prior, a),
    outputsInfo: l.onesLike(A),
    nonSequences: A,
    nSteps: k,
  });
  const digits = Array.from({ length: 10 }, (_, i) => i);
  const at = (steps: number) =>
    flat(
      l.evaluate(l.at(p, -1), [
        [A, digits],
        [k, steps],
      ]),
    );
  t.deepEqual(at(2), [0, 1, 4, 9, 16, 25, 36, 49, 64, 81]);
  t.deepEqual(at(4), [0, 1, 16, 81, 256, 625, 1296, 2401, 4096, 6561]);
});

test("scan: the polynomial 1 + 0·x + 2·x² at 3 is 19", async (t) => {
  const c = named(l.vector("n"), "coefficients");
  const [terms] = l.scan({
    fn: (coefficient: Tensor, power: Tensor, x: Tensor) => l.mul(coefficient, l.pow(x, power)),
    sequences: [c, l.arange("n")],
    outputsInfo: null,
    nonSequences: l.constant(3),
  });
  t.deepEqual(await both(c, l.sum(terms), [1, 0, 2]), [[19], [19]]);
});

test("scan: the running sum of 0 … 4", async (t) => {
  const xs = named(l.vector("n"), "xs");
  const [sums] = l.scan({
    fn: (x: Tensor, total: Tensor) => l.add(total, x),
    sequences: xs,
    outputsInfo: 0,
  });
  const expected = [0, 1, 3, 6, 10];
  t.deepEqual(await both(xs, sums, [0, 1, 2, 3, 4]), [expected, expected]);
});

test("scan: doubling until the value is above 45", async (t) => {
  const start = named(l.scalar(), "start");
  const [values] = l.scan({
    fn: (x: Tensor) => ({ outputs: l.mul(x, 2), until: l.gt(l.mul(x, 2), 45) }),
    outputsInfo: start,
    nSteps: 1024,
  });
  const expected = [2, 4, 8, 16, 32, 64];
  t.deepEqual(await both(start, values, 1), [expected, expected]);
});

test("scan: map, reduce, foldl and foldr", async (t) => {
  const xs = named(l.vector("n"), "xs");
  const list = [1, 2, 3, 4];
  const twice = l.map((x: Tensor) => l.mul(x, 2), xs);
  t.deepEqual(await both(xs, twice, list), [
    [2, 4, 6, 8],
    [2, 4, 6, 8],
  ]);
  const total = l.reduce((x: Tensor, sum: Tensor) => l.add(x, sum), xs, 0);
  t.deepEqual(await both(xs, total, list), [[10], [10]]);
  // ((((0 − 1) − 2) − 3) − 4) and ((((0 − 4) − 3) − 2) − 1), each halved on the way.
  const halved = (x: Tensor, sum: Tensor) => l.sub(l.div(sum, 2), x);
  t.deepEqual(await both(xs, l.foldl(halved, xs, 0), list), [[-6.125], [-6.125]]);
  t.deepEqual(await both(xs, l.foldr(halved, xs, 0), list), [[-3.25], [-3.25]]);
});

test("scan: the gradient of the last of A's powers is the power rule's", async (t) => {
  const A = named(l.vector("n"), "A");
  const [p] = l.scan({
    fn: (prior: Tensor, a: Tensor) => l.mul(prior, a),
    outputsInfo: l.onesLike(A),
    nonSequences: A,
    nSteps: 3,
  });
  const slope = l.grad(l.sum(l.at(p, -1)), A);
  t.deepEqual(await both(A, slope, [1, 2, 5]), [
    [3, 12, 75],
    [3, 12, 75],
  ]);
});

// ── Functions ─────────────────────────────────────────────────────────────────────────────────────

test("functions: an accumulator returns what it held before; variables that swap; givens", async (t) => {
  const state = named(l.shared(l.zeros()), "total");
  const by = named(l.scalar(), "by");
  const [a, b] = [named(l.shared(l.zeros()), "a"), named(l.shared(l.ones()), "b")];
  const foo = named(l.scalar(), "foo");
  const code = await importText(
    textOf([
      ["accumulate", l.fn([by], state, { updates: [[state, l.add(state, by)]] })],
      [
        "swap",
        l.fn([], [a, b], {
          updates: [
            [a, b],
            [b, a],
          ],
        }),
      ],
      // state·2 + by with foo in the place of the state, which stays as it is.
      ["given", l.fn([by, foo], l.add(l.mul(state, 2), by), { givens: [[state, foo]] })],
    ]),
  );
  const memory = (code.createState as (seed: number) => unknown)(0);
  const call = (name: string, ...args: number[]): unknown =>
    (code[name] as (state: unknown, ...args: number[]) => unknown)(memory, ...args);
  t.deepEqual(
    [1, 300, 0].map((v) => call("accumulate", v)),
    [0, 1, 301],
  );
  t.deepEqual(
    [call("swap"), call("swap"), call("swap")],
    [
      [0, 1],
      [1, 0],
      [0, 1],
    ],
  );
  t.is(call("given", 1, 3), 7);
  t.is(call("accumulate", 0), 301);
});

// ── What Theano computes only in some modes, and what it does not catch ───────────────────────────

test("the textbook's softplus and the logarithm of a complement are right in float32 everywhere", async (t) => {
  const x = named(l.scalar(), "x");
  t.deepEqual((await both(x, l.log(l.add(1, l.exp(x))), 1000))[1], [1000]);
  t.deepEqual((await both(x, l.log1p(l.neg(l.sigmoid(x))), 100))[1], [-100]);
});

test("one draw in one call: u + u − 2·u is exactly 0", async (t) => {
  const u = l.randomStream(234).uniform([2, 2]);
  const [, generated] = await both(undefined, l.sub(l.add(u, u), l.mul(2, u)), undefined);
  t.deepEqual(generated, [0, 0, 0, 0]);
});

test("mistakes of shape are found before anything runs", (t) => {
  const W = l.shared(l.zeros(784, 10));
  t.throws(() => l.dot(l.matrix(600, 780), W), { message: /780 ≠ 784/ });
  t.throws(() => l.reshape(l.vector(3), [2, 2]), { message: /3.*4|\[2, 2\]/ });
  t.throws(() => l.at(l.vector(3), 3), { message: /3/ });
  // NumPy's broadcasting needs no declaration.
  t.deepEqual((l.add(l.matrix(1, 3), l.matrix(2, 3)) as unknown as Node).shape, [2, 3]);
});
