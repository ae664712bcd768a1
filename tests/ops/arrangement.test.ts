/** Moving, repeating, ordering and multiplying elements: NumPy's results, and gradients by differences. */

import * as l from "adjoint";
import test from "ava";
import { gradients } from "../../compiler/gradient/grad.ts";
import { arrayOf, evaluateNodes } from "../../compiler/graph/evaluate.ts";
import type { NDArray } from "../../compiler/graph/ndarray.ts";
import type { Node } from "../../compiler/graph/node.ts";
import { isFloat } from "../../compiler/graph/types.ts";
import { symbol } from "../../compiler/ops/leaf.ts";
import { simplifyNodes } from "../../compiler/simplify/simplify.ts";
import { close, runGenerated } from "../support/compile.ts";
import { type CallCase, fixture, number, titleOf, type Value } from "../support/fixtures.ts";
import { Random } from "../support/random.ts";

type Case = CallCase<Value>;
const cases = fixture<Case[]>("arrangement");
const functions = l as unknown as Record<string, (...args: unknown[]) => Node | Node[]>;

function instantiate({ name, inputs, args }: Case) {
  const values = new Map<Node, NDArray>();
  const symbols = inputs.map(({ shape, data }) => {
    const x = symbol("float64", shape);
    values.set(x, arrayOf("float64", shape, data.map(number)));
    return x;
  });
  const plain = args.map((a) => (a === "inf" || a === "-inf" ? number(a) : a));
  return { values, symbols, results: [functions[name](...symbols, ...plain)].flat() };
}

test(`NumPy's results of ${cases.length} calls: interpreted, simplified, generated`, async (t) => {
  for (const c of cases) {
    const { values, results } = instantiate(c);
    const interpreted = evaluateNodes(results, values);
    const simplified = evaluateNodes(simplifyNodes(results).roots, values);
    const generated = await runGenerated(results, values);
    for (const [n, want] of c.results.entries()) {
      t.deepEqual([...interpreted[n].shape], want.shape, titleOf(c));
      for (const data of [interpreted[n].data, simplified[n].data, generated[n]]) {
        t.true(
          close(Array.from(data), want.data.map(number), 1e-12),
          `${titleOf(c)}: ${data}, expected ${want.data}`,
        );
      }
    }
  }
});

test("their gradients agree with differences", (t) => {
  let checked = 0;
  for (const c of cases) {
    if (c.inputs.some((x) => x.data.some((v) => typeof v !== "number"))) continue;
    const { values, symbols, results } = instantiate(c);
    // Distinct values away from 0, so that no order, no maximum and no |x| changes on the way.
    const random = new Random(checked + 1);
    for (const x of symbols) {
      const spread = arrayOf("float64", x.shape as number[], (values.get(x) as NDArray).data);
      values.set(x, {
        ...spread,
        data: spread.data.map((v) => v + 0.3 + random.between(0, 0.2)),
      });
    }
    const smooth = results.filter((y) => isFloat(y.type.dtype));
    if (smooth.length === 0 || (c.name === "norm" && c.args[1] === 0)) continue;
    const weights = smooth.map((y) => random.array("float64", y.shape as number[], [-1, 1]));
    const cost = smooth
      .map((y, i) =>
        l.sum(l.mul(y as unknown as number, l.reshape(Array.from(weights[i].data), y.shape))),
      )
      .reduce((a, b) => l.add(a, b)) as unknown as Node;
    const value = (): number => evaluateNodes([cost], values, { precision: "float64" })[0].data[0];
    const grads = evaluateNodes(gradients(cost, symbols), values, { precision: "float64" });
    for (const [n, x] of symbols.entries()) {
      const array = values.get(x) as NDArray;
      const numeric = Array.from(array.data, (_, i) => {
        const [up, down] = [1e-6, -1e-6].map((by) => {
          const data = array.data.slice();
          data[i] += by;
          values.set(x, { ...array, data });
          return value();
        });
        values.set(x, array);
        return (up - down) / 2e-6;
      });
      t.true(
        close(Array.from(grads[n].data), numeric, 1e-4, 1e-6),
        `${titleOf(c)}: ${grads[n].data}, numerically ${numeric}`,
      );
      checked++;
    }
  }
  t.log(`${checked} gradients`);
  t.true(checked > 80);
});

