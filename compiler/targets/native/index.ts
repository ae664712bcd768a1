/** The native target: C with vectors and threads, which also compiles without Node. */

import type { Node } from "../../graph/node.ts";
import { type Dim, type DType, formatType, sizesOf, staticSize } from "../../graph/types.ts";
import { withRouted } from "../../kernels/contraction/arrange.ts";
import { definedIn, helperName, spelled } from "../../kernels/functions.ts";
import type { CompiledFunction, CompiledModel, SharedVariable } from "../../model.ts";
import { banner } from "../banner.ts";
import { CommonKernels } from "../common.ts";
import { literalLines, shortest } from "../literals.ts";
import { Writer } from "../writer.ts";
import { elementTypes, expression, needsHelper, roundsEach } from "./expression.ts";
import { writeFunction } from "./function.ts";
import { declaredIn, kernelOf } from "./kernel.ts";
import { calledInC, dimInC, inC } from "./names.ts";
import { type ListKind, listName, listOf, writeList } from "./routed.ts";
import { comparedLanes, type Run, runsOf } from "./share.ts";
import { canFail, isMade, ownSizes, parametersOf, toldSizes } from "./signature.ts";
import { halfOf, type TileKind, tileName, tileOf, writeTile } from "./tiles.ts";
import { withoutUnneeded } from "./unneeded.ts";

/** `native.c` and `native.h` of a model. */
export function emitNative(compiled: CompiledModel): Map<string, string> {
  const arranged = (fn: CompiledFunction): CompiledFunction =>
    withoutUnneeded(withRouted(fn, comparedLanes));
  const model = { ...compiled, functions: compiled.functions.map(arranged) };
  return new Map([
    ["native.c", source(model)],
    ["native.h", header(model)],
  ]);
}

/** The table of a model: names are apart from those of other models in the same program. */
const tableName = (model: CompiledModel): string => `adjoint_${model.name.replace(/\W/g, "_")}`;

function initials(model: CompiledModel): CompiledFunction[] {
  return model.shared.flatMap((v) => (v.initial ? [v.initial] : []));
}

/** Named sizes of data, in the order of the model. */
const dataSizes = (model: CompiledModel): string[] => [
  ...new Set(model.shared.flatMap((v) => sizesOf(v.node.shape))),
];

function header(model: CompiledModel): string {
  const out = new Writer();
  const name = inC(model.name);
  const guard = `${name.toUpperCase()}_NATIVE_H`;
  banner(out, model, "Native target: what C programs call.");
  out.line(`#ifndef ${guard}`).line(`#define ${guard}`).line();
  out.line('#include "adjoint.h"').line();
  writeMemory(out, model);
  out.doc([
    "New memory with the initial values; `threads` are those of the kernels. NULL if there is no memory.",
  ]);
  out.line(`struct ${name} *${name}_create(uint32_t seed, int threads);`);
  out.line(`void ${name}_free(struct ${name} *model);`).line();
  for (const fn of model.functions) {
    const typed = (n: Node): string => {
      const dims = n.shape.length > 0 ? `[${n.shape.join(", ")}]` : "";
      return `${inC(fn.program.names.get(n) ?? n.op.name)}: ${n.type.dtype}${dims}`;
    };
    const [inputs, outputs] = [fn.program.inputs, fn.program.outputs].map((all) => all.map(typed));
    const told = toldSizes(fn).map(inC).join(", ");
    out.doc([
      `Takes ${inputs.join(", ") || "nothing"}; gives ${outputs.join(", ") || "nothing"}.`,
      ...(told ? [`Results of ${told} are made by the call, which tells it: free() them.`] : []),
      ...(canFail(fn)
        ? ["Returns adjoint_no_memory where there is no memory for what it works on."]
        : []),
    ]);
    out.list(`int ${calledInC(model, fn)}(`, parametersOf(model, fn), ");", "", "");
    out.line();
  }
  out.doc(["Shared variables and data by name, for programs that look them up; see adjoint.h."]);
  out.line(`extern const struct adjoint_model ${tableName(model)};`).line();
  out.line("#endif");
  return out.toString();
}

