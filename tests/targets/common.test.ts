/** Kernels that functions of a model have in common: written once where they are the same, and only there. */

import * as l from "adjoint";
import test from "ava";
import { compileModel, type ModelExports } from "../../compiler/compile.ts";
import { withoutNames } from "../../compiler/targets/common.ts";
import { emitTypescript } from "../../compiler/targets/typescript/index.ts";
import { close, importText, named } from "../support/compile.ts";

const modelOf = (exports: ModelExports) => compileModel("m", "models/m.ts", exports);

/** Kernels of a model in TypeScript, and for each function those that it calls. */
function kernelsOf(exports: ModelExports): { written: string[]; calls: Record<string, string[]> } {
  const text = emitTypescript(modelOf(exports));
  const written = [...text.matchAll(/^function (\w+)/gm)].map(([, name]) => name);
  const calls = text
    .split(/^export function /m)
    .slice(1)
    .flatMap((part) => {
      const [name] = part.split("(");
      if (name === "createState") return [];
      const [body] = part.split("\n}\n");
      return [[name, written.filter((kernel) => body.includes(` ${kernel}(`))] as const];
    });
  return { written, calls: Object.fromEntries(calls) };
}

const vector = (name: string, size = 40) => named(l.vector(size), name);
const value = (node: l.Tensor, name = "v"): l.Tensor => named(node, name);

/** Two functions of which both compute a `v`. */
const both = (a: readonly [l.Tensor[], l.Tensor], b: readonly [l.Tensor[], l.Tensor]) =>
  kernelsOf([
    ["first", l.fn(a[0], value(a[1]))],
    ["second", l.fn(b[0], value(b[1]))],
  ]);

test("the same value of differently named operands is one kernel", (t) => {
  const [x, y] = [vector("x"), vector("images")];
  const { written, calls } = both([[x], l.tanh(l.add(x, 1))], [[y], l.tanh(l.add(y, 1))]);
  t.deepEqual(written, ["first_v"]);
  t.deepEqual(calls, { first: ["first_v"], second: ["first_v"] });
});

test("kernels that differ in anything are two", (t) => {
  const [x, y, longer] = [vector("x"), vector("y"), vector("z", 41)];
  const double = named(l.dvector(40), "d");
  const cases: Record<string, [readonly [l.Tensor[], l.Tensor], readonly [l.Tensor[], l.Tensor]]> =
    {
      "a constant": [
        [[x], l.mul(l.tanh(x), 2)],
        [[y], l.mul(l.tanh(y), 3)],
      ],
      "an extent": [
        [[x], l.tanh(x)],
        [[longer], l.tanh(longer)],
      ],
      "a dtype": [
        [[x], l.tanh(x)],
        [[double], l.tanh(double)],
      ],
      "an operand that is read twice": [
        [[x, y], l.mul(l.tanh(x), l.exp(y))],
        [[x], l.mul(l.tanh(x), l.exp(x))],
      ],
      "a function": [
        [[x], l.tanh(x)],
        [[x], l.sin(x)],
      ],
      "the order of operands": [
        [[x, y], l.sub(l.tanh(x), l.sum(y))],
        [[x, y], l.sub(l.sum(y), l.tanh(x))],
      ],
    };
  for (const [what, [a, b]] of Object.entries(cases)) {
    const { calls } = both(a, b);
    const shared = calls.first.filter((name) => calls.second.includes(name) && /_v$/.test(name));
    t.deepEqual(shared, [], what);
  }
});

test("a draw in one of them, and the counter of a loop, keep kernels apart", (t) => {
  const x = vector("x");
  const rng = l.randomStream(1);
  const dropped = both([[x], l.tanh(l.dropout(x, 0.5, rng))], [[x], l.tanh(x)]);
  t.deepEqual(dropped.calls.second, ["second_v"]);
  const u = vector("u");
  const draws = both([[x], l.add(x, rng.uniform([40]))], [[u], l.add(u, rng.uniform([40]))]);
  t.true(draws.calls.second.includes("second_v"));
});

test("values of other names have kernels of their own", (t) => {
  const [x, y] = [vector("x"), vector("y")];
  const { written } = kernelsOf([
    ["first", l.fn([x], value(l.tanh(x), "v"))],
    ["second", l.fn([y], value(l.tanh(y), "w"))],
  ]);
  t.deepEqual(written, ["first_v", "second_w"]);
});

test("a value that is called as a kernel keeps its function from calling that", (t) => {
  const [x, y] = [vector("x"), named(l.vector(40), "first_v")];
  const { calls } = both([[x], l.tanh(x)], [[y], l.tanh(y)]);
  t.deepEqual(calls, { first: ["first_v"], second: ["second_v"] });
});

test("functions of a model compute the same with kernels in common", async (t) => {
  const W = named(l.shared(l.uniform([30, 20], { low: -1, high: 1 })), "W");
  const of = (x: l.Tensor): l.Tensor => value(l.tanh(l.dot(x, W)), "h");
  const [x, y] = [named(l.matrix(7, 30), "x"), named(l.matrix(7, 30), "rows")];
  const exports: ModelExports = [
    ["W", W],
    ["first", l.fn([x], l.sum(of(x)))],
    ["second", l.fn([y], l.max(of(y)))],
  ];
  const { calls } = kernelsOf(exports);
  t.true(calls.second.includes("first_h"));
  const code = await importText(emitTypescript(modelOf(exports)));
  const state = (code.createState as (seed: number) => Record<string, Float32Array>)(1);
  const input = Float32Array.from({ length: 210 }, (_, i) => Math.sin(i));
  const h = Array.from({ length: 140 }, (_, n) => {
    let sum = 0;
    for (let k = 0; k < 30; k++)
      sum += input[Math.floor(n / 20) * 30 + k] * state.W[k * 20 + (n % 20)];
    return Math.tanh(sum);
  });
  const call = (name: string): number =>
    (code[name] as (s: unknown, x: Float32Array) => number)(state, input);
  t.true(close([call("first")], [h.reduce((a, b) => a + b)], 1e-5, 1e-6));
  t.true(close([call("second")], [Math.max(...h)], 1e-5, 1e-6));
});

test("texts are compared up to the names that they declare", (t) => {
  const same = (a: string, b: string, own: readonly string[]): boolean =>
    withoutNames(a, new Set(own)) === withoutNames(b, new Set(own));
  const names = ["x", "y", "exp", "log"];
  t.true(same("f(x) + g(y)", "f(y) + g(x)", names));
  t.false(same("f(x) + g(y)", "f(x) + g(x)", names));
  t.false(same("f(x)", "g(x)", names));
  t.false(same("exp + Math.exp(x)", "log + Math.log(x)", names), "members are no names");
  t.false(same("1e3 * x", "1e4 * x", names));
});
