/** The native target in Node: generated C as an addon, and a trainer on its memory. */

import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { type ElementArray, refuse, type Sizes } from "../arrays.ts";
import type { ArraySignature, Signature } from "../signature.ts";
import { type CreateOptions, createTrainer, type SyncProgram } from "../trainer.ts";
import { buildAddon } from "./build.ts";
import { coreCount } from "./cores.ts";

/** An addon, as addon.c makes it. */
interface Addon {
  create(seed: number, threads: number): unknown;
  view(handle: unknown, variable: number): ElementArray;
  bind(handle: unknown, variable: number, array: ElementArray): void;
  resize(handle: unknown, size: number, length: number): void;
  readonly functions: Readonly<Record<string, (...args: unknown[]) => unknown>>;
  readonly variables: readonly string[];
  readonly sizes: readonly string[];
}

const constructors = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  int64: Int32Array,
  bool: Uint8Array,
} as const;

/**
 * A trainer on native code; the first call on a machine compiles it.
 *
 * @param source where the model's native.c is
 * @throws UnavailableError where there is no C compiler, with what to install
 */
export async function createNativeTrainer<Trainer>(
  signature: Signature,
  source: URL,
  options: CreateOptions = {},
): Promise<Trainer> {
  const file = await buildAddon(fileURLToPath(source), signature.model);
  const addon = createRequire(import.meta.url)(file) as Addon;
  const program = programOf(signature, addon, options.threads ?? coreCount());
  return createTrainer<Trainer, State>(signature, program, { ...options, target: "typescript" });
}

interface State {
  readonly handle: unknown;
  readonly sizes: Sizes;
  /** Variables that lie in arrays of JavaScript. */
  readonly lent: Map<string, { readonly array: ElementArray; readonly length: number }>;
}

/** Memory that is no longer where it was must not be reached for: its buffer went elsewhere. */
function checkLent(what: string, { lent }: State): void {
  for (const [name, { array, length }] of lent)
    if (array.length !== length)
      refuse(what, `the memory of ${name} was transferred or resized; call ${name}.set(…) again`);
}

/** The addon in the form of generated TypeScript: functions of a state, which holds the variables. */
function programOf(signature: Signature, addon: Addon, threads: number): SyncProgram<State> {
  const functions: Record<string, (...args: unknown[]) => unknown> = {};
  for (const [name, spec] of Object.entries(signature.functions)) {
    const call = addon.functions[name];
    const ownSizes = [
      ...new Set(spec.inputs.flatMap((i) => i.shape.filter((d) => typeof d === "string"))),
    ].map((d) => /^\w+/.exec(d as string)?.[0] as string);
    const { outputs, returns } = spec;
    const tensors = outputs.filter((o) => o.shape.length > 0);
    if (tensors.length === 0 && outputs.length < 2) {
      functions[name] = (state, ...args) => {
        checkLent(name, state as State);
        return call((state as State).handle, ...args);
      };
      continue;
    }
    functions[name] = (state, ...args) => {
      checkLent(name, state as State);
      const { handle, sizes } = state as State;
      const known: Sizes = { ...sizes };
      for (const [i, size] of ownSizes.entries())
        known[size] = args[spec.inputs.length + i] as number;
      const arrays = tensors.map((o) => new constructors[o.dtype](lengthOf(o, known)));
      const singles = call(handle, ...args, ...arrays);
      if (returns === "single") return arrays[0] ?? singles;
      const numbers = Array.isArray(singles) ? singles : [singles];
      let [nextArray, nextNumber] = [0, 0];
      return outputs.map((o) => (o.shape.length > 0 ? arrays[nextArray++] : numbers[nextNumber++]));
    };
  }
  return { ...functions, createState: (seed) => stateOf(signature, addon, seed, threads) };
}

/** Elements of a result. */
function lengthOf({ shape }: ArraySignature, sizes: Sizes): number {
  return shape.reduce<number>((n, dim) => {
    if (typeof dim === "number") return n * dim;
    const [, name, offset] = /^(\w+)([+-]\d+)?$/.exec(dim) as RegExpExecArray;
    return n * (sizes[name] + Number(offset ?? 0));
  }, 1);
}

/** The memory of a trainer: each variable a property, which is given other memory by assignment. */
function stateOf(signature: Signature, addon: Addon, seed: number, threads: number): State {
  const handle = addon.create(seed, threads);
  const state: State = { handle, sizes: {}, lent: new Map() };
  for (const [index, name] of addon.variables.entries()) {
    const { data, dtype } = signature.shared[name];
    let array: ElementArray = data ? new constructors[dtype](0) : addon.view(handle, index);
    Object.defineProperty(state, name, {
      enumerable: true,
      get: () => array,
      set(other: ElementArray) {
        addon.bind(handle, index, other);
        state.lent.set(name, { array: other, length: other.length });
        array = other;
      },
    });
  }
  for (const [index, name] of addon.sizes.entries()) {
    let length = 0;
    Object.defineProperty(state.sizes, name, {
      enumerable: true,
      get: () => length,
      set(n: number) {
        if (n === length) return;
        addon.resize(handle, index, n);
        length = n;
      },
    });
  }
  return state;
}
