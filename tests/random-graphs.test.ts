/**
 * Random well-typed graphs: simplified = unsimplified, generated = interpreted, gradient = differences.
 *
 *   SEED=n GRAPHS=n npx ava tests/random-graphs.test.ts
 */

import test from "ava";
import { pushedForward } from "../compiler/gradient/directional.ts";
import { evaluateNodes } from "../compiler/graph/evaluate.ts";
import type { NDArray } from "../compiler/graph/ndarray.ts";
import { type Node, resetGraph, topological } from "../compiler/graph/node.ts";
import { resetScalars } from "../compiler/kernels/scalar.ts";
import { symbol } from "../compiler/ops/leaf.ts";
import { checkRewrite } from "../compiler/simplify/check.ts";
import { simplifyNodes } from "../compiler/simplify/simplify.ts";
import { allClose, close, numbersOf, runAllGenerated } from "./support/compile.ts";
import { type Graph, gradientsOf, randomGraph, shrink } from "./support/graphs.ts";
import { Random } from "./support/random.ts";

const base = Number(process.env.SEED ?? 20260101);
const count = Number(process.env.GRAPHS ?? 2000);
/** Graphs that become functions of one generated module. */
const batch = 100;

const inDouble = { precision: "float64" } as const;

/** Graphs in batches; what was made for one batch is forgotten before the next. */
function* batches(isWanted: (graph: Graph) => boolean = () => true): Generator<Graph[]> {
  let seed = base;
  for (let done = 0; done < count; done += batch) {
    resetGraph();
    resetScalars();
    const graphs: Graph[] = [];
    while (graphs.length < Math.min(batch, count - done)) {
      const graph = randomGraph(seed++);
      if (isWanted(graph)) graphs.push(graph);
    }
    yield graphs;
  }
}

function simplifiedDiffers({ root, values }: Graph): boolean {
  const all = evaluateNodes([root, ...simplifyNodes([root]).roots], values, inDouble);
  const [before, after] = numbersOf(all);
  return !close(before, after, 1e-9, 1e-12);
}

test(`simplified graphs compute the same (${count} graphs, float64, relative 1e-9)`, async (t) => {
  const ops = new Set<string>();
  const rules = new Set<string>();
  for (const graphs of batches()) {
    for (const graph of graphs) {
      for (const node of topological([graph.root])) ops.add(node.op.name);
      const { rewrites } = simplifyNodes([graph.root]);
      for (const { rule } of rewrites) rules.add(rule.name);
      if (!simplifiedDiffers(graph)) continue;
      t.fail(await shrink(graph, simplifiedDiffers));
      t.notThrows(() => rewrites.forEach(checkRewrite));
      return;
    }
  }
  t.log(`${count} graphs from seed ${base}, ${ops.size} ops, ${rules.size} rules`);
  t.true(count < 1000 || (ops.size > 60 && rules.size > 100));
});

/** Central differences along one element; its derivative may jump there, which smaller steps show. */
function difference({ root, values }: Graph, x: Node, k: number, eps: number): number {
  const [up, down] = [eps, -eps].map((by) => {
    const old = values.get(x) as NDArray;
    const data = old.data.slice();
    data[k] += by;
    const moved = new Map(values).set(x, { ...old, data });
    return evaluateNodes([root], moved, inDouble)[0].data[0];
  });
  return (up - down) / (2 * eps);
}

/** Its gradient is its derivative, of at least one input, where it has a value. */
const isSmooth = (graph: Graph): boolean =>
  Number.isFinite(evaluateNodes([graph.root], graph.values, inDouble)[0].data[0]) &&
  gradientsOf(graph).size > 0 &&
  !topological([graph.root]).some((node) => node.op.surrogate);

/**
 * Values of a gradient as it was derived; those of its simplified form where that has a number and the
 * other none: √(x²) at 0 is 0/0 by the chain rule, and |x|′(0) = 0.
 */
const stabilised = (whole: readonly number[], simple: readonly number[]): number[] =>
  whole.map((v, i) => (Number.isFinite(v) ? v : simple[i]));

