/** Running generated WebAssembly in tests. */

import { compileModel } from "../../compiler/compile.ts";
import type { NDArray } from "../../compiler/graph/ndarray.ts";
import type { Node } from "../../compiler/graph/node.ts";
import type { CompiledModel } from "../../compiler/model.ts";
import { emitWasm } from "../../compiler/targets/wasm/index.ts";
import { elementArrays } from "../../runtime/arrays.ts";
import type { Signature } from "../../runtime/signature.ts";
import type { CreateOptions } from "../../runtime/trainer.ts";
import { createWasmTrainer, type WasmCode } from "../../runtime/wasm/index.ts";
import { type Case, functionOf, importText } from "./compile.ts";

/** Types at the border, without the ranges that the entry asks for. */
function signatureOf({ name, shared, functions }: CompiledModel): Signature {
  const typeOf = ({ type, shape }: Node) => ({ dtype: type.dtype, shape });
  return {
    model: name,
    shared: Object.fromEntries(
      shared.map((v) => [v.name, { ...typeOf(v.node), data: v.isData, exported: v.exported }]),
    ),
    functions: Object.fromEntries(
      functions.map(({ program }) => {
        const array = (node: Node) => ({
          name: program.names.get(node) ?? node.op.name,
          ...typeOf(node),
        });
        const spec = {
          inputs: program.inputs.map(array),
          outputs: program.outputs.map(array),
          returns: program.source.returns,
          uses: program.memory.map((node) => program.names.get(node) as string),
        };
        return [program.name, spec];
      }),
    ),
  } as Signature;
}

/** A trainer on a model's WebAssembly. */
export async function wasmTrainerOf<Trainer>(
  model: CompiledModel,
  options: CreateOptions = {},
): Promise<Trainer> {
  const files = await emitWasm(model);
  const { code } = await importText(files.get("wasm.ts") as string);
  return createWasmTrainer<Trainer>(signatureOf(model), code as WasmCode, options);
}

type Functions = Record<string, (...args: unknown[]) => unknown[]>;

/** Runs the generated WebAssembly of many expressions, as functions of one model. */
export async function runAllWasm(cases: readonly Case[], threads = 1): Promise<number[][][]> {
  const functions = cases.map(({ outputs }, i) => functionOf(outputs, `f${i}`));
  const model = compileModel(
    "m",
    "models/m.ts",
    functions.map((fn, i) => [`f${i}`, fn]),
  );
  const trainer = await wasmTrainerOf<Functions>(model, { threads });
  return functions.map((fn, i) => {
    const args = fn.inputs.map((input) => {
      const value = cases[i].bindings.get(input) as NDArray;
      if (input.shape.length === 0)
        return input.type.dtype === "bool" ? value.data[0] !== 0 : value.data[0];
      const { shape } = value;
      return Object.assign(elementArrays[input.type.dtype].from(value.data), { shape });
    });
    return trainer[`f${i}`](...args).map((result) =>
      typeof result === "object" ? Array.from(result as ArrayLike<number>) : [Number(result)],
    );
  });
}
