/** Generated gpu.ts, run in tests. */

import { compileModel, type ModelExports } from "../../compiler/compile.ts";
import type { CompiledModel } from "../../compiler/model.ts";
import { emitGpu } from "../../compiler/targets/gpu/index.ts";
import { emitTypescript } from "../../compiler/targets/typescript/index.ts";
import { createGpuProgram, type GpuOptions } from "../../runtime/gpu.ts";
import type { AsyncProgram } from "../../runtime/trainer.ts";
import { importText } from "./compile.ts";

/** A program of gpu.js on the CPU. Its imports are handed in, for it is no file. */
export const gpuProgram = (exports: ModelExports): Promise<AsyncProgram> =>
  gpuProgramOf(compileModel("m", "models/m.ts", exports));

/** The same of a model. */
export async function gpuProgramOf(model: CompiledModel): Promise<AsyncProgram> {
  const { createState } = await importText(emitTypescript(model));
  const body = emitGpu(model).replace(/^import [^\n]*\n/gm, "");
  const scope = globalThis as unknown as Record<string, unknown>;
  scope.createGpuProgramForTest = createGpuProgram;
  scope.createStateForTest = createState;
  const text = `const createGpuProgram = globalThis.createGpuProgramForTest; const createState = globalThis.createStateForTest;\n${body}`;
  const code = await importText(text.replace(/: GpuFunction|: GpuOptions/g, ""));
  return (code.createProgram as (options: GpuOptions) => Promise<AsyncProgram>)({ mode: "cpu" });
}
