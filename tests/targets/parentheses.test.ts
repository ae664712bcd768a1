/** Operations are done in the order of the graph: where it matters, generated code has its parentheses. */

import test from "ava";
import type { NDArray } from "../../compiler/graph/ndarray.ts";
import type { Node } from "../../compiler/graph/node.ts";
import * as l from "../../compiler/language/index.ts";
import { type Case, runAllGenerated, textOf } from "../support/compile.ts";
import { missingCompiler, quick, runAllNative } from "../support/native.ts";
import { runAllWasm } from "../support/wasm.ts";

const i = l.arange(12);
const [a, b, c] = [1, 2, 3].map(() => l.vector(2));
const values: readonly number[][] = [
  [1, 2 ** 100],
  [2 ** 100, 2 ** 100],
  [-(2 ** 100), 2 ** -100],
];

const each = (f: (n: number) => number): number[] => Array.from({ length: 12 }, (_, n) => f(n));
const expressions: readonly (readonly [string, unknown, readonly number[]])[] = [
  ["i·(i mod 3)", l.mul(i, l.mod(i, 3)), each((n) => n * (n % 3))],
  ["(i mod 5)·(i mod 3)", l.mul(l.mod(i, 5), l.mod(i, 3)), each((n) => (n % 5) * (n % 3))],
  ["i·(i + 1)", l.mul(i, l.add(i, 1)), each((n) => n * (n + 1))],
  ["a + (b + c)", l.add(a, l.add(b, c)), [1, 2 ** 101]],
  ["a − (b + c)", l.sub(a, l.add(b, c)), [1, 0]],
  ["a·(b·c)", l.mul(a, l.mul(b, c)), [-(2 ** 200), 2 ** 100].map(Math.fround)],
];

const cases: Case[] = expressions.map(([, root]) => ({
  outputs: [root as Node],
  bindings: new Map(
    [a, b, c].map((node, n): [Node, NDArray] => [
      node as unknown as Node,
      { dtype: "float32", shape: [2], data: Float64Array.from(values[n]) },
    ]),
  ),
}));

const targets: readonly [string, () => Promise<number[][][]>, string | undefined][] = [
  ["TypeScript", () => runAllGenerated(cases), undefined],
  ["C", () => runAllNative(cases, quick), missingCompiler()],
  ["WebAssembly", () => runAllWasm(cases), undefined],
];
for (const [target, runAll, missing] of targets) {
  const run = missing ? test.skip : test.serial;
  run(`${target} does what stands in parentheses first`, async (t) => {
    const results = await runAll();
    for (const [n, [name, , expected]] of expressions.entries())
      t.deepEqual(results[n][0].map(Math.fround), [...expected], name);
  });
}

test("formulas have the parentheses of a remainder", (t) => {
  const text = textOf([["f", l.fn([], l.mul(i, l.mod(i, 3)))]]);
  t.regex(text, /mul\[i\] = i·\(i mod 3\)/);
});
