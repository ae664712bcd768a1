/** What is measured: a training step with its data and starting parameters, the same for every system. */

/** The formulas of a step; every system writes them in its own way. */
export type Kind = "logistic" | "mlp" | "lenet" | "elman" | "autoencoder";

export interface Values {
  readonly shape: readonly number[];
  readonly values: Float32Array | Int32Array;
}

export interface Workload {
  /** As in results: `W2-20`. */
  readonly name: string;
  /** What it is, for people. */
  readonly title: string;
  readonly kind: Kind;
  /** Examples a step. */
  readonly batch: number;
  /** How many different batches the data has: steps go through them in turn. */
  readonly batches: number;
  readonly rate: number;
  /** Model file of `bench/models`, whose exports are called like the data and the parameters. */
  readonly model: string;
  /** What steps read, whole; a step takes its batch of the first axis. */
  readonly data: Readonly<Record<string, Values>>;
  /** Starting values, in the order of the formulas. */
  readonly parameters: Readonly<Record<string, Values>>;
  /** Too slow for a quick run. */
  readonly slow?: boolean;
}

/** A workload as the processes of the systems read it: arrays are files of raw little-endian values. */
export interface Task extends Omit<Workload, "data" | "parameters" | "title" | "slow"> {
  readonly threads: number;
  readonly data: Readonly<Record<string, Stored>>;
  readonly parameters: Readonly<Record<string, Stored>>;
  /** Folder of the generated code of each model. */
  readonly generated: string;
}

export interface Stored {
  readonly file: string;
  readonly dtype: "float32" | "int32";
  readonly shape: readonly number[];
}
