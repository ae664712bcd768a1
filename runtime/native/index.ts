/** The native target in Node: generated C as an addon, and a trainer on its memory. */

import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { type ElementArray, elementArrays, refuse, type Sizes } from "../arrays.ts";
import { checkOptions } from "../border.ts";
import {
  type ArraySignature,
  type Dim,
  dimParts,
  type FunctionSignature,
  type Signature,
} from "../signature.ts";
import { type CreateOptions, createTrainer, type SyncProgram } from "../trainer.ts";
import { UnavailableError } from "../unavailable.ts";
import { buildAddon } from "./build.ts";
import { coreCount } from "./cores.ts";

/** An addon, as addon.c makes it. */
interface Addon {
  create(seed: number, threads: number): unknown;
  view(handle: unknown, variable: number): ElementArray;
  bind(handle: unknown, variable: number, array: ElementArray): void;
  resize(handle: unknown, size: number, length: number): void;
  readonly functions: Readonly<Record<string, Call>>;
  readonly variables: readonly string[];
  readonly sizes: readonly string[];
}

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
  checkOptions(options);
  const addon = await loadAddon(fileURLToPath(source), signature.model);
  const program = programOf(signature, addon, options.threads ?? coreCount());
  return createTrainer<Trainer, State>(signature, program, { ...options, target: "typescript" });
}

/** What loaders say of a file that is no addon, or only the beginning of one. */
const damage = /too short|ELF|mach-o|file data|truncated|not a valid/i;

/** @throws UnavailableError where the system does not allow it, as on a disk without programs */
async function loadAddon(source: string, model: string): Promise<Addon> {
  const load = createRequire(import.meta.url);
  const file = await buildAddon(source, model);
  try {
    return load(file) as Addon;
  } catch (error) {
    if (!damage.test((error as Error).message)) throw unavailable(file, error);
  }
  const anew = await buildAddon(source, model, { damaged: file });
  try {
    return load(anew) as Addon;
  } catch (error) {
    throw unavailable(anew, error);
  }
}

const unavailable = (file: string, error: unknown): UnavailableError =>
  new UnavailableError(`${file} cannot be loaded: ${(error as Error).message}`);

/** Under which a state has what is not a variable: these may have any name. */
const own = Symbol("own");

interface State {
  readonly [own]: {
    readonly handle: unknown;
    /** Variables that lie in arrays of JavaScript. */
    lent: readonly {
      readonly name: string;
      readonly array: ElementArray;
      readonly length: number;
    }[];
  };
  readonly sizes: Sizes;
}

/** Memory that is no longer where it was must not be reached for: its buffer went elsewhere. */
function checkLent(what: string, state: State): void {
  for (const { name, array, length } of state[own].lent)
    if (array.length !== length)
      refuse(what, `the memory of ${name} was transferred or resized; call ${name}.set(…) again`);
}

type Call = (...args: unknown[]) => unknown;

/** The addon in the form of generated TypeScript: functions of a state, which holds the variables. */
function programOf(signature: Signature, addon: Addon, threads: number): SyncProgram<State> {
  const ofData = Object.values(signature.shared).flatMap(({ shape }) => namesIn(shape));
  const functions = Object.entries(signature.functions).map(([name, spec]): [string, Call] => [
    name,
    functionOf(name, spec, addon.functions[name], ofData),
  ]);
  return {
    ...Object.fromEntries(functions),
    createState: (seed) => stateOf(signature, addon, seed, threads),
  };
}

/** A function that makes the arrays for results whose sizes are known; others come out of the call. */
function functionOf(
  name: string,
  { inputs, outputs, returns }: FunctionSignature,
  call: Call,
  ofData: readonly string[],
): Call {
  const ofInputs = [...new Set(inputs.flatMap(({ shape }) => namesIn(shape)))];
  const known = new Set([...ofInputs, ...ofData]);
  const isGiven = ({ shape }: ArraySignature): boolean =>
    shape.length > 0 && namesIn(shape).every((size) => known.has(size));
  const makers = outputs.filter(isGiven).map(({ dtype, shape }) => {
    const length = elementsOf(shape);
    const Elements = elementArrays[dtype];
    return (sizes: Sizes): ElementArray => new Elements(length(sizes));
  });
  // The addon tells one result by itself.
  const isListOfOne = returns !== "single" && outputs.length === 1;
  if (makers.length === 0)
    return (state, ...args) => {
      checkLent(name, state as State);
      const told = call((state as State)[own].handle, ...args);
      return isListOfOne ? [told] : told;
    };
  const needsSizes = outputs.some(({ shape }) => namesIn(shape).length > 0);
  return (state, ...args) => {
    checkLent(name, state as State);
    const { sizes, [own]: held } = state as State;
    const all: Sizes = needsSizes ? { ...sizes } : {};
    for (let i = 0; i < ofInputs.length; i++) all[ofInputs[i]] = args[inputs.length + i] as number;
    const arrays = makers.map((make) => make(all));
    args.push(...arrays);
    const told = call(held.handle, ...args);
    if (returns === "single") return arrays[0];
    const others = Array.isArray(told) ? told : [told];
    let [nextArray, nextOther] = [0, 0];
    return outputs.map((o) => (isGiven(o) ? arrays[nextArray++] : others[nextOther++]));
  };
}

/** Names of the sizes in a shape. */
const namesIn = (shape: readonly Dim[]): string[] =>
  shape.flatMap((dim) => (typeof dim === "string" ? [dimParts(dim)[0]] : []));

/** The number of elements of a shape, as a function of sizes. */
function elementsOf(shape: readonly Dim[]): (sizes: Sizes) => number {
  const fixed = shape.reduce<number>((n, dim) => (typeof dim === "number" ? n * dim : n), 1);
  const open = shape.flatMap((dim) => (typeof dim === "string" ? [dimParts(dim)] : []));
  return (sizes) => open.reduce((n, [name, offset]) => n * (sizes[name] + offset), fixed);
}

/** The memory of a trainer: each variable a property, which is given other memory by assignment. */
function stateOf(signature: Signature, addon: Addon, seed: number, threads: number): State {
  const handle = addon.create(seed, threads);
  const state: State = { [own]: { handle, lent: [] }, sizes: {} };
  for (const [index, name] of addon.variables.entries()) {
    const { data, dtype } = signature.shared[name];
    let array: ElementArray = data ? new elementArrays[dtype](0) : addon.view(handle, index);
    Object.defineProperty(state, name, {
      enumerable: true,
      get: () => array,
      set(other: ElementArray) {
        addon.bind(handle, index, other);
        const others = state[own].lent.filter((lent) => lent.name !== name);
        state[own].lent = [...others, { name, array: other, length: other.length }];
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
