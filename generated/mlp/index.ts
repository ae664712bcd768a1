// The entry: what programs import. Generated from models/mlp.ts by Adjoint; do not edit.
// Regenerate: npm run codegen -- models/mlp.ts

import {
  type AsyncShared,
  type CreateOptions,
  type Shared,
  type Signature,
  type TensorArray,
  type TensorLike,
  createAsyncTrainer,
  createFastest,
  createTrainer,
} from "adjoint/runtime";
import * as typescript from "./typescript.ts";

/** What the model was generated for: the targets that a trainer can be created with. */
export const targets = ["typescript", "native", "wasm", "gpu"] as const;

/** Types at the border of the model: what callers hand in is checked against them. */
export const signature = {
  model: "mlp",
  shared: {
    hidden_W: { dtype: "float32", shape: [784, 500], exported: true },
    hidden_b: { dtype: "float32", shape: [500], exported: true },
    output_W: { dtype: "float32", shape: [500, 10], exported: true },
    output_b: { dtype: "float32", shape: [10], exported: true },
    trainX: { dtype: "float32", shape: ["trainSamples", 784], data: true, exported: true },
    trainY: { dtype: "int32", shape: ["trainSamples"], data: true, exported: true, range: [0, 10] },
    validX: { dtype: "float32", shape: ["validSamples", 784], data: true, exported: true },
    validY: { dtype: "int32", shape: ["validSamples"], data: true, exported: true },
    testX: { dtype: "float32", shape: ["testSamples", 784], data: true, exported: true },
    testY: { dtype: "int32", shape: ["testSamples"], data: true, exported: true },
  },
  functions: {
    train: {
      inputs: [{ name: "index", dtype: "int64", shape: [] }],
      outputs: [{ name: "cost", dtype: "float32", shape: [] }],
      returns: "single",
      uses: ["hidden_W", "hidden_b", "output_W", "output_b", "trainX", "trainY"],
      rows: [
        { of: "trainX", limit: "trainSamples", terms: [["index", 20]], offset: 0, length: 20 },
        { of: "trainY", limit: "trainSamples", terms: [["index", 20]], offset: 0, length: 20 },
      ],
    },
    validate: {
      inputs: [{ name: "index", dtype: "int64", shape: [] }],
      outputs: [{ name: "errors", dtype: "float32", shape: [] }],
      returns: "single",
      uses: ["hidden_W", "hidden_b", "output_W", "output_b", "validX", "validY"],
      rows: [
        { of: "validX", limit: "validSamples", terms: [["index", 20]], offset: 0, length: 20 },
        { of: "validY", limit: "validSamples", terms: [["index", 20]], offset: 0, length: 20 },
      ],
    },
    test: {
      inputs: [{ name: "index", dtype: "int64", shape: [] }],
      outputs: [{ name: "errors", dtype: "float32", shape: [] }],
      returns: "single",
      uses: ["hidden_W", "hidden_b", "output_W", "output_b", "testX", "testY"],
      rows: [
        { of: "testX", limit: "testSamples", terms: [["index", 20]], offset: 0, length: 20 },
        { of: "testY", limit: "testSamples", terms: [["index", 20]], offset: 0, length: 20 },
      ],
    },
    probabilities: {
      inputs: [{ name: "images", dtype: "float32", shape: ["rows", 784] }],
      outputs: [{ name: "scores", dtype: "float32", shape: ["rows", 10] }],
      returns: "single",
      uses: ["hidden_W", "hidden_b", "output_W", "output_b"],
    },
    predict: {
      inputs: [{ name: "images", dtype: "float32", shape: ["rows", 784] }],
      outputs: [{ name: "argmax", dtype: "int32", shape: ["rows"] }],
      returns: "single",
      uses: ["hidden_W", "hidden_b", "output_W", "output_b"],
    },
  },
} as const satisfies Signature;

