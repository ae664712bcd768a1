/** The memory of one trainer in TypeScript: its variables, temporaries in one arena a dtype, initial values. */

import type { Node } from "../../graph/node.ts";
import { type DType, formatType, sizesOf, staticSize } from "../../graph/types.ts";
import type { CompiledFunction, CompiledModel, SharedVariable } from "../../model.ts";
import { literalLines } from "../literals.ts";
import type { Writer } from "../writer.ts";
import { arrayTypes } from "./nest.ts";

/** What a value is called in a function. */
export const nameIn = ({ program }: CompiledFunction, node: Node): string =>
  program.names.get(node) ?? node.op.name;

/** Names of temporaries in the state: `train_logits`. */
export type SlotNames = ReadonlyMap<CompiledFunction["plan"]["slots"][number], string>;

export function slotNames(model: CompiledModel): SlotNames {
  const taken = new Set(model.shared.flatMap(({ name, publicName }) => [name, publicName]));
  return new Map(
    model.functions.flatMap((fn) =>
      fn.plan.slots.map((slot) => {
        let name = `${fn.program.name}_${nameIn(fn, slot.node)}`;
        while (taken.has(name)) name += "_";
        taken.add(name);
        return [slot, name] as const;
      }),
    ),
  );
}

/** Named sizes of data, in the order of the model. */
export function dataSizes(model: CompiledModel): string[] {
  return [...new Set(model.shared.flatMap((v) => sizesOf(v.node.shape)))];
}

export function writeState(out: Writer, model: CompiledModel, slots: SlotNames): void {
  out.doc(["Memory of one trainer."]);
  out.block("export interface State {", () => {
    for (const { node, publicName, isData, isConstant } of model.shared) {
      out.doc([
        `${isData ? "Data" : isConstant ? "Constant" : "Shared variable"} ${node.type.dtype}[${node.shape.join(", ")}]${isData ? ", empty until it is filled." : "."}`,
      ]);
      out.line(`${publicName}: ${arrayTypes[node.type.dtype]};`);
    }
    const sizes = dataSizes(model);
    if (sizes.length > 0) {
      out.doc(["Lengths of the data, by name."]);
      out.line(`sizes: { ${sizes.map((name) => `${name}: number`).join("; ")} };`);
    }
    for (const fn of model.functions) {
      for (const slot of fn.plan.slots) {
        out.doc([
          `${nameIn(fn, slot.node)} of ${fn.program.name}: ${slot.dtype}, ${slot.size} elements.`,
        ]);
        out.line(`${slots.get(slot)}: ${arrayTypes[slot.dtype]};`);
      }
    }
  });
  out.line();
}

export function writeCreate(out: Writer, model: CompiledModel, slots: SlotNames): void {
  const arenas = new Map<DType, number>();
  for (const { plan } of [...model.functions, ...initials(model)]) {
    for (const [dtype, size] of plan.sizes)
      arenas.set(dtype, Math.max(arenas.get(dtype) ?? 0, size));
  }
  const seeded = usesSeed(model);
  out.doc([
    "New memory, with the initial values. Temporaries of all functions share one arena a dtype.",
  ]);
  out.block(`export function createState(${seeded ? "seed" : "_seed"}: number): State {`, () => {
    for (const [dtype, size] of arenas)
      out.line(`const ${arenaName(dtype)} = new ${arrayTypes[dtype]}(${size});`);
    out.block(
      "const state: State = {",
      () => {
        for (const { node, name, publicName, values, isConstant } of model.shared) {
          const size = staticSize(node.shape) ?? 0;
          const start = values && `initial_${name}${isConstant ? "" : ".slice()"}`;
          out.line(`${publicName}: ${start ?? `new ${arrayTypes[node.type.dtype]}(${size})`},`);
        }
        const sizes = dataSizes(model);
        if (sizes.length > 0)
          out.line(`sizes: { ${sizes.map((name) => `${name}: 0`).join(", ")} },`);
        for (const fn of model.functions) {
          for (const slot of fn.plan.slots) {
            const range = `${slot.offset}, ${slot.offset + slot.size}`;
            out.line(`${slots.get(slot)}: ${arenaName(slot.dtype)}.subarray(${range}),`);
          }
        }
      },
      "};",
    );
    for (const variable of model.shared) writeInitial(out, variable);
    out.line("return state;");
  });
  out.line();
}

/** Numbers of the model. */
export function writeValues(out: Writer, variable: SharedVariable): void {
  const { node, name, values, isConstant } = variable;
  if (!values) return;
  out.doc([isConstant ? `${name} ${formatType(node.type)}.` : `What ${name} starts with.`]);
  out.line(`const initial_${name} = new ${arrayTypes[node.type.dtype]}([`);
  out.lines(literalLines(variable, 2));
  out.line("]);").line();
}

const arenaName = (dtype: DType): string => `scratch_${dtype}`;

export function initials(model: CompiledModel): CompiledFunction[] {
  return model.shared.flatMap((v) => (v.initial ? [v.initial] : []));
}

function usesSeed(model: CompiledModel): boolean {
  return initials(model).some((fn) => fn.program.inputs.length > 0);
}

function writeInitial(out: Writer, variable: SharedVariable): void {
  if (!variable.initial) return;
  const seeded = variable.initial.program.inputs.length > 0;
  out.line(`initial_${variable.name}(state${seeded ? ", seed" : ""});`);
}
