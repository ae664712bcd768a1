/** `index.ts` of a model: the typed entry – its signature as data, its interface, its creation. */

import type { Node } from "../graph/node.ts";
import type { DType, Shape } from "../graph/types.ts";
import { checksOf } from "../kernels/checks.ts";
import { type CompiledFunction, type CompiledModel, publicNameIn } from "../model.ts";
import { banner } from "./banner.ts";
import { describeFunction, describeShared } from "./entry-docs.ts";
import { type TargetName, targetKinds } from "./names.ts";
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
  targets: readonly TargetName[],
  instrument?: Instrument,
): string {
  const out = new Writer();
  const name = typeName(model.name);
  banner(out, model, "The entry: what programs import.");
  writeImports(out, model, targets);
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
  if (targets.some((target) => targetKinds[target] === "device"))
    writeInterface(out, model, `Async${name}`, true);
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

function writeImports(out: Writer, model: CompiledModel, targets: readonly TargetName[]): void {
  const names = ["type CreateOptions", "createTrainer", "type Signature"];
  // A project may have TypeScript refuse imports that nothing uses.
  const isTensor = (node: Node): boolean => node.shape.length > 0;
  if (model.functions.some(({ program }) => program.outputs.some(isTensor)))
    names.push("type TensorArray");
  if (model.functions.some(({ program }) => program.inputs.some(isTensor)))
    names.push("type TensorLike");
  const kinds = new Set(targets.map((target) => targetKinds[target]));
  const isShown = model.shared.some((v) => v.exported);
  if (isShown) names.push("type Shared");
  if (kinds.has("device")) names.push("createAsyncTrainer");
  if (kinds.has("device") && isShown) names.push("type AsyncShared");
  if (kinds.has("loaded")) names.push("createFastest");
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
    return `{ name: "${publicNameIn(own.fn, node)}", dtype: "${node.type.dtype}", shape: ${shapeText(node.shape)}${node.op.name === "symbol" ? rangeText(node, [own]) : ""} }`;
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
            const flags = `${v.isData ? ", data: true" : ""}${v.isConstant ? ", constant: true" : ""}${v.exported ? ", exported: true" : ""}${rangeText(v.node)}`;
            out.line(
              `${v.publicName}: { dtype: "${v.node.type.dtype}", shape: ${shapeText(v.node.shape)}${flags} },`,
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
            const nameOf = (node: Node): string => publicNameIn(own.fn, node);
            out.block(
              `${own.fn.publicName}: {`,
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
                    const axis = row.axis === 0 ? "" : ` axis: ${row.axis},`;
                    return `{ of: "${nameOf(row.of)}",${axis} limit: ${JSON.stringify(row.limit)}, terms: [${terms}], offset: ${row.offset}, length: ${row.length} }`;
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

/** Words that cannot be parameters. */
const words = new Set(
  `arguments await break case catch class const continue debugger default delete do else enum eval export extends
  false finally for function if implements import in instanceof interface let new null package private protected public
  return static super switch this throw true try typeof var void while with yield`.split(/\s+/),
);
const isParameterName = (name: string): boolean => !words.has(name);

function functionType(fn: CompiledFunction, isAsync: boolean): string {
  const { program } = fn;
  const parameters = program.inputs.map((node) => {
    const type = node.shape.length === 0 ? numberTypes[node.type.dtype] : "TensorLike";
    const name = publicNameIn(fn, node);
    return `${isParameterName(name) ? name : program.names.get(node)}: ${type}`;
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
  // `new(…)` in an interface would be a constructor.
  const name = fn.publicName === "new" ? '"new"' : fn.publicName;
  return `${name}(${parameters.join(", ")}): ${isAsync ? `Promise<${type}>` : type};`;
}

function writeInterface(out: Writer, model: CompiledModel, name: string, isAsync: boolean): void {
  out.doc([
    `A trainer of the model ${model.name}${isAsync ? " on a device: all its functions answer with promises" : ""}.`,
  ]);
  out.block(`export interface ${name} {`, () => {
    for (const fn of model.functions) {
      out.doc(
        isAsync ? [`As {@link ${typeName(model.name)}.${fn.publicName}}.`] : describeFunction(fn),
      );
      out.line(functionType(fn, isAsync));
    }
    for (const v of model.shared) {
      if (!v.exported) continue;
      out.doc([describeShared(v)]);
      out.line(
        `readonly ${v.publicName}: ${isAsync ? "AsyncShared" : "Shared"}<${arrayTypes[v.node.type.dtype]}>;`,
      );
    }
    if (isAsync) {
      out.doc(["Gives the device's memory back."]);
      out.line("destroy(): void;");
    }
  });
  out.line();
}

/** What loads a target, for its kind. */
function loading(target: TargetName, name: string): string[] {
  if (target === "native")
    return [
      'return import("adjoint/native").then(({ createNativeTrainer }) =>',
      `  createNativeTrainer<${name}>(signature, new URL("./native.c", import.meta.url), options),`,
      ");",
    ];
  if (target === "wasm")
    return [
      'return Promise.all([import("adjoint/wasm"), import("./wasm.ts")]).then(',
      "  ([{ createWasmTrainer }, { code }]) =>",
      `    createWasmTrainer<${name}>(signature, code, options),`,
      ");",
    ];
  return [
    `return import("./${target}.ts")`,
    `  .then((${target}) => ${target}.createProgram(options))`,
    "  .then((program) => createAsyncTrainer(signature, program));",
  ];
}

function writeCreate(
  out: Writer,
  model: CompiledModel,
  name: string,
  targets: readonly TargetName[],
): void {
  const loaded = targets.filter((target) => targetKinds[target] === "loaded");
  const devices = targets.filter((target) => targetKinds[target] === "device");
  const quoted = (list: readonly string[]): string => list.map((t) => `"${t}"`).join(" | ");
  const awaited = [...targets, ...(loaded.length > 0 ? ["auto"] : [])];
  out.doc([
    `A new trainer of ${model.name}${awaited.length > 0 ? `; ${awaited.join(", ").replace(/, (\w+)$/, " and $1")} must be awaited` : ""}.`,
    ...(loaded.length > 0 ? ["`auto` is the fastest that runs here."] : []),
  ]);
  if (targets.length === 0) {
    out.block(
      `export function create${name}(options: CreateOptions<"typescript"> = {}): ${name} {`,
      () => {
        out.line("return createTrainer(signature, typescript, options, targets);");
      },
    );
    return;
  }
  const overload = (list: readonly string[], result: string): void => {
    if (list.length === 0) return;
    out.line(`export function create${name}(`);
    out.line(`  options: CreateOptions<${quoted(list)}> & { target: ${quoted(list)} },`);
    out.line(`): Promise<${result}>;`);
  };
  out.line(`export function create${name}(options?: CreateOptions<"typescript">): ${name};`);
  overload(loaded.length > 0 ? [...loaded, "auto"] : [], name);
  overload(devices, `Async${name}`);
  const promised = [
    ...(loaded.length > 0 ? [name] : []),
    ...(devices.length > 0 ? [`Async${name}`] : []),
  ];
  out.line(`export function create${name}(`);
  out.line("  options: CreateOptions = {},");
  out.block(`): ${name} | Promise<${promised.join(" | ")}> {`, () => {
    out.block("switch (options.target) {", () => {
      for (const target of targets) {
        out.line(`case "${target}":`);
        out.indent(() => {
          for (const line of loading(target, name)) out.line(line);
        });
      }
      if (loaded.length > 0) {
        out.line('case "auto":');
        out.indent(() =>
          out.block(
            `return createFastest<${name}>(options, {`,
            () => {
              for (const target of loaded)
                out.line(`${target}: () => create${name}({ ...options, target: "${target}" }),`);
              out.line(`typescript: () => create${name}({ ...options, target: "typescript" }),`);
            },
            "});",
          ),
        );
      }
      out.line("default:");
      out.indent(() => out.line("return createTrainer(signature, typescript, options, targets);"));
    });
  });
}
