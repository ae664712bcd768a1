/** Exports keep their names for callers, whatever generated code has to call them. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { loadWeights, saveWeights, snapshot } from "adjoint/train";
import test from "ava";
import { Project, ts } from "ts-morph";
import { targetNames } from "../compiler/targets/names.ts";
import { variablesOf } from "../runtime/trainer.ts";
import { generate } from "./support/generate.ts";
import { missingCompiler } from "./support/native.ts";

/** Words of languages, letters of loops, names that the compiler would not write, and one of each kind beside them. */
const model = `import { data, dot, fn, grad, lscalar, matrix, mean, shared, slice, sum, vector } from "adjoint";
export const m = shared([0.5, -1, 2]);
export const i = shared([0.25]);
export const set_ = shared(3);
export const größe = shared(1);
export const handle = shared(5), lent = shared(6);
class Layer { readonly get = shared([[1, 2, 3]]); }
export const hidden = new Layer();
export const sizes_ = data("n", 3);
const x = vector(3);
const k = lscalar();
const n = matrix("rows", 3);
const cost = mean((x * m - i) ** 2) * größe;
export const set = fn([x], cost, { updates: [[m, m - 0.5 * grad(cost, m)], [i, i + 1]] });
export const j = fn([k], sum(slice(sizes_, k, k + 1)) + set_);
const remove = fn([n], dot(n, m) + sum(hidden.get));
export { remove as delete, remove as new };
export default fn([], größe * 2);
`;

type Result = number | ArrayLike<number>;
interface Variable {
  readonly name: string;
  get(): Promise<ArrayLike<number>> | ArrayLike<number>;
  set(values: unknown): unknown;
}
type Trainer = Record<"set" | "j" | "delete" | "new" | "default", (...args: unknown[]) => Result> &
  Record<"m" | "i" | "set_" | "größe" | "lent" | "hidden_get" | "sizes_", Variable>;

