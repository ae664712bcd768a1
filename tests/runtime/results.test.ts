/** What calls take and give on every target: lists and records of any length, rows of what is computed within. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { createTrainer, type Shared, type Signature } from "adjoint/runtime";
import test from "ava";
import { buildModel } from "../../compiler/cli/build.ts";
import { createNativeTrainer } from "../../runtime/native/index.ts";
import { createWasmTrainer, type WasmCode } from "../../runtime/wasm/index.ts";
import { importText } from "../support/compile.ts";
import { inEnvironment, missingCompiler } from "../support/native.ts";

type Trainer = Record<string, (...args: unknown[]) => unknown> & {
  readonly calls: Shared<Float32Array>;
};

const header = `import {
  at, dot, fn, grad, scan, shared, sum, tanh, tensor, vector,
} from "adjoint";
`;

/** Trainers of a model text by target. */
async function trainersOf(text: string): Promise<ReadonlyMap<string, Trainer>> {
  const root = mkdtempSync(path.join(tmpdir(), "adjoint-results-"));
  try {
    writeFileSync(path.join(root, "package.json"), "{}");
    writeFileSync(path.join(root, "results.ts"), header + text);
    const targets = missingCompiler() ? ["wasm"] : ["native", "wasm"];
    const { files } = await buildModel("results.ts", { root, targets });
    const textOf = (name: string): string =>
      [...files].find(([file]) => path.basename(file) === name)?.[1] as string;
    const program = await importText(textOf("typescript.ts"));
    const { code } = await importText(textOf("wasm.ts"));
    const [declaration] = /export const signature = [\s\S]*? as const/.exec(
      textOf("index.ts"),
    ) as RegExpExecArray;
    const signature = (await importText(`${declaration};`)).signature as Signature;
    const trainers = new Map<string, Trainer>([
      ["typescript", createTrainer(signature, program as never)],
      ["wasm", await createWasmTrainer<Trainer>(signature, code as WasmCode)],
    ]);
    if (missingCompiler()) return trainers;
    for (const [file, content] of files)
      writeFileSync(path.join(root, path.basename(file)), content);
    const native = await inEnvironment({ ADJOINT_CACHE: root }, () =>
      createNativeTrainer<Trainer>(signature, pathToFileURL(path.join(root, "native.c"))),
    );
    return trainers.set("native", native);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

test.serial(
  "lists and records of one scalar, of one array, of one of open size, of none",
  async (t) => {
    const trainers = await trainersOf(`
const x = vector(3), z = tensor(["n"]);
export const calls = shared([0]);
const count = { updates: [[calls, calls + 1]] };
export const bare = fn([x], sum(x ** 2), count);
export const scalars = fn([x], [sum(x ** 2)], count);
export const scalarOf = fn([x], { c: sum(x ** 2) }, count);
export const arrays = fn([x], [x * 2], count);
export const arrayOf = fn([x], { y: x * 2 }, count);
export const opens = fn([z], [z * 2], count);
export const openOf = fn([z], { y: z * 2 }, count);
export const two = fn([x], [sum(x), sum(x ** 2)], count);
export const both = fn([x], [sum(x), x * 2], count);
export const empty = fn([], [], count);
`);
    const x = Float32Array.of(1, 2, 3);
    const plain = (value: unknown): unknown => {
      if (ArrayBuffer.isView(value)) return Array.from(value as Float32Array);
      if (Array.isArray(value)) return value.map(plain);
      if (typeof value !== "object" || value === null) return value;
      return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, plain(v)]));
    };
    const doubled = [2, 4, 6];
    const expected: Record<string, unknown> = {
      bare: 14,
      scalars: [14],
      scalarOf: { c: 14 },
      arrays: [doubled],
      arrayOf: { y: doubled },
      opens: [doubled],
      openOf: { y: doubled },
      two: [6, 14],
      both: [6, doubled],
    };
    for (const [target, trainer] of trainers) {
      for (const [name, value] of Object.entries(expected))
        t.deepEqual(plain(trainer[name](x)), value, `${target}: ${name}`);
      t.deepEqual(trainer.empty(), [], target);
      t.deepEqual(plain(trainer.calls.get()), [Object.keys(expected).length + 1], target);
    }
  },
);

test.serial(
  "rows of what is computed within need no check where they are sure to be there",
  async (t) => {
    const trainers = await trainersOf(`
const x = tensor(["T", 4]), h0 = tensor([4]), U = tensor([4, 4]);
const [hs] = scan({ fn: (x, h) => tanh(x + dot(h, U)), sequences: x, outputsInfo: h0 });
const c = sum(at(hs, -1) ** 2);
export const last = fn([x, h0, U], [c, hs, grad(c, h0)]);
export const third = fn([x], at(tanh(x) * 2, 2));
`);
    const numbers = (n: number): Float32Array =>
      Float32Array.from({ length: n }, (_, i) => Math.sin(i));
    const [h0, U] = [numbers(4), numbers(16)];
    for (const [target, trainer] of trainers) {
      for (const steps of [1, 3]) {
        const [cost, hs, gradient] = trainer.last(numbers(4 * steps), h0, U) as [
          number,
          Float32Array,
          Float32Array,
        ];
        const end = hs.subarray(-4).reduce((all, v) => all + v ** 2, 0);
        t.true(Math.abs(cost - end) < 1e-5, `${target}: ${cost} and ${end}`);
        t.is(gradient.length, 4);
        const moved = h0.map((v, i) => (i === 1 ? v + 1e-2 : v));
        const [above] = trainer.last(numbers(4 * steps), moved, U) as [number];
        t.true(Math.abs((above - cost) / 1e-2 - gradient[1]) < 2e-2, target);
      }
      t.throws(() => trainer.third(numbers(8)), {
        message: /reads .*\[2 … 3\), but it has 2 rows/,
      });
      t.is((trainer.third(numbers(12)) as Float32Array).length, 4);
    }
  },
);
