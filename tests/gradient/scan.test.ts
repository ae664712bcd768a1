/** Forward derivatives through recurrences: against reverse ones, differences, and in generated code. */

import test from "ava";
import { compileModel } from "../../compiler/compile.ts";
import { hessianTimes, pushedForward } from "../../compiler/gradient/directional.ts";
import { gradients, pullBack } from "../../compiler/gradient/grad.ts";
import { hessians, jacobians } from "../../compiler/gradient/jacobian.ts";
import { evaluateNodes } from "../../compiler/graph/evaluate.ts";
import type { NDArray } from "../../compiler/graph/ndarray.ts";
import { type Node, topological } from "../../compiler/graph/node.ts";
import * as l from "../../compiler/language/index.ts";
import { add } from "../../compiler/ops/arithmetic.ts";
import { sin } from "../../compiler/ops/exponential.ts";
import { symbol } from "../../compiler/ops/leaf.ts";
import { sum } from "../../compiler/ops/reduction.ts";
import { cases, floats, type ScanCase } from "../scan/cases.ts";
import { close, functionOf, named, runGenerated } from "../support/compile.ts";
import { Random } from "../support/random.ts";

const inDouble = { precision: "float64" } as const;
const quiet = { disconnectedOutputs: "ignore", disconnectedInputs: "ignore" } as const;
const dotOf = (a: NDArray, b: NDArray): number => a.data.reduce((s, v, i) => s + v * b.data[i], 0);

interface Problem {
  readonly results: readonly Node[];
  readonly wrt: readonly Node[];
  readonly tangents: readonly Node[];
  readonly cotangents: readonly Node[];
  readonly values: Map<Node, NDArray>;
}

/** A case with values, and with directions of everything that is a float. */
function problemOf({ results, below = 3 }: ScanCase): Problem {
  const random = new Random(11);
  const values = new Map<Node, NDArray>();
  const draw = (node: Node): void => {
    const domain = node.type.dtype === "int32" ? ([1, below] as const) : ([-1, 1] as const);
    const shape = node.shape.map((d) => (typeof d === "number" ? d : 4));
    values.set(node, random.array(node.type.dtype, shape, domain));
  };
  const symbols = topological(results).filter((n) => n.op.name === "symbol");
  symbols.forEach(draw);
  const alike = (node: Node): Node => symbol(node.type.dtype, node.shape);
  const wrt = floats(symbols);
  const tangents = wrt.map(alike);
  tangents.forEach(draw);
  // How long a result is may only be known when it has run.
  const shapes = evaluateNodes(results, values, inDouble);
  const cotangents = results.map(alike);
  for (const [i, node] of cotangents.entries())
    values.set(node, random.array(node.type.dtype, shapes[i].shape, [-1, 1]));
  return { results, wrt, tangents, cotangents, values };
}

let products = 0;
let generated = 0;

