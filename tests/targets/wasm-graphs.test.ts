/**
 * Random graphs with their gradients, in WebAssembly beside the interpreter.
 *
 *   SEED=n GRAPHS=n npx ava tests/targets/wasm-graphs.test.ts
 */

import test from "ava";
import { evaluateNodes } from "../../compiler/graph/evaluate.ts";
import { resetGraph } from "../../compiler/graph/node.ts";
import { resetScalars } from "../../compiler/kernels/scalar.ts";
import { allClose, numbersOf } from "../support/compile.ts";
import { type Graph, gradientsOf, inSingle, randomGraph } from "../support/graphs.ts";
import { runAllWasm } from "../support/wasm.ts";

const base = Number(process.env.SEED ?? 20260201);
const count = Number(process.env.GRAPHS ?? 100);
/** Graphs that become functions of one module. */
const batch = 100;

/** Those of some seeds that WebAssembly computes otherwise than the interpreter, and how many were compared. */
async function compare(
  first: number,
  make: (graph: Graph) => Graph | undefined,
  [relative, absolute]: readonly [number, number],
): Promise<{ wrong: number[]; compared: number }> {
  resetGraph();
  resetScalars();
  const cases = Array.from({ length: batch }, (_, i) => make(randomGraph(first + i))).flatMap(
    (graph) => {
      if (!graph) return [];
      const outputs = [graph.root, ...gradientsOf(graph).values()];
      const expected = numbersOf(evaluateNodes(outputs, graph.values));
      const exact = numbersOf(evaluateNodes(outputs, graph.values, { precision: "float64" }));
      // Where roundings alone make a difference of this size, another order of a sum may as well.
      const isStable = allClose(expected, exact, relative / 4, absolute / 4);
      return isStable ? [{ seed: graph.seed, outputs, bindings: graph.values, expected }] : [];
    },
  );
  const results = await runAllWasm(cases);
  const wrong = cases.filter(
    ({ expected }, i) => !allClose(expected, results[i], relative, absolute),
  );
  return { wrong: wrong.map(({ seed }) => seed), compared: cases.length };
}

for (const [precision, make, tolerance] of [
  ["float64", (graph: Graph) => graph, [1e-7, 1e-10]],
  ["float32", inSingle, [1e-4, 2e-5]],
] as const) {
  test.serial(`random graphs and their gradients, ${count} in ${precision}`, async (t) => {
    let all = 0;
    for (let done = 0; done < count; done += batch) {
      const { wrong, compared } = await compare(base + done, make, tolerance);
      t.deepEqual(wrong, [], "seeds of graphs that differ");
      all += compared;
    }
    t.log(`${all} graphs from seed ${base}`);
    t.true(all > 0.7 * count);
  });
}