test("whole numbers and named sizes", async (t) => {
  const [i, x] = [symbol("int32", [5]), symbol("float32", ["rows", 3])];
  const values = new Map([
    [i, arrayOf("int32", [5], [3, 1, 3, 2, 1])],
    [x, arrayOf("float32", [4, 3], [3, 1, 2, 9, 8, 7, 1, 1, 0, 5, 6, 4])],
  ]);
  const results = [
    functions.sort(i),
    functions.argsort(i, -1, { descending: true }),
    functions.sort(x, 0),
    functions.tril(x),
    functions.tile(x, [1, 2]),
    functions.at(functions.sort(i), functions.argsort(i)),
  ] as Node[];
  const expected = [
    [1, 1, 2, 3, 3],
    [0, 2, 3, 1, 4],
    [1, 1, 0, 3, 1, 2, 5, 6, 4, 9, 8, 7],
    [3, 0, 0, 9, 8, 0, 1, 1, 0, 5, 6, 4],
    [3, 1, 2, 3, 1, 2, 9, 8, 7, 9, 8, 7, 1, 1, 0, 1, 1, 0, 5, 6, 4, 5, 6, 4],
    [1, 3, 3, 1, 2],
  ];
  const interpreted = evaluateNodes(results, values).map((a) => Array.from(a.data));
  t.deepEqual(interpreted, expected);
  t.is(results[0].type.dtype, "int32");
  t.is(results[1].type.dtype, "int32");
});

test("the norm's gradient at 0 is 0, and ties of a sort keep their order in its gradient", (t) => {
  const x = symbol("float64", [3]);
  const zero = new Map([[x, arrayOf("float64", [3], [0, 0, 0])]]);
  const [atZero] = evaluateNodes(gradients(functions.norm(x) as Node, [x]), zero);
  t.deepEqual(Array.from(atZero.data), [0, 0, 0]);
  const cost = functions.sum(functions.mul(functions.sort(x) as Node, [1, 2, 3])) as Node;
  const ties = new Map([[x, arrayOf("float64", [3], [5, 1, 5])]]);
  const [slope] = evaluateNodes(gradients(cost, [x]), ties);
  t.deepEqual(Array.from(slope.data), [2, 1, 3]);
});

const mistakes: [string, () => unknown, RegExp][] = [
  ["tile", () => l.tile(l.dvector(2), -1), /no counts/],
  ["repeat", () => l.repeat(l.dvector(2), [1, 2, 3], 0), /3 counts for an axis of 2/],
  ["pad", () => l.pad(l.dmatrix(2, 2), [[1, 1]]), /no widths for 2 axes/],
  ["pad nothing", () => l.pad(l.dvector(0), 1, { mode: "edge" }), /no element to continue/],
  ["roll", () => l.roll(l.dmatrix(2, 2), [1, 2, 3], [0, 1]), /3 shifts for 2 axes/],
  ["roll a named axis", () => l.roll(l.dvector("rows"), 1, 0), /no known length/],
  ["diag", () => l.diag(l.dtensor3(2, 2, 2)), /a vector or a matrix/],
  ["tril", () => l.tril(l.dvector(2)), /at least two axes/],
  ["topk", () => l.topk(l.dvector(2), 3), /there are no 3 elements/],
  ["norm", () => l.norm(l.dvector(2), 0, Number.NaN), /p must be a number/],
  ["batchedDot", () => l.batchedDot(l.dtensor3(2, 3, 4), l.dtensor3(2, 3, 4)), /do not agree/],
  ["batchedDot of a vector", () => l.batchedDot(l.dvector(2), l.dvector(2)), /a batch of vectors/],
];
for (const [name, call, message] of mistakes) {
  test(`a slip in ${name} is an error`, (t) => {
    t.throws(call, { message });
  });
}
