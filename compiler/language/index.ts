/** What a model file imports from "adjoint". */

export * from "./arrangement.ts";
export * from "./convolution.ts";
export { type FunctionOptions, fn, ModelFunction, type Outputs, type Pairs } from "./function.ts";
export * from "./gradient.ts";
export { type Bindings, debugPrint, evaluate, pp, simplify } from "./looking.ts";
export * from "./maths.ts";
export { where as switch } from "./maths.ts";
export * from "./matrices.ts";
export { type DropoutOptions, dropout, RandomStream, randomStream } from "./random.ts";
export type { OutputInfo, ScanOptions, ScanResult, Sequence, StepResult } from "./scan.options.ts";
export { foldl, foldr, map, reduce, scan } from "./scan.ts";
export { constant, type DataOptions, data, type SharedOptions, shared } from "./shared.ts";
export * from "./symbols.ts";
export * from "./tensors.ts";
export { variance as var } from "./tensors.ts";
export type { Dim, DType, NestedNumbers, Operand, Shape, Tensor } from "./types.ts";
