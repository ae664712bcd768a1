/** The process of a system of JavaScript: `node --import tsx bench/peers/host.ts SYSTEM`, driven by lines of JSON. */

import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import type { Task } from "../workload.ts";
import { type Load, type Peer, Skip } from "./peer.ts";
import type { Failed, Loaded, Memory, Ran, Request, Skipped } from "./protocol.ts";

/** Libraries are loaded only in the process that measures them. */
const loaders: readonly (readonly [prefix: string, load: () => Promise<{ load: Load }>])[] = [
  ["adjoint-", () => import("./adjoint.ts")],
  ["tfjs-", () => import("./tfjs.ts")],
  ["jax-js-", () => import("./jax-js.ts")],
  ["onnxruntime-", () => import("./onnxruntime.ts")],
];

const system = process.argv[2];
/** Standard output belongs to the protocol: what libraries say goes elsewhere. */
console.log = console.error;

let peer: Peer;
let batches = 1;
let before = 0;

async function load(file: string): Promise<Loaded> {
  const loader = loaders.find(([prefix]) => system.startsWith(prefix));
  if (!loader) throw new Error(`there is no system ${system}`);
  const library = await (await loader[1]()).load(system);
  const task = JSON.parse(readFileSync(file, "utf8")) as Task;
  before = process.memoryUsage.rss();
  const start = performance.now();
  peer = await library.create(task);
  batches = task.batches;
  return {
    version: library.version,
    threads: library.threads(task.threads),
    seconds: (performance.now() - start) / 1000,
  };
}

async function run(first: number, steps: number): Promise<Ran> {
  let cost = Number.NaN;
  const cpu = process.cpuUsage();
  const start = performance.now();
  for (let i = 0; i < steps; i++) {
    const answer = peer.step((first + i) % batches);
    // Awaiting a number would cost a turn of the event loop each step.
    cost = typeof answer === "number" ? answer : await answer;
  }
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return { seconds, cpuSeconds: (user + system) / 1e6, cost };
}

async function parameters(folder: string): Promise<{ written: number }> {
  const values = Object.entries(await peer.parameters());
  for (const [name, array] of values) writeFileSync(path.join(folder, name), array);
  return { written: values.length };
}

async function answer(
  request: Request,
): Promise<Loaded | Ran | { written: number } | Memory | Skipped | Failed> {
  try {
    switch (request.command) {
      case "load":
        return await load(request.task);
      case "run":
        return await run(request.first, request.steps);
      case "parameters":
        return await parameters(request.folder);
      case "memory":
        return { before, now: process.memoryUsage.rss() };
    }
  } catch (error) {
    if (error instanceof Skip || (error as Error).name === "UnavailableError")
      return { skipped: (error as Error).message };
    if ((error as NodeJS.ErrnoException).code === "ERR_MODULE_NOT_FOUND")
      return { skipped: "not installed: npm ci --prefix bench/peers" };
    console.error(error);
    return { error: (error as Error).message.split("\n")[0] };
  }
}

for await (const line of createInterface({ input: process.stdin }))
  process.stdout.write(`${JSON.stringify(await answer(JSON.parse(line) as Request))}\n`);
process.exit(0);
