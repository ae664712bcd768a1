/** The files that are written for a model: one emitter each. */

import { AdjointError } from "../diagnostics/error.ts";
import type { CompiledModel } from "../model.ts";
import { emitEntry } from "./entry.ts";
import { emitGpu } from "./gpu/index.ts";
import { emitMaths } from "./maths/index.ts";
import { type TargetName, targetNames } from "./names.ts";
import { emitNative } from "./native/index.ts";
import { emitTypescript } from "./typescript/index.ts";
import type { Instrument } from "./typescript/instrument.ts";

type Files = Iterable<readonly [file: string, text: string]>;

export interface Target {
  readonly name: TargetName;
  /** Its files, by their names in the model's folder. */
  readonly emit: (model: CompiledModel, instrument?: Instrument) => Files | Promise<Files>;
}

const emitters: Readonly<Record<TargetName, Target["emit"]>> = {
  typescript: (model, instrument) => [["typescript.ts", emitTypescript(model, instrument)]],
  native: emitNative,
  // The assembler is loaded only where it is needed.
  wasm: async (model) => (await import("./wasm/index.ts")).emitWasm(model),
  gpu: (model) => [["gpu.ts", emitGpu(model)]],
};

/** Targets that run kernels. The first is the reference, which is always written. */
export const targets: readonly Target[] = targetNames.map((name) => ({
  name,
  emit: emitters[name],
}));

/**
 * Every file of a model, by its name in the model's folder.
 *
 * @param instrument what the reference target does besides computing
 * @param leaveOut is told of a target that cannot do the model, which then has no files
 * @throws ADJ5001 for such a target, where nobody is to be told
 */
export async function emitModel(
  model: CompiledModel,
  wanted: readonly string[],
  instrument?: Instrument,
  leaveOut?: (target: TargetName, why: AdjointError) => void,
): Promise<Map<string, string>> {
  const chosen = targets.filter((t) => t.name === "typescript" || wanted.includes(t.name));
  const written = await Promise.all(
    chosen.map(async ({ name, emit }) => {
      try {
        return [{ name, own: [...(await emit(model, instrument))] }];
      } catch (error) {
        if (!(error instanceof AdjointError))
          throw new Error(`${model.file}, target ${name}: ${(error as Error).message}`, {
            cause: error,
          });
        if (!leaveOut || error.code !== "ADJ5001") throw error;
        leaveOut(name, error);
        return [];
      }
    }),
  );
  const files = written.flat();
  const others = files.map(({ name }) => name).filter((name) => name !== "typescript");
  return new Map([
    ["index.ts", emitEntry(model, others, instrument)],
    ...files.flatMap(({ own }) => own),
    ["maths.md", emitMaths(model)],
  ]);
}
