/** One workload from start to end: systems are started, their work compared, their rates measured. */

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Connection, LeftOut } from "./connection.ts";
import { compare, type Parameters } from "./equal.ts";
import { generated } from "./folders.ts";
import { measure, type Rates } from "./measure.ts";
import type { System } from "./systems.ts";
import type { Stored, Task, Values, Workload } from "./workload.ts";

export interface RunOptions {
  readonly threads: number;
  /** How long rates are measured. */
  readonly seconds: number;
  /** Turns that even the slowest system has. */
  readonly turns: number;
  /** A system is left out when ten steps would take it longer, in seconds. */
  readonly patience: number;
  readonly log: (line: string) => void;
}

/** A system that did the same work as the others, and what was measured of it. */
export interface Row {
  readonly system: System;
  readonly version: string;
  readonly threads: number;
  readonly rates: Rates;
  /** Seconds from the data to the end of the first step: making the trainer, compiling. */
  readonly start: number;
  /** Bytes that the process grew by, data included. */
  readonly memory: number;
}

export interface Outcome {
  readonly rows: readonly Row[];
  /** Whether a system did other work or broke down. */
  readonly hasFailed: boolean;
}

/** Steps after which parameters are compared. */
const steps = 10;
/** Longest time to load a library and the data. */
const loadLimit = 120;

/** A system that runs. */
interface Entry {
  readonly connection: Connection;
  readonly version: string;
  readonly threads: number;
  start: number;
  perStep: number;
  cost: number;
}

export async function run(
  workload: Workload,
  systems: readonly System[],
  options: RunOptions,
): Promise<Outcome> {
  const folder = mkdtempSync(path.join(tmpdir(), "adjoint-bench-"));
  const connections = systems.map((system) => new Connection(system, options.threads));
  const end = (): void => {
    for (const connection of connections) connection.end();
    rmSync(folder, { recursive: true, force: true });
  };
  // Also when the bench is interrupted.
  process.once("exit", end);
  try {
    const task = writeTask(folder, workload, options.threads);
    return await compareAndMeasure(workload, connections, { ...options, folder, task });
  } finally {
    process.off("exit", end);
    end();
  }
}

function writeTask(folder: string, workload: Workload, threads: number): string {
  const store = (values: Readonly<Record<string, Values>>): Record<string, Stored> =>
    Object.fromEntries(
      Object.entries(values).map(([name, { shape, values }]) => {
        const file = path.join(folder, name);
        writeFileSync(file, values);
        return [
          name,
          { file, shape, dtype: values instanceof Float32Array ? "float32" : "int32" },
        ] as const;
      }),
    );
  const { title, slow, ...same } = workload;
  const task: Task = {
    ...same,
    threads,
    generated,
    data: store(workload.data),
    parameters: store(workload.parameters),
  };
  const file = path.join(folder, "task.json");
  writeFileSync(file, JSON.stringify(task));
  return file;
}

async function compareAndMeasure(
  workload: Workload,
  connections: readonly Connection[],
  options: RunOptions & { readonly folder: string; readonly task: string },
): Promise<Outcome> {
  const { log } = options;
  let hasFailed = false;
  /** Leaves a system out, and says why. */
  const attempt = async <T>(connection: Connection, work: () => Promise<T>) => {
    try {
      return await work();
    } catch (error) {
      const { name } = connection.system;
      const { message } = error as Error;
      if (error instanceof LeftOut) log(`  skipped ${name}: ${message}`);
      else {
        hasFailed = true;
        log(`  failed ${name}: ${message}\n${connection.said}`);
      }
      connection.end();
      return undefined;
    }
  };

  const loaded = await Promise.all(
    connections.map((connection) =>
      attempt(connection, async (): Promise<Entry> => {
        const { version, threads, seconds } = await connection.load(options.task, loadLimit);
        return { connection, version, threads, start: seconds, perStep: 0, cost: Number.NaN };
      }),
    ),
  );

  const equal: Entry[] = [];
  let reference: { name: string; parameters: Parameters; cost: number } | undefined;
  for (const entry of loaded) {
    if (!entry) continue;
    const { connection } = entry;
    const parameters = await attempt(connection, () => takeSteps(entry, workload, options));
    if (!parameters) continue;
    const { name } = connection.system;
    if (!reference) {
      reference = { name, parameters, cost: entry.cost };
      equal.push(entry);
      continue;
    }
    const {
      equal: same,
      difference,
      reason,
    } = compare(workload.parameters, reference, {
      parameters,
      cost: entry.cost,
    });
    if (same) {
      log(
        `  ${name}: equal to ${reference.name} after ${steps} steps (${difference.toExponential(1)})`,
      );
      equal.push(entry);
    } else {
      hasFailed = true;
      log(`  refused ${name}: not the work of ${reference.name}: ${reason}`);
      connection.end();
    }
  }

  const rates = await measure(
    new Map(equal.map((entry) => [entry.connection, entry])),
    workload.batch,
    options.seconds,
    options.turns,
  );
  const rows: Row[] = [];
  for (const { connection, version, threads, start } of equal) {
    const { before, now } = await connection.memory();
    rows.push({
      system: connection.system,
      version,
      threads,
      rates: rates.get(connection) as Rates,
      start,
      memory: now - before,
    });
  }
  return { rows, hasFailed };
}

/** The steps that are compared; sets how long one takes. */
async function takeSteps(
  entry: Entry,
  workload: Workload,
  { folder, patience }: RunOptions & { readonly folder: string },
): Promise<Parameters> {
  const { connection } = entry;
  // The first compiles, where a system compiles late.
  const limit = connection.system.isSlowToStart ? 300 : Math.max(20, 2 * patience);
  entry.start += (await connection.run(0, 1, limit)).seconds;
  const second = await connection.run(1, 1, limit);
  const expected = (steps - 2) * second.seconds;
  if (expected > patience) throw new LeftOut(`a step takes ${second.seconds.toFixed(1)} s`);
  const rest = await connection.run(2, steps - 2, Math.max(60, 10 * expected));
  entry.perStep = rest.seconds / (steps - 2);
  entry.cost = rest.cost;
  const own = path.join(folder, connection.system.name);
  mkdirSync(own);
  await connection.parameters(own);
  return new Map(
    Object.keys(workload.parameters).map((name) => {
      const bytes = readFileSync(path.join(own, name));
      return [name, new Float32Array(new Uint8Array(bytes).buffer)];
    }),
  );
}
