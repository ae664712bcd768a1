/** A process of a system, as the bench sees it: questions and answers, each with a limit of time. */

import { type ChildProcess, spawn } from "node:child_process";
import { createInterface, type Interface } from "node:readline";
import type { Failed, Loaded, Memory, Ran, Request, Skipped } from "./peers/protocol.ts";
import { environment, type System } from "./systems.ts";

/** The system is left out, for a reason that is no failure. */
export class LeftOut extends Error {}

export class Connection {
  readonly system: System;
  readonly #process: ChildProcess;
  readonly #lines: Interface;
  #stderr = "";
  #settle: ((line: string) => void) | undefined;
  #refuse: ((reason: Error) => void) | undefined;

  constructor(system: System, threads: number) {
    this.system = system;
    this.#process = spawn(system.command, system.arguments, {
      stdio: ["pipe", "pipe", "pipe"],
      env: environment(threads),
    });
    this.#process.stderr?.on("data", (data) => {
      this.#stderr = (this.#stderr + String(data)).slice(-4000);
    });
    this.#process.on("error", (error: NodeJS.ErrnoException) =>
      this.#refuse?.(
        error.code === "ENOENT" ? new LeftOut(`there is no ${system.command}`) : error,
      ),
    );
    this.#process.stdin?.on("error", (error) => this.#refuse?.(error));
    this.#process.on("exit", (code, signal) =>
      this.#refuse?.(new Error(`its process ended with ${signal ?? code}`)),
    );
    this.#lines = createInterface({ input: this.#process.stdout as NodeJS.ReadableStream });
    this.#lines.on("line", (line) => this.#settle?.(line));
  }

  /** What it said beside the protocol, at last. */
  get said(): string {
    return this.#stderr.trim();
  }

  load(task: string, seconds: number): Promise<Loaded> {
    return this.#ask({ command: "load", task }, seconds);
  }

  run(first: number, steps: number, seconds: number): Promise<Ran> {
    return this.#ask({ command: "run", first, steps }, seconds);
  }

  parameters(folder: string): Promise<{ written: number }> {
    return this.#ask({ command: "parameters", folder }, 60);
  }

  memory(): Promise<Memory> {
    return this.#ask({ command: "memory" }, 60);
  }

  end(): void {
    this.#refuse = undefined;
    this.#lines.close();
    this.#process.kill();
  }

  /** @throws LeftOut when the system says why it cannot, or takes longer than `seconds` */
  async #ask<Answer>(request: Request, seconds: number): Promise<Answer> {
    const line = await new Promise<string>((settle, refuse) => {
      const timer = setTimeout(
        () => refuse(new LeftOut(`it took longer than ${seconds} s to ${request.command}`)),
        1000 * seconds,
      );
      const then =
        <T>(f: (value: T) => void) =>
        (value: T) => {
          clearTimeout(timer);
          this.#settle = undefined;
          this.#refuse = undefined;
          f(value);
        };
      this.#settle = then(settle);
      this.#refuse = then(refuse);
      this.#process.stdin?.write(`${JSON.stringify(request)}\n`);
    });
    const answer = JSON.parse(line) as Answer | Skipped | Failed;
    if (typeof answer === "object" && answer !== null) {
      if ("skipped" in answer) throw new LeftOut(answer.skipped);
      if ("error" in answer) throw new Error(answer.error);
    }
    return answer as Answer;
  }
}
