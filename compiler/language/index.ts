/** What a model file imports from "adjoint". */

export * from "./arrangement.ts";
export { fn, type FunctionOptions, ModelFunction, type Outputs, type Pairs } from "./function.ts";
export { grad, type GradOptions } from "./gradient.ts";
export { type Bindings, debugPrint, evaluate, pp, simplify } from "./looking.ts";
export * from "./maths.ts";
export { constant, data, type DataOptions, shared, type SharedOptions } from "./shared.ts";
export * from "./symbols.ts";
export type { Dim, DType, NestedNumbers, Operand, Shape, Tensor } from "./types.ts";
