/** Our own: the generated trainer of a workload's model, on any target that it was generated for. */

import path from "node:path";
import { pathToFileURL } from "node:url";
import type { Task } from "../workload.ts";
import { type Load, type Parameters, type Peer, read } from "./peer.ts";

interface Variable {
  get(options?: { borrow?: boolean }): ArrayLike<number> | Promise<ArrayLike<number>>;
  set(values: Float32Array | Int32Array): void | Promise<void>;
}

/** What every trainer has that is made from `bench/models`; its variables are named as in the task. */
type Trainer = { train(index: number): number | Promise<number> } & Record<string, unknown>;

type Create = (options: { target: string; threads: number }) => Trainer | Promise<Trainer>;

async function create(task: Task, target: string): Promise<Peer> {
  const file = path.join(task.generated, task.model, "index.ts");
  const entry = (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  const make = Object.entries(entry).find(([name]) => name.startsWith("create"))?.[1] as Create;
  const trainer = await make({ target, threads: task.threads });
  for (const [name, stored] of Object.entries({ ...task.data, ...task.parameters }))
    await (trainer[name] as Variable).set(read(stored));
  return {
    step: trainer.train,
    async parameters(): Promise<Parameters> {
      const values: Record<string, Float32Array> = {};
      for (const name of Object.keys(task.parameters))
        values[name] = Float32Array.from(await (trainer[name] as Variable).get());
      return values;
    },
  };
}

export const load: Load = async (system) => {
  const target = system.replace("adjoint-", "");
  return {
    version: `this build, Node ${process.version}`,
    // The reference is plain TypeScript and has one.
    threads: (offered) => (target === "typescript" ? 1 : offered),
    create: (task) => create(task, target),
  };
};
