/** Lazy choices: what the other side needs does not run; gradients, nesting, loops, conditions of all kinds. */

import * as l from "adjoint";
import test from "ava";
import { compileModel } from "../../compiler/compile.ts";
import { gradients } from "../../compiler/gradient/grad.ts";
import { arrayOf, evaluateNodes } from "../../compiler/graph/evaluate.ts";
import type { NDArray } from "../../compiler/graph/ndarray.ts";
import type { Node } from "../../compiler/graph/node.ts";
import { add, div, logOf, mul, neg, sub } from "../../compiler/ops/arithmetic.ts";
import { ifelse } from "../../compiler/ops/choice.ts";
import { gt, relu, where } from "../../compiler/ops/comparison.ts";
import { exp, tanh } from "../../compiler/ops/exponential.ts";
import { at } from "../../compiler/ops/indexing.ts";
import { literal, symbol } from "../../compiler/ops/leaf.ts";
import { dot } from "../../compiler/ops/product.ts";
import { mean, sum } from "../../compiler/ops/reduction.ts";
import { emitTypescript } from "../../compiler/targets/typescript/index.ts";
import { close, importText, named, runAllGenerated, textOf } from "../support/compile.ts";
import { Random } from "../support/random.ts";

const one = (c: Node, a: Node, b: Node): Node => ifelse(c, a, b) as Node;

interface Symbols {
  readonly c: Node;
  readonly d: Node;
  readonly x: Node;
  readonly y: Node;
  readonly W: Node;
}

const looped = (f: (h: Node, x: Node) => Node, xs: Node): Node =>
  l.scan({
    fn: (x: Node, h: Node) => f(h, x) as never,
    sequences: xs as never,
    outputsInfo: l.zeros(3, { dtype: "float64" }),
  })[0] as unknown as Node;

/** Costs over truth values c, d and matrices [3, 3]. */
const cases: Readonly<Record<string, (s: Symbols) => Node>> = {
  "a value or another": ({ c, x, y }) => sum(one(c, tanh(x), mul(y, y))),
  "used more than once": ({ c, x, y }) => {
    const h = one(c, tanh(dot(x, y)), relu(x));
    return add(sum(mul(h, h)), mean(exp(h)));
  },
  "sides that share a value": ({ c, x, y }) => {
    const shared = tanh(dot(x, y));
    return sum(one(c, mul(shared, x), exp(shared)));
  },
  "a side that others read as well": ({ c, x, y }) => {
    const a = tanh(dot(x, y));
    return add(sum(one(c, a, y)), sum(a));
  },
  "a choice in a side": ({ c, d, x, y, W }) =>
    sum(tanh(one(c, one(d, dot(x, y), exp(x)), dot(y, W)))),
  "a choice in both sides": ({ c, d, x, y, W }) =>
    sum(tanh(one(c, one(d, dot(x, y), exp(x)), one(d, dot(y, W), neg(y))))),
  "one after the other": ({ c, d, x, y }) => {
    const h = one(c, dot(x, y), x);
    return sum(one(d, tanh(h), mul(0.5, h)));
  },
  numbers: ({ c, x, y }) =>
    mul(one(c, sum(exp(x)), mean(y)), one(c, literal(2, "float64"), sum(y))),
  "a condition that is computed": ({ x, y }) => {
    const h = one(gt(sum(x), 0), dot(x, y), y);
    return sum(one(gt(mean(h), 0.1), tanh(h), mul(h, h)));
  },
  "a condition of a side": ({ c, x, y }) =>
    sum(one(c, one(gt(sum(dot(x, y)), 0), exp(x), y), tanh(y))),
  "whole inputs": ({ c, x, y }) => sum(mul(one(c, x, y), x)),
  "the same on both sides": ({ c, x }) => sum(one(c, exp(x), exp(x))),
  "a loop in a side": ({ c, x, y, W }) =>
    sum(
      one(
        c,
        looped((h, r) => tanh(add(dot(h, W), r)), x),
        mul(x, y),
      ),
    ),
  "entries of a loop in a side": ({ c, x, y, W }) => {
    const hs = looped((h, r) => tanh(add(dot(h, W), r)), x);
    return add(one(c, sum(mul(at(hs, -1) as Node, at(hs, 1) as Node)), sum(y)), mean(y));
  },
  "a loop in the other side, twice": ({ c, d, x, y, W }) => {
    const hs = looped((h, r) => tanh(add(dot(h, W), r)), x);
    return mul(one(c, sum(y), one(d, sum(hs), mean(exp(hs)))), sum(tanh(y)));
  },
  "a loop that both sides read": ({ c, x, W }) => {
    const hs = looped((h, r) => tanh(add(dot(h, W), r)), x);
    return one(c, sum(mul(hs, hs)), sum(at(hs, -1) as Node));
  },
  "in a loop": ({ x, W }) =>
    sum(looped((h, r) => one(gt(sum(r), 0), tanh(add(dot(h, W), r)), mul(0.5, h)), x)),
  "in a loop, by what stays the same": ({ c, x, W }) =>
    sum(looped((h, r) => one(c, tanh(add(dot(h, W), r)), add(h, r)), x)),
  "a part of a value": ({ c, x, y }) => sum(exp(at(one(c, dot(x, y), x) as Node, 1))),
};

