/** The gpu.js target: each kernel one gpu.js kernel, values kept on the device between kernels. */

import { fail } from "../../diagnostics/error.ts";
import type { Node } from "../../graph/node.ts";
import { definedIn } from "../../kernels/functions.ts";
import type { CompiledFunction, CompiledModel } from "../../model.ts";
import { banner } from "../banner.ts";
import { formulaOf } from "../formula.ts";
import { Writer } from "../writer.ts";
import { deviceShape, gpuHelper, gpuKernel } from "./kernel.ts";

/** Writes `gpu.ts` of a model. */
export function emitGpu(given: CompiledModel): string {
  const hasLoops = given.functions.some(
    ({ program }) => program.loops.length + program.branches.length > 0,
  );
  const model = hasLoops ? given.withoutLoops() : given;
  const out = new Writer();
  banner(out, model, "gpu.js target.");
  out.line('import { createGpuProgram, type GpuFunction, type GpuOptions } from "adjoint/gpu";');
  out.line('import { createState } from "./typescript.ts";');
  out.line();
  for (const fn of model.functions) writeFunction(out, fn);
  out.doc([
    "A trainer's program on the device. Kernels are source texts, so that minifiers leave them alone.",
  ]);
  out.block("export function createProgram(options: GpuOptions) {", () => {
    out.line("const state = createState(options.seed ?? 0);");
    out.block(
      "const shared = {",
      () => {
        for (const { node, name, isData } of model.shared) {
          const shape = deviceAxes(node)
            .map((d) => JSON.stringify(d))
            .join(", ");
          out.line(
            `${name}: { dtype: "${node.type.dtype}", shape: [${shape}]${isData ? "" : `, initial: state.${name}`} },`,
          );
        }
      },
      "} as const;",
    );
    const helpers = definedIn(
      model.functions.flatMap((fn) => fn.program.stages.map((stage) => stage.body)),
    );
    if (helpers.length > 0) {
      out.block(
        "const helpers = [",
        () => {
          for (const fn of helpers) {
            out.line("`");
            for (const line of gpuHelper(fn)) out.line(line);
            out.line("`,");
          }
        },
        "];",
      );
    }
    out.list(
      "return createGpuProgram({",
      [
        "shared",
        ...(helpers.length > 0 ? ["helpers"] : []),
        `functions: { ${model.functions.map((f) => f.program.name).join(", ")} }`,
      ],
      "}, options);",
      " ",
    );
  });
  return out.toString();
}

/** Axes of a value on the device: as they are up to three, else all in one. */
function deviceAxes(node: Node): readonly (number | string)[] {
  if (node.shape.length === 0) return [1];
  return deviceShape(node.shape) ?? [node.shape.map(String).join("*")];
}

/** @throws ADJ5001 by the op's own reason */
function refuse({ op, site }: Node): never {
  const why = op.onDevice && "refused" in op.onDevice ? `: ${op.onDevice.refused}` : "";
  return fail("ADJ5001", `the gpu target has no loops over time, which ${op.name} needs${why}`, {
    hint: "name the targets without gpu: --target native,wasm",
    ...(site ? { site } : {}),
  });
}

function writeFunction(out: Writer, { program, nests }: CompiledFunction): void {
  for (const { scan } of program.loops) refuse(scan);
  const nameOf = (node: Node): string => program.names.get(node) ?? node.op.name;
  out.block(
    `const ${program.name}: GpuFunction = {`,
    () => {
      out.block(
        "kernels: [",
        () => {
          for (const nest of nests) {
            const letter = (axis: Parameters<typeof nest.axisNames.get>[0]): string =>
              nest.axisNames.get(axis) ?? "n";
            for (const stage of nest.stages) {
              const kernel = gpuKernel(stage, program, letter);
              const isUpdate = program.memory.includes(stage.into);
              out.note(formulaOf(stage, program, letter));
              out.block(
                "{",
                () => {
                  out.line(`result: "${nameOf(stage.into)}",`);
                  if (isUpdate) out.line("updates: true,");
                  out.line(
                    `shape: [${deviceAxes(stage.value)
                      .map((d) => JSON.stringify(d))
                      .join(", ")}],`,
                  );
                  out.list(
                    "args: [",
                    kernel.args.map((node) => `"${nameOf(node)}"`),
                    "],",
                  );
                  if (kernel.sizes.length > 0)
                    out.list(
                      "sizes: [",
                      kernel.sizes.map((size) => `"${size}"`),
                      "],",
                    );
                  out.line("source: `");
                  for (const line of kernel.source) out.line(line);
                  out.line("`,");
                },
                "},",
              );
            }
          }
        },
        "],",
      );
      out.list(
        "inputs: [",
        program.inputs.map((node) => `"${nameOf(node)}"`),
        "],",
      );
      const shapes = program.inputs
        .filter((n) => n.shape.length > 0)
        .map(
          (n) =>
            `${nameOf(n)}: [${deviceAxes(n)
              .map((d) => JSON.stringify(d))
              .join(", ")}]`,
        );
      out.line(`inputShapes: { ${shapes.join(", ")} },`.replace("{  }", "{}"));
      out.list(
        "outputs: [",
        program.outputs.map(
          (node) =>
            `{ name: "${nameOf(node)}", dtype: "${node.type.dtype}", scalar: ${node.shape.length === 0} }`,
        ),
        "],",
      );
      out.line(`single: ${program.source.returns === "single"},`);
    },
    "};",
  );
  out.line();
}
