/** The WebAssembly target: a trainer whose variables lie in a module's memory. Without Node's modules. */

import type { ElementArray, Sizes } from "../arrays.ts";
import { checkOptions } from "../border.ts";
import { type ArraySignature, dimParts, lengthIn, type Signature } from "../signature.ts";
import { type CreateOptions, createTrainer, type SyncProgram } from "../trainer.ts";
import { UnavailableError } from "../unavailable.ts";
import { Heap } from "./heap.ts";
import { paced } from "./pace.ts";
import { missingThreads, type Pool, startThreads, usualThreads } from "./threads.ts";

/** What is generated for a model: addresses in its memory, and the module in parts, in hexadecimal digits. */
export interface WasmCode {
  /** The first byte behind variables and temporaries. */
  readonly end: number;
  /** Bytes that a thread needs for what it copies. */
  readonly scratch: number;
  /** Where the address of free memory lies. */
  readonly free: number;
  /** Where variables lie; of data, where their address lies. */
  readonly shared: Readonly<Record<string, number>>;
  /** Where sizes of data lie. */
  readonly sizes: Readonly<Record<string, number>>;
  /** Numbers that variables start with, where the model writes them out. */
  readonly values?: Readonly<Record<string, readonly number[]>>;
  /** What computes initial values, and where the seed lies. */
  readonly initials: readonly { readonly name: string; readonly seed?: number }[];
  /** Where numbers lie, of arrays where their address lies. */
  readonly functions: Readonly<
    Record<
      string,
      {
        readonly inputs: readonly number[];
        readonly sizes: readonly number[];
        readonly outputs: readonly number[];
        /** Sizes that the call finds out. */
        readonly made?: Readonly<Record<string, number>>;
      }
    >
  >;
  /** Everything in front of the functions; and where threads share the memory. */
  readonly head: string;
  readonly sharedHead?: string;
  /** Where threads and module meet in memory, if there is work for threads. */
  readonly pool?: Pool;
  /** Functions in their order; two of one that engines without relaxed SIMD need another of. */
  readonly bodies: readonly (string | readonly [fused: string, plain: string])[];
}

/** Modules by their code: alone, and on memory that is shared. */
const modules = new WeakMap<WasmCode, Map<boolean, Promise<WebAssembly.Module>>>();

/**
 * A trainer on WebAssembly.
 *
 * @throws UnavailableError where the engine has no vectors (SIMD)
 */
export async function createWasmTrainer<Trainer>(
  signature: Signature,
  code: WasmCode,
  options: CreateOptions = {},
): Promise<Trainer> {
  checkOptions(options);
  const threads = threadsOf(signature, code, options);
  const isShared = threads > 1;
  const known = modules.get(code) ?? new Map<boolean, Promise<WebAssembly.Module>>();
  modules.set(code, known);
  const compiled = known.get(isShared) ?? compile(code, isShared);
  known.set(isShared, compiled);
  const program = await programOf(signature, code, await compiled, threads);
  return createTrainer<Trainer, object>(signature, program, { ...options, target: "typescript" });
}

/** How many threads there will be. Says why it is one where more were asked for. */
function threadsOf(signature: Signature, code: WasmCode, options: CreateOptions): number {
  if (!code.pool || code.sharedHead === undefined) return 1;
  const threads = options.threads ?? usualThreads();
  const why = threads > 1 ? missingThreads() : undefined;
  if (why === undefined) return threads;
  if (options.threads !== undefined) console.info(`${signature.model} runs on one thread: ${why}`);
  return 1;
}

/** Compiles the module: with fused multiply-adds where the engine has them. */
async function compile(code: WasmCode, isShared: boolean): Promise<WebAssembly.Module> {
  if (typeof WebAssembly === "undefined")
    throw new UnavailableError("there is no WebAssembly here");
  for (const kind of [0, 1]) {
    const head = (isShared ? code.sharedHead : undefined) ?? code.head;
    const bodies = code.bodies.map((body) => (typeof body === "string" ? body : body[kind]));
    const bytes = moduleBytes(head, bodies);
    if (WebAssembly.validate(bytes)) return WebAssembly.compile(bytes);
  }
  throw new UnavailableError("this engine has no WebAssembly SIMD");
}

/** The module of its parts. */
function moduleBytes(head: string, bodies: readonly string[]): Uint8Array<ArrayBuffer> {
  const code = bodies.join("");
  const count = leb(bodies.length);
  const codeSection = 10;
  const size = leb(count.length + code.length / 2);
  const bytes = (digits: string): number[] =>
    (digits.match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16));
  return Uint8Array.from([...bytes(head), codeSection, ...size, ...count, ...bytes(code)]);
}

/** A number as WebAssembly's binary format writes it. */
const leb = (n: number): number[] => (n < 128 ? [n] : [(n & 127) | 128, ...leb(n >>> 7)]);

