/**
 * The pipeline, from what a model exports to kernels. Read this first: each step is a function of its
 * own folder, and each hands on a form that the next one understands.
 *
 *   model file → frontend (lift, stage) → graph → gradient (as grad is called) → [here]
 *     simplify → expand → simplify → choose what is stored → lower to kernels → nests → memory plan
 *   → targets (print)
 */

import { fail } from "./diagnostics/error.ts";
import { allNodes, isNode, type Node, topological } from "./graph/node.ts";
import { sizesOf } from "./graph/types.ts";
import { nestsOf } from "./kernels/loops.ts";
import { isSizeName, nameValues, publicName } from "./kernels/names.ts";
import { planMemory } from "./kernels/plan.ts";
import { type CompileOptions, compileFunction } from "./kernels/program.ts";
import { schedule } from "./kernels/schedule.ts";
import { ModelFunction } from "./language/function.ts";
import { RandomStream } from "./language/random.ts";
import { sharedInfo } from "./language/shared.ts";
import type { CompiledFunction, CompiledModel, SharedVariable } from "./model.ts";
import { constantValue, isTable, literalValues } from "./ops/leaf.ts";
import { seed } from "./ops/random.ts";
import { checkPublicNames, namesApart } from "./public-names.ts";

/** What a model file exports, in the order of the file. */
export type ModelExports = readonly (readonly [name: string, value: unknown])[];

export interface ModelOptions extends CompileOptions {
  /** The command that generates the code of this model, as it is typed in its project. */
  readonly command?: string | undefined;
}

/**
 * Compiles the exports of a model file.
 *
 * @param name the model's name, from its file: `logistic`
 * @param file the model file as it is shown to people
 * @throws ADJ4005 when no function is exported
 */
export function compileModel(
  name: string,
  file: string,
  exports: ModelExports,
  options: ModelOptions = {},
): CompiledModel {
  const functions = exports.flatMap(([key, value]) =>
    value instanceof ModelFunction ? [{ key: value.name ?? key, fn: value }] : [],
  );
  if (functions.length === 0) {
    fail("ADJ4005", `${file} exports no function`, {
      hint: "export const train = fn([index], cost, …)",
    });
  }
  const exported = exportedVariables(exports);
  checkPublicNames(functions, exported);
  const variables = sharedOf(
    functions.map((f) => f.fn),
    exported,
  );
  const roots = [...rootsOf(functions.map((f) => f.fn)), ...variables.flatMap(formulaOfInitial)];
  const tables = [...new Set(allNodes(roots).filter(isTable))];
  const names = nameValues(roots, tables, (node) => node, nameShared(variables, exported));
  checkSizes(
    functions.flatMap(({ fn }) => fn.inputs),
    names,
  );
  const publicNameOf = (node: Node, name: string): string =>
    exported.get(node) ?? publicName(node, name);
  const taken = namesApart(functions.map(({ key }) => key));
  const compile = (fn: ModelFunction, key: string, name: string): CompiledFunction => {
    const program = compileFunction(fn, name, names, options);
    const calls = schedule(program, options.apart, new Set(taken));
    const publicNames = [...program.inputs, ...program.memory, ...program.outputs].map((node) => {
      const own = program.names.get(node) ?? node.op.name;
      return [node, publicNameOf(node, own)] as const;
    });
    return {
      publicName: key,
      publicNames: new Map(publicNames),
      program,
      calls,
      nests: nestsOf(calls),
      plan: planMemory(program, calls),
    };
  };
  return {
    name,
    file,
    command: options.command ?? `npm run codegen -- ${file}`,
    shared: [...variables, ...tables].map((node): SharedVariable => {
      const name = names.get(node) as string;
      const isConstant = isTable(node);
      const start = isConstant ? node : sharedInfo(node)?.initial;
      const computed = formulaOfInitial(node);
      return {
        node,
        name,
        publicName: publicNameOf(node, name),
        exported: exported.has(node),
        isData: start === undefined,
        isConstant,
        initial: computed.map((value) =>
          compile(initialFunction(node, value), `initial_${name}`, `initial_${name}`),
        )[0],
        values: start && literalValues(start),
        range: undefined,
      };
    }),
    functions: functions.map(({ key, fn }, i) => compile(fn, key, taken[i])),
    withoutLoops: () => compileModel(name, file, exports, { ...options, loops: false }),
  };
}

