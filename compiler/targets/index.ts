/** The files that are written for a model: one emitter each. */

import type { CompiledModel } from "../model.ts";
import { emitEntry } from "./entry.ts";
import { emitGpu } from "./gpu/index.ts";
import { emitMaths } from "./maths/index.ts";
import { type TargetName, targetNames } from "./names.ts";
import { emitTypescript } from "./typescript/index.ts";
import type { Instrument } from "./typescript/instrument.ts";

export interface Target {
  readonly name: TargetName;
  /** File in the model's folder. */
  readonly file: string;
  readonly emit: (model: CompiledModel, instrument?: Instrument) => string;
}

const emitters: Readonly<Record<TargetName, Omit<Target, "name">>> = {
  typescript: { file: "typescript.ts", emit: emitTypescript },
  gpu: { file: "gpu.ts", emit: emitGpu },
};

/** Targets that run kernels. The first is the reference, which is always written. */
export const targets: readonly Target[] = targetNames.map((name) => ({
  name,
  ...emitters[name],
}));

/**
 * Every file of a model, by its name in the model's folder.
 *
 * @param instrument what the reference target does besides computing
 */
export function emitModel(
  model: CompiledModel,
  wanted: readonly string[],
  instrument?: Instrument,
): Map<string, string> {
  const chosen = targets.filter((t) => t.name === "typescript" || wanted.includes(t.name));
  const others = chosen.filter((t) => t.name !== "typescript").map((t) => t.name);
  return new Map([
    ["index.ts", emitEntry(model, others, instrument)],
    ...chosen.map((t) => [t.file, t.emit(model, instrument)] as const),
    ["maths.md", emitMaths(model)],
  ]);
}