function gradientDiffers(graph: Graph): boolean {
  return [...gradientsOf(graph)].some(([x, gradient]) => {
    const [whole, simple] = numbersOf(
      evaluateNodes([gradient, ...simplifyNodes([gradient]).roots], graph.values, inDouble),
    );
    if (!close(stabilised(whole, simple), simple, 1e-7, 1e-10)) return true;
    const k = graph.seed % whole.length;
    return [1e-6, 1e-5, 1e-7].every(
      (eps) => !close([simple[k]], [difference(graph, x, k, eps)], 1e-3, 1e-5),
    );
  });
}

test(`gradients agree with differences, simplified or not (${count} graphs)`, async (t) => {
  let compared = 0;
  for (const graphs of batches(isSmooth)) {
    for (const graph of graphs) {
      compared += gradientsOf(graph).size;
      if (gradientDiffers(graph)) return t.fail(await shrink(graph, gradientDiffers));
    }
  }
  t.log(`${compared} derivatives of ${count} graphs from seed ${base}`);
  t.true(compared > count);
});

function forwardDiffers(graph: Graph): boolean {
  const gradients = gradientsOf(graph);
  const random = new Random(graph.seed);
  const values = new Map(graph.values);
  const points = [...gradients.keys()].map((x) => {
    const v = symbol("float64", x.shape);
    values.set(v, random.array("float64", x.shape as number[], [-1, 1]));
    return v;
  });
  const ahead = pushedForward([graph.root], [...gradients.keys()], points);
  const all = numbersOf(
    evaluateNodes([...ahead, ...gradients.values(), ...points], values, inDouble),
  );
  const [[moved], ...rest] = all;
  const count = gradients.size;
  const along = rest
    .slice(0, count)
    .reduce((s, g, i) => s + g.reduce((t, v, k) => t + v * rest[count + i][k], 0), 0);
  return !close([moved], [along], 1e-7, 1e-9);
}

test(`Rop is the gradient along a direction (${count} graphs)`, async (t) => {
  for (const graphs of batches(isSmooth)) {
    for (const graph of graphs)
      if (forwardDiffers(graph)) return t.fail(await shrink(graph, forwardDiffers));
  }
  t.log(`${count} graphs from seed ${base}`);
  t.pass();
});

async function generatedDiffers(graphs: readonly Graph[]): Promise<Graph | undefined> {
  const cases = graphs.map((graph) => ({
    outputs: [graph.root, ...gradientsOf(graph).values()],
    bindings: graph.values,
  }));
  const generated = await runAllGenerated(cases);
  const at = cases.findIndex(({ outputs, bindings }, i) => {
    const [root, ...derived] = numbersOf(evaluateNodes(outputs, bindings));
    if (allClose([root, ...derived], generated[i], 1e-7, 1e-10)) return false;
    const simple = numbersOf(evaluateNodes(simplifyNodes(outputs).roots, bindings));
    const expected = [root, ...derived.map((whole, k) => stabilised(whole, simple[k + 1]))];
    return !allClose(expected, generated[i], 1e-7, 1e-10);
  });
  return graphs[at];
}

test(`generated code computes what the interpreter does (${count} graphs with their gradients)`, async (t) => {
  for (const graphs of batches()) {
    const wrong = await generatedDiffers(graphs);
    if (!wrong) continue;
    return t.fail(await shrink(wrong, async (g) => (await generatedDiffers([g])) !== undefined));
  }
  t.log(`${count} graphs from seed ${base}`);
  t.pass();
});

test("a failure is shrunk to the value that causes it, of inputs with numbers", async (t) => {
  const hasSoftplus = ({ root }: Graph): boolean =>
    topological([root]).some((node) => node.op.name === "softplus");
  let seed = base;
  let graph = randomGraph(seed);
  while (!hasSoftplus(graph)) graph = randomGraph(++seed);
  const pattern = new RegExp(
    `^seed ${seed}: (sum\\()?softplus\\(a\\)(, .*\\))? at a = \\[[-\\d., e]+\\]$`,
  );
  t.regex(await shrink(graph, hasSoftplus), pattern);
});
