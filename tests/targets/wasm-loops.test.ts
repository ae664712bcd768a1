/** Loops over time in WebAssembly beside the interpreter, with their gradients; results as long as a call finds out. */

import test from "ava";
import { topological } from "../../compiler/graph/node.ts";
import * as l from "../../compiler/language/index.ts";
import * as a from "../../compiler/ops/arithmetic.ts";
import * as e from "../../compiler/ops/exponential.ts";
import { maxPool2d } from "../../compiler/ops/pooling.ts";
import * as r from "../../compiler/ops/reduction.ts";
import { softmax } from "../../compiler/ops/softmax.ts";
import { batches } from "../scan/batches.ts";
import { asTensor, cases, floats } from "../scan/cases.ts";
import { bindingsOf, scalarOf } from "../scan/values.ts";
import { close, runInterpreter } from "../support/compile.ts";
import { Cases, differencesOf } from "../support/native-cases.ts";
import { runAllWasm } from "../support/wasm.ts";

test.serial("recurrences of every kind and their gradients", async (t) => {
  const all = Object.entries(cases).map(([name, make]) => {
    const scan = make();
    const cost = scalarOf(scan.results);
    const symbols = topological([cost]).filter((n) => n.op.name === "symbol");
    const gradients = l.grad(asTensor(cost), floats(symbols).map(asTensor));
    const outputs = [...scan.results, cost, ...(gradients as unknown as typeof symbols)];
    return { name, outputs, bindings: bindingsOf(symbols, scan) };
  });
  const results = await runAllWasm(all);
  const wrong = all.flatMap(({ name, outputs, bindings }, i) =>
    runInterpreter(outputs, bindings).flatMap((row, k) =>
      close(results[i][k], row, 1e-9, 1e-12)
        ? []
        : [`${name}, output ${k}: ${results[i][k]} and ${row}`],
    ),
  );
  t.deepEqual(wrong, []);
  t.log(`${all.length} recurrences`);
});

test.serial(
  "loops are shared among threads, to the same bits, also of no row and of one",
  async (t) => {
    const several = new Cases(5);
    for (const rows of [0, 1, 3, 37, 401]) {
      const shape = ["rows", 803];
      const name = `of ${rows} rows`;
      several.add(`tanh ${name}`, [shape], (x) => [e.tanh(x)], { rows });
      several.add(`sums ${name}`, [shape], (x) => [r.sum(e.exp(x), 1), r.max(x, 1)], { rows });
      several.add(`softmax ${name}`, [shape], (x) => [softmax(x)], { rows });
    }
    several.add("columns", [[70, 5003], [5003]], (x, b) => [r.max(a.add(x, b), 0)]);
    several.add("pooling", [[9, 20, 24, 24]], (x) => [e.tanh(maxPool2d(x, 2))]);
    several.add("one axis", [[400_003]], (x) => [e.sigmoid(x)]);
    const { list } = several;
    const [alone, ...others] = [
      await runAllWasm(list, 1),
      await runAllWasm(list, 2),
      await runAllWasm(list, 5),
    ];
    t.deepEqual(
      list.flatMap((one, i) => differencesOf(one, alone[i])),
      [],
    );
    for (const results of others) t.deepEqual(results, alone);
  },
);

test.serial("recurrences over batches of any size, on any number of threads", async (t) => {
  const { list } = batches();
  const [alone, ...others] = [
    await runAllWasm(list, 1),
    await runAllWasm(list, 2),
    await runAllWasm(list, 3),
  ];
  t.deepEqual(
    list.flatMap((one, i) => differencesOf(one, alone[i])),
    [],
  );
  for (const results of others) t.deepEqual(results, alone);
});
