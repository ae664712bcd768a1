/** `adjoint codegen`: builds models, then writes what changed or, with `--check`, shows it. */

import path from "node:path";
import { errorsOf } from "../diagnostics/frame.ts";
import type { Tier } from "../simplify/rule.ts";
import type { Instrument } from "../targets/typescript/instrument.ts";
import { type Build, type BuiltModel, buildModel } from "./build.ts";
import { apply, type Change, changesIn } from "./files.ts";
import { readManifest } from "./manifest.ts";
import { exits, type Output, report, reportWarning } from "./output.ts";
import { codegenCommand, projectRoot, type Selection, selectModels } from "./project.ts";

export interface CodegenOptions {
  readonly check: boolean;
  /** Output folder, relative to the project. */
  readonly out: string;
  /** Targets besides the reference. */
  readonly targets: readonly string[];
  /** Leave out a target that cannot do a model, rather than fail. */
  readonly whereAble?: boolean;
  /** Tiers of rewrite rules that may be used; all when left out. */
  readonly tiers?: readonly Tier[];
  /** Evaluate both sides of every rewrite, and name the rule that is wrong. */
  readonly debug?: boolean;
  /** What the reference target does besides computing: a build for looking. */
  readonly instrument?: Instrument;
  /** Folder for the texts of each step, if they are wanted. */
  readonly dump: string | undefined;
  readonly cwd: string;
  /** Reads and compiles a model; tests give their own. */
  readonly build?: Build;
  /** The command that writes what `--check` found stale. */
  readonly command?: string;
}

export interface Result {
  readonly code: number;
  readonly built: readonly BuiltModel[];
}

/**
 * Generates once. A model that does not compile leaves its own output as it was; the others are written.
 *
 * @param models model files; all of the project if there are none
 */
export async function codegen(
  models: readonly string[],
  options: CodegenOptions,
  output: Output,
): Promise<Result> {
  const root = projectRoot(options.cwd);
  try {
    const out = path.resolve(root, options.out);
    const before = readManifest(out);
    const selection = selectModels(root, options.cwd, models, before);
    const { built, code } = await buildAll(selection, root, options, output);
    if (options.dump !== undefined) {
      const { dump } = await import("./dump.ts");
      for (const model of built) dump(path.resolve(options.cwd, options.dump), model);
    }
    if (built.length === 0 && code !== exits.fresh) return { code, built };
    // What no model makes any more is only known where all of them compile.
    const complete = selection.complete && code === exits.fresh;
    const changes = changesIn({ root, out }, built, before, complete);
    if (options.check) {
      const command = options.command ?? codegenCommand(root);
      const { reportStale } = await import("./stale.ts");
      if (changes.length === 0 && code !== exits.fresh) return { code, built };
      return { code: Math.max(code, reportStale(changes, options.out, command, output)), built };
    }
    apply(out, changes);
    for (const line of summary(built, changes, options.out)) output.log(line);
    return { code, built };
  } catch (error) {
    return { code: report(error, root, output), built: [] };
  }
}

/** Builds models one after the other, and shows the mistakes of all of them. */
async function buildAll(
  { files, complete }: Selection,
  root: string,
  { build = buildModel, targets, whereAble, tiers, debug, instrument }: CodegenOptions,
  output: Output,
): Promise<Result> {
  const built: BuiltModel[] = [];
  const failures: { file: string; error: unknown }[] = [];
  for (const file of files) {
    output.progress?.(`${file} …`);
    try {
      const choices = {
        ...(whereAble && { whereAble }),
        ...(tiers && { tiers }),
        ...(debug && { debug }),
        ...(instrument && { instrument }),
      };
      const model = await build(file, { root, targets, ...choices });
      for (const warning of model.warnings) reportWarning(warning, root, output);
      built.push(model);
    } catch (error) {
      failures.push({ file, error });
    }
  }
  // Layers that models share may lie beside them: in a run over all, a file that another one
  // imports need not export a function. Where other models failed, who imports it is not known.
  const imported = new Set(built.flatMap((model) => model.inputs));
  const others = failures.filter(({ error }) => !exportsNothing(error));
  const shown = complete
    ? failures.filter(
        ({ file, error }) => !exportsNothing(error) || (others.length === 0 && !imported.has(file)),
      )
    : failures;
  const codes = shown.map(({ error }) => report(error, root, output));
  return { code: Math.max(exits.fresh, ...codes), built };
}

function exportsNothing(error: unknown): boolean {
  const errors = errorsOf(error);
  return errors.length === 1 && errors[0].code === "ADJ4005";
}

/** One line for each model, and one for each file that went. */
function summary(built: readonly BuiltModel[], changes: readonly Change[], out: string): string[] {
  const lines = built.flatMap(({ name, files, time, leftOut = [] }) => {
    const written = changes.filter((c) => c.after !== undefined && files.has(c.file));
    const what =
      written.length === 0
        ? "unchanged"
        : `wrote ${written.map((c) => path.posix.basename(c.file)).join(", ")}`;
    const folder = path.posix.join(out, name);
    return [
      `${folder}: ${what} (${Math.round(time)} ms)`,
      ...leftOut.map((why) => `${folder}: left out ${why}`),
    ];
  });
  const deleted = changes
    .filter((c) => c.after === undefined)
    .map((c) => `deleted ${path.posix.join(out, c.file)}`);
  return [...lines, ...deleted];
}
