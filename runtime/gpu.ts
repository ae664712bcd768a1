/** Runs generated gpu.js kernels: values stay on the device, only asked-for results are read back. */

import { InputError } from "./arrays.ts";
import { checkOptions, checkSeed } from "./border.ts";
import { randomFunctions } from "./gpu-random.ts";
import type { DType } from "./signature.ts";
import type { AsyncProgram } from "./trainer.ts";

/** How gpu.js runs kernels: on a GPU, or by one of its fallbacks. */
export type GpuMode = "gpu" | "webgl" | "webgl2" | "headlessgl" | "webasm" | "cpu" | "async";

export interface GpuOptions {
  readonly seed?: number;
  /** The best that gpu.js finds when left out. */
  readonly mode?: GpuMode;
}

type Axes = readonly (number | string)[];

export interface GpuKernelSource {
  readonly result: string;
  /** The result is the new value of a shared variable. */
  readonly updates?: boolean;
  /** Axes of the result on the device; a product of names such as `rows*28` is one axis. */
  readonly shape: Axes;
  readonly args: readonly string[];
  /** Named sizes: constants of the kernel, which is built anew for others. */
  readonly sizes?: readonly string[];
  readonly source: string;
}

export interface GpuFunction {
  readonly kernels: readonly GpuKernelSource[];
  readonly inputs: readonly string[];
  readonly inputShapes: Readonly<Record<string, Axes>>;
  readonly outputs: readonly {
    readonly name: string;
    readonly dtype: DType;
    readonly scalar: boolean;
  }[];
  readonly single: boolean;
}

export interface GpuModel {
  /** Functions of one number `x` that kernels call; each after those that it calls itself. */
  readonly helpers?: readonly string[];
  readonly shared: Readonly<
    Record<string, { readonly dtype: DType; readonly shape: Axes; readonly initial?: Memory }>
  >;
  readonly functions: Readonly<Record<string, GpuFunction>>;
}

type Memory = Float32Array | Float64Array | Int32Array | Uint8Array;
/** A value on the device: a texture, or nested arrays where gpu.js runs on the CPU. */
type DeviceValue = { toArray?: () => unknown; delete?: () => void } | ArrayLike<unknown>;
type Run = (...args: unknown[]) => DeviceValue | Promise<DeviceValue>;
type Sizes = Readonly<Record<string, number>>;

/** The part of gpu.js that is used; its own types describe kernels as functions, not as texts. */
interface GpuModule {
  GPU: new (options: { mode?: string }) => GpuInstance;
  input(values: Memory, size: readonly number[]): unknown;
}
interface GpuInstance {
  readonly mode: string;
  createKernel(source: string, settings: Record<string, unknown>): Run & { destroy?: () => void };
  addNativeFunction?: unknown;
  addFunction(source: string, settings?: Record<string, unknown>): void;
  destroy(): Promise<void>;
}

/** What shaders lack: log(1 + x) and eˣ − 1 without loss of digits near 0. */
const helpers = [
  `function log1p(x) {
    const u = 1 + x;
    const d = u - 1;
    let result = x;
    if (d !== 0) { result = Math.log(u) * x / d; }
    return result;
  }`,
  `function expm1(x) {
    let result = Math.exp(x) - 1;
    if (Math.abs(x) < 0.01) { result = x * (1 + x * (0.5 + x * (0.16666667 + x * 0.041666668))); }
    return result;
  }`,
];

async function loadGpu(): Promise<GpuModule> {
  try {
    const module = (await import("gpu.js")) as unknown as GpuModule & { default?: GpuModule };
    return module.GPU ? module : (module.default as GpuModule);
  } catch (error) {
    throw new Error("the gpu target needs the package gpu.js: npm install gpu.js", {
      cause: error,
    });
  }
}

