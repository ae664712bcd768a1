/** A compiled model: its shared variables and its functions as kernels. What targets print. */

import type { Node } from "./graph/node.ts";
import type { Call, Nest } from "./kernels/loops.ts";
import type { Plan } from "./kernels/plan.ts";
import type { Program } from "./kernels/program.ts";

export interface SharedVariable {
  readonly node: Node;
  /** In generated code. */
  readonly name: string;
  /** For callers, and in files: as the model has it. */
  readonly publicName: string;
  /** The caller reaches it as a property of the trainer. */
  readonly exported: boolean;
  /** The caller must fill it. */
  readonly isData: boolean;
  /** Numbers of the model that nothing writes to. */
  readonly isConstant: boolean;
  /** Kernels that compute the initial value; undefined for data, for zeros and for numbers of the model. */
  readonly initial: CompiledFunction | undefined;
  /** What it starts with, where the model writes the numbers out. */
  readonly values: readonly number[] | undefined;
  /** For labels and indices: lo ≤ value < hi. */
  readonly range: readonly [number, number] | undefined;
}

export interface CompiledFunction {
  /** What callers call it, as the model has it; its name in generated code is the program's. */
  readonly publicName: string;
  /** What callers call its inputs, results and the variables that it uses, where generated code has other names. */
  readonly publicNames: ReadonlyMap<Node, string>;
  readonly program: Program;
  /** What it does: nests, and loops over time around them. */
  readonly calls: readonly Call[];
  /** All nests, also those in loops. */
  readonly nests: readonly Nest[];
  readonly plan: Plan;
}

/** What callers call an input, a result or a variable of a function. */
export const publicNameIn = ({ program, publicNames }: CompiledFunction, node: Node): string =>
  publicNames.get(node) ?? program.names.get(node) ?? node.op.name;

export interface CompiledModel {
  /** As in the file's name: `logistic`. */
  readonly name: string;
  /** The model file, relative to the project. */
  readonly file: string;
  /** The command that generates its code. */
  readonly command: string;
  readonly shared: readonly SharedVariable[];
  readonly functions: readonly CompiledFunction[];
  /** The same without loops over time, for targets that have none. */
  readonly withoutLoops: () => CompiledModel;
}
