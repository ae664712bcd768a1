/** `index.ts` of a model: the typed entry – its signature as data, its interface, its creation. */

import type { Node } from "../graph/node.ts";
import { type DType, formatType, type Shape } from "../graph/types.ts";
import { checksOf } from "../kernels/checks.ts";
import type { CompiledFunction, CompiledModel, SharedVariable } from "../model.ts";
import { banner } from "./banner.ts";
import { formulaOf } from "./formula.ts";
import type { Instrument } from "./typescript/instrument.ts";
import { arrayTypes } from "./typescript/nest.ts";
import { Writer } from "./writer.ts";

/**
 * Writes `index.ts`.
 *
 * @param targets names of the targets besides typescript: `gpu`
 * @param instrument what the reference target does besides computing
 */
export function emitEntry(
  model: CompiledModel,
  targets: readonly string[],
  instrument?: Instrument,
): string {
  const out = new Writer();
  const name = typeName(model.name);
  banner(out, model, "The entry: what programs import.");
  writeImports(out, targets);
  if (instrument === "profile") out.line('export { profile } from "./typescript.ts";').line();
  out.doc(["What the model was generated for: the targets that a trainer can be created with."]);
  out.list(
    "export const targets = [",
    ["typescript", ...targets].map((t) => `"${t}"`),
    "] as const;",
  );
  out.line();
  writeSignature(out, model);
  writeInterface(out, model, name, false);
  if (targets.length > 0) writeInterface(out, model, `Async${name}`, true);
  writeCreate(out, model, name, targets);
  return out.toString();
}

/** `logistic` → `Logistic`, `my-model` → `MyModel` */
export function typeName(name: string): string {
  return name
    .split(/[^A-Za-z0-9]+/)
    .filter(Boolean)
    .map((part) => part[0].toUpperCase() + part.slice(1))
    .join("");
}

function writeImports(out: Writer, targets: readonly string[]): void {
  const names = [
    "type CreateOptions",
    "createTrainer",
    "type Shared",
    "type Signature",
    "type TensorArray",
    "type TensorLike",
  ];
  if (targets.length > 0) names.push("type AsyncShared", "createAsyncTrainer");
  names.sort((a, b) => (a.replace("type ", "") < b.replace("type ", "") ? -1 : 1));
  out.list("import {", names, '} from "adjoint/runtime";', " ");
  out.line('import * as typescript from "./typescript.ts";');
  out.line();
}

const shapeText = (shape: Shape): string => `[${shape.map((d) => JSON.stringify(d)).join(", ")}]`;

function writeSignature(out: Writer, model: CompiledModel): void {
  const all = model.functions.map((fn) => ({
    fn,
    checks: checksOf([
      ...fn.program.source.outputs,
      ...fn.program.source.updates.map((u) => u.value),
    ]),
  }));
  /** Of a shared variable for all functions, of an input for its own. */
  const rangeText = (node: Node, among = all): string => {
    const ranges = among.flatMap(({ checks }) => {
      const range = checks.ranges.get(node);
      return range ? [range] : [];
    });
    if (ranges.length === 0) return "";
    const numbers = ranges.map(([, high]) => high).filter((high) => typeof high === "number");
    const high = numbers.length > 0 ? Math.min(...numbers) : ranges[0][1];
    return `, range: [0, ${JSON.stringify(high)}]`;
  };
  const array = (own: (typeof all)[number], node: Node): string => {
    const name = own.fn.program.names.get(node) ?? node.op.name;
    return `{ name: "${name}", dtype: "${node.type.dtype}", shape: ${shapeText(node.shape)}${node.op.name === "symbol" ? rangeText(node, [own]) : ""} }`;
  };
  out.doc(["Types at the border of the model: what callers hand in is checked against them."]);
  out.block(
    "export const signature = {",
    () => {
      out.line(`model: "${model.name}",`);
      out.block(
        "shared: {",
        () => {
          for (const v of model.shared) {
            const flags = `${v.isData ? ", data: true" : ""}${v.exported ? ", exported: true" : ""}${rangeText(v.node)}`;
            out.line(
              `${v.name}: { dtype: "${v.node.type.dtype}", shape: ${shapeText(v.node.shape)}${flags} },`,
            );
          }
        },
        "},",
      );
      out.block(
        "functions: {",
        () => {
          for (const own of all) {
            const { checks } = own;
            const { program } = own.fn;
            const nameOf = (node: Node): string => program.names.get(node) ?? node.op.name;
            out.block(
              `${program.name}: {`,
              () => {
                out.list(
                  "inputs: [",
                  program.inputs.map((n) => array(own, n)),
                  "],",
                );
                out.list(
                  "outputs: [",
                  program.outputs.map((n) => array(own, n)),
                  "],",
                );
                const { returns } = program.source;
                out.line(
                  `returns: ${typeof returns === "string" ? `"${returns}"` : JSON.stringify(returns)},`,
                );
                out.list(
                  "uses: [",
                  program.memory.map((n) => `"${nameOf(n)}"`),
                  "],",
                );
                if (checks.rows.length > 0) {
                  const rows = checks.rows.map((row) => {
                    const terms = row.terms
                      .map(([node, c]) => `["${nameOf(node)}", ${c}]`)
                      .join(", ");
                    return `{ of: "${nameOf(row.of)}", limit: ${JSON.stringify(row.limit)}, terms: [${terms}], offset: ${row.offset}, length: ${row.length} }`;
                  });
                  out.block(
                    "rows: [",
                    () => {
                      for (const row of rows) out.line(`${row},`);
                    },
                    "],",
                  );
                }
              },
              "},",
            );
          }
        },
        "},",
      );
    },
    "} as const satisfies Signature;",
  );
  out.line();
}

