/** Which target runs: the one that is asked for, or the fastest that is available. */

import { type CreateOptions, createFastest } from "adjoint/runtime";
import { createOn } from "adjoint/train";
import test from "ava";
import { createLenet } from "../../generated/lenet/index.ts";
import { createMlp } from "../../generated/mlp/index.ts";
import { InputError } from "../../runtime/index.ts";
import { UnavailableError } from "../../runtime/unavailable.ts";

/** As a generated entry: native code cannot run, WebAssembly can. */
const create = async (options: CreateOptions): Promise<string> => {
  const on = (target: string) => create({ ...options, target });
  if (options.target === "native")
    throw new UnavailableError("cc failed (1) to compile the native code:\ncc -O3 …\nerror");
  if (options.target !== "auto") return `on ${options.target}`;
  return createFastest<string>(options, {
    native: () => on("native"),
    wasm: () => on("wasm"),
    typescript: () => on("typescript"),
  });
};
const all = ["typescript", "gpu", "wasm", "native"];

test("auto takes the first target that is available, and says why no faster one", async (t) => {
  t.deepEqual(await createOn(all, create, {}), {
    trainer: "on wasm",
    target: "wasm",
    reasons: ["native: cc failed (1) to compile the native code"],
  });
  t.deepEqual(await createOn(["typescript", "gpu"], create, { target: "auto" }), {
    trainer: "on typescript",
    target: "typescript",
    reasons: [],
  });
  await t.throwsAsync(createFastest({}, { native: () => create({ target: "native" }) }), {
    instanceOf: UnavailableError,
    message: "native: cc failed (1) to compile the native code",
  });
});

test("an option that there is not is named, with those that there are", async (t) => {
  const misspelt: object = { sede: 7 };
  const message = "there is no option sede; options are target, seed, mode, threads, onTarget";
  t.throws(() => createMlp(misspelt), { instanceOf: InputError, message });
  for (const target of ["wasm", "auto"] as const)
    await t.throwsAsync(createMlp({ target, ...misspelt }), { message });
  await t.throwsAsync(createLenet({ target: "gpu", ...misspelt }), { message });
  t.notThrows(() => createMlp({ target: "typescript", seed: 7, threads: 1 }));
});

test("a target that is asked for runs or fails", async (t) => {
  const { target, reasons } = await createOn(all, create, { target: "gpu" });
  t.deepEqual([target, reasons], ["gpu", []]);
  await t.throwsAsync(createOn(all, create, { target: "native" }), { message: /error$/ });
});

test("a fault is not taken for a target that is not there", async (t) => {
  const fails = (): string => {
    throw new Error("no memory");
  };
  await t.throwsAsync(createFastest({}, { native: fails, typescript: () => "on typescript" }), {
    message: "no memory",
  });
  await t.throwsAsync(createOn(["typescript"], fails, {}), { message: "no memory" });
});
