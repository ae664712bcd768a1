/** Which target runs: the one that is asked for, or the fastest that does not fail. */

import { createOn } from "adjoint/train";
import test from "ava";

const create = async ({ target }: { target?: string }): Promise<string> => {
  if (target === "native") throw new Error("there is no C compiler: install gcc or clang\nin PATH");
  return `on ${target}`;
};

test("auto is native, else wasm, else typescript, and says why", async (t) => {
  const all = ["typescript", "gpu", "wasm", "native"];
  t.deepEqual(await createOn(all, create, {}), {
    trainer: "on wasm",
    target: "wasm",
    reasons: ["native: there is no C compiler: install gcc or clang"],
  });
  t.deepEqual(await createOn(["typescript", "gpu"], create, { target: "auto" }), {
    trainer: "on typescript",
    target: "typescript",
    reasons: ["native: not generated", "wasm: not generated"],
  });
  const { target, reasons } = await createOn(all, ({ seed }) => seed, { seed: 7 });
  t.deepEqual([target, reasons], ["native", []]);
});

test("a target that is asked for runs or fails", async (t) => {
  const { target, reasons } = await createOn(["gpu"], create, { target: "gpu" });
  t.deepEqual([target, reasons], ["gpu", []]);
  await t.throwsAsync(createOn(["native"], create, { target: "native" }), {
    message: /C compiler/,
  });
  await t.throwsAsync(createOn(["gpu"], create, {}), { message: /generated for gpu only/ });
  const fails = (): string => {
    throw new Error("no memory");
  };
  await t.throwsAsync(createOn(["typescript"], fails, {}), { message: "no memory" });
});