for (const [name, make] of Object.entries(cases)) {
  test(`${name}: Rop`, async (t) => {
    const scan = make();
    const { results, wrt, tangents, cotangents, values } = problemOf(scan);
    const ahead = pushedForward(results, wrt, tangents, quiet);
    const moved = evaluateNodes(ahead, values, inDouble);

    const at = (by: number): NDArray[] => {
      const shifted = new Map(values);
      wrt.forEach((x, i) => {
        const [old, way] = [x, tangents[i]].map((n) => values.get(n) as NDArray);
        shifted.set(x, { ...old, data: old.data.map((v, k) => v + by * way.data[k]) });
      });
      return evaluateNodes(results, shifted, inDouble);
    };
    const [up, down] = [at(1e-6), at(-1e-6)];
    for (const [i, { data }] of moved.entries()) {
      const numeric = Array.from(data, (_, k) => (up[i].data[k] - down[i].data[k]) / 2e-6);
      t.true(close(Array.from(data), numeric, 1e-5, 1e-7), `${data} and ${numeric}`);
    }

    if (!scan.truncated) {
      const back = pullBack(results, wrt, cotangents, quiet);
      const pulled = evaluateNodes(back, values, inDouble);
      const left = moved.reduce((s, a, i) => s + dotOf(a, values.get(cotangents[i]) as NDArray), 0);
      const right = pulled.reduce((s, a, i) => s + dotOf(a, values.get(tangents[i]) as NDArray), 0);
      t.true(close([left], [right], 1e-9, 1e-11), `${left} and ${right}`);
      products++;
    }

    const used = new Set(topological(ahead));
    const bindings = new Map([...values].filter(([x]) => used.has(x)));
    const computed = await runGenerated(ahead, bindings);
    moved.forEach((expected, i) => {
      t.true(close(computed[i], Array.from(expected.data), 1e-9, 1e-11), `generated ${i}`);
    });
    generated++;
  });

  test(`${name}: a Hessian times a vector, forward over reverse and reverse over reverse`, async (t) => {
    const scan = make();
    const { results, tangents, values, ...problem } = problemOf(scan);
    const cost = results.map((r) => sum(sin(r))).reduce((a, b) => add(a, b));
    const reached = new Set(topological([cost]));
    const wrt = problem.wrt.filter((x) => reached.has(x));
    const points = tangents.filter((_, i) => reached.has(problem.wrt[i]));
    const ahead = hessianTimes(cost, wrt, points, "ignore");
    const first = gradients(cost, wrt, { disconnectedInputs: "ignore" });
    const twice = pullBack(first, wrt, points, quiet);
    const all = evaluateNodes([...ahead, ...twice], values, inDouble);
    if (!scan.truncated) {
      wrt.forEach((x, i) => {
        const [a, b] = [all[i], all[wrt.length + i]];
        t.true(close(Array.from(a.data), Array.from(b.data), 1e-8, 1e-10), x.label?.name);
      });
    }
    const used = new Set(topological(ahead));
    const bindings = new Map([...values].filter(([x]) => used.has(x)));
    const computed = await runGenerated(ahead, bindings);
    ahead.forEach((_, i) => {
      t.true(close(computed[i], Array.from(all[i].data), 1e-8, 1e-10), `generated ${i}`);
    });
    generated += ahead.length;
  });
}

/** The Jacobian beside its rows, one cotangent pulled back after the other. */
function rowsDiffer(result: Node, problem: Problem, whole: readonly Node[]): string[] {
  const { wrt, values } = problem;
  const cotangent = problem.cotangents[problem.results.indexOf(result)];
  const pulled = pullBack([result], wrt, [cotangent], quiet);
  const found = evaluateNodes(whole, values, inDouble);
  const units = values.get(cotangent) as NDArray;
  return Array.from(units.data).flatMap((_, row) => {
    const unit = new Map(values);
    unit.set(cotangent, { ...units, data: units.data.map((_, i) => Number(i === row)) });
    return evaluateNodes(pulled, unit, inDouble).flatMap(({ data }, i) => {
      const own = found[i].data.slice(row * data.length, (row + 1) * data.length);
      return close(Array.from(own), Array.from(data), 1e-9, 1e-11) ? [] : [`${i}, row ${row}`];
    });
  });
}

for (const [name, make] of Object.entries(cases)) {
  test(`${name}: Jacobians`, async (t) => {
    const scan = make();
    const problem = problemOf(scan);
    let compared = 0;
    for (const result of problem.results) {
      const isStatic = [result, ...problem.wrt].every((n) =>
        n.shape.every((dim) => typeof dim === "number"),
      );
      if (!isStatic || scan.truncated) continue;
      const whole = jacobians(result, problem.wrt, quiet);
      t.deepEqual(rowsDiffer(result, problem, whole), []);
      const used = new Set(topological(whole));
      const bindings = new Map([...problem.values].filter(([x]) => used.has(x)));
      const computed = await runGenerated(whole, bindings);
      const expected = evaluateNodes(whole, bindings, inDouble);
      for (const [i, { data }] of expected.entries())
        t.true(close(computed[i], Array.from(data), 1e-8, 1e-10), `generated ${i}`);
      compared++;
    }
    t.log(`${compared} of ${problem.results.length} results of known shape`);
    t.pass();
  });
}

test("a Jacobian through a recurrence is one loop ahead and one back, over all rows at once", (t) => {
  const { results, wrt } = problemOf(cases["Elman, last state"]());
  const byStart = jacobians(results[0], [wrt.find((x) => x.label?.name === "h0") as Node]);
  const model = compileModel("m", "models/m.ts", [["f", functionOf(byStart)]]);
  t.deepEqual(
    model.functions[0].program.loops.map((loop) => loop.axis.extent),
    [5, 5],
  );
});

