/** Names of models beside those of the locals that generated WebAssembly has by itself. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test from "ava";
import { buildModel } from "../../compiler/cli/build.ts";
import { emitModel } from "../../compiler/targets/index.ts";
import { emitTypescript } from "../../compiler/targets/typescript/index.ts";
import { importText } from "../support/compile.ts";
import { wasmTrainerOf } from "../support/wasm.ts";

const names =
  `x steps steps_1 step step_1 right right_0 right_11 left left_rows left_0 left_11 sum_0_0 sum_11_2 sums sums_of_row
  sums_of_column list term end whole more r row from_ to columns unit at_ to_panel to_left scratch free_memory x4
  four lanes i_first j_tile i_end i_to base address`.split(/\s+/);

test.serial("inputs may have the names of a tile's own locals", async (t) => {
  const root = mkdtempSync(path.join(tmpdir(), "adjoint-"));
  const functions = names.map((name, n) => {
    const z = `dot(${name}, V) - ${name} + b`;
    return `const ${name} = tensor([18, 26]);
export const f${n} = fn([${name}, V, b], [tanh(dot(${name}, V) + ${name} * b), dot(transpose(${name}), ${z})]);
export const g${n} = fn([${name}, V, b], [sum((dot(${name}, V) - ${name}) ** 2), sum(b)]);`;
  });
  writeFileSync(path.join(root, "package.json"), "{}");
  writeFileSync(
    path.join(root, "m.ts"),
    `import { dot, fn, sum, tanh, tensor, transpose } from "adjoint";\nconst V = tensor([26, 26]), b = tensor([26]);\n${functions.join("\n")}`,
  );
  const { model } = await buildModel("m.ts", { root, targets: [] });
  rmSync(root, { recursive: true });
  type Functions = Record<string, (...args: unknown[]) => unknown[]>;
  const trainer = await wasmTrainerOf<Functions>(model);
  const reference = (await importText(emitTypescript(model))) as Functions;
  const numbers = (n: number): Float32Array =>
    Float32Array.from({ length: n }, (_, i) => Math.sin(i));
  const args = [numbers(18 * 26), numbers(26 * 26), numbers(26)];
  const state = reference.createState(1);
  for (const [f, name] of names.flatMap((name, n) => [
    [`f${n}`, name],
    [`g${n}`, name],
  ])) {
    const expected = reference[f](state, ...args);
    const results = trainer[f](...args);
    for (const [k, result] of results.entries()) {
      const [own, other] = [result, expected[k]].map((r) =>
        typeof r === "number" ? [r] : Array.from(r as Float32Array),
      );
      t.is(own.length, other.length);
      t.true(
        own.every((v, i) => Math.abs(v - other[i]) <= 1e-4 * (1 + Math.abs(other[i]))),
        name,
      );
    }
  }
});

test("a fault of a target names it and the model", async (t) => {
  const root = mkdtempSync(path.join(tmpdir(), "adjoint-"));
  writeFileSync(path.join(root, "package.json"), "{}");
  writeFileSync(
    path.join(root, "faulty.ts"),
    'import { fn, vector } from "adjoint";\nconst x = vector(3);\nexport const f = fn([x], x * 2);\n',
  );
  const { model } = await buildModel("faulty.ts", { root, targets: [] });
  rmSync(root, { recursive: true });
  const [fn] = model.functions;
  // A function that reads what it is said not to have cannot be written.
  const damaged = { ...model, functions: [{ ...fn, program: { ...fn.program, inputs: [] } }] };
  await t.throwsAsync(() => emitModel(damaged, ["wasm"]), {
    message: /^faulty\.ts, target wasm: /,
  });
});
