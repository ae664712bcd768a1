/** Rows by number of a scan that stops by itself: in TypeScript, C, WebAssembly and by the interpreter. */

import * as l from "adjoint";
import test from "ava";
import type { Node } from "../../compiler/graph/node.ts";
import { runAllGenerated, runInterpreter } from "../support/compile.ts";
import { missingCompiler, quick, runAllNative } from "../support/native.ts";
import { runAllWasm } from "../support/wasm.ts";

type Operand = Parameters<typeof l.at>[0];

/** x, halved until it is less than 1: the values after each step, and something of each step. */
function halved(): { x: Node; expressions: Node[] } {
  const x = l.scalar();
  const [[h, y]] = l.scan({
    fn: (s: number) => ({ outputs: [l.mul(s, 0.5), l.add(l.square(s), 1)], until: l.lt(s, 1) }),
    outputsInfo: [x, null],
    nSteps: 20,
  }) as unknown as [[Operand, Operand]];
  const row = (of: Operand, n: number) => l.at(of, n);
  return {
    x: x as unknown as Node,
    expressions: [
      row(h, 0),
      row(h, 2),
      row(h, -1),
      row(y, 0),
      row(y, 3),
      row(y, -2),
      row(y, -4),
      l.add(row(h, 1), row(l.exp(y), 0)),
      l.grad(row(h, 1), x),
      l.grad(row(y, 0), x),
      l.grad(row(y, 2), x),
      l.grad(row(y, -2), x),
      l.grad(l.grad(row(y, 1), x), x),
    ] as unknown as Node[],
  };
}

/** What they are by arithmetic, of an x and where it takes so many steps. */
function expected(x: number): number[] {
  const s = [x];
  while (s[s.length - 1] >= 1) s.push(s[s.length - 1] / 2);
  const [h, y] = [s.map((v) => v / 2), s.map((v) => v * v + 1)];
  const row = (list: readonly number[], n: number): number => list.at(n) ?? Number.NaN;
  const steps = s.length;
  return [
    h[0],
    row(h, 2),
    row(h, -1),
    y[0],
    row(y, 3),
    row(y, -2),
    row(y, -4),
    row(h, 1) + Math.exp(y[0]),
    // What is not there does not depend on x.
    steps > 1 ? 0.25 : 0,
    2 * x,
    steps > 2 ? (2 * x) / 16 : 0,
    steps > 1 ? (2 * x) / 4 ** (steps - 2) : 0,
    steps > 1 ? 2 / 4 : 0,
  ];
}

const values = [8, 3, 1.5, 0.5];
const cases = values.flatMap((value) => {
  const { x, expressions } = halved();
  const bindings = new Map([
    [x, { dtype: "float32" as const, shape: [], data: Float64Array.of(value) }],
  ]);
  return expressions.map((output, i) => ({
    outputs: [output],
    bindings,
    wanted: expected(value)[i],
    what: `expression ${i} at ${value}`,
  }));
});

type Check = (results: readonly (readonly (readonly number[])[])[]) => void;
const checking =
  (t: { true(value: boolean, message: string): unknown }): Check =>
  (results) => {
    for (const [i, { wanted, what }] of cases.entries()) {
      const [[got]] = results[i];
      const isNear =
        Object.is(got, wanted) || Math.abs(got - wanted) <= 1e-5 * (1 + Math.abs(wanted));
      t.true(isNear, `${what}: ${got}, not ${wanted}`);
    }
  };

test("the interpreter", (t) => {
  checking(t)(cases.map(({ outputs, bindings }) => runInterpreter(outputs, bindings)));
});

test("TypeScript", async (t) => checking(t)(await runAllGenerated(cases)));

(missingCompiler() ? test.skip : test)("C", async (t) =>
  checking(t)(await runAllNative(cases, quick)),
);

test("WebAssembly", async (t) => checking(t)(await runAllWasm(cases)));

test("a row behind the last possible step, and whole numbers that may not be there, are refused", (t) => {
  const x = l.iscalar();
  const [n] = l.scan({
    fn: (s: number) => ({ outputs: l.add(s, 1), until: l.gt(s, 5) }),
    outputsInfo: x,
    nSteps: 9,
  }) as unknown as [Operand];
  t.notThrows(() => l.at(n, 0));
  t.notThrows(() => l.at(n, -1));
  t.throws(() => l.at(n, 9), { message: /there is no row 9: the loop makes 9 steps at most/ });
  t.throws(() => l.at(n, 1), { message: /a row that the loop may not come to is NaN/ });
});