/**
 * Shared variables among the exports, by their names: those exported by themselves, and those that exported
 * layers, lists and records hold, however deep – `W` of `hidden` is `hidden_W`, of `layers[0]` it is `layers_0_W`.
 */
function exportedVariables(exports: ModelExports): Map<Node, string> {
  const found = new Map<Node, string>();
  const own = new Set(exports.map(([name]) => name));
  const add = (name: string, value: unknown): void => {
    if (isNode(value)) {
      if (sharedInfo(value)) found.set(value, name);
    } else if (value instanceof RandomStream) {
      // The state of a stream: which calls its draws are at.
      for (const counter of value.counters) found.set(counter, counter.label?.name ?? name);
    }
  };
  // One level after the other: what is held in two places is called after the shorter way to it.
  let level: ModelExports = exports;
  const seen = new Set<unknown>();
  for (const [name, value] of exports) add(name, value);
  while (level.length > 0) {
    level = level.flatMap(([name, value]) => {
      if (!isHolder(value) || seen.has(value)) return [];
      seen.add(value);
      return Object.entries(value).map(([key, part]) => [`${name}_${key}`, part] as const);
    });
    for (const [name, part] of level)
      if (!(isNode(part) && found.has(part)) && !own.has(name)) add(name, part);
  }
  return found;
}

/** Lists, records and objects of the model's classes; what the language makes holds nothing of the model's. */
const isHolder = (value: unknown): value is object =>
  typeof value === "object" &&
  value !== null &&
  !isNode(value) &&
  !(value instanceof ModelFunction || value instanceof RandomStream) &&
  !ArrayBuffer.isView(value);

const rootsOf = (functions: readonly ModelFunction[]): Node[] =>
  functions.flatMap((f) => [...f.outputs, ...f.updates.flatMap((u) => [u.target, u.value])]);

/** Every shared variable that a function uses or that is exported, in the order of the model. */
function sharedOf(
  functions: readonly ModelFunction[],
  exported: ReadonlyMap<Node, string>,
): Node[] {
  const roots = [...rootsOf(functions), ...exported.keys()];
  const used = topological(roots).filter((node) => sharedInfo(node));
  return [...new Set(used)].sort((a, b) => a.id - b.id);
}

function nameShared(
  variables: readonly Node[],
  exported: ReadonlyMap<Node, string>,
): Map<Node, string> {
  const names = nameValues(variables, variables, (node) => node);
  const own = namesApart([...exported.values()]);
  for (const [i, node] of [...exported.keys()].entries()) names.set(node, own[i]);
  return names;
}

/** Sizes are names in generated code: none may be a word of its language, or that of a shared variable. */
function checkSizes(inputs: readonly Node[], shared: ReadonlyMap<Node, string>): void {
  const taken = new Set(shared.values());
  for (const node of [...inputs, ...shared.keys()]) {
    for (const size of sizesOf(node.shape)) {
      if (isSizeName(size) && !taken.has(size)) continue;
      const why = taken.has(size)
        ? "a shared variable has this name"
        : "it is a word of TypeScript";
      fail("ADJ1008", `the size "${size}" cannot be called that: ${why}`, {
        hint: `another name, such as "${size}Count"`,
        ...(node.site ? { site: node.site } : {}),
      });
    }
  }
}

/** What kernels compute an initial value by; nothing for data, for zeros and for numbers of the model. */
function formulaOfInitial(variable: Node): Node[] {
  const initial = sharedInfo(variable)?.initial;
  return initial && !startsAtZero(initial) && !literalValues(initial) ? [initial] : [];
}

/** Memory is zero when it is made, so an initial value of zeros needs no code. */
function startsAtZero(initial: Node): boolean {
  if (constantValue(initial) === 0) return true;
  return initial.op.movement === true && startsAtZero(initial.inputs[0]);
}

function initialFunction(target: Node, value: Node): ModelFunction {
  return new ModelFunction({
    name: undefined,
    site: target.site,
    inputs: topological([value]).filter((node) => node === seed()),
    outputs: [],
    returns: "none",
    updates: [{ target, value }],
  });
}
