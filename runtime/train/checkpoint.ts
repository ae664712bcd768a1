/**
 * Checkpoints: all that a run needs to go on to the same bits. A safetensors file: every variable of the
 * model that calls change by its name, the best parameters as `best.NAME`, and texts with the rest.
 */

import { readFileSync, renameSync } from "node:fs";
import type { NamedTensor } from "../safetensors.ts";
import { decodeSafetensors, encodeSafetensors, FormatError } from "../safetensors.ts";
import { writeAtomically } from "./atomic.ts";
import type { EarlyStoppingState } from "./early-stopping.ts";
import type { HistoryRow } from "./history.ts";
import type { Parameters } from "./weights.ts";

/** What a run is of. A checkpoint of another one is refused. */
export interface RunIdentity {
  readonly model: string;
  /** The data's name and how many images its parts have. */
  readonly data: string;
  readonly seed: number;
  readonly batchSize: number;
  readonly patience: number;
}

export interface Checkpoint {
  readonly run: RunIdentity;
  readonly target: string;
  /** Whether the run ended by itself: only more epochs would go on. */
  readonly finished: boolean;
  readonly state: Readonly<EarlyStoppingState>;
  readonly history: readonly HistoryRow[];
  /** Seconds so far: of the whole, and of training steps alone. */
  readonly seconds: number;
  readonly trainingSeconds: number;
  readonly variables: ReadonlyMap<string, NamedTensor>;
  /** Parameters of the best model, if one was found. */
  readonly best: ReadonlyMap<string, NamedTensor> | undefined;
}

const format = "adjoint-checkpoint";
const version = "1";
const bestPrefix = "best.";

/** Writes a checkpoint: a process that is killed meanwhile leaves the one before. */
export function saveCheckpoint(file: string, checkpoint: Checkpoint): void {
  const { run, variables, best } = checkpoint;
  const tensors = new Map(variables);
  for (const [name, tensor] of best ?? []) tensors.set(`${bestPrefix}${name}`, tensor);
  const { state, seconds, trainingSeconds, history } = checkpoint;
  const metadata = {
    format,
    version,
    model: run.model,
    data: run.data,
    seed: String(run.seed),
    batchSize: String(run.batchSize),
    patience: String(run.patience),
    target: checkpoint.target,
    finished: String(checkpoint.finished),
    // JSON writes every finite number so that the same bits are read; what is infinite becomes null.
    state: JSON.stringify({ ...state, seconds, trainingSeconds }),
    history: JSON.stringify(
      history.map((row) => [row.iterations, row.cost, row.validation, row.test ?? null]),
    ),
  };
  writeAtomically(file, encodeSafetensors(tensors, metadata));
}

/**
 * Reads a checkpoint.
 *
 * @throws FormatError naming the file: for one that is cut off or damaged, one that is no checkpoint, and
 *   one of another version
 */
export function readCheckpoint(file: string): Checkpoint {
  try {
    return decode(readFileSync(file));
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new FormatError(`${file} is no checkpoint that can be read: ${error.message}`, {
      cause: error,
    });
  }
}

function decode(bytes: Uint8Array): Checkpoint {
  const { tensors, metadata } = decodeSafetensors(bytes);
  if (metadata.format !== format) refuse(`it is not marked as ${format}`);
  if (metadata.version !== version)
    refuse(`it is of version ${metadata.version}, this is ${version}`);
  const count = (name: string): number => {
    const text = metadata[name] ?? "";
    if (!/^\d{1,15}$/.test(text)) refuse(`its ${name} is ${JSON.stringify(text)}`);
    return Number(text);
  };
  const text = (name: string): string => metadata[name] ?? refuse(`it has no ${name}`);
  const run: RunIdentity = {
    model: text("model"),
    data: text("data"),
    seed: count("seed"),
    batchSize: count("batchSize"),
    patience: count("patience"),
  };
  if (!["true", "false"].includes(text("finished"))) refuse("finished is neither true nor false");
  const { state, ...times } = parseState(text("state"));
  const history = parseHistory(text("history"));
  const late = history.some(({ iterations }) => iterations > state.iterations);
  if (late) refuse("its history is longer than its run");
  const variables = new Map<string, NamedTensor>();
  const best = new Map<string, NamedTensor>();
  for (const [name, tensor] of tensors) {
    if (name.startsWith(bestPrefix)) best.set(name.slice(bestPrefix.length), tensor);
    else variables.set(name, tensor);
  }
  if (best.size > 0 !== Number.isFinite(state.bestValidation))
    refuse("the best model and the best validation error do not go together");
  return {
    run,
    target: text("target"),
    finished: metadata.finished === "true",
    state,
    ...times,
    history,
    variables,
    best: best.size > 0 ? best : undefined,
  };
}