function symbolsFor(seed: number, [c, d]: readonly number[]) {
  const random = new Random(seed);
  const s: Symbols = {
    c: symbol("bool", []),
    d: symbol("bool", []),
    x: symbol("float64", [3, 3]),
    y: symbol("float64", [3, 3]),
    W: symbol("float64", [3, 3]),
  };
  const values = new Map<Node, NDArray>([
    [s.c, arrayOf("bool", [], [c])],
    [s.d, arrayOf("bool", [], [d])],
    ...[s.x, s.y, s.W].map((m) => [m, random.array("float64", [3, 3], [-1, 1])] as const),
  ]);
  return { s, values };
}

const sides = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
];

for (const [title, build] of Object.entries(cases)) {
  test(`${title}: both sides, gradients by differences, generated = interpreted`, async (t) => {
    for (const truth of sides) {
      const { s, values } = symbolsFor(3, truth);
      const cost = build(s);
      const wrt = [s.x, s.y, s.W].filter((m) => {
        try {
          return gradients(cost, [m]);
        } catch {
          return false;
        }
      });
      const roots = [cost, ...gradients(cost, wrt)];
      const expected = evaluateNodes(roots, values);
      const [generated] = await runAllGenerated([{ outputs: roots, bindings: values }]);
      for (const [n, { data }] of expected.entries())
        t.true(close(generated[n], Array.from(data), 1e-9, 1e-12), `${title} ${truth}, ${n}`);
      for (const [n, m] of wrt.entries()) {
        for (const k of [0, 4, 8]) {
          const cost_ = (by: number): number => {
            const old = values.get(m) as NDArray;
            const data = old.data.slice();
            data[k] += by;
            return evaluateNodes([cost], new Map(values).set(m, { ...old, data }))[0].data[0];
          };
          const numeric = (cost_(1e-6) - cost_(-1e-6)) / 2e-6;
          t.true(close([expected[n + 1].data[k]], [numeric], 1e-4, 1e-6), `${title} ${truth}`);
        }
      }
    }
  });
}

/** The calls in each side of the `if`s of a function. */
const choices = (text: string): string[] =>
  [...text.matchAll(/^ {2}if \((\w+)\) \{\n([^}]*)\} else \{\n([^}]*)\}/gm)].map(([whole]) =>
    whole.replace(/\s+/g, " ").trim(),
  );

test("only the taken side runs, forward and back; what it computed forward is not computed again", (t) => {
  const [x, c] = [named(l.matrix(20, 8), "x"), named(l.bscalar(), "c")];
  const [W, V] = [named(l.shared(l.zeros(8, 5)), "W"), named(l.shared(l.zeros(8, 5)), "V")];
  const h = named(l.ifelse(c, l.tanh(l.dot(x, W)), l.sigmoid(l.dot(x, V))), "h");
  const cost = named(l.mean(l.mul(h, h)), "cost");
  const [dW, dV] = l.grad(cost, [W, V]);
  const text = textOf([["f", l.fn([x, c], [cost, dW, dV])]]);
  const [forward, back] = choices(text);
  t.is(choices(text).length, 2, text);
  t.regex(forward, /^if \(c\) \{ f_\w*tanh\w*\([^;]*\); \} else \{ f_\w*h_otherwise\([^;]*\); \}$/);
  t.regex(back, /^if \(c\) \{ [^}]*h_tanh[^}]*\} else \{ [^}]*h_sigmoid[^}]*\}$/);
  t.is(text.match(/Math\.tanh/g)?.length, 1);
  t.is(text.match(/Math\.exp/g)?.length ?? 0, 1);
});

