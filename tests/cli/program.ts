/** The command as a process. */

import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Ran } from "./project.ts";

const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
const main = fileURLToPath(new URL("../../compiler/cli/main.ts", import.meta.url));

/** Arguments for Node that run `adjoint ARGV`, from any folder. */
export function program(...argv: string[]): string[] {
  return [`--import=${tsx}`, "--conditions=source", main, ...argv];
}

/** Runs `adjoint ARGV` to its end. */
export function runProgram(
  cwd: string,
  env: Readonly<Record<string, string>>,
  ...argv: string[]
): Ran {
  const { status, stdout, stderr } = spawnSync(process.execPath, program(...argv), {
    cwd,
    env: { ...process.env, ...env },
    encoding: "utf8",
  });
  return { code: status ?? -1, log: stdout, error: stderr };
}