/** A program on the device that gpu.js finds. @throws Error naming the package when it is not installed */
export async function createGpuProgram(
  model: GpuModel,
  options: GpuOptions,
): Promise<AsyncProgram> {
  checkOptions(options);
  const { mode, seed = 0 } = options;
  checkSeed(seed);
  const { GPU, input } = await loadGpu();
  const gpu = new GPU(mode ? { mode } : {});
  for (const helper of [...helpers, ...(model.helpers ?? [])])
    gpu.addFunction(helper.trim(), { argumentTypes: { x: "Number" }, returnType: "Number" });
  const draws = Object.values(model.functions).some((fn) =>
    fn.kernels.some((kernel) => kernel.source.includes("random(")),
  );
  for (const { source, parameters } of draws ? randomFunctions : []) {
    const argumentTypes = Object.fromEntries(parameters.map((name) => [name, "Number"]));
    gpu.addFunction(source, { argumentTypes, returnType: "Number" });
  }
  const kernels = new Map<string, Run>();
  const state = new Map<string, DeviceValue>();
  const hostCopies = new Map<string, Memory>();

  const resolve = (axes: Axes, sizes: Sizes): number[] =>
    axes.map((axis) =>
      String(axis)
        .split("*")
        .reduce((n, part) => n * (Number(part) || sizes[part]), 1),
    );

  /** A kernel for these sizes, built at its first use. */
  const build = (
    key: string,
    source: string,
    axes: Axes,
    names: readonly string[],
    sizes: Sizes,
  ): Run => {
    const output = resolve(axes, sizes).reverse();
    const full = `${key}:${output.join()}:${names.map((name) => sizes[name]).join()}`;
    const known = kernels.get(full);
    if (known) return known;
    const constants = Object.fromEntries(names.map((name) => [name, sizes[name]]));
    const kernel = gpu.createKernel(source.trim(), {
      output,
      constants,
      pipeline: true,
      immutable: true,
      precision: "single",
      loopMaxIterations: 1e7,
    });
    kernels.set(full, kernel);
    return kernel;
  };

  const uploads = [
    "function upload(values) { return values[this.thread.x]; }",
    "function upload(values) { return values[this.thread.y][this.thread.x]; }",
    "function upload(values) { return values[this.thread.z][this.thread.y][this.thread.x]; }",
  ];
  const upload = async (values: Memory, axes: Axes, sizes: Sizes): Promise<DeviceValue> => {
    const shape = resolve(axes, sizes);
    if (shape.includes(0)) throw new InputError("the gpu target has no empty arrays");
    const floats = values instanceof Float32Array ? values : Float32Array.from(values);
    const run = build(`upload${shape.length}`, uploads[shape.length - 1], axes, [], sizes);
    return run(input(floats, [...shape].reverse()));
  };
  const release = (value: DeviceValue | undefined): void => {
    if (value && "delete" in value) value.delete?.();
  };
  const replace = (name: string, value: DeviceValue): void => {
    release(state.get(name));
    state.set(name, value);
  };
  for (const [name, { initial, shape }] of Object.entries(model.shared)) {
    if (initial) state.set(name, await upload(initial, shape, {}));
  }

  return {
    async get(name) {
      const held = hostCopies.get(name);
      if (held) return held.slice();
      const values = readBack(state.get(name));
      return model.shared[name].dtype === "int32" ? Int32Array.from(values) : values;
    },
    async set(name, values, sizes) {
      const { shape, initial } = model.shared[name];
      if (!initial) hostCopies.set(name, values.slice());
      replace(name, await upload(values, shape, sizes));
    },
    async call(name, args, sizes) {
      const fn = model.functions[name];
      const values = new Map<string, unknown>();
      const temporaries: DeviceValue[] = [];
      for (const [i, inputName] of fn.inputs.entries()) {
        const axes = fn.inputShapes[inputName];
        const value = axes ? await upload(args[i] as Memory, axes, sizes) : Number(args[i]);
        if (axes) temporaries.push(value as DeviceValue);
        values.set(inputName, value);
      }
      const updates = new Map<string, DeviceValue>();
      for (const [i, kernel] of fn.kernels.entries()) {
        const run = build(`${name}/${i}`, kernel.source, kernel.shape, kernel.sizes ?? [], sizes);
        const result = await run(...kernel.args.map((arg) => values.get(arg) ?? state.get(arg)));
        if (kernel.updates) updates.set(kernel.result, result);
        else {
          values.set(kernel.result, result);
          temporaries.push(result);
        }
      }
      const results = fn.outputs.map(({ name: output, dtype, scalar }) => {
        const numbers = readBack(values.get(output) as DeviceValue);
        if (scalar) return numbers[0];
        if (dtype === "int32" || dtype === "int64") return Int32Array.from(numbers);
        if (dtype === "bool") return Uint8Array.from(numbers);
        return dtype === "float64" ? Float64Array.from(numbers) : numbers;
      });
      // Old values are given back only now: every kernel has read them.
      for (const [shared, value] of updates) replace(shared, value);
      for (const value of temporaries) release(value);
      return fn.single ? results[0] : results;
    },
    destroy() {
      void gpu.destroy();
    },
  };
}

/** Elements of a value of the device, row by row. */
function readBack(value: DeviceValue | undefined): Float32Array {
  const nested = value && "toArray" in value && value.toArray ? value.toArray() : value;
  const numbers: number[] = [];
  const visit = (v: unknown): void => {
    if (typeof v === "number") numbers.push(v);
    else if (v !== undefined)
      for (const element of Array.from(v as ArrayLike<unknown>)) visit(element);
  };
  visit(nested);
  return Float32Array.from(numbers);
}
