/** Weights in files: saved so that a crash leaves the old file or the new one, loaded with checks. */

import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from "node:fs";
import path from "node:path";
import {
  decodeSafetensors,
  encodeSafetensors,
  FormatError,
  type NamedTensor,
} from "../safetensors.ts";
import type { AsyncShared, Shared } from "../trainer.ts";

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

/** Puts copies back. */
export async function restore(
  parameters: Parameters,
  tensors: ReadonlyMap<string, NamedTensor>,
): Promise<void> {
  for (const [name, parameter] of Object.entries(parameters)) {
    const tensor = tensors.get(name);
    if (tensor) await parameter.set(tensor.data);
  }
}

/** Writes a safetensors file: to a temporary file beside it, flushed to the disk, then renamed. */
export function saveWeights(
  file: string,
  tensors: ReadonlyMap<string, NamedTensor>,
  metadata: Record<string, string> = {},
): void {
  mkdirSync(path.dirname(path.resolve(file)), { recursive: true });
  const temporary = `${file}.${process.pid}.tmp`;
  const handle = openSync(temporary, "w");
  try {
    const bytes = encodeSafetensors(tensors, metadata);
    for (let at = 0; at < bytes.length; ) at += writeSync(handle, bytes, at);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(temporary, file);
}

/**
 * Reads a safetensors file into the parameters of a trainer. Nothing is changed unless all fit.
 *
 * @throws FormatError for a broken file, and for names, dtypes or shapes that are not the model's
 */
export async function loadWeights(file: string, parameters: Parameters): Promise<void> {
  const { tensors } = decodeSafetensors(readFileSync(file));
  const missing = Object.keys(parameters).filter((name) => !tensors.has(name));
  const extra = [...tensors.keys()].filter((name) => !(name in parameters));
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
