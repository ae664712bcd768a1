/** Compiling small models in tests, and running what was generated for them. */

import { ts } from "ts-morph";
import { compileModel, type ModelExports } from "../../compiler/compile.ts";
import { evaluateNodes } from "../../compiler/graph/evaluate.ts";
import type { NDArray } from "../../compiler/graph/ndarray.ts";
import { type Node, topological } from "../../compiler/graph/node.ts";
import { ModelFunction } from "../../compiler/language/function.ts";
import { emitTypescript } from "../../compiler/targets/typescript/index.ts";
import { elementArrays } from "../../runtime/arrays.ts";

/** Gives a node a name, as lifting would. */
export function named<T>(value: T, name: string): T {
  (value as unknown as Node).label ??= { name, scope: [] };
  return value;
}

/** Imports TypeScript text as a module, without a file. */
export async function importText(text: string): Promise<Record<string, unknown>> {
  const { outputText } = ts.transpileModule(text, {
    compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputText).toString("base64")}`);
}

/** A function with all symbols of an expression as inputs. */
export function functionOf(outputs: readonly Node[], name = "f"): ModelFunction {
  const inputs = topological(outputs).filter((node) => node.op.name === "symbol");
  inputs.forEach((input, i) => {
    input.label ??= { name: `input${String.fromCharCode(65 + i)}`, scope: [] };
  });
  return new ModelFunction({
    name,
    site: undefined,
    inputs,
    outputs,
    returns: "list",
    updates: [],
  });
}

/** Expressions with values of their symbols. */
export interface Case {
  readonly outputs: readonly Node[];
  readonly bindings: ReadonlyMap<Node, NDArray>;
}

/** Runs the generated TypeScript of expressions on given values of their symbols. */
export async function runGenerated(
  outputs: readonly Node[],
  bindings: ReadonlyMap<Node, NDArray>,
): Promise<number[][]> {
  const [results] = await runAllGenerated([{ outputs, bindings }]);
  return results;
}

/** The same for many, as functions of one module. */
export async function runAllGenerated(cases: readonly Case[]): Promise<number[][][]> {
  const functions = cases.map(({ outputs }, i) => functionOf(outputs, `f${i}`));
  const model = compileModel(
    "m",
    "models/m.ts",
    functions.map((fn, i) => [`f${i}`, fn]),
  );
  const code = await importText(emitTypescript(model));
  const state = (code.createState as (seed: number) => unknown)(0);
  return functions.map((fn, i) => {
    const args = fn.inputs.map((input) => {
      const value = cases[i].bindings.get(input) as NDArray;
      if (input.shape.length === 0)
        return input.type.dtype === "bool" ? value.data[0] !== 0 : value.data[0];
      return elementArrays[input.type.dtype].from(value.data);
    });
    const sizes = new Map(
      fn.inputs.flatMap((input) =>
        input.shape.flatMap((dim, axis) =>
          typeof dim === "string"
            ? [[dim, cases[i].bindings.get(input)?.shape[axis]] as const]
            : [],
        ),
      ),
    );
    const f = code[`f${i}`] as (...args: unknown[]) => unknown[];
    const results = f(state, ...args, ...sizes.values());
    return results.map((result) => {
      if (typeof result === "number" || typeof result === "boolean") return [Number(result)];
      return Array.from(result as ArrayLike<number>);
    });
  });
}

/** Values of arrays as lists. */
export const numbersOf = (arrays: readonly NDArray[]): number[][] =>
  arrays.map((value) => Array.from(value.data));

/** The same by the interpreter. */
export function runInterpreter(
  outputs: readonly Node[],
  bindings: ReadonlyMap<Node, NDArray>,
): number[][] {
  return numbersOf(evaluateNodes(outputs, bindings));
}

/** Whether two lists of numbers agree; NaN equals NaN. */
export function close(
  a: readonly number[],
  b: readonly number[],
  relative: number,
  absolute = relative,
): boolean {
  return (
    a.length === b.length &&
    a.every(
      (x, i) =>
        Object.is(x, b[i]) ||
        x === b[i] ||
        Math.abs(x - b[i]) <= absolute + relative * Math.max(Math.abs(x), Math.abs(b[i])),
    )
  );
}

/** Whether lists of numbers agree, each with its own. */
export const allClose = (
  a: readonly (readonly number[])[],
  b: readonly (readonly number[])[],
  relative: number,
  absolute = relative,
): boolean => a.every((list, i) => close(list, b[i], relative, absolute));

/** Generated TypeScript of a model's exports. */
export function textOf(exports: ModelExports): string {
  return emitTypescript(compileModel("m", "models/m.ts", exports));
}
