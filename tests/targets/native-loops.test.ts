/** Loops over time in C beside the interpreter, with their gradients; results as long as a call finds out. */

import test from "ava";
import { topological } from "../../compiler/graph/node.ts";
import * as l from "../../compiler/language/index.ts";
import { batches } from "../scan/batches.ts";
import { asTensor, cases, floats } from "../scan/cases.ts";
import { bindingsOf, scalarOf } from "../scan/values.ts";
import { close, runInterpreter } from "../support/compile.ts";
import { missingCompiler, quick, runAllNative } from "../support/native.ts";
import { wrongOf } from "../support/native-cases.ts";

const missing = missingCompiler();
const run = missing ? test.skip : test.serial;
if (missing) test(`skipped: ${missing}`, (t) => t.pass());

run("recurrences of every kind and their gradients", async (t) => {
  const all = Object.entries(cases).map(([name, make]) => {
    const scan = make();
    const cost = scalarOf(scan.results);
    const symbols = topological([cost]).filter((n) => n.op.name === "symbol");
    const gradients = l.grad(asTensor(cost), floats(symbols).map(asTensor));
    const outputs = [...scan.results, cost, ...(gradients as unknown as typeof symbols)];
    return { name, outputs, bindings: bindingsOf(symbols, scan) };
  });
  const results = await runAllNative(all, quick);
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

run("recurrences over batches of any size, on any number of threads", async (t) => {
  t.deepEqual(await wrongOf(batches()), []);
});