function source(model: CompiledModel): string {
  const out = new Writer();
  banner(out, model, "Native target: C with vectors.");
  out.line('#include "native.h"').line();
  writeHelpers(out, model);
  const all = [...initials(model), ...model.functions];
  const runs = all.flatMap((fn) => [...runsOf(fn).values()].map((run) => ({ fn, run })));
  for (const kind of tilesIn(runs.map(({ run }) => run))) writeTile(out, kind);
  for (const kind of listsIn(model)) writeList(out, kind);
  const arenaOf = (fn: CompiledFunction) => (node: Node) => {
    const slot = fn.plan.slots.find((s) => s.node === node);
    if (!slot) throw new Error("a temporary has a place");
    return slot.offset === 0
      ? `model->${arena(slot.dtype)}`
      : `model->${arena(slot.dtype)} + ${slot.offset}`;
  };
  const kernels = new CommonKernels(
    runs.map(({ fn, run }) => kernelOf(fn, run)),
    declaredIn,
  );
  for (const fn of all) writeFunction(out, model, fn, kernels, arenaOf(fn));
  for (const variable of model.shared) writeValues(out, variable);
  writeCreate(out, model);
  writeTable(out, model);
  return out.toString();
}

const arena = (dtype: DType): string => `scratch_${dtype}`;

/** Elements of temporaries a dtype, for the function that needs most. */
function arenas(model: CompiledModel): Map<DType, number> {
  const sizes = new Map<DType, number>();
  for (const { plan } of [...model.functions, ...initials(model)])
    for (const [dtype, size] of plan.sizes) sizes.set(dtype, Math.max(sizes.get(dtype) ?? 0, size));
  return sizes;
}

function writeMemory(out: Writer, model: CompiledModel): void {
  out.doc([
    "Memory of one trainer. Of data, the caller sets the address and how many there are.",
    "It may have other memory in place of a variable's own, which it puts back before the trainer is freed.",
  ]);
  out.block(
    `struct ${inC(model.name)} {`,
    () => {
      for (const { node, name, isData } of model.shared)
        out.line(
          `${elementTypes[node.type.dtype]} *${inC(name)}; /* [${node.shape.join(", ")}]${isData ? ", the caller's" : ""} */`,
        );
      for (const [dtype, size] of arenas(model))
        out.line(`${elementTypes[dtype]} *${arena(dtype)}; /* ${size} elements for temporaries */`);
      for (const size of dataSizes(model)) out.line(`int32_t ${inC(size)};`);
      out.line("struct adjoint_pool *adjoint_pool; /* its threads */");
    },
    "};",
  );
  out.line();
}

/** Functions that are defined by scalar instructions, in double precision. */
function writeHelpers(out: Writer, model: CompiledModel): void {
  const names = { nameOf: () => "", letter: () => "" };
  const all = [...model.functions, ...initials(model)];
  const bodies = all.flatMap((fn) => fn.program.stages.map((stage) => stage.body));
  for (const fn of definedIn(bodies)) {
    if (!needsHelper(fn)) continue;
    const { about, parts, result } = spelled(fn);
    out.doc([about]);
    const each = roundsEach([...parts.map((part) => part.value), result]) ? "rounds_each " : "";
    out.block(`static ${each}double ${helperName(fn)}(double x) {`, () => {
      for (const { name, value } of parts) {
        const type = value.dtype === "bool" ? "bool" : "double";
        out.line(`const ${type} ${name} = ${expression(value, names).text};`);
      }
      out.line(`return ${expression(result, names).text};`);
    });
    out.line();
  }
}

/** The tiles that the model's products use, smallest first. */
function tilesIn(runs: readonly Run[]): TileKind[] {
  const kinds = new Map<string, TileKind>();
  for (const { contraction } of runs) {
    if (!contraction) continue;
    const kind = tileOf(contraction);
    for (const part of [halfOf(kind), kind]) if (part) kinds.set(tileName(part), part);
  }
  const byNumber = new Intl.Collator("en", { numeric: true });
  return [...kinds.keys()].sort(byNumber.compare).map((name) => kinds.get(name) as TileKind);
}

/** The lists that the model's sparse sums use. */
function listsIn(model: CompiledModel): ListKind[] {
  const kinds = new Map<string, ListKind>();
  for (const fn of model.functions)
    for (const routed of fn.program.routed?.values() ?? [])
      kinds.set(listName(listOf(routed)), listOf(routed));
  return [...kinds.values()];
}

