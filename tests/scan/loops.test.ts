/** What scans become: one loop each way, nothing in it that need not be, nothing kept that no one reads. */

import * as l from "adjoint";
import test from "ava";
import { compileModel } from "../../compiler/compile.ts";
import { emitTypescript } from "../../compiler/targets/typescript/index.ts";
import { close, importText, named } from "../support/compile.ts";

type T = l.Tensor;

const textOf = (exports: Record<string, unknown>): string =>
  emitTypescript(compileModel("m", "models/m.ts", Object.entries(exports)));

/** Loops over time, in order. */
const loopsOf = (text: string): string[] =>
  text
    .split("\n")
    .flatMap((line) => /^ {2,4}for \(let t\w* = .*(?=\) \{)/.exec(line)?.[0].trim() ?? []);

/** Formulas above kernels. */
const formulasOf = (text: string): string =>
  text
    .split("\n")
    .filter((line) => /^( \*|\/\*\*) /.test(line))
    .join("\n");

/** What a function of the generated code makes of its arguments. */
async function run(text: string, name: string, ...args: unknown[]): Promise<unknown> {
  const code = await importText(text);
  const create = code.createState as (seed: number) => unknown;
  return (code[name] as (state: unknown, ...args: unknown[]) => unknown)(create(0), ...args);
}

const elman = (steps: l.Dim) => {
  const [xs, h0] = [named(l.tensor3(steps, 3, 4), "xs"), named(l.matrix(3, 5), "h0")];
  const parameters = [
    l.shared(l.zeros(4, 5)),
    l.shared(l.zeros(5, 5)),
    l.shared(l.zeros(5)),
    l.shared(l.zeros(5, 2)),
  ];
  for (const [i, name] of ["U", "W", "b", "V"].entries()) named(parameters[i], name);
  const [U, W, b, V] = parameters;
  const [[h, p]] = l.scan({
    fn: ((x: T, h: T) => {
      const next = l.tanh(l.add(l.add(l.dot(x, U), l.dot(h, W)), b));
      return [next, l.softmax(l.dot(next, V))];
    }) as never,
    sequences: xs,
    outputsInfo: [h0, null],
  });
  for (const [value, name] of [
    [h, "h"],
    [p, "p"],
  ] as const)
    named(value, name);
  return { xs, h0, h, p, parameters };
};

for (const steps of [7, "steps"] as const) {
  test(`an Elman network over ${steps} steps and its gradient: one loop each way, products outside`, (t) => {
    const { xs, h0, p, parameters } = elman(steps);
    const y = named(l.imatrix(steps, 3), "y");
    const place = l.at(l.arange(steps), l.span(), null);
    const cost = named(l.neg(l.mean(l.log(l.at(p, place, l.arange(3), y)))), "cost");
    const grads = l.grad(cost, parameters) as unknown as T[];
    const train = l.fn([xs, h0, y], cost, {
      updates: parameters.map((w, i) => [w, l.sub(w, l.mul(0.1, grads[i]))] as const),
    });
    const text = textOf({ train });
    const last = steps === 7 ? "6" : "steps - 1";
    t.deepEqual(loopsOf(text), [
      `for (let t = 0; t < ${steps}; t++`,
      `for (let t = ${last}; t >= 0; t--`,
    ]);
    const body = text.split("for (let t")[1].split("}")[0];
    t.regex(body, /train_h\(/);
    t.notRegex(body, /\bU\b|\bV\b|logits/);
    const formulas = formulasOf(text);
    // Of the logarithm of each step's softmax only what is safe is left, and its gradient is p − one-hot.
    t.regex(formulas, /\(p\w*\[i,j,k\] − \[k = y\[i,j\]\]\)|− \[k = y\[i,j\]\]/);
    t.notRegex(formulas, /\/ \(?p\[|log\(p\[/);
    // The gradients of what stays the same are sums over all steps at once.
    t.regex(formulas, /∂cost\/∂U\[i,j\] = Σ_kl xs\[k,l,i\]/);
  });
}

test("a scan of which the last value is read keeps one value", (t) => {
  const W = named(l.matrix(6, 6), "W");
  const steps: Record<string, l.Dim | T> = { known: 50, counted: l.iscalar() };
  for (const [kind, nSteps] of Object.entries(steps)) {
    const [h] = l.scan({
      fn: (h: T) => l.tanh(l.dot(h, W)),
      outputsInfo: l.ones(6),
      nSteps,
    });
    const inputs = kind === "counted" ? [W, nSteps as T] : [W];
    const text = textOf({ last: l.fn(inputs, l.at(h, -1)) });
    t.notRegex(text, /t \* 6|steps \* 6|\b306\b|\b300\b/, kind);
  }
});

test("a loop of one step is no loop", (t) => {
  const [W, h0] = [named(l.matrix(6, 6), "W"), named(l.vector(6), "h0")];
  const [h] = l.scan({ fn: (h: T) => l.tanh(l.dot(h, W)), outputsInfo: h0, nSteps: 1 });
  t.deepEqual(loopsOf(textOf({ f: l.fn([W, h0], h) })), []);
});

test("what does not depend on the state is done for all steps at once: a map has no loop over time", (t) => {
  const xs = named(l.matrix(8, 3), "xs");
  const y = l.map((x: T) => l.exp(l.sum(x)), xs);
  t.deepEqual(loopsOf(textOf({ f: l.fn([xs], y) })), []);
});

test("what stays the same is computed before the loop", (t) => {
  const [W, s] = [named(l.matrix(4, 4), "W"), named(l.vector(4), "s")];
  const [h] = l.scan({
    fn: (h: T) => l.mul(h, l.exp(l.dot(s, W))),
    outputsInfo: l.ones(4),
    nSteps: 9,
    name: "h",
  });
  const formulas = formulasOf(textOf({ f: l.fn([W, s], l.at(h, -1)) }));
  t.regex(formulas, /exp\(Σ_j s\[j\]·W\[j,i\]\)\n \*\s+for i < 4, j < 4$/m);
});

test("updates in a step are seen by the next one, and are the variable's value afterwards", async (t) => {
  const counter = named(l.shared(l.zeros()), "counter");
  const [values, updates] = l.scan({
    fn: () => ({ outputs: l.mul(counter, 10), updates: [[counter, l.add(counter, 2)]] }),
    nSteps: 4,
  });
  const count = l.fn([], values, { updates });
  const text = textOf({ count, read: l.fn([], counter) });
  const code = await importText(text);
  const state = (code.createState as (seed: number) => unknown)(0);
  const call = (name: string) => (code[name] as (s: unknown) => ArrayLike<number> | number)(state);
  t.deepEqual(Array.from(call("count") as ArrayLike<number>), [0, 20, 40, 60]);
  t.is(call("read"), 8);
  t.deepEqual(Array.from(call("count") as ArrayLike<number>), [80, 100, 120, 140]);
});

test("the outputs of a loop that stops are as long as it ran", async (t) => {
  const start = named(l.scalar(), "start");
  const [values] = l.scan({
    fn: (x: T) => ({ outputs: l.mul(x, 2), until: l.gt(l.mul(x, 2), 45) }),
    outputsInfo: start,
    nSteps: 1024,
  });
  const text = textOf({ f: l.fn([start], values) });
  t.deepEqual(Array.from((await run(text, "f", 1)) as ArrayLike<number>), [2, 4, 8, 16, 32, 64]);
});

for (const steps of [6, "steps"] as const) {
  for (const truncateGradient of [1, 3, 6, 9]) {
    test(`over ${steps} steps, a gradient cut off after ${truncateGradient} is that of the last ones alone`, (t) => {
      const [xs, W] = [named(l.tensor([steps, 2], { dtype: "float64" }), "xs"), l.dmatrix(2, 2)];
      const h0 = l.dvector(2);
      const step = (x: T, h: T) => l.tanh(l.add(x, l.dot(h, W)));
      const [all] = l.scan({ fn: step, sequences: xs, outputsInfo: h0, truncateGradient });
      const cut = l.grad(l.sum(l.square(all)), [xs, W, h0]) as unknown as T[];
      // By hand: the state before the last steps does not depend on anything.
      const [known, h1] = [l.dmatrix(6, 2), l.dvector(2)];
      const states: T[] = [h1];
      for (let i = 0; i < 6; i++) {
        const before = i > 0 && 6 - i === truncateGradient ? l.stopGradient(states[i]) : states[i];
        states.push(step(l.at(known, i) as unknown as T, before as T) as unknown as T);
      }
      const counted = states.slice(1).slice(-truncateGradient);
      const cost = counted
        .map((h) => l.sum(l.square(h)))
        .reduce((a, b) => l.add(a, b) as never, l.mul(0, l.add(l.sum(h1), l.sum(known))));
      const byHand = l.grad(cost, [known, W, h1]) as unknown as T[];
      const numbers = Array.from({ length: 12 }, (_, i) => Math.sin(i));
      const rows = Array.from({ length: 6 }, (_, i) => numbers.slice(2 * i, 2 * i + 2));
      const weights = [
        [0.5, -0.3],
        [0.2, 0.7],
      ];
      const at = (x: T, h: T) =>
        [
          [x, rows],
          [W, weights],
          [h, [0.1, -0.2]],
        ] as const;
      for (const [i, g] of cut.entries()) {
        const [got, want] = [l.evaluate(g, at(xs, h0)), l.evaluate(byHand[i], at(known, h1))];
        t.true(
          close([got].flat(9) as number[], [want].flat(9) as number[], 1e-9, 1e-12),
          `${i}: ${got} and ${want}`,
        );
      }
    });
  }
}