/** A trainer of the model mlp. */
export interface Mlp {
  /**
   * Updates hidden_W, hidden_b, output_W and output_b.
   * Reads rows 20·index to 20·index + 19 of trainX and trainY.
   *
   * @param index int64
   * @returns cost: float32
   * @throws InputError for arguments that do not fit, missing rows and missing data
   */
  train(index: number): number;
  /**
   * Reads rows 20·index to 20·index + 19 of validX and validY.
   *
   * @param index int64
   * @returns errors: float32
   * @throws InputError for arguments that do not fit, missing rows and missing data
   */
  validate(index: number): number;
  /**
   * Reads rows 20·index to 20·index + 19 of testX and testY.
   *
   * @param index int64
   * @returns errors: float32
   * @throws InputError for arguments that do not fit, missing rows and missing data
   */
  test(index: number): number;
  /**
   * @param images float32[rows, 784]
   * @returns scores: float32[rows, 10]
   * @throws InputError for arguments that do not fit
   */
  probabilities(images: TensorLike): TensorArray;
  /**
   * @param images float32[rows, 784]
   * @returns int32[rows]
   * @throws InputError for arguments that do not fit
   */
  predict(images: TensorLike): TensorArray<Int32Array>;
  /** float32[784, 500] */
  readonly hidden_W: Shared<Float32Array>;
  /** float32[500] */
  readonly hidden_b: Shared<Float32Array>;
  /** float32[500, 10] */
  readonly output_W: Shared<Float32Array>;
  /** float32[10] */
  readonly output_b: Shared<Float32Array>;
  /** float32[trainSamples, 784], to be filled by the caller */
  readonly trainX: Shared<Float32Array>;
  /** int32[trainSamples], to be filled by the caller */
  readonly trainY: Shared<Int32Array>;
  /** float32[validSamples, 784], to be filled by the caller */
  readonly validX: Shared<Float32Array>;
  /** int32[validSamples], to be filled by the caller */
  readonly validY: Shared<Int32Array>;
  /** float32[testSamples, 784], to be filled by the caller */
  readonly testX: Shared<Float32Array>;
  /** int32[testSamples], to be filled by the caller */
  readonly testY: Shared<Int32Array>;
}

/** A trainer of the model mlp on a device: all its functions answer with promises. */
export interface AsyncMlp {
  /** As {@link Mlp.train}. */
  train(index: number): Promise<number>;
  /** As {@link Mlp.validate}. */
  validate(index: number): Promise<number>;
  /** As {@link Mlp.test}. */
  test(index: number): Promise<number>;
  /** As {@link Mlp.probabilities}. */
  probabilities(images: TensorLike): Promise<TensorArray>;
  /** As {@link Mlp.predict}. */
  predict(images: TensorLike): Promise<TensorArray<Int32Array>>;
  /** float32[784, 500] */
  readonly hidden_W: AsyncShared<Float32Array>;
  /** float32[500] */
  readonly hidden_b: AsyncShared<Float32Array>;
  /** float32[500, 10] */
  readonly output_W: AsyncShared<Float32Array>;
  /** float32[10] */
  readonly output_b: AsyncShared<Float32Array>;
  /** float32[trainSamples, 784], to be filled by the caller */
  readonly trainX: AsyncShared<Float32Array>;
  /** int32[trainSamples], to be filled by the caller */
  readonly trainY: AsyncShared<Int32Array>;
  /** float32[validSamples, 784], to be filled by the caller */
  readonly validX: AsyncShared<Float32Array>;
  /** int32[validSamples], to be filled by the caller */
  readonly validY: AsyncShared<Int32Array>;
  /** float32[testSamples, 784], to be filled by the caller */
  readonly testX: AsyncShared<Float32Array>;
  /** int32[testSamples], to be filled by the caller */
  readonly testY: AsyncShared<Int32Array>;
  /** Gives the device's memory back. */
  destroy(): void;
}

/**
 * A new trainer of mlp; native, wasm, gpu and auto must be awaited.
 * `auto` is the fastest that runs here.
 */
export function createMlp(options?: CreateOptions<"typescript">): Mlp;
export function createMlp(
  options: CreateOptions<"native" | "wasm" | "auto"> & { target: "native" | "wasm" | "auto" },
): Promise<Mlp>;
export function createMlp(
  options: CreateOptions<"gpu"> & { target: "gpu" },
): Promise<AsyncMlp>;
export function createMlp(
  options: CreateOptions = {},
): Mlp | Promise<Mlp | AsyncMlp> {
  switch (options.target) {
    case "native":
      return import("adjoint/native").then(({ createNativeTrainer }) =>
        createNativeTrainer<Mlp>(signature, new URL("./native.c", import.meta.url), options),
      );
    case "wasm":
      return Promise.all([import("adjoint/wasm"), import("./wasm.ts")]).then(
        ([{ createWasmTrainer }, { code }]) =>
          createWasmTrainer<Mlp>(signature, code, options),
      );
    case "gpu":
      return import("./gpu.ts")
        .then((gpu) => gpu.createProgram(options))
        .then((program) => createAsyncTrainer(signature, program));
    case "auto":
      return createFastest<Mlp>(options, {
        native: () => createMlp({ ...options, target: "native" }),
        wasm: () => createMlp({ ...options, target: "wasm" }),
        typescript: () => createMlp({ ...options, target: "typescript" }),
      });
    default:
      return createTrainer(signature, typescript, options, targets);
  }
}
