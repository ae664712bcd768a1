/** The command as a process. */

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Ran } from "./project.ts";

const start = fileURLToPath(new URL("../../scripts/adjoint.mjs", import.meta.url));

/** Arguments for Node that run `adjoint ARGV`, from any folder. */
export function program(...argv: string[]): string[] {
  return [start, ...argv];
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