test("a Hessian by a learned initial state is symmetric", async (t) => {
  const { results, wrt, values } = problemOf(cases["Elman, last state"]());
  const h0 = wrt.find((x) => x.label?.name === "h0") as Node;
  const [H] = hessians(sum(sin(results[0])), [h0]);
  const [{ data }] = evaluateNodes([H], values, inDouble);
  t.true(close([data[1]], [data[2]], 1e-9, 1e-12));
  const used = new Set(topological([H]));
  const [computed] = await runGenerated([H], new Map([...values].filter(([x]) => used.has(x))));
  t.true(close(computed, Array.from(data), 1e-9, 1e-12));
});

test("Rop of a recurrence is one loop, with the states", (t) => {
  const { results, wrt, tangents } = problemOf(cases["Elman, last state"]());
  const outputs = [...results, ...pushedForward(results, wrt, tangents)];
  const model = compileModel("m", "models/m.ts", [["f", functionOf(outputs)]]);
  t.is(model.functions[0].program.loops.length, 1);
});

test("a gradient inside a step, and its derivative", (t) => {
  // Gradient descent on Σ(x − target)⁴ written as a recurrence, differentiated by its target.
  const target = named(l.dvector(2), "target");
  const [xs] = l.scan({
    fn: (x: l.Tensor) => {
      const cost = l.sum(l.pow(l.sub(x, target), 4));
      return l.sub(x, l.mul(0.1, l.grad(cost, x)));
    },
    outputsInfo: l.dvector(2) as never,
    nSteps: 3,
  });
  const last = l.at(xs, -1);
  const start = topological([last as unknown as Node]).find(
    (n) => n.op.name === "symbol" && !n.label && n.shape.length === 1,
  ) as unknown as l.Tensor;
  const J = l.jacobian(last, [target, start]);
  const bindings = [
    [target, [1, -1]],
    [start, [0.5, 0.25]],
  ] as const;
  const [byTarget, byStart] = J.map((j) => l.evaluate(j, bindings) as number[][]);
  const f = (x: number, goal: number): number => {
    let at = x;
    for (let i = 0; i < 3; i++) at -= 0.4 * (at - goal) ** 3;
    return at;
  };
  const slope = (g: (by: number) => number): number => (g(1e-6) - g(-1e-6)) / 2e-6;
  for (const [i, [x, goal]] of [
    [0.5, 1],
    [0.25, -1],
  ].entries()) {
    t.true(Math.abs(byTarget[i][i] - slope((e) => f(x, goal + e))) < 1e-6);
    t.true(Math.abs(byStart[i][i] - slope((e) => f(x + e, goal))) < 1e-6);
    t.is(Math.abs(byTarget[i][1 - i]), 0);
  }
});

test("loops that compute the same step put what they have in common each in memory of its own", async (t) => {
  const [start, factors] = [named(l.dvector(2), "start"), named(l.dvector(4), "factors")];
  const [ys] = l.scan({
    fn: ((factor: l.Tensor, y: l.Tensor) => {
      const fn = (r: l.Tensor) => l.mul(l.tanh(r), factor);
      return l.at(l.scan({ fn, outputsInfo: y, nSteps: 3 })[0], -1);
    }) as never,
    sequences: factors,
    outputsInfo: start,
  });
  const cost = l.sum(l.square(l.grad(l.sum(ys), start)));
  const byFactors = l.grad(cost, factors) as unknown as Node;
  const array = (data: number[]): NDArray => ({
    dtype: "float64",
    shape: [data.length],
    data: Float64Array.from(data),
  });
  const [y, f] = [
    [0.5, -0.25],
    [0.9, 1.2, -0.7, 0.8],
  ];
  const at = (values: number[]): Map<Node, NDArray> =>
    new Map([
      [start as unknown as Node, array(y)],
      [factors as unknown as Node, array(values)],
    ]);
  const costAt = (i: number, by: number): number => {
    const moved = f.map((v, k) => (k === i ? v + by : v));
    return evaluateNodes([cost as unknown as Node], at(moved), inDouble)[0].data[0];
  };
  const numeric = f.map((_, i) => (costAt(i, 1e-6) - costAt(i, -1e-6)) / 2e-6);
  const [computed] = await runGenerated([byFactors], at(f));
  t.true(close(computed, numeric, 1e-6, 1e-8), `${computed} and ${numeric}`);
});

test.after(() => console.log(`    ℹ ${products} inner products, ${generated} in generated code`));
