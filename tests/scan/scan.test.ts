/** Scans: the interpreter against finite differences, generated code against the interpreter. */

import test from "ava";
import { AdjointError } from "../../compiler/diagnostics/error.ts";
import { evaluateNodes } from "../../compiler/graph/evaluate.ts";
import type { NDArray } from "../../compiler/graph/ndarray.ts";
import { type Node, topological } from "../../compiler/graph/node.ts";
import * as l from "../../compiler/language/index.ts";
import { close, runGenerated } from "../support/compile.ts";
import { asTensor, cases, floats } from "./cases.ts";
import { bindingsOf, scalarOf } from "./values.ts";

function differences(cost: Node, x: Node, bindings: ReadonlyMap<Node, NDArray>): number[] {
  const base = bindings.get(x) as NDArray;
  return Array.from(base.data, (_, i) => {
    const at = (eps: number): number => {
      const data = base.data.slice();
      data[i] += eps;
      const moved = new Map(bindings).set(x, { ...base, data });
      return evaluateNodes([cost], moved, { precision: "float64" })[0].data[0];
    };
    return (at(1e-6) - at(-1e-6)) / 2e-6;
  });
}

/** The derivative, or none where there is no way from x to the cost. */
function derivativesOf(cost: Node, x: Node): Node[] {
  try {
    return l.grad(asTensor(cost), [asTensor(x)]) as unknown as Node[];
  } catch (error) {
    if (error instanceof AdjointError && error.code === "ADJ2002") return [];
    throw error;
  }
}

let gradients = 0;
let second = 0;

for (const [name, make] of Object.entries(cases)) {
  test(`${name}: gradients`, (t) => {
    const scan = make();
    const cost = scalarOf(scan.results);
    const symbols = topological([cost]).filter((n) => n.op.name === "symbol");
    const bindings = bindingsOf(symbols, scan);
    const wrt = floats(symbols);
    const grads = l.grad(asTensor(cost), wrt.map(asTensor)) as unknown as Node[];
    const values = evaluateNodes(grads, bindings, { precision: "float64" });
    if (scan.truncated) {
      t.false(
        wrt.every((x, i) =>
          close(Array.from(values[i].data), differences(cost, x, bindings), 1e-3, 1e-6),
        ),
      );
      return;
    }
    for (const [i, x] of wrt.entries()) {
      const expected = differences(cost, x, bindings);
      t.true(
        close(Array.from(values[i].data), expected, 1e-3, 1e-6),
        `∂/∂${x.label?.name}: ${values[i].data} and ${expected}`,
      );
      gradients++;
    }
    const again = scalarOf([grads[0]]);
    const twice = topological([again]);
    for (const x of wrt.filter((s) => twice.includes(s))) {
      const expected = differences(again, x, bindings);
      const [derivative] = derivativesOf(again, x);
      if (!derivative) {
        t.true(expected.every((v) => v === 0));
        continue;
      }
      const [value] = evaluateNodes([derivative], bindings, { precision: "float64" });
      t.true(close(Array.from(value.data), expected, 1e-3, 1e-5), `second ∂/∂${x.label?.name}`);
      second++;
    }
  });

  test(`${name}: generated code is the interpreter`, async (t) => {
    const scan = make();
    const cost = scalarOf(scan.results);
    const symbols = topological([cost]).filter((n) => n.op.name === "symbol");
    const bindings = bindingsOf(symbols, scan);
    const grads = l.grad(asTensor(cost), floats(symbols).map(asTensor)) as unknown as Node[];
    const outputs = [...scan.results, cost, ...grads];
    const expected = evaluateNodes(outputs, bindings);
    const got = await runGenerated(outputs, bindings);
    for (const [i, value] of expected.entries())
      t.true(
        close(got[i], Array.from(value.data), 1e-9, 1e-12),
        `output ${i}: ${got[i]} and ${value.data}`,
      );
  });
}

test.after(() => console.log(`    ℹ scan: ${gradients} gradients, ${second} second derivatives`));
