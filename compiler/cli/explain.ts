/** `adjoint explain`: which rewrites fired on a model, in order, and what they made of what. */

import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { closest } from "../diagnostics/suggest.ts";
import { type Node, topological } from "../graph/node.ts";
import { pp } from "../graph/print.ts";
import { formatSite } from "../graph/site.ts";
import type { CompiledFunction } from "../model.ts";
import { printed } from "../simplify/check.ts";
import { type Rewrite, simplifyNodes } from "../simplify/simplify.ts";
import { derivativeOf } from "../targets/formula.ts";
import { type BuiltModel, buildModel } from "./build.ts";
import { exits, type Output, report } from "./output.ts";
import { mermaid, svg } from "./picture.ts";
import { projectRoot, selectModels, UsageError } from "./project.ts";

export interface ExplainOptions {
  readonly cwd: string;
  /** Only rewrites that change no number. */
  readonly exact: boolean;
  /** Folder for pictures of the graphs, if they are wanted. */
  readonly graph: string | undefined;
}

/** What is explained: values before, and all that happened to them. */
interface Subject {
  readonly title: string;
  readonly before: readonly Node[];
  readonly after: readonly Node[];
  readonly rewrites: readonly Rewrite[];
}

/**
 * Shows the rewrites of a model file.
 *
 * @param name a function that it exports, or a value that it names; all functions when left out
 * @returns the exit code
 */
export async function explain(
  file: string,
  name: string | undefined,
  { cwd, exact, graph }: ExplainOptions,
  output: Output,
): Promise<number> {
  const root = projectRoot(cwd);
  try {
    const [model] = selectModels(root, cwd, [file], undefined).files;
    const tiers = exact ? { tiers: ["exact"] as const } : {};
    const built = await buildModel(model, { root, targets: [], ...tiers });
    const subjects = subjectsOf(built, name, tiers);
    if (built.recognised.length > 0 && name === undefined)
      output.log(describe("before gradients are taken", built.recognised));
    for (const { title, rewrites } of subjects) output.log(describe(title, rewrites));
    const told = advice(subjects);
    if (told.length > 0) output.log(`${told.join("\n")}\n`);
    if (graph !== undefined) {
      for (const file of draw(path.resolve(cwd, graph), built.name, subjects))
        output.log(`wrote ${path.relative(cwd, file).split(path.sep).join("/")}`);
    }
    return exits.fresh;
  } catch (error) {
    return report(error, root, output);
  }
}

function subjectsOf(
  { model }: BuiltModel,
  name: string | undefined,
  tiers: { tiers?: readonly ["exact"] },
): Subject[] {
  const whole = ({ publicName, program }: CompiledFunction): Subject => ({
    title: publicName,
    before: program.formulas.raw,
    after: program.formulas.simplified,
    rewrites: program.rewrites,
  });
  if (name === undefined) return model.functions.map(whole);
  const fn = model.functions.find(({ publicName }) => publicName === name);
  if (fn) return [whole(fn)];
  const values = new Map<string, Node>();
  for (const { program } of model.functions) {
    for (const node of topological(program.formulas.raw)) {
      const called = node.label?.name ?? derivativeOf(node, program);
      if (called !== undefined && !values.has(called)) values.set(called, node);
    }
  }
  const value = values.get(name);
  if (!value) {
    const known = [...model.functions.map((f) => f.publicName), ...values.keys()];
    const guess = closest(name, known);
    throw new UsageError(
      `${model.file} has no function or value ${name}${guess ? `; did you mean ${guess}?` : `. It has ${known.join(", ")}`}`,
    );
  }
  const { roots, rewrites } = simplifyNodes([value], tiers);
  return [{ title: name, before: [value], after: roots, rewrites }];
}

function describe(title: string, rewrites: readonly Rewrite[]): string {
  const count = rewrites.length === 1 ? "1 rewrite" : `${rewrites.length} rewrites`;
  const lines = rewrites.flatMap(({ rule, before, after }, i) => {
    const place = before.site ? `  ${formatSite(before.site)}` : "";
    return [
      "",
      `${String(i + 1).padStart(4)}  ${rule.name} (${rule.tier})${place}`,
      `        ${pp(before, printed)}`,
      `      → ${pp(after, printed)}`,
    ];
  });
  return `${[`${title}: ${count}`, ...lines.slice(1)].join("\n")}\n`;
}

/** What a model may say instead, once for each place. */
function advice(subjects: readonly Subject[]): string[] {
  const lines = topological(subjects.flatMap(({ before }) => before)).flatMap((node) => {
    const text = node.op.advice?.(node.inputs);
    return text ? [`${node.site ? `${formatSite(node.site)}: ` : ""}${text}`] : [];
  });
  return [...new Set(lines)];
}

/** Pictures of each subject before and after; the paths of the files. */
function draw(folder: string, model: string, subjects: readonly Subject[]): string[] {
  const place = path.join(folder, model);
  mkdirSync(place, { recursive: true });
  return subjects.flatMap(({ title, before, after }) =>
    Object.entries({ before, after }).flatMap(([when, roots]) =>
      Object.entries({ svg, mmd: mermaid }).map(([extension, picture]) => {
        const name = `${title.replace(/[^\w-]+/g, "_")}.${when}.${extension}`;
        writeFileSync(path.join(place, name), picture(roots));
        return path.join(place, name);
      }),
    ),
  );
}