test("a loop that only one side needs runs on that side alone, forward and back", (t) => {
  const [c, xs] = [named(l.scalar(), "c"), named(l.matrix(9, 4), "xs")];
  const W = named(l.vector(4), "W");
  const [hs] = l.scan({
    fn: (x: l.Tensor, h: l.Tensor) => l.tanh(l.add(l.mul(h, 0.5), l.dot(x, W))),
    sequences: xs,
    outputsInfo: 0,
  });
  const chosen = l.ifelse(l.gt(c, 0), l.add(l.at(hs, -1), l.at(hs, 4)), l.sum(W)) as l.Tensor;
  const cost = named(chosen, "cost");
  const text = textOf([["f", l.fn([c, xs, W], [cost, l.grad(cost, W)])]]);
  const body = text.slice(text.indexOf("export function f("));
  const loops = body.slice(0, body.indexOf("\n}\n")).match(/^ +for \(let t .*$/gm) ?? [];
  t.deepEqual(
    loops.map((line) => line.trim()),
    ["for (let t = 0; t < 9; t++) {", "for (let t = 8; t >= 0; t--) {"],
  );
  t.true(
    loops.every((line) => line.startsWith("    ")),
    body,
  );
});

test("a side that is not taken is not divided by zero, and costs no time (Theano: 0.35 s in place of 0.67 s)", async (t) => {
  const n = 1_000_000;
  const [x, y] = [named(l.vector(n), "x"), named(l.vector(n), "y")];
  const c = named(l.bscalar(), "c");
  const [a, b] = [l.mean(l.exp(x)), l.mean(l.exp(y))];
  const model = compileModel("m", "models/m.ts", [
    ["lazy", l.fn([x, y, c], l.ifelse(c, a, b))],
    ["eager", l.fn([x, y, c], l.where(c, a, b))],
  ]);
  const code = await importText(emitTypescript(model));
  const state = (code.createState as (seed: number) => unknown)(0);
  const data = new Float32Array(n).fill(0.5);
  const time = (name: string, which: boolean): number => {
    const f = code[name] as (...args: unknown[]) => number;
    // Of this process: others may keep the machine busy.
    const start = process.cpuUsage();
    t.true(close([f(state, data, data, which)], [Math.exp(0.5)], 1e-4));
    return process.cpuUsage(start).user / 1000;
  };
  // In turns, so that both meet the same machine.
  const runs = Array.from({ length: 7 }, (_, i) =>
    ["lazy", "eager"].map((name) => time(name, i % 2 === 0)),
  );
  const [lazy, eager] = [0, 1].map((n) => Math.min(...runs.map((run) => run[n])));
  t.log(`lazy ${lazy.toFixed(2)} ms, both ${eager.toFixed(2)} ms`);
  t.true(lazy < 0.8 * eager);
});

test("lists choose several values in one `if`; numbers take the other's dtype", (t) => {
  const [x, y] = [named(l.vector(3), "x"), named(l.vector(3), "y")];
  const c = named(l.bscalar(), "c");
  const [p, q] = l.ifelse(c, [l.exp(x), l.sin(y)], [x, l.cos(y)]);
  const text = textOf([["f", l.fn([x, y, c], [p, q])]]);
  t.is(text.match(/if \(c\)/g)?.length, 1);
  t.is((l.ifelse(c, 1, x as never) as unknown as Node).type.dtype, "float32");
});

test("a gradient at which the other side is not finite is that of the taken side", (t) => {
  const [c, x] = [symbol("bool", []), symbol("float64", [2])];
  const safe = one(c, div(1, x), logOf(sub(x, 5)));
  const values = new Map<Node, NDArray>([
    [c, arrayOf("bool", [], [1])],
    [x, arrayOf("float64", [2], [1, 2])],
  ]);
  const [g] = evaluateNodes(gradients(sum(safe), [x]), values);
  t.deepEqual(Array.from(g.data), [-1, -0.25]);
});

test("updates by a choice, of a shared condition", async (t) => {
  const flag = named(l.shared(1, { dtype: "int32" }), "flag");
  const w = named(l.shared([1, 2]), "w");
  const next = l.ifelse(l.gt(flag, 0), l.mul(w, 2), l.sub(w, 1));
  const step = l.fn([], l.sum(w), {
    updates: [
      [w, next],
      [flag, l.sub(1, flag)],
    ],
  });
  const code = await importText(emitTypescript(compileModel("m", "models/m.ts", [["step", step]])));
  const state = (code.createState as (seed: number) => { w: Float32Array })(0);
  const f = code.step as (state: unknown) => number;
  t.deepEqual([f(state), f(state), f(state)], [3, 6, 4]);
  t.deepEqual(Array.from(state.w), [2, 6]);
});

test("choices by elements, and sides that do not fit, are refused", (t) => {
  t.throws(() => l.ifelse(l.gt(l.vector(3), 0), 1, 2), {
    message: /ifelse: the condition is \[3\], not a single truth value/,
  });
  t.throws(() => l.ifelse(l.bscalar(), l.vector(3), l.vector(4)), { message: /do not broadcast/ });
  t.throws(() => l.ifelse(l.bscalar(), [l.vector(3)], [l.vector(3), l.vector(3)]), {
    message: /ifelse: 1 values and 2/,
  });
  t.is(where(symbol("bool", []), 1, 2).op.name, "where");
});