for (const target of targetNames)
  (target === "native" && missingCompiler() ? test.skip : test.serial)(
    `${target}: functions and variables by the names of the exports`,
    async (t) => {
      const { entry, files } = await generate(t, "names", model, [target]);
      const { createNames } = await import(entry);
      const trainer: Trainer = await createNames({
        target,
        ...(target === "gpu" && { mode: "cpu" }),
      });
      t.deepEqual(
        Object.keys(trainer).filter((name) => name !== "destroy"),
        [
          "set",
          "j",
          "delete",
          "new",
          "default",
          "m",
          "i",
          "set_",
          "größe",
          "handle",
          "lent",
          "hidden_get",
          "sizes_",
        ],
      );
      const values = async (name: "m" | "i"): Promise<number[]> =>
        Array.from(await trainer[name].get());
      const cost = (0.25 ** 2 + 2.25 ** 2 + 5.75 ** 2) / 3;
      t.true(Math.abs(Number(await trainer.set([1, 2, 3])) - cost) < 1e-5);
      t.deepEqual(await values("i"), [1.25]);
      t.true(Math.abs((await values("m"))[0] - (0.5 - (0.25 * 1) / 3)) < 1e-6);
      await trainer.m.set([1, 0, 0]);
      t.deepEqual(await values("m"), [1, 0, 0]);
      await trainer.größe.set(4);
      t.is(Number(await trainer.default()), 8);
      await trainer.lent.set(7);
      t.deepEqual(Array.from(await trainer.lent.get()), [7]);
      await trainer.sizes_.set([
        [1, 2, 3],
        [4, 5, 6],
      ]);
      t.is(Number(await trainer.j(1)), 18);
      const rows = await trainer.delete([[1, 2, 3]]);
      t.deepEqual(Array.from(rows as ArrayLike<number>), [7]);
      const failed = async (call: () => unknown): Promise<string> => {
        try {
          await call();
        } catch (error) {
          return (error as Error).message;
        }
        return "";
      };
      t.regex(await failed(() => trainer.set([1])), /^set\(x\): x: expected \[3\]/);
      t.regex(await failed(() => trainer.delete(1)), /^delete\(n\): n: /);
      t.regex(await failed(() => trainer.j(2)), /^j\(k\): k = 2 reads sizes_\[/);
      t.regex(await failed(() => trainer.hidden_get.set([1])), /^hidden_get\.set/);
      t.deepEqual(Object.keys(variablesOf(trainer) ?? {}), [
        "m",
        "i",
        "set_",
        "größe",
        "handle",
        "lent",
        "hidden_get",
      ]);
      const index = files.get("names/index.ts") as string;
      t.regex(index, /^ {2}set\(x: TensorLike\): number;$/m);
      t.regex(index, /^ {2}delete\(n: TensorLike\): TensorArray;$/m);
      t.regex(index, /^ {2}"new"\(n: TensorLike\): TensorArray;$/m);
      t.regex(index, /^ {2}readonly m: Shared<Float32Array>;$/m);
    },
  );

test.serial("generated TypeScript type-checks, and files of weights have the names", async (t) => {
  const { entry } = await generate(t, "names", model, targetNames);
  const project = new Project({
    compilerOptions: {
      strict: true,
      noUnusedLocals: true,
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      allowImportingTsExtensions: true,
      noEmit: true,
      customConditions: ["source"],
    },
  });
  const problems = project
    .addSourceFilesAtPaths(fileURLToPath(new URL("*.ts", entry)))
    .flatMap((file) => file.getPreEmitDiagnostics());
  t.deepEqual(
    problems.map((problem) => problem.getMessageText()),
    [],
  );
  const { createNames } = await import(entry);
  const [trainer, other] = [createNames(), createNames()];
  const folder = mkdtempSync(path.join(tmpdir(), "adjoint-names-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const file = path.join(folder, "weights.safetensors");
  trainer.m.set([7, 8, 9]);
  saveWeights(file, await snapshot({ m: trainer.m, größe: trainer.größe }));
  await loadWeights(file, { m: other.m, größe: other.größe });
  t.deepEqual(Array.from(other.m.get()), [7, 8, 9]);
});

const holders = `import { fn, mean, randomStream, shared, vector } from "adjoint";
const x = vector(2);
class Cell { readonly U = shared([1, 2]); }
class Layer {
  readonly W = shared([3, 4]);
  readonly cell = new Cell();
  readonly parent: unknown;
  readonly #b = shared([5, 6]);
  constructor(parent?: Layer) { this.parent = parent ?? this; }
  apply(x: number): number { return x * this.W + this.#b + this.cell.U; }
}
export const one = new Layer();
export const layers = [new Layer(one), new Layer(one)];
export const obj = { a: new Layer(), again: one, list: [[shared([7, 8])]], rng: randomStream(1) };
export const plain = [shared(1), shared(2)];
const all = [one, ...layers, obj.a];
const sum = all.reduce((sum, layer) => layer.apply(sum), x + obj.list[0][0] + plain[0] + plain[1]);
export const f = fn([x], mean(sum + obj.rng.uniform([2])));
`;

test.serial(
  "what exported lists, records and objects hold is exported, however deep",
  async (t) => {
    const { entry } = await generate(t, "holders", holders, ["typescript"]);
    const { createHolders } = await import(entry);
    const trainer = createHolders();
    const names = Object.keys(trainer).filter((name) => typeof trainer[name] === "object");
    t.deepEqual(names.sort(), [
      "layers_0_W",
      "layers_0_cell_U",
      "layers_1_W",
      "layers_1_cell_U",
      "obj_a_W",
      "obj_a_cell_U",
      "obj_list_0_0",
      "obj_rng_f",
      "one_W",
      "one_cell_U",
      "plain_0",
      "plain_1",
    ]);
    t.deepEqual([...trainer.layers_1_W.get()], [3, 4]);
    const before = trainer.f([0, 0]);
    trainer.layers_1_W.set([0, 0]);
    t.not(trainer.f([0, 0]), before);
  },
);
