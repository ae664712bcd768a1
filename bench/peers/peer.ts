/** What a system of JavaScript implements. */

import { readFileSync } from "node:fs";
import type { Stored, Task } from "../workload.ts";

/** A trainer of one task. */
export interface Peer {
  /** Trains on a batch: forward, gradients, updates. Gives the cost before the update. */
  step(batch: number): number | Promise<number>;
  /** Parameters as they are now, by their names. */
  parameters(): Parameters | Promise<Parameters>;
}

export type Parameters = Readonly<Record<string, Float32Array>>;

export interface Library {
  /** Name and version. */
  readonly version: string;
  /** Threads that it will use when it is offered so many. */
  threads(offered: number): number;
  create(task: Task): Peer | Promise<Peer>;
}

/** Loads a library; `system` tells its variants apart. */
export type Load = (system: string) => Promise<Library>;

/** Thrown for what a system does not have: its row is left out with this reason. */
export class Skip extends Error {}

export function read(stored: Stored): Float32Array | Int32Array {
  const bytes = readFileSync(stored.file);
  const Type = stored.dtype === "float32" ? Float32Array : Int32Array;
  return new Type(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4).slice();
}

export const readFloats = (stored: Stored): Float32Array => read(stored) as Float32Array;
export const readInts = (stored: Stored): Int32Array => read(stored) as Int32Array;

/** `version` of an installed package, from this folder. */
export function versionOf(name: string): string {
  const file = new URL(`./node_modules/${name}/package.json`, import.meta.url);
  return `${name} ${(JSON.parse(readFileSync(file, "utf8")) as { version: string }).version}`;
}