/** The module in the form of generated TypeScript: functions of a state, which holds the variables. */
async function programOf(
  signature: Signature,
  code: WasmCode,
  module: WebAssembly.Module,
  threads: number,
): Promise<SyncProgram<object>> {
  const ownMemory = Array.from({ length: threads }, (_, i) => code.end + i * code.scratch);
  const heap = new Heap(code.end + threads * code.scratch, code.free, threads > 1);
  const { exports } = await WebAssembly.instantiate(module, {
    adjoint: {
      memory: heap.memory,
      scratch: ownMemory[0],
      /** The remainder that has the sign of b. */
      mod: (a: number, b: number) => ((a % b) + b) % b,
      no_memory: () => heap.refuse(),
    },
    Math: Math as unknown as WebAssembly.ModuleImports,
  });
  const functions: Record<string, (...args: unknown[]) => unknown> = {};
  const state = stateOf(signature, code, heap);
  const use =
    code.pool &&
    threads > 1 &&
    startThreads(module, heap.memory, code.pool, ownMemory.slice(1), state, (reason) =>
      console.info(`${signature.model} runs on a thread less: ${reason}`),
    );
  for (const [name, spec] of Object.entries(signature.functions)) {
    const at = code.functions[name];
    const own = exports[name] as () => void;
    const run = use ? paced(own, use) : own;
    const { inputs, outputs, returns } = spec;
    const hasArrays = [...inputs, ...outputs].some((s) => s.shape.length > 0);
    const ownSizes = [...new Set(inputs.flatMap((i) => i.shape.filter(isName)))];
    const made = Object.entries(at.made ?? {});
    const isMade = ({ shape }: ArraySignature): boolean =>
      shape.some((dim) => typeof dim === "string" && made.some(([n]) => n === dimParts(dim)[0]));
    functions[name] = (_, ...args) => {
      heap.beginCall(name);
      const known: Sizes = { ...(hasArrays && state.sizes) };
      for (const [i, size] of ownSizes.entries()) {
        known[size] = args[inputs.length + i] as number;
        heap.setNumber(at.sizes[i], "int32", known[size]);
      }
      for (const [i, { dtype, shape }] of inputs.entries()) {
        if (shape.length > 0) heap.putArray(at.inputs[i], args[i] as ElementArray);
        else heap.setNumber(at.inputs[i], dtype, args[i] as number);
      }
      for (const [i, output] of outputs.entries())
        if (output.shape.length > 0 && !isMade(output))
          heap.makeArray(at.outputs[i], output.dtype, lengthOf(output, known));
      run();
      for (const [size, place] of made) known[size] = heap.number(place, "int32") as number;
      const result = (output: ArraySignature, i: number): unknown =>
        output.shape.length > 0
          ? heap.arrayAt(at.outputs[i], output.dtype, lengthOf(output, known)).slice()
          : heap.number(at.outputs[i], output.dtype);
      if (returns === "none") return undefined;
      return returns === "single" ? result(outputs[0], 0) : outputs.map(result);
    };
  }
  return {
    ...functions,
    ownsMemory: true,
    createState(seed: number) {
      Object.assign(state, code.values);
      for (const initial of code.initials) {
        heap.beginCall(initial.name);
        if (initial.seed !== undefined) heap.setNumber(initial.seed, "int32", seed | 0);
        (exports[initial.name] as () => void)();
      }
      return state;
    },
  };
}

const isName = (dim: number | string): dim is string =>
  typeof dim === "string" && /^[A-Za-z_]\w*$/.test(dim);

/** Elements of a result. */
const lengthOf = ({ shape }: Pick<ArraySignature, "shape">, sizes: Sizes): number =>
  shape.reduce<number>((n, dim) => n * (lengthIn(dim, sizes) ?? 0), 1);

interface State {
  readonly sizes: Sizes;
}

/** The memory of a trainer: each variable a property, which is a view; assigning copies. */
function stateOf(signature: Signature, code: WasmCode, heap: Heap): State {
  const state = { sizes: {} };
  for (const [name, { data, dtype, shape }] of Object.entries(signature.shared)) {
    const address = code.shared[name];
    const size = lengthOf({ shape }, {});
    let length = data ? 0 : size;
    Object.defineProperty(state, name, {
      enumerable: true,
      get: () => (data ? heap.arrayAt(address, dtype, length) : heap.view(address, dtype, length)),
      set(values: ElementArray) {
        if (data) heap.putData(name, address, values);
        else heap.view(address, dtype, length).set(values);
        length = values.length;
      },
    });
  }
  for (const [name, address] of Object.entries(code.sizes)) {
    Object.defineProperty(state.sizes, name, {
      enumerable: true,
      get: () => heap.number(address, "int32"),
      set: (n: number) => heap.setNumber(address, "int32", n),
    });
  }
  return state;
}
