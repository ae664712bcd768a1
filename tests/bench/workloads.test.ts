/** The workloads and the models that are measured by them fit together. */

import test from "ava";
import { groups, workloads } from "../../bench/workloads/index.ts";
import { buildModel } from "../../compiler/cli/build.ts";

const root = new URL("../..", import.meta.url).pathname;

test("groups name workloads, and workloads are called as they are asked for", (t) => {
  for (const name of Object.values(groups).flat()) t.true(name in workloads, name);
  for (const [name, make] of Object.entries(workloads)) t.is(make().name, name);
});

for (const name of ["W1", "W2-20", "W3-128", "elman", "dA-20"]) {
  test(`the model of ${name} has its data, its parameters, and train`, async (t) => {
    const { model, data, parameters } = workloads[name]();
    const built = await buildModel(`bench/models/${model}.ts`, { root, targets: [] });
    const shared = new Map(built.model.shared.map((variable) => [variable.name, variable]));
    t.deepEqual([...shared.keys()].sort(), Object.keys({ ...data, ...parameters }).sort());
    for (const [key, { shape }] of Object.entries(parameters))
      t.deepEqual(shared.get(key)?.node.shape.slice(), shape.slice(), key);
    t.deepEqual(
      built.model.functions.map(({ program }) => program.name),
      ["train"],
    );
  });
}