function refuse(message: string): never {
  throw new FormatError(message);
}

function parse(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return refuse(`its ${name} is not JSON`);
  }
}

const isCount = (n: unknown): n is number => Number.isSafeInteger(n) && (n as number) >= 0;
const isFiniteNumber = (n: unknown): n is number => typeof n === "number" && Number.isFinite(n);

function parseState(text: string): Pick<Checkpoint, "state" | "seconds" | "trainingSeconds"> {
  const parsed = parse("state", text);
  if (typeof parsed !== "object" || parsed === null) return refuse("its state is no object");
  const given = parsed as Record<string, unknown>;
  const read = (name: string, fits: (n: unknown) => n is number, missing?: number): number => {
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    if (value === null && missing !== undefined) return missing;
    return fits(value) ? value : refuse(`its state has ${name} = ${JSON.stringify(value)}`);
  };
  const state = {
    iterations: read("iterations", isCount),
    patience: read("patience", isFiniteNumber),
    bestValidation: read("bestValidation", isFiniteNumber, Number.POSITIVE_INFINITY),
    bestIteration: read("bestIteration", isCount),
    testError: read("testError", isFiniteNumber, Number.POSITIVE_INFINITY),
    costs: read("costs", isFiniteNumber),
    counted: read("counted", isCount),
  };
  return {
    state,
    seconds: read("seconds", isFiniteNumber),
    trainingSeconds: read("trainingSeconds", isFiniteNumber),
  };
}

function parseHistory(text: string): HistoryRow[] {
  const rows = parse("history", text);
  if (!Array.isArray(rows)) return refuse("its history is no list");
  return rows.map((row: unknown) => {
    const fits =
      Array.isArray(row) &&
      row.length === 4 &&
      isCount(row[0]) &&
      isFiniteNumber(row[1]) &&
      isFiniteNumber(row[2]) &&
      (row[3] === null || isFiniteNumber(row[3]));
    if (!fits) return refuse(`its history has the row ${JSON.stringify(row)}`);
    const [iterations, cost, validation, test] = row as [number, number, number, number | null];
    return { iterations, cost, validation, test: test ?? undefined };
  });
}

/**
 * Whether a checkpoint is of this run.
 *
 * @param seed undefined where the checkpoint's own is meant
 * @throws FormatError that says what differs
 */
export function checkRun(
  file: string,
  { run, variables, best }: Checkpoint,
  own: Omit<RunIdentity, "seed"> & { readonly seed: number | undefined },
  trainer: { readonly variables: Parameters; readonly parameters: Parameters },
): void {
  const no = (what: string): never => {
    throw new FormatError(`${file} does not fit: ${what}`);
  };
  if (run.model !== own.model) no(`it is of the model ${run.model}, not of ${own.model}`);
  if (run.data !== own.data) no(`it was trained on ${run.data}, this is ${own.data}`);
  if (own.seed !== undefined && run.seed !== own.seed)
    no(`it was begun with the seed ${run.seed}, not ${own.seed}`);
  for (const key of ["batchSize", "patience"] as const) {
    if (run[key] !== own[key]) no(`its ${key} is ${run[key]}, the task's is ${own[key]}`);
  }
  compare(variables, trainer.variables, no);
  if (best) compare(best, trainer.parameters, no);
}

function compare(
  tensors: ReadonlyMap<string, NamedTensor>,
  wanted: Parameters,
  no: (what: string) => never,
): void {
  const all = new Set([...tensors.keys(), ...Object.keys(wanted)]);
  for (const name of all) {
    const tensor = tensors.get(name);
    const variable = Object.hasOwn(wanted, name) ? wanted[name] : undefined;
    const text = (v: { dtype: string; shape: readonly number[] } | undefined): string =>
      v ? `${v.dtype}[${v.shape.join(", ")}]` : "nothing";
    if (text(tensor) !== text(variable))
      no(`${name} is ${text(tensor)} in it, and ${text(variable)} in the model`);
  }
}

/** Puts the checkpoint of an unfinished run aside before another one writes over it. @returns where */
export function keepPrevious(file: string): string | undefined {
  try {
    if (readCheckpoint(file).finished) return undefined;
  } catch {
    // None there, or none that could go on.
    return undefined;
  }
  const previous = file.replace(/(\.safetensors)?$/, ".previous.safetensors");
  renameSync(file, previous);
  return previous;
}
