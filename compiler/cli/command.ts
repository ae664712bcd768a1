/** The command line: options, their checks, help. What it runs is loaded when it is needed. */

import { readFileSync } from "node:fs";
import { cac } from "cac";
import { targetNames } from "../targets/names.ts";
import type { Instrument } from "../targets/typescript/instrument.ts";
import { exits, type Output, report } from "./output.ts";
import { codegenCommand, projectRoot } from "./project.ts";
import { checkCommand, didYouMean, UsageError } from "./slips.ts";

/** The package's own version; the file lies one folder further up in the built package. */
function version(): string {
  for (const place of ["../../package.json", "../../../package.json"]) {
    try {
      const { name, version: v } = JSON.parse(
        readFileSync(new URL(place, import.meta.url), "utf8"),
      ) as { name?: string; version: string };
      if (name === "adjoint") return v;
    } catch {
      // Try the next place.
    }
  }
  return "unknown";
}

const codegenExits = `Exit codes:
  0  done, or everything is fresh
  1  --check found stale files, and no mistake
  2  a mistake in a model, whose output is as it was, or in the command
  3  a fault of the compiler
Models without mistakes are written, or checked, whatever becomes of the others.`;

const explainExits = `Exit codes:
  0  shown
  2  a mistake in the model or in the command
  3  a fault of the compiler`;

const commands = ["codegen", "explain"];

/** Options as cac reads them. */
type Given = Readonly<Record<string, unknown>>;

/** Runs the command. @returns the exit code */
export async function main(
  argv: readonly string[],
  output: Output,
  cwd = process.cwd(),
): Promise<number> {
  const cli = cac("adjoint");
  const root = projectRoot(cwd);
  let code: number = exits.fresh;
  cli
    .command(
      "codegen [...models]",
      "Generate code for models; without a name, for all of models/*.ts",
    )
    .option("--check", "Write nothing; show what is stale, and fail if anything is")
    .option("--watch", "Generate again whenever a file of a model is saved")
    .option("--out <dir>", "Folder for generated code", { default: "generated" })
    .option(
      "--target <names>",
      `Targets besides typescript, separated by commas: ${targetNames.slice(1).join(", ")} (default: all that can do the model)`,
    )
    .option("--exact", "Use only rewrites that change no number: no stabilising, no reassociating")
    .option("--debug", "Evaluate both sides of every rewrite, and name a rule that is wrong")
    .option("--instrument <what>", "nan: a build that stops at the first value that is not finite")
    .option("--profile", "A build that measures the time of each kernel")
    .option("--dump <dir>", "Also write what each step of the compiler made of the models")
    .example(codegenCommand(root))
    .example(codegenCommand(root, ["models/logistic.ts", "--watch"]))
    .example(codegenCommand(root, ["--check"]))
    .allowUnknownOptions()
    .action(async (models: string[], given: Given) => {
      code = await run(models, given, output, cwd);
    });
  cli
    .command(
      "explain <model> [name]",
      "Show each rewrite of a model, of one of its functions, or of one of its values",
    )
    .option("--exact", "As codegen --exact")
    .option("--graph <dir>", "Also draw the graphs before and after, as SVG and Mermaid")
    .example((name) => `${name} explain models/logistic.ts train`)
    .allowUnknownOptions()
    .action(async (model: string, name: string | undefined, given: Given) => {
      const options = { cwd, exact: given.exact === true, graph: text(given, "graph") };
      code = await (await import("./explain.ts")).explain(model, name, options, output);
    });
  cli.help((sections) => {
    const isExplain = cli.matchedCommandName === "explain";
    return [...sections, { body: isExplain ? explainExits : codegenExits }];
  });
  cli.version(version());
  // Not while it parses: an unknown command or option comes first.
  cli.showHelpOnExit = false;
  cli.showVersionOnExit = false;
  try {
    cli.parse(["node", "adjoint", ...argv], { run: false });
    const [unknown] = cli.args;
    if (!cli.matchedCommand && unknown !== undefined)
      throw new UsageError(`There is no command ${unknown}${didYouMean(unknown, commands)}`);
    checkCommand(cli);
    const isVersion = cli.options.version === true;
    if (isVersion || cli.options.help === true || !cli.matchedCommand) {
      if (isVersion) cli.outputVersion();
      else cli.outputHelp();
      return exits.fresh;
    }
  } catch (error) {
    const command = cli.matchedCommandName ? `adjoint ${cli.matchedCommandName}` : "adjoint";
    output.error(`${(error as Error).message} See ${command} --help`);
    return exits.userError;
  }
  try {
    await cli.runMatchedCommand();
  } catch (error) {
    return report(error, root, output);
  }
  return code;
}

async function run(
  models: readonly string[],
  given: Given,
  output: Output,
  cwd: string,
): Promise<number> {
  const check = given.check === true;
  const watch = given.watch === true;
  if (check && watch) throw new UsageError("--check and --watch cannot go together");
  const out = text(given, "out") ?? "generated";
  const target = text(given, "target");
  const instrument = instrumentOf(given);
  const options = {
    check,
    out,
    targets: target === undefined ? targetNames : parseTargets(target),
    whereAble: target === undefined,
    dump: text(given, "dump"),
    cwd,
    ...(given.exact === true && { tiers: ["exact"] as const }),
    ...(given.debug === true && { debug: true }),
    ...(instrument && { instrument }),
    command: mendingCommand(projectRoot(cwd), models, out, target, [
      ...(given.exact === true ? ["--exact"] : []),
      ...(instrument === "nan" ? ["--instrument", "nan"] : []),
      ...(instrument === "profile" ? ["--profile"] : []),
    ]),
  };
  if (watch) return (await import("./watch.ts")).watch(models, options, output);
  return (await (await import("./codegen.ts")).codegen(models, options, output)).code;
}

function text(given: Given, name: string): string | undefined {
  const value = given[name];
  if (value === undefined) return undefined;
  if (Array.isArray(value)) throw new UsageError(`--${name} is given twice`);
  if (value === true || value === "") throw new UsageError(`--${name} needs a value`);
  return String(value);
}

function instrumentOf(given: Given): Instrument | undefined {
  const what = text(given, "instrument");
  if (what !== undefined && what !== "nan")
    throw new UsageError(`There is no instrument ${what}; there is: nan`);
  if (what !== undefined && given.profile === true)
    throw new UsageError("--instrument and --profile cannot go together");
  return what ?? (given.profile === true ? "profile" : undefined);
}

function parseTargets(list: string): string[] {
  const names = list.split(",").map((name) => name.trim());
  for (const name of names) {
    if (targetNames.some((known) => known === name)) continue;
    throw new UsageError(
      `There is no target ${name}${didYouMean(name, targetNames)} Targets: ${targetNames.join(", ")}`,
    );
  }
  return names;
}

/** The command that writes what `--check` looked at. */
function mendingCommand(
  root: string,
  models: readonly string[],
  out: string,
  target: string | undefined,
  flags: readonly string[],
): string {
  const rest = [
    ...models,
    ...(out === "generated" ? [] : ["--out", out]),
    ...(target === undefined ? [] : ["--target", target]),
    ...flags,
  ];
  return codegenCommand(root, rest);
}
