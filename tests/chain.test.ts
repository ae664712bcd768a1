/** Long models: an unrolled chain and its gradient compile in a time that grows with the length, not with its square. */

import { add, type Dim, fn, grad, mul, sin, sum, vector } from "adjoint";
import test from "ava";
import { compileModel } from "../compiler/compile.ts";
import { emitModel } from "../compiler/targets/index.ts";
import { named } from "./support/compile.ts";

/** x ← 1.01·sin(x), so many times, with the gradient of the sum. */
function chain(steps: number, length: Dim) {
  const x = named(vector(length), "x");
  let y = x;
  for (let i = 0; i < steps; i++) y = mul(sin(y), 1.01);
  const cost = named(sum(y), "cost");
  return fn([x], [cost, grad(cost, x)]);
}

for (const length of [3, "n"] as const) {
  test(`300 steps of a chain of length ${length}, with all files, take seconds and not minutes`, async (t) => {
    // Of this process: others may keep the machine busy.
    const start = process.cpuUsage();
    const model = compileModel("chain", "models/chain.ts", [["train", chain(300, length)]]);
    const files = await emitModel(model, ["gpu"]);
    const { user, system } = process.cpuUsage(start);
    const time = (user + system) / 1000;
    t.log(`${Math.round(time)} ms`);
    t.true(time < 10_000);
    t.true([...files.values()].every((text) => text.length > 0));
  });
}

test("values that are used twice at each of 60 steps are written in formulas that end", async (t) => {
  const x = named(vector(3), "x");
  let y = x;
  for (let i = 0; i < 60; i++) y = sin(add(y, mul(y, x)));
  const cost = named(sum(y), "cost");
  const model = compileModel("twice", "models/twice.ts", [["f", fn([x], [cost, grad(cost, x)])]]);
  const files = await emitModel(model, ["gpu"]);
  t.true([...files.values()].every((text) => text.length < 500_000));
  t.true(files.get("maths.md")?.includes("\\cdots"));
});