const numberTypes: Record<DType, string> = {
  float32: "number",
  float64: "number",
  int32: "number",
  int64: "number",
  bool: "boolean",
};

const resultType = (node: Node): string =>
  node.shape.length === 0 ? numberTypes[node.type.dtype] : `TensorArray${elementType(node)}`;

/** `<Int32Array>` where it is not the Float32Array that is taken for granted. */
const elementType = ({ type }: Node): string =>
  type.dtype === "float32" ? "" : `<${arrayTypes[type.dtype]}>`;

function functionType(fn: CompiledFunction, isAsync: boolean): string {
  const { program } = fn;
  const parameters = program.inputs.map((node) => {
    const type = node.shape.length === 0 ? numberTypes[node.type.dtype] : "TensorLike";
    return `${program.names.get(node)}: ${type}`;
  });
  const results = program.outputs.map(resultType);
  const { returns } = program.source;
  const type =
    returns === "none"
      ? "void"
      : returns === "single"
        ? results[0]
        : returns === "list"
          ? `[${results.join(", ")}]`
          : `{ ${returns.map((key, i) => `${key}: ${results[i]}`).join("; ")} }`;
  return `${program.name}(${parameters.join(", ")}): ${isAsync ? `Promise<${type}>` : type};`;
}

function writeInterface(out: Writer, model: CompiledModel, name: string, isAsync: boolean): void {
  out.doc([
    `A trainer of the model ${model.name}${isAsync ? " on a device: all its functions answer with promises" : ""}.`,
  ]);
  out.block(`export interface ${name} {`, () => {
    for (const fn of model.functions) {
      out.doc(isAsync ? [`As {@link ${typeName(model.name)}.${fn.program.name}}.`] : describe(fn));
      out.line(functionType(fn, isAsync));
    }
    for (const v of model.shared) {
      if (!v.exported) continue;
      out.doc([describeShared(v)]);
      out.line(
        `readonly ${v.name}: ${isAsync ? "AsyncShared" : "Shared"}<${arrayTypes[v.node.type.dtype]}>;`,
      );
    }
    if (isAsync) {
      out.doc(["Gives the device's memory back."]);
      out.line("destroy(): void;");
    }
  });
  out.line();
}

function describeShared({ node, isData }: SharedVariable): string {
  return `${formatType(node.type)}${isData ? ", to be filled by the caller" : ""}`;
}

/** Shapes, results and what is updated, for hover texts. */
function describe({ program, nests }: CompiledFunction): string[] {
  const nameOf = (node: Node): string => program.names.get(node) ?? node.op.name;
  const lines = program.outputs.map((node) => `${nameOf(node)}: ${formatType(node.type)}`);
  const stages = nests.flatMap((nest) => nest.stages.map((stage) => ({ nest, stage })));
  for (const { target } of program.source.updates) {
    const found = stages.find(({ stage }) => stage.into === target);
    if (found)
      lines.push(
        ...formulaOf(found.stage, program, (axis) => found.nest.axisNames.get(axis) ?? "?").filter(
          (l) => !l.startsWith("  for"),
        ),
      );
  }
  const inputs = program.inputs.map((node) => `${nameOf(node)} ${formatType(node.type)}`);
  return [`Takes ${inputs.join(", ") || "nothing"}.`, ...lines];
}

function writeCreate(
  out: Writer,
  model: CompiledModel,
  name: string,
  targets: readonly string[],
): void {
  const signatureOf = (target: string, type: string): string =>
    `export function create${name}(options${target === "typescript" ? "?" : ""}: CreateOptions<"${target}">): ${type};`;
  out.doc([
    `A new trainer of ${model.name}${targets.length > 0 ? `; ${targets.join(" and ")} must be awaited` : ""}.`,
  ]);
  if (targets.length === 0) {
    out.block(
      `export function create${name}(options: CreateOptions<"typescript"> = {}): ${name} {`,
      () => {
        out.line("return createTrainer(signature, typescript, options);");
      },
    );
    return;
  }
  out.line(signatureOf("typescript", name));
  for (const target of targets) {
    out.line(`export function create${name}(`);
    out.line(`  options: CreateOptions<"${target}"> & { target: "${target}" },`);
    out.line(`): Promise<Async${name}>;`);
  }
  out.block(
    `export function create${name}(options: CreateOptions = {}): ${name} | Promise<Async${name}> {`,
    () => {
      for (const target of targets) {
        out.block(`if (options.target === "${target}") {`, () => {
          out.line(`return import("./${target}.ts")`);
          out.line(`  .then((${target}) => ${target}.createProgram(options))`);
          out.line("  .then((program) => createAsyncTrainer(signature, program));");
        });
      }
      out.line("return createTrainer(signature, typescript, options);");
    },
  );
}
