/** Functions that generated WebAssembly carries along: those of float32 numbers, and whole numbers'. */

import { definedNames, helperName, spelled } from "../../../kernels/functions.ts";
import type { DefinedFn } from "../../../kernels/scalar.ts";
import { type Code, get, linesOf, set } from "../code.ts";
import { type Scope, scalar } from "../expression.ts";
import { numberTypes } from "../names.ts";
import { tileHelper } from "../tiles.ts";
import type { Helper } from "./helper.ts";
import { floats, int } from "./numbers.ts";
import { allocate, sumOfParts, threads } from "./threads.ts";
import { vectors } from "./vectors.ts";

const helpers: Readonly<Record<string, Helper>> = {
  allocate,
  sum_of_parts: sumOfParts,
  ...threads,
  ...vectors,
  ...int("i32"),
  ...int("i64"),
  ...floats("f32"),
  ...floats("f64"),
};

/** What JavaScript does: its module, and what it takes and returns. */
type Import = readonly [module: string, name: string, parameters: string, result: string];

/** A function of numbers. */
const computed = (module: string, name: string, count: number): Import => [
  module,
  name,
  ` (param ${Array.from({ length: count }, () => "f64").join(" ")})`,
  " (result f64)",
];

const imports: Readonly<Record<string, Import>> = {
  /** Throws. */
  no_memory: ["adjoint", "no_memory", "", ""],
  f64_exp: computed("Math", "exp", 1),
  f64_expm1: computed("Math", "expm1", 1),
  f64_log: computed("Math", "log", 1),
  f64_log1p: computed("Math", "log1p", 1),
  f64_tanh: computed("Math", "tanh", 1),
  f64_sin: computed("Math", "sin", 1),
  f64_cos: computed("Math", "cos", 1),
  f64_atan2: computed("Math", "atan2", 2),
  f64_pow: computed("Math", "pow", 2),
  f64_mod: computed("adjoint", "mod", 2),
};

const helperOf = (name: string): Helper | undefined => helpers[name] ?? tileHelper(name);

const defined = new Map<string, DefinedFn>(definedNames.map((fn) => [helperName(fn), fn]));

/** The helpers that a module has asked for. */
export class Helpers {
  readonly #used = new Set<string>();

  /** `$name`, and the module has it. */
  readonly use = (name: string): string => {
    if (this.#used.has(name)) return `$${name}`;
    const fn = defined.get(name);
    if (!fn && !imports[name] && !helperOf(name)) throw new Error(`no helper ${name}`);
    for (const needed of helperOf(name)?.needs ?? []) this.use(needed);
    // Its lines say what a definition needs.
    if (fn) definitionOf(fn, this.use);
    this.#used.add(name);
    return `$${name}`;
  };

  imports(): string[] {
    return [...this.#used].sort().flatMap((helper) => {
      const found = imports[helper];
      if (!found) return [];
      const [module, name, parameters, result] = found;
      return [`(import "${module}" "${name}" (func $${helper}${parameters}${result}))`];
    });
  }

  /** Each helper's lines, by name. */
  functions(): Map<string, readonly string[]> {
    const names = [...this.#used].filter((name) => !imports[name]).sort();
    return new Map(
      names.map((name) => {
        const fn = defined.get(name);
        return [name, fn ? definitionOf(fn, this.use) : (helperOf(name) as Helper).lines];
      }),
    );
  }
}

/** A function that is defined by scalar instructions, in double precision. */
function definitionOf(fn: DefinedFn, use: (name: string) => string): readonly string[] {
  const { about, parts, result } = spelled(fn);
  const scope: Scope = {
    base: () => "",
    axis: () => "",
    size: () => "",
    helper: use,
    local: (name, dtype) => ({ code: get(name), type: numberTypes[dtype] }),
  };
  const body: Code[] = [
    ...parts.map(({ name, value }) => ["local", `$${name}`, numberTypes[value.dtype]]),
    ...parts.map(({ name, value }) => set(name, scalar(value, scope))),
    scalar(result, scope),
  ];
  return [
    `;; ${about}`,
    `(func $${helperName(fn)} (param $x f64) (result f64)`,
    ...body.slice(0, -1).flatMap((code) => linesOf(code, 2)),
    ...linesOf(body.at(-1) as Code, 2).map((line, i, all) =>
      i === all.length - 1 ? `${line})` : line,
    ),
  ];
}