/** Numbers that the model writes out. */
function writeValues(out: Writer, variable: SharedVariable): void {
  const { node, name, values, isConstant } = variable;
  if (!values) return;
  out.doc([isConstant ? `${name} ${formatType(node.type)}.` : `What ${name} starts with.`]);
  out.line(`static const ${elementTypes[node.type.dtype]} initial_${name}[] = {`);
  out.lines(literalLines(variable, 2, literalInC));
  out.line("};").line();
}

/** `0.1f`, `2`, `INFINITY` */
function literalInC(value: number, dtype: DType): string {
  if (Number.isNaN(value)) return "NAN";
  if (!Number.isFinite(value)) return value < 0 ? "-INFINITY" : "INFINITY";
  const text = shortest(value, dtype);
  if (Object.is(value, -0)) return "-0.0f";
  return dtype === "float32" && /[.e]/.test(text) ? `${text}f` : text;
}

function writeCreate(out: Writer, model: CompiledModel): void {
  const name = inC(model.name);
  const seeded = initials(model).some((fn) => fn.program.inputs.length > 0);
  out.block(`struct ${name} *${name}_create(uint32_t seed, int threads) {`, () => {
    if (!seeded) out.line("(void)seed;");
    out.line(`struct ${name} *model = calloc(1, sizeof *model);`);
    out.line("if (!model) return NULL;");
    const owned: string[] = [];
    const allocate = (member: string, type: string, size: number): void => {
      owned.push(member);
      out.line(`model->${member} = adjoint_zeros(${size}, sizeof(${type}));`);
    };
    for (const { node, name: member, isData } of model.shared)
      if (!isData)
        allocate(inC(member), elementTypes[node.type.dtype], staticSize(node.shape) ?? 0);
    for (const [dtype, size] of arenas(model)) allocate(arena(dtype), elementTypes[dtype], size);
    if (owned.length > 0) {
      out.block(`if (${owned.map((m) => `!model->${m}`).join(" || ")}) {`, () => {
        out.line(`${name}_free(model);`);
        out.line("return NULL;");
      });
    }
    out.line("model->adjoint_pool = adjoint_pool_create(threads);");
    for (const { values, name: member } of model.shared)
      if (values)
        out.line(`memcpy(model->${inC(member)}, initial_${member}, sizeof initial_${member});`);
    for (const { initial, name: member } of model.shared) {
      if (!initial) continue;
      const takesSeed = initial.program.inputs.length > 0;
      const call = `initial_${member}(model${takesSeed ? ", (int32_t)seed" : ""})`;
      if (!canFail(initial)) out.line(`${call};`);
      else
        out.block(`if (${call} != adjoint_done) {`, () => {
          out.line(`${name}_free(model);`);
          out.line("return NULL;");
        });
    }
    out.line("return model;");
  });
  out.line();
  out.block(`void ${name}_free(struct ${name} *model) {`, () => {
    out.line("if (!model) return;");
    out.line("adjoint_pool_free(model->adjoint_pool);");
    for (const { name: member, isData } of model.shared)
      if (!isData) out.line(`free(model->${inC(member)});`);
    for (const [dtype] of arenas(model)) out.line(`free(model->${arena(dtype)});`);
    out.line("free(model);");
  });
  out.line();
}

