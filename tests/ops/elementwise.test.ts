/** Elementwise functions beside NumPy's and SciPy's values, in the interpreter and in generated code. */

import * as l from "adjoint";
import test from "ava";
import { createDispatch } from "../../compiler/frontend/dispatch.ts";
import { gradients } from "../../compiler/gradient/grad.ts";
import { arrayOf, evaluateNodes } from "../../compiler/graph/evaluate.ts";
import type { Node } from "../../compiler/graph/node.ts";
import { definedNames } from "../../compiler/kernels/functions.ts";
import { numeric } from "../../compiler/kernels/numeric.ts";
import { call } from "../../compiler/kernels/scalar.ts";
import { symbol } from "../../compiler/ops/leaf.ts";
import { sum } from "../../compiler/ops/reduction.ts";
import { close, runGenerated } from "../support/compile.ts";
import { fixture, number, type Value } from "../support/fixtures.ts";

const table = fixture<{
  x: Value[];
  pairs: Value[][];
  unary: Record<string, Value[]>;
  binary: Record<string, Value[]>;
  polygamma: { x: number[]; y: Record<string, number[]> };
  lgammaNearZeros: { x: Value[]; y: Value[] };
}>("elementwise");

const functions = l as unknown as Record<string, (...args: unknown[]) => Node>;

/** Where the function is known to say something else than NumPy, and why. */
const exceptions: Record<string, { at: (...x: number[]) => boolean; reason: string }> = {
  lgamma: { at: (x) => x === -Infinity, reason: "log Γ has no limit at −∞" },
  trigamma: { at: (x) => x === -Infinity, reason: "it has no limit at −∞" },
  digamma: { at: (x) => Math.abs(x - 1.46165) < 1e-3, reason: "next to its zero" },
  pow: {
    at: (x, y) => (x === 1 || x === -1) && !Number.isFinite(y),
    reason: "1 ** NaN and (±1) ** ∞ are NaN, as JavaScript's",
  },
  mod: {
    at: (x, y) => !Number.isFinite(x) || !Number.isFinite(y) || y === 0,
    reason: "x − y·⌊x/y⌋ is NaN where a quotient is not finite",
  },
};

for (const [kind, cases] of [
  ["unary", table.unary],
  ["binary", table.binary],
] as const) {
  test(`${kind} functions have NumPy's and SciPy's values (float64, relative 1e-12)`, async (t) => {
    let checked = 0;
    const points = kind === "unary" ? table.x.map((x) => [x]) : table.pairs;
    for (const [name, expected] of Object.entries(cases)) {
      const columns = points[0].map((_, i) => points.map((p) => number(p[i])));
      const inputs = columns.map((column) => symbol("float64", [column.length]));
      const values = new Map(
        inputs.map((x, i) => [x, arrayOf("float64", [columns[i].length], columns[i])]),
      );
      const node = functions[name](...inputs);
      const [interpreted] = evaluateNodes([node], values);
      const [generated] = await runGenerated([node], values);
      const wrong = points.flatMap((point, i) => {
        const args = point.map(number);
        if (exceptions[name]?.at(...args)) return [];
        checked++;
        const want = number(expected[i]);
        const good = [interpreted.data[i], generated[i]].every((v) =>
          close([v], [want], 1e-12, 1e-300),
        );
        return good ? [] : [`${name}(${args}) = ${interpreted.data[i]}, ${generated[i]}; ${want}`];
      });
      t.deepEqual(wrong, []);
    }
    t.log(`${checked} values; left out: ${JSON.stringify(exceptions)}`);
    t.true(checked > 500);
  });
}

test("definitions in scalar instructions, which targets print, have these values too", (t) => {
  // Those of draws have a range of their own: tests/random/bits.test.ts.
  for (const fn of definedNames.filter((name) => name in table.unary)) {
    const defined = numeric((x) => call(fn, x), 1);
    const wrong = table.x.map(number).flatMap((x, i) => {
      const want = number(table.unary[fn][i]);
      if (exceptions[fn]?.at(x) || close([defined(x)], [want], 1e-12, 1e-300)) return [];
      return [`${fn}(${x}) = ${defined(x)}, expected ${want}`];
    });
    t.deepEqual(wrong, []);
  }
  t.log(definedNames.join(" "));
  t.true(definedNames.length >= 20);
});

test("log Γ keeps its digits next to its zeros", (t) => {
  const { x, y } = table.lgammaNearZeros;
  const v = symbol("float64", [x.length]);
  const [value] = evaluateNodes(
    [functions.lgamma(v)],
    new Map([[v, arrayOf("float64", [x.length], x.map(number))]]),
  );
  t.true(close(Array.from(value.data), y.map(number), 1e-14, 0), `${value.data} and ${y}`);
});

