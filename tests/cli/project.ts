/** Small projects in temporary folders, and the command run in them. */

import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type CodegenOptions, codegen } from "../../compiler/cli/codegen.ts";
import { main } from "../../compiler/cli/command.ts";
import { targetNames } from "../../compiler/targets/names.ts";

/** A model of two lines that compiles fast. */
export const line = `import { fn, grad, mean, shared, vector } from "adjoint";
const x = vector("points"), y = vector("points");
export const slope = shared(0);
const cost = mean((x * slope - y) ** 2);
export const train = fn([x, y], cost, { updates: [[slope, slope - 0.1 * grad(cost, slope)]] });
`;

/** The same with a mistake: the cost is not a scalar. */
export const wrong = line.replace("mean((x * slope - y) ** 2)", "(x * slope - y) ** 2");

export interface Ran {
  readonly code: number;
  readonly log: string;
  readonly error: string;
}

export class Project {
  readonly root = realpathSync(mkdtempSync(path.join(tmpdir(), "adjoint-cli-")));

  constructor(files: Readonly<Record<string, string>> = { "models/line.ts": line }) {
    this.write("package.json", "{}");
    for (const [file, text] of Object.entries(files)) this.write(file, text);
  }

  path(file: string): string {
    return path.join(this.root, file);
  }

  write(file: string, text: string): void {
    mkdirSync(path.dirname(this.path(file)), { recursive: true });
    writeFileSync(this.path(file), text);
  }

  read(file: string): string {
    return readFileSync(this.path(file), "utf8");
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  /** All files under a folder with their texts. */
  texts(folder = "generated"): Record<string, string> {
    return Object.fromEntries(this.list(folder).map((file) => [file, this.read(file)]));
  }

  /** When each file was written. */
  times(folder = "generated"): Record<string, number> {
    return Object.fromEntries(
      this.list(folder).map((file) => [file, statSync(this.path(file)).mtimeMs]),
    );
  }

  list(folder: string): string[] {
    return readdirSync(this.path(folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) =>
        path.relative(this.root, path.join(entry.parentPath, entry.name)).split(path.sep).join("/"),
      )
      .sort();
  }

  /** Runs codegen in this process. */
  async codegen(
    models: readonly string[] = [],
    options: Partial<CodegenOptions> = {},
  ): Promise<Ran> {
    const said = { log: [] as string[], error: [] as string[] };
    const { code } = await codegen(
      models,
      {
        check: false,
        out: "generated",
        targets: targetNames,
        dump: undefined,
        cwd: this.root,
        ...options,
      },
      {
        log: (text) => said.log.push(text),
        error: (text) => said.error.push(text),
        colour: false,
      },
    );
    return { code, log: said.log.join("\n"), error: said.error.join("\n") };
  }
}

/** Runs the command in this process. */
export async function run(cwd: string, ...argv: string[]): Promise<Ran> {
  const said = { log: "", error: "" };
  const code = await main(
    argv,
    {
      log: (text) => {
        said.log += `${text}\n`;
      },
      error: (text) => {
        said.error += `${text}\n`;
      },
      colour: false,
    },
    cwd,
  );
  return { code, ...said };
}
