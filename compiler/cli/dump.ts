/** `--dump`: what each step of the pipeline made of a model, as numbered texts. */

import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type Node, topological } from "../graph/node.ts";
import { debugPrint, pp } from "../graph/print.ts";
import type { Statement } from "../kernels/loops.ts";
import type { Program } from "../kernels/program.ts";
import type { Axis, Scalar } from "../kernels/scalar.ts";
import type { CompiledFunction } from "../model.ts";
import { derivativeOf, formulaOf } from "../targets/formula.ts";
import { expression, type Names } from "../targets/typescript/expression.ts";
import type { BuiltModel } from "./build.ts";

/** The page of one step for one function, as lines. */
type Page = (fn: CompiledFunction) => string[];

const pages: Readonly<Record<string, Page>> = {
  /** Outputs and new values of updates, as the model has them. */
  "1-model": ({ program }) =>
    program.formulas.raw.flatMap((node) => [pp(node), "", debugPrint(node), ""]),
  /** What `grad` derived on the way, before any simplification. */
  "2-gradient": ({ program }) =>
    topological(program.formulas.raw).flatMap((node) => {
      const name = derivativeOf(node, program);
      return name ? [`${name} = ${pp(node, { names: true })}`, ""] : [];
    }),
  /** The same after simplification, then every rewrite in the order in which it fired. */
  "3-simplified": ({ program }) => [
    ...program.formulas.simplified.flatMap((node) => [pp(node), "", debugPrint(node), ""]),
    ...program.rewrites.flatMap(({ rule, before, after }) => [
      `${rule.name} (${rule.tier}): ${rule.statement}`,
      `  ${pp(before, { names: true })}`,
      `  ${pp(after, { names: true })}`,
      "",
    ]),
  ],
  /** One formula for each stored value; a blank line between kernels that run apart. */
  "4-kernels": ({ program, nests }) =>
    nests.flatMap((nest) => [
      ...nest.stages.flatMap((stage) =>
        formulaOf(stage, program, (axis) => nest.axisNames.get(axis) ?? "?"),
      ),
      "",
    ]),
  /** The loops of each kernel, and where values lie in memory. */
  "5-nests": (fn) => [...nestsOf(fn), ...memoryOf(fn)],
};

/** Writes `1-model.txt` … `5-nests.txt` into `folder/<model>/`. */
export function dump(folder: string, { name, model }: BuiltModel): void {
  const place = path.join(folder, name);
  mkdirSync(place, { recursive: true });
  for (const [page, linesOf] of Object.entries(pages)) {
    const text = model.functions
      .map((fn) => `${titleOf(fn.publicName)}\n\n${linesOf(fn).join("\n")}`)
      .join("\n");
    writeFileSync(path.join(place, `${page}.txt`), `${text.trimEnd()}\n`);
  }
}

function titleOf(name: string): string {
  return `── ${name} ${"─".repeat(Math.max(0, 60 - name.length))}`;
}

function nestsOf({ program, nests }: CompiledFunction): string[] {
  return nests.flatMap((nest) => {
    const letter = (axis: Axis): string => nest.axisNames.get(axis) ?? "?";
    const names: Names = {
      nameOf: (s) => nameIn(program, s.node),
      letter: (s) => letter(s.axis),
    };
    const text = (value: Scalar): string => expression(value, names).text;
    const lines = (body: readonly Statement[], indent: string): string[] =>
      body.flatMap((s) => linesOf(s, indent));
    function linesOf(s: Statement, indent: string): string[] {
      switch (s.kind) {
        case "loop": {
          const step = s.step === 1 ? "" : ` step ${s.step}`;
          const head = `${indent}for ${letter(s.axis)} < ${s.axis.extent}${step}`;
          return [head, ...lines(s.body, `${indent}  `)];
        }
        case "let":
          return [`${indent}${s.local.name} = ${text(s.value)}`];
        case "declare":
          return [`${indent}${s.local.name} = start of ${s.fn}`];
        case "accumulate":
          return [`${indent}${s.local.name} ${s.fn}= ${text(s.value)}`];
        case "store": {
          const sign = s.fn === "add" ? "add=" : "=";
          return [
            `${indent}${nameIn(program, s.into)}[${text(s.offset)}] ${sign} ${text(s.value)}`,
          ];
        }
      }
    }
    return [nest.name, ...lines(nest.body, "  "), ""];
  });
}

function nameIn(program: Program, node: Node): string {
  return program.names.get(node) ?? node.op.name;
}

function memoryOf({ program, plan }: CompiledFunction): string[] {
  return [
    ...plan.slots.map(
      ({ node, dtype, offset, size }) =>
        `${nameIn(program, node)}: ${dtype} ${offset} … ${offset + size} of the scratch memory`,
    ),
    ...plan.dynamic.map((node) => `${nameIn(program, node)}: made in each call`),
    "",
  ];
}
