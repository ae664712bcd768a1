/** Running generated C in tests. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { compileModel } from "../../compiler/compile.ts";
import type { NDArray } from "../../compiler/graph/ndarray.ts";
import { dimParts } from "../../compiler/graph/types.ts";
import type { CompiledFunction, CompiledModel } from "../../compiler/model.ts";
import { emitNative } from "../../compiler/targets/native/index.ts";
import { isMade } from "../../compiler/targets/native/signature.ts";
import { elementArrays } from "../../runtime/arrays.ts";
import { buildAddon } from "../../runtime/native/build.ts";
import { findCompiler } from "../../runtime/native/compiler.ts";
import { type Case, functionOf } from "./compile.ts";

/** Why native code cannot be tested here; undefined where it can. */
export function missingCompiler(): string | undefined {
  try {
    findCompiler();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

interface Addon {
  create(seed: number, threads: number): unknown;
  readonly functions: Readonly<Record<string, (...args: unknown[]) => unknown>>;
}

/** How tests build: `CFLAGS` and `ADJOINT_VARIANT` of the build, when it is not the usual one. */
export interface BuildOptions {
  readonly CFLAGS?: string;
  readonly ADJOINT_VARIANT?: string;
}

/** Compiles a model's C into an addon, in a folder of its own. */
export async function addonOf(model: CompiledModel, options: BuildOptions = {}): Promise<Addon> {
  const folder = mkdtempSync(path.join(tmpdir(), "adjoint-native-"));
  for (const [file, text] of emitNative(model)) writeFileSync(path.join(folder, file), text);
  try {
    const file = await inEnvironment({ ADJOINT_CACHE: folder, ...options }, () =>
      buildAddon(path.join(folder, "native.c"), model.name),
    );
    return createRequire(import.meta.url)(file) as Addon;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Does work while variables of the environment are set; undefined ones are taken out. */
export async function inEnvironment<T>(
  variables: Readonly<Record<string, string | undefined>>,
  work: () => Promise<T>,
): Promise<T> {
  const set = (values: typeof variables): void => {
    for (const [name, value] of Object.entries(values)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  };
  const before = Object.fromEntries(
    Object.keys(variables).map((name) => [name, process.env[name]]),
  );
  set(variables);
  try {
    return await work();
  } finally {
    set(before);
  }
}

/** Runs the generated C of many expressions, as functions of one model. */
export async function runAllNative(
  cases: readonly Case[],
  options: BuildOptions = {},
): Promise<number[][][]> {
  const [results] = await runInThreads(cases, [1], options);
  return results;
}

/** The same for several numbers of threads, one after the other. */
export async function runInThreads(
  cases: readonly Case[],
  threads: readonly number[],
  options: BuildOptions = {},
): Promise<number[][][][]> {
  const functions = cases.map(({ outputs }, i) => functionOf(outputs, `f${i}`));
  const model = compileModel(
    "m",
    "models/m.ts",
    functions.map((fn, i) => [`f${i}`, fn]),
  );
  const addon = await addonOf(model, options);
  return threads.map((n) => {
    const handle = addon.create(0, n);
    return model.functions.map((fn, i) => run(addon, handle, fn, cases[i]));
  });
}

/** For many functions of which each runs once; a warning is an error. */
export const quick: BuildOptions = { CFLAGS: "-O1 -Werror" };

function run(
  addon: Addon,
  handle: unknown,
  compiled: CompiledFunction,
  { bindings }: Case,
): number[][] {
  const fn = compiled.program.source;
  const sizes = new Map<string, number>();
  const args = fn.inputs.map((input) => {
    const value = bindings.get(input) as NDArray;
    for (const [axis, dim] of input.shape.entries())
      if (typeof dim === "string") sizes.set(dim, value.shape[axis]);
    if (input.shape.length === 0)
      return input.type.dtype === "bool" ? value.data[0] !== 0 : value.data[0];
    return elementArrays[input.type.dtype].from(value.data);
  });
  const { outputs } = compiled.program;
  const given = outputs.map((node) => {
    if (node.shape.length === 0 || isMade(compiled, node)) return undefined;
    const length = node.shape.reduce<number>((n, dim) => {
      if (typeof dim === "number") return n * dim;
      const { name, offset } = dimParts(dim);
      return n * ((sizes.get(name) as number) + offset);
    }, 1);
    return new elementArrays[node.type.dtype](length);
  });
  const told = addon.functions[compiled.program.name](
    handle,
    ...args,
    ...sizes.values(),
    ...given.filter((array) => array !== undefined),
  );
  const others = Array.isArray(told) ? told : [told];
  let next = 0;
  return given.map((array) => {
    const value = array ?? others[next++];
    return typeof value === "object" ? Array.from(value as ArrayLike<number>) : [Number(value)];
  });
}
