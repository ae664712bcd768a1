/** The gpu.js target: each kernel one gpu.js kernel, values kept on the device between kernels. */

import { fail } from "../../diagnostics/error.ts";
import type { Node } from "../../graph/node.ts";
import { definedIn } from "../../kernels/functions.ts";
import type { Stage } from "../../kernels/lower.ts";
import type { Axis } from "../../kernels/scalar.ts";
import { type CompiledFunction, type CompiledModel, publicNameIn } from "../../model.ts";
import { banner } from "../banner.ts";
import { CommonKernels, type OwnKernel } from "../common.ts";
import { formulaOf } from "../formula.ts";
import { Writer } from "../writer.ts";
import { deviceShape, type GpuKernel, gpuHelper, gpuKernel } from "./kernel.ts";

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
  const kernels = new CommonKernels(kernelsOf(model), declaredIn);
  for (const fn of model.functions) writeFunction(out, fn, kernels);
  out.doc([
    "A trainer's program on the device. Kernels are source texts, so that minifiers leave them alone.",
  ]);
  out.block("export function createProgram(options: GpuOptions) {", () => {
    out.line("const state = createState(options.seed ?? 0);");
    out.block(
      "const shared = {",
      () => {
        for (const { node, publicName: name, isData } of model.shared) {
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
        `functions: { ${model.functions.map(entryOf).join(", ")} }`,
      ],
      "}, options);",
      " ",
    );
  });
  return out.toString();
}

/** A function by the name that callers have for it. */
const entryOf = ({ program, publicName }: CompiledFunction): string =>
  publicName === program.name ? publicName : `${publicName}: ${program.name}`;

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

/** A kernel of one value, with what it reads. */
interface StageKernel extends OwnKernel {
  readonly of: Stage;
  readonly letter: (axis: Axis) => string;
  readonly kernel: GpuKernel;
}

const nameIn = ({ program }: CompiledFunction, node: Node): string =>
  program.names.get(node) ?? node.op.name;

/** Where the runtime finds a value: variables lie under the names that callers have for them. */
const placeIn = (fn: CompiledFunction, node: Node): string =>
  fn.program.memory.includes(node) ? publicNameIn(fn, node) : nameIn(fn, node);

/** Every kernel of the model, in the order in which they are written. */
function kernelsOf({ functions }: CompiledModel): StageKernel[] {
  const taken = new Set(functions.map((fn) => fn.program.name));
  return functions.flatMap((fn) => {
    for (const { scan } of fn.program.loops) refuse(scan);
    return fn.nests.flatMap(({ stages, axisNames }) => {
      const letter = (axis: Axis): string => axisNames.get(axis) ?? "n";
      return stages.map((stage) => {
        const value = nameIn(fn, stage.into);
        const kernel = gpuKernel(stage, fn.program, letter);
        let name = `${fn.program.name}_${value}`;
        for (let n = 2; taken.has(name); n++)
          name = `${fn.program.name}_${value}_${n === 2 ? "more" : n}`;
        taken.add(name);
        // How many there are of what it computes is in the formula above it, if not in its text.
        const text = [...kernel.source, deviceAxes(stage.value).join()].join("\n");
        return { fn, of: stage, value, name, letter, kernel, text };
      });
    });
  });
}

/** Names that a kernel declares: its own, its parameters and what it computes. */
function* declaredIn(text: string): Iterable<string> {
  const [head] = text.split("\n");
  yield* head.match(/[\p{L}_$][\p{L}\p{N}_$]*/gu)?.slice(1) ?? [];
  for (const [, name] of text.matchAll(/\b(?:const|let) ([\p{L}_$][\p{L}\p{N}_$]*)/gu)) yield name;
}

function writeFunction(
  out: Writer,
  fn: CompiledFunction,
  kernels: CommonKernels<StageKernel>,
): void {
  const { program } = fn;
  const nameOf = (node: Node): string => nameIn(fn, node);
  for (const kernel of kernels.writtenWith(fn)) {
    const { of, letter, name } = kernel;
    out.note([...formulaOf(of, program, letter), ...kernels.alsoFor(kernel)]);
    out.line(`const ${name} = \``);
    for (const line of kernel.kernel.source) out.line(line);
    out.line("`;").line();
  }
  out.block(
    `const ${program.name}: GpuFunction = {`,
    () => {
      out.block(
        "kernels: [",
        () => {
          for (const { of: stage, kernel } of kernels.of(fn))
            writeCall(out, fn, stage, kernel, kernels);
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
            `{ name: "${placeIn(fn, node)}", dtype: "${node.type.dtype}", scalar: ${node.shape.length === 0} }`,
        ),
        "],",
      );
      out.line(`single: ${program.source.returns === "single"},`);
    },
    "};",
  );
  out.line();
}

/** What a kernel reads and writes, and its source. */
function writeCall(
  out: Writer,
  fn: CompiledFunction,
  stage: Stage,
  { args, sizes }: GpuKernel,
  kernels: CommonKernels<StageKernel>,
): void {
  const quoted = (names: readonly (string | number)[]): string =>
    `[${names.map((name) => JSON.stringify(name)).join(", ")}]`;
  const entries = [
    `result: "${placeIn(fn, stage.into)}"`,
    ...(fn.program.memory.includes(stage.into) ? ["updates: true"] : []),
    `shape: ${quoted(deviceAxes(stage.value))}`,
    `args: ${quoted(args.map((node) => placeIn(fn, node)))}`,
    ...(sizes.length > 0 ? [`sizes: ${quoted(sizes)}`] : []),
    `source: ${kernels.calledFor(stage)?.name}`,
  ];
  out.list("{", entries, "},", " ");
}
