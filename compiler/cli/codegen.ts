/** `adjoint codegen`: generates, checks or watches. */

import path from "node:path";
import { formatErrors } from "../diagnostics/frame.ts";
import { sourcesOf } from "../frontend/load.ts";
import {
  type BuiltModel,
  buildModel,
  checkNames,
  findModels,
  manifestOf,
  projectRoot,
  readManifest,
} from "./build.ts";
import { apply, changesIn } from "./files.ts";

/** Exit codes, as `--help` lists them. */
export const exits = { fresh: 0, stale: 1, userError: 2, internalError: 3 } as const;

export interface CodegenOptions {
  readonly check: boolean;
  readonly watch: boolean;
  /** Output folder, relative to the project. */
  readonly out: string;
  readonly targets: readonly string[];
  readonly dump: string | undefined;
  readonly cwd: string;
}

/** Where messages go; tests look at them. */
export interface Output {
  readonly log: (text: string) => void;
  readonly error: (text: string) => void;
  readonly colour: boolean;
}

/** Generates once. @returns the exit code */
export async function codegen(
  models: readonly string[],
  options: CodegenOptions,
  output: Output,
): Promise<number> {
  const root = projectRoot(options.cwd);
  const out = path.resolve(root, options.out);
  const complete = models.length === 0;
  const files = complete
    ? findModels(root)
    : models.map((file) => relativeTo(root, path.resolve(options.cwd, file)));
  if (files.length === 0) {
    output.error(
      `There are no models: nothing matches ${relativeTo(process.cwd(), root) || "."}/models/*.ts`,
    );
    return exits.userError;
  }
  const built: BuiltModel[] = [];
  let failed = false;
  try {
    checkNames(files);
  } catch (error) {
    return report(error, root, output);
  }
  for (const file of files) {
    try {
      built.push(await buildModel(file, { root, targets: options.targets }));
    } catch (error) {
      // Other models may have mistakes as well: all are shown, and nothing is written.
      const code = report(error, root, output);
      if (code === exits.internalError) return code;
      failed = true;
    }
  }
  if (failed) return exits.userError;
  const before = readManifest(out);
  const { changes } = changesIn(out, built, manifestOf(built, root, before), before, complete);
  if (options.dump !== undefined) {
    const { dump } = await import("./dump.ts");
    for (const model of built) dump(path.resolve(options.cwd, options.dump), model);
  }
  if (options.check) return await reportStale(changes, options, models, output);
  apply(out, changes);
  for (const model of built) {
    const written = changes.filter(
      (c) => c.file.startsWith(`${model.name}/`) && c.after !== undefined,
    ).length;
    const what = written === 0 ? "unchanged" : `${written} file${written === 1 ? "" : "s"} written`;
    output.log(
      `${model.name}: ${what} in ${path.join(options.out, model.name)} (${Math.round(model.time)} ms)`,
    );
  }
  for (const { file, after } of changes)
    if (after === undefined) output.log(`deleted ${path.join(options.out, file)}`);
  return exits.fresh;
}

function relativeTo(from: string, file: string): string {
  return path.relative(from, file).split(path.sep).join("/");
}

async function reportStale(
  changes: Awaited<ReturnType<typeof changesIn>>["changes"],
  options: CodegenOptions,
  models: readonly string[],
  output: Output,
): Promise<number> {
  if (changes.length === 0) {
    output.log("Generated code is fresh.");
    return exits.fresh;
  }
  const { createTwoFilesPatch } = await import("diff");
  for (const { file, before, after } of changes) {
    const name = path.posix.join(options.out, file);
    output.log(
      createTwoFilesPatch(
        before === undefined ? "/dev/null" : name,
        after === undefined ? "/dev/null" : name,
        before ?? "",
        after ?? "",
        "",
        "",
        { context: 3 },
      ).replace(/^=+\n/, ""),
    );
  }
  output.error(
    `${changes.length} generated file${changes.length === 1 ? " is" : "s are"} stale. To mend it: npm run codegen${models.length > 0 ? ` -- ${models.join(" ")}` : ""}`,
  );
  return exits.stale;
}

/** Shows an exception: mistakes of the model as such, anything else as a fault of the compiler. */
export function report(error: unknown, root: string, output: Output): number {
  const text = formatErrors(error, sourcesOf(error, root), output.colour);
  if (text && !text.includes("error ADJ9001")) {
    output.error(`${text}\n`);
    return exits.userError;
  }
  output.error(
    `Adjoint failed, which is a fault of its own and not of the model. Please report it with this text:\n${error instanceof Error ? error.stack : String(error)}`,
  );
  return exits.internalError;
}
