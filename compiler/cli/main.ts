#!/usr/bin/env node
/** The command: `adjoint codegen`, and `npm run codegen` in a project. */

import { readFileSync } from "node:fs";
import { cac } from "cac";
import { closest } from "../diagnostics/suggest.ts";
import { targets as allTargets } from "../targets/index.ts";
import { codegen, exits, type Output, report } from "./codegen.ts";

const packageFile = ["../../package.json", "../../../package.json"].map(
  (p) => new URL(p, import.meta.url),
);

/** The package's own version; the file lies one folder further up in the built package. */
function version(): string {
  for (const file of packageFile) {
    try {
      const { name, version: v } = JSON.parse(readFileSync(file, "utf8")) as {
        name?: string;
        version: string;
      };
      if (name === "adjoint") return v;
    } catch {
      // Try the next place.
    }
  }
  return "unknown";
}

const exitText = `
Exit codes:
  0  done, or everything is fresh
  1  --check found stale files
  2  a mistake in a model or in the command
  3  a fault of the compiler`;

/** Runs the command. @returns the exit code */
export async function main(argv: readonly string[], output: Output): Promise<number> {
  const cli = cac("adjoint");
  let code: number = exits.fresh;
  const options = ["check", "watch", "out", "target", "dump", "help", "version"];
  cli
    .command(
      "codegen [...models]",
      "Generate code for models (all of models/*.ts when none is named)",
    )
    .option("--check", "Write nothing; show what is stale")
    .option("--watch", "Generate again whenever a model file is saved")
    .option("--out <dir>", "Folder for generated code", { default: "generated" })
    .option(
      "--target <names>",
      `Targets besides typescript, separated by commas (${allTargets.map((t) => t.name).join(", ")})`,
    )
    .option("--dump <dir>", "Also write what each step of the compiler made of the models")
    .action(async (models: string[], given: Record<string, unknown>) => {
      const unknown = Object.keys(given).find((key) => key !== "--" && !options.includes(key));
      if (unknown !== undefined) {
        const guess = closest(unknown, options);
        output.error(
          `Unknown option --${unknown}${guess ? `; did you mean --${guess}?` : ""} See adjoint codegen --help`,
        );
        code = exits.userError;
        return;
      }
      const names =
        given.target === undefined
          ? allTargets.map((t) => t.name)
          : String(given.target).split(",");
      const wrong = names.find((name) => !allTargets.some((t) => t.name === name));
      if (wrong !== undefined) {
        const guess = closest(
          wrong,
          allTargets.map((t) => t.name),
        );
        output.error(
          `There is no target ${wrong}${guess ? `; did you mean ${guess}?` : ""} Targets: ${allTargets.map((t) => t.name).join(", ")}`,
        );
        code = exits.userError;
        return;
      }
      const chosen = {
        check: given.check === true,
        watch: given.watch === true,
        out: String(given.out),
        targets: names,
        dump: given.dump === undefined ? undefined : String(given.dump),
        cwd: process.cwd(),
      };
      code = chosen.watch
        ? await (await import("./watch.ts")).watch(models, chosen, output)
        : await codegen(models, chosen, output);
    });
  cli.help((sections) => [...sections, { body: exitText }]);
  cli.version(version());
  try {
    cli.parse(["node", "adjoint", ...argv], { run: false });
    if (cli.options.help === true || cli.options.version === true) return exits.fresh;
    if (!cli.matchedCommand) {
      const [first] = cli.args;
      if (first !== undefined) output.error(`There is no command ${first}.`);
      cli.outputHelp();
      return first === undefined ? exits.fresh : exits.userError;
    }
    await cli.runMatchedCommand();
  } catch (error) {
    if (error instanceof Error && error.name === "CACError") {
      output.error(`${error.message}. See adjoint codegen --help`);
      return exits.userError;
    }
    return report(error, process.cwd(), output);
  }
  return code;
}

const output: Output = {
  log: (text) => console.log(text),
  error: (text) => console.error(text),
  colour: Boolean(process.stderr.isTTY) && !process.env.CI && !process.env.NO_COLOR,
};

process.exitCode = await main(process.argv.slice(2), output);