/** ∂ Σ f(x) / ∂x at given points. */
function slope(f: (x: Node) => unknown, at: readonly number[]): number[] {
  const x = symbol("float64", [at.length]);
  const [dx] = gradients(functions.sum(f(x)), [x]);
  const [value] = evaluateNodes([dx], new Map([[x, arrayOf("float64", [at.length], at)]]));
  return Array.from(value.data);
}

test("gradients where a formula would give NaN", (t) => {
  t.deepEqual(
    slope((x) => functions.xlogy(0, x), [0.5, 2]),
    [0, 0],
  );
  t.deepEqual(
    slope((x) => functions.pow(0, x), [1, 2]),
    [0, 0],
  );
  t.deepEqual(
    slope((x) => functions.elu(x), [1000, -1000, 0]),
    [1, 0, 1],
  );
  t.deepEqual(
    slope((x) => functions.gelu(x), [100, -100]),
    [1, 0],
  );
  t.deepEqual(
    slope((x) => functions.hardSigmoid(x), [-3, 0, 3]),
    [0, 0.2, 0],
  );
});

test("stopGradient, gradClip and gradScale pass the value and change the gradient", (t) => {
  const at = [-2, 1, 3];
  t.deepEqual(
    slope((x) => functions.mul(functions.stopGradient(x), x), at),
    at,
  );
  t.deepEqual(
    slope((x) => functions.square(functions.gradClip(x, -1, 4)), at),
    [-1, 2, 4],
  );
  t.deepEqual(
    slope((x) => functions.square(functions.gradScale(x, -0.5)), at),
    [2, -1, -3],
  );
  const x = symbol("float64", []);
  t.throws(() => gradients(functions.square(functions.stopGradient(x)), [x]), {
    message: /does not depend on/,
  });
  t.throws(() => l.gradClip(1, 2, 1), { message: /low ≤ high/ });
  t.throws(() => l.polygamma(1.5, 2), { message: /no whole number from 0 to 20/ });
});

test("polygamma has mpmath's values, and is the derivative of the one before (relative 1e-12)", async (t) => {
  const { x: at, y } = table.polygamma;
  const x = symbol("float64", [at.length]);
  const values = new Map([[x, arrayOf("float64", [at.length], at)]]);
  for (const [order, expected] of Object.entries(y)) {
    const n = Number(order);
    const roots = [functions.polygamma(n, x), ...gradients(sum(functions.polygamma(n, x)), [x])];
    const next = functions.polygamma(n + 1, x);
    const generated = await runGenerated([...roots, next], values);
    const interpreted = evaluateNodes([...roots, next], values).map((v) => Array.from(v.data));
    for (const [value, slope, after] of [generated, interpreted]) {
      t.true(close(value, expected, 1e-12, 1e-14), `ψ${n}: ${value} and ${expected}`);
      t.true(close(slope, after, 1e-15, 0), `ψ${n}′`);
    }
  }
});

test("the approximation of gelu by tanh is its formula", (t) => {
  const x = symbol("float64", [4]);
  const at = [-3, -0.5, 0.5, 3];
  const [value] = evaluateNodes(
    [functions.gelu(x, { approximate: "tanh" })],
    new Map([[x, arrayOf("float64", [4], at)]]),
  );
  const expected = at.map(
    (v) => 0.5 * v * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (v + 0.044715 * v ** 3))),
  );
  t.true(close(Array.from(value.data), expected, 1e-14));
});

test("Math of a model builds what it computes for numbers", (t) => {
  const { Math: lifted } = createDispatch([]);
  const maths = lifted as unknown as Record<string, (...args: unknown[]) => Node>;
  const plain = Math as unknown as Record<string, (...args: number[]) => number>;
  const known = Object.getOwnPropertyNames(Math).filter(
    (name) =>
      typeof plain[name] === "function" &&
      !/^(random|clz32|imul|fround|f16round|hypot|cbrt|sumPrecise)$/.test(name),
  );
  for (const name of known) {
    const numbers = plain[name].length === 2 ? [0.5, 0.25] : [0.5];
    const args = name === "acosh" ? [1.5] : numbers;
    const symbols = args.map(() => symbol("float64", []));
    const values = new Map(symbols.map((x, i) => [x, arrayOf("float64", [], [args[i]])]));
    const [value] = evaluateNodes([maths[name](...symbols)], values);
    t.true(close([value.data[0]], [plain[name](...args)], 1e-14), name);
    t.is(maths[name](...(args as unknown[])) as unknown as number, plain[name](...args));
  }
  t.log(known.join(" "));
  t.true(known.length > 25);
});
