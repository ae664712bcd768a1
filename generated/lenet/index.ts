// The entry: what programs import. Generated from models/lenet.ts by Adjoint; do not edit.
// Regenerate: npm run codegen -- models/lenet.ts

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
  model: "lenet",
  shared: {
    layer0_W: { dtype: "float32", shape: [20, 1, 5, 5], exported: true },
    layer0_b: { dtype: "float32", shape: [20], exported: true },
    layer1_W: { dtype: "float32", shape: [50, 20, 5, 5], exported: true },
    layer1_b: { dtype: "float32", shape: [50], exported: true },
    hidden_W: { dtype: "float32", shape: [800, 500], exported: true },
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
      uses: [
        "layer0_W",
        "layer0_b",
        "layer1_W",
        "layer1_b",
        "hidden_W",
        "hidden_b",
        "output_W",
        "output_b",
        "trainX",
        "trainY",
      ],
      rows: [
        { of: "trainX", limit: "trainSamples", terms: [["index", 500]], offset: 0, length: 500 },
        { of: "trainY", limit: "trainSamples", terms: [["index", 500]], offset: 0, length: 500 },
      ],
    },
    validate: {
      inputs: [{ name: "index", dtype: "int64", shape: [] }],
      outputs: [{ name: "errors", dtype: "float32", shape: [] }],
      returns: "single",
      uses: [
        "layer0_W",
        "layer0_b",
        "layer1_W",
        "layer1_b",
        "hidden_W",
        "hidden_b",
        "output_W",
        "output_b",
        "validX",
        "validY",
      ],
      rows: [
        { of: "validX", limit: "validSamples", terms: [["index", 500]], offset: 0, length: 500 },
        { of: "validY", limit: "validSamples", terms: [["index", 500]], offset: 0, length: 500 },
      ],
    },
    test: {
      inputs: [{ name: "index", dtype: "int64", shape: [] }],
      outputs: [{ name: "errors", dtype: "float32", shape: [] }],
      returns: "single",
      uses: [
        "layer0_W",
        "layer0_b",
        "layer1_W",
        "layer1_b",
        "hidden_W",
        "hidden_b",
        "output_W",
        "output_b",
        "testX",
        "testY",
      ],
      rows: [
        { of: "testX", limit: "testSamples", terms: [["index", 500]], offset: 0, length: 500 },
        { of: "testY", limit: "testSamples", terms: [["index", 500]], offset: 0, length: 500 },
      ],
    },
    probabilities: {
      inputs: [{ name: "images", dtype: "float32", shape: ["rows", 784] }],
      outputs: [{ name: "scores", dtype: "float32", shape: ["rows", 10] }],
      returns: "single",
      uses: [
        "layer0_W",
        "layer0_b",
        "layer1_W",
        "layer1_b",
        "hidden_W",
        "hidden_b",
        "output_W",
        "output_b",
      ],
    },
    predict: {
      inputs: [{ name: "images", dtype: "float32", shape: ["rows", 784] }],
      outputs: [{ name: "argmax", dtype: "int32", shape: ["rows"] }],
      returns: "single",
      uses: [
        "layer0_W",
        "layer0_b",
        "layer1_W",
        "layer1_b",
        "hidden_W",
        "hidden_b",
        "output_W",
        "output_b",
      ],
    },
  },
} as const satisfies Signature;

/** A trainer of the model lenet. */
export interface Lenet {
  /**
   * Updates layer0_W, layer0_b, layer1_W, layer1_b, hidden_W, hidden_b, output_W and output_b.
   * Reads rows 500·index to 500·index + 499 of trainX and trainY.
   *
   * @param index int64
   * @returns cost: float32
   * @throws InputError for arguments that do not fit, missing rows and missing data
   */
  train(index: number): number;
  /**
   * Reads rows 500·index to 500·index + 499 of validX and validY.
   *
   * @param index int64
   * @returns errors: float32
   * @throws InputError for arguments that do not fit, missing rows and missing data
   */
  validate(index: number): number;
  /**
   * Reads rows 500·index to 500·index + 499 of testX and testY.
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
  /** float32[20, 1, 5, 5] */
  readonly layer0_W: Shared<Float32Array>;
  /** float32[20] */
  readonly layer0_b: Shared<Float32Array>;
  /** float32[50, 20, 5, 5] */
  readonly layer1_W: Shared<Float32Array>;
  /** float32[50] */
  readonly layer1_b: Shared<Float32Array>;
  /** float32[800, 500] */
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

/** A trainer of the model lenet on a device: all its functions answer with promises. */
export interface AsyncLenet {
  /** As {@link Lenet.train}. */
  train(index: number): Promise<number>;
  /** As {@link Lenet.validate}. */
  validate(index: number): Promise<number>;
  /** As {@link Lenet.test}. */
  test(index: number): Promise<number>;
  /** As {@link Lenet.probabilities}. */
  probabilities(images: TensorLike): Promise<TensorArray>;
  /** As {@link Lenet.predict}. */
  predict(images: TensorLike): Promise<TensorArray<Int32Array>>;
  /** float32[20, 1, 5, 5] */
  readonly layer0_W: AsyncShared<Float32Array>;
  /** float32[20] */
  readonly layer0_b: AsyncShared<Float32Array>;
  /** float32[50, 20, 5, 5] */
  readonly layer1_W: AsyncShared<Float32Array>;
  /** float32[50] */
  readonly layer1_b: AsyncShared<Float32Array>;
  /** float32[800, 500] */
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
 * A new trainer of lenet; native, wasm, gpu and auto must be awaited.
 * `auto` is the fastest that runs here.
 */
export function createLenet(options?: CreateOptions<"typescript">): Lenet;
export function createLenet(
  options: CreateOptions<"native" | "wasm" | "auto"> & { target: "native" | "wasm" | "auto" },
): Promise<Lenet>;
export function createLenet(
  options: CreateOptions<"gpu"> & { target: "gpu" },
): Promise<AsyncLenet>;
export function createLenet(
  options: CreateOptions = {},
): Lenet | Promise<Lenet | AsyncLenet> {
  switch (options.target) {
    case "native":
      return import("adjoint/native").then(({ createNativeTrainer }) =>
        createNativeTrainer<Lenet>(signature, new URL("./native.c", import.meta.url), options),
      );
    case "wasm":
      return Promise.all([import("adjoint/wasm"), import("./wasm.ts")]).then(
        ([{ createWasmTrainer }, { code }]) =>
          createWasmTrainer<Lenet>(signature, code, options),
      );
    case "gpu":
      return import("./gpu.ts")
        .then((gpu) => gpu.createProgram(options))
        .then((program) => createAsyncTrainer(signature, program));
    case "auto":
      return createFastest<Lenet>(options, {
        native: () => createLenet({ ...options, target: "native" }),
        wasm: () => createLenet({ ...options, target: "wasm" }),
        typescript: () => createLenet({ ...options, target: "typescript" }),
      });
    default:
      return createTrainer(signature, typescript, options, targets);
  }
}
