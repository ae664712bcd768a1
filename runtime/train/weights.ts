/** Weights in files: saved so that a crash leaves the old file or the new one, loaded with checks. */

import { readFileSync } from "node:fs";
import {
  decodeSafetensors,
  encodeSafetensors,
  FormatError,
  type NamedTensor,
} from "../safetensors.ts";
import type { AsyncShared, Shared } from "../trainer.ts";
import { writeAtomically } from "./atomic.ts";

/** Parameters of a trainer: its exported shared variables that are not data. */
export type Parameters = Readonly<Record<string, Shared | AsyncShared>>;

/** Copies of all parameters. */
export async function snapshot(parameters: Parameters): Promise<Map<string, NamedTensor>> {
  const tensors = new Map<string, NamedTensor>();
  for (const [name, parameter] of Object.entries(parameters)) {
    tensors.set(name, {
      dtype: parameter.dtype,
      shape: parameter.shape,
      data: await parameter.get(),
    });
  }
  return tensors;
}

/** Puts copies back: all of them, or none when one is refused. @throws InputError */
export async function restore(
  parameters: Parameters,
  tensors: ReadonlyMap<string, NamedTensor>,
): Promise<void> {
  const before = await snapshot(parameters);
  const put = async (values: ReadonlyMap<string, NamedTensor>): Promise<void> => {
    for (const [name, parameter] of Object.entries(parameters)) {
      const tensor = values.get(name);
      if (tensor) await parameter.set(tensor.data);
    }
  };
  try {
    await put(tensors);
  } catch (error) {
    await put(before);
    throw error;
  }
}

/** Writes a safetensors file, so that a crash leaves the old one or the new one. */
export function saveWeights(
  file: string,
  tensors: ReadonlyMap<string, NamedTensor>,
  metadata: Record<string, string> = {},
): void {
  writeAtomically(file, encodeSafetensors(tensors, metadata));
}

/**
 * Reads a safetensors file into the parameters of a trainer. Nothing is changed unless all fit.
 *
 * @throws FormatError naming the file for a broken one, and for names, dtypes or shapes that are not the model's
 */
export async function loadWeights(file: string, parameters: Parameters): Promise<void> {
  const tensors = readTensors(file);
  const missing = Object.keys(parameters).filter((name) => !tensors.has(name));
  const extra = [...tensors.keys()].filter((name) => !Object.hasOwn(parameters, name));
  if (missing.length > 0) throw new FormatError(`${file} has no ${missing.join(", ")}`);
  if (extra.length > 0)
    throw new FormatError(`${file} has ${extra.join(", ")}, which the model does not`);
  for (const [name, { dtype, shape }] of tensors) {
    const own = parameters[name];
    if (own.dtype !== dtype || own.shape.join() !== shape.join()) {
      throw new FormatError(
        `${name} is ${dtype}[${shape.join(", ")}] in ${file}, but ${own.dtype}[${own.shape.join(", ")}] in the model`,
      );
    }
  }
  await restore(parameters, tensors);
}

function readTensors(file: string): ReadonlyMap<string, NamedTensor> {
  try {
    return decodeSafetensors(readFileSync(file)).tensors;
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new FormatError(`${file}: ${error.message}`, { cause: error });
  }
}
