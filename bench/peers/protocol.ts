/**
 * How the bench speaks with the process of a system: a line of JSON each way, over standard input and output.
 * Arrays travel as files of raw values. A system measures its own steps, so the way there costs nothing.
 */

export type Request =
  /** Makes a trainer for the task in this file. */
  | { readonly command: "load"; readonly task: string }
  /** Trains on batches first, first + 1, … of the task. */
  | { readonly command: "run"; readonly first: number; readonly steps: number }
  /** Writes each parameter as float32 to `folder/name`. */
  | { readonly command: "parameters"; readonly folder: string }
  | { readonly command: "memory" };

export interface Loaded {
  /** Name and version of the library, and what it computes with where it says so. */
  readonly version: string;
  /** Threads that it uses. */
  readonly threads: number;
  /** Time to load the data and make the trainer, in seconds; compiling at the first step is not in it. */
  readonly seconds: number;
}

export interface Ran {
  readonly seconds: number;
  /** Seconds of all its threads together: whether it keeps to the threads that it was offered. */
  readonly cpuSeconds: number;
  /** Cost of the last step, before its update. */
  readonly cost: number;
}

export interface Memory {
  /** Resident bytes of the process before data were loaded, and now. */
  readonly before: number;
  readonly now: number;
}

/** The system cannot run this here, for a reason that is no failure. */
export interface Skipped {
  readonly skipped: string;
}

export interface Failed {
  readonly error: string;
}