/** Names and types as data: what the addon for Node reads. */
function writeTable(out: Writer, model: CompiledModel): void {
  const name = inC(model.name);
  for (const fn of model.functions) writeCall(out, model, fn);
  out.block(
    "static const struct adjoint_variable variables[] = {",
    () => {
      for (const { node, name: member, publicName, isData } of model.shared)
        out.line(
          `{"${publicName}", adjoint_${node.type.dtype}, offsetof(struct ${name}, ${inC(member)}), ${isData ? 0 : (staticSize(node.shape) ?? 0)}},`,
        );
      out.line("{0},");
    },
    "};",
  );
  for (const fn of model.functions) {
    const { program } = fn;
    const all = [...program.inputs, ...program.outputs];
    out.list(
      `static const enum adjoint_dtype dtypes_of_${program.name}[] = {`,
      [...all.map((n) => `adjoint_${n.type.dtype}`), "0"],
      "};",
    );
    out.list(
      `static const enum adjoint_form forms_of_${program.name}[] = {`,
      [
        ...all.map((n) =>
          n.shape.length === 0
            ? "adjoint_number"
            : isMade(fn, n)
              ? "adjoint_made"
              : "adjoint_array",
        ),
        "0",
      ],
      "};",
    );
  }
  out.block(
    "static const struct adjoint_function functions[] = {",
    () => {
      for (const fn of model.functions) {
        const f = fn.program.name;
        out.block(
          "{",
          () => {
            out.line(`.name = "${fn.publicName}",`);
            out.line(`.inputs = ${fn.program.inputs.length},`);
            out.line(`.outputs = ${fn.program.outputs.length},`);
            out.line(`.sizes = ${ownSizes(fn).length},`);
            out.line(`.dtypes = dtypes_of_${f},`);
            out.line(`.forms = forms_of_${f},`);
            out.line(`.call = call_${f},`);
          },
          "},",
        );
      }
    },
    "};",
  );
  const sizes = dataSizes(model);
  if (sizes.length > 0)
    out.line(`static const char *const sizes[] = {${sizes.map((s) => `"${s}"`).join(", ")}};`);
  out.line(
    `static void *create(uint32_t seed, int threads) { return ${name}_create(seed, threads); }`,
  );
  out.line(`static void destroy(void *model) { ${name}_free(model); }`);
  out.line();
  out.block(
    `const struct adjoint_model ${tableName(model)} = {`,
    () => {
      out.line(`.name = "${model.name}",`);
      out.line(`.variables = ${model.shared.length},`);
      out.line(".variable = variables,");
      out.line(`.functions = ${model.functions.length},`);
      out.line(".function = functions,");
      if (sizes.length > 0) {
        out.line(`.sizes = ${sizes.length},`);
        out.line(".size = sizes,");
        out.line(`.sizes_offset = offsetof(struct ${name}, ${inC(sizes[0])}),`);
      }
      out.line(".create = create,");
      out.line(".destroy = destroy,");
    },
    "};",
  );
}

/** A function with its arguments by address. */
function writeCall(out: Writer, model: CompiledModel, fn: CompiledFunction): void {
  const { program } = fn;
  const name = inC(model.name);
  const told = toldSizes(fn);
  const unused = [
    program.inputs.length === 0 ? "(void)in;" : "",
    ownSizes(fn).length === 0 ? "(void)sizes;" : "",
    program.outputs.length === 0 ? "(void)out;" : "",
    told.length === 0 ? "(void)lengths;" : "",
  ].filter(Boolean);
  const args = [
    "model",
    ...program.inputs.map((n, i) =>
      n.shape.length === 0 ? `*(const ${scalarType(n.type.dtype)} *)in[${i}]` : `in[${i}]`,
    ),
    ...ownSizes(fn).map((_, i) => `sizes[${i}]`),
    ...program.outputs.map((_, i) => `out[${i}]`),
    ...told.map((size) => `&${inC(size)}`),
  ];
  const parameters = [
    "void *model",
    "void *const *in",
    "const int32_t *sizes",
    "void *const *out",
    "size_t *lengths",
  ];
  const own = ownSizes(fn);
  /** Sizes by name as the call has them: told by the function, its arguments, or the model's. */
  const inCall = (text: string): string =>
    text.replace(/[\p{L}_][\p{L}\p{N}_$]*/u, (size) =>
      told.map(inC).includes(size)
        ? size
        : own.map(inC).includes(size)
          ? `sizes[${own.map(inC).indexOf(size)}]`
          : `((struct ${name} *)model)->${size}`,
    );
  out.line("static int");
  out.list(`call_${program.name}(`, parameters, ") {", "", "");
  out.indent(() => {
    if (unused.length > 0) out.line(unused.join(" "));
    if (told.length === 0) {
      out.list(`return ${calledInC(model, fn)}(`, args, ");", "", "");
      return;
    }
    out.line(`int32_t ${told.map((size) => `${inC(size)} = 0`).join(", ")};`);
    out.list(`const int adjoint_status = ${calledInC(model, fn)}(`, args, ");", "", "");
    for (const [i, node] of program.outputs.entries())
      if (isMade(fn, node))
        out.line(
          `lengths[${i}] = ${node.shape.map((dim) => `(size_t)${inCall(factor(dim))}`).join(" * ")};`,
        );
    out.line("return adjoint_status;");
  });
  out.line("}").line();
}

const factor = (dim: Dim): string => {
  const text = dimInC(dim, true);
  return /^\w+$/.test(text) ? text : text.startsWith("(") ? text : `(${text})`;
};

const scalarType = (dtype: DType): string =>
  ({ float32: "float", float64: "double", int32: "int32_t", int64: "int64_t", bool: "bool" })[
    dtype
  ];
