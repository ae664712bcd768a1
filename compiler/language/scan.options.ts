/** What `scan` takes, what its step returns, and what of it is none. */

import { fail } from "../diagnostics/error.ts";
import { isNode } from "../graph/node.ts";
import type { Dim } from "../graph/types.ts";
import { checkValue, said } from "./arguments.ts";
import { checkOptionNames } from "./options.ts";
import { checkDims } from "./symbols.ts";
import type { Operand, Tensor } from "./types.ts";

/** A sequence, or one of which each step reads entries around its own: `{ input: x, taps: [-1, 0, 1] }`. */
export type Sequence = Operand | { readonly input: Operand; readonly taps?: readonly number[] };

/**
 * How an output starts: its value before the first step, or with `taps` – `[-1, -2]` – as many values as
 * the step looks back, the oldest first. Without an initial value (`null`) a step does not see it.
 */
export type OutputInfo =
  | Operand
  | null
  | undefined
  | { readonly initial: Operand; readonly taps?: readonly number[] };

/** Pairs of a shared variable and its new value. */
export type ScanUpdates = readonly (readonly [Tensor | number, Operand])[];

/** What a step returns: an output, several, or a record that can also hold updates and `until`. */
export type StepResult =
  | Operand
  | readonly Operand[]
  | {
      readonly outputs?: Operand | readonly Operand[];
      /** New values of shared variables: the next step sees them. */
      readonly updates?: ScanUpdates;
      /** Stops after the step where it is true. A row by its number, `at(h, 3)`, is NaN where the steps did not reach it. */
      readonly until?: Operand;
    };

export interface ScanOptions {
  /** One step. It is given entries of the sequences, earlier outputs, and the non-sequences, in this order. */
  // biome-ignore lint/suspicious/noExplicitAny: a step names its own parameters
  readonly fn: (...values: any[]) => StepResult;
  /** Tensors whose axis 0 is walked along. */
  readonly sequences?: Sequence | readonly Sequence[];
  /** One entry an output of `fn`: how it starts. */
  readonly outputsInfo?: OutputInfo | readonly OutputInfo[];
  /** Values that are the same at each step; those that `fn` mentions need not be listed. */
  readonly nonSequences?: Operand | readonly Operand[];
  /** How many steps: a number, a named size, or an integer scalar. The length of the sequences if left out. */
  readonly nSteps?: Dim | Tensor;
  /** Walks from the last entry of the sequences to the first. */
  readonly goBackwards?: boolean;
  /** The gradient goes back so many steps; −1 or left out: all. */
  readonly truncateGradient?: number;
  /** A name for what the loop computes. */
  readonly name?: string;
}

/** The outputs at all steps along a new axis 0 (one bare, several as a list), and updates for `fn`. */
export type ScanResult = [outputs: Tensor & Tensor[], updates: [Tensor, Tensor][]];

export const many = <T>(value: T | readonly T[] | null | undefined): readonly T[] =>
  value === undefined || value === null
    ? []
    : Array.isArray(value)
      ? (value as readonly T[])
      : [value as T];

const optionNames: readonly (keyof ScanOptions)[] = [
  "fn",
  "sequences",
  "outputsInfo",
  "nonSequences",
  "nSteps",
  "goBackwards",
  "truncateGradient",
  "name",
];

const usual =
  "scan({ fn, sequences, outputsInfo, nSteps: 10, goBackwards: true, truncateGradient: 5 })";

/** @throws ADJ1008 for settings that are none */
export function checkSettings(options: ScanOptions): void {
  checkOptionNames("scan", options, optionNames);
  const { nSteps, truncateGradient, goBackwards, name } = options;
  const wrong = (option: string, value: unknown, is: string): never =>
    fail("ADJ1008", `scan: ${option} is ${is}, got ${said(value)}`, { hint: usual });
  if (typeof nSteps === "string") checkDims([nSteps], "scan: nSteps");
  else if (nSteps !== undefined && !isNode(nSteps) && !(Number.isInteger(nSteps) && nSteps >= 0))
    wrong("nSteps", nSteps, "a whole number, a named size or an integer scalar");
  if (
    truncateGradient !== undefined &&
    !(Number.isInteger(truncateGradient) && truncateGradient >= -1)
  )
    wrong("truncateGradient", truncateGradient, "a whole number, or −1 for all steps");
  checkValue("scan", "goBackwards", goBackwards, usual);
  if (name !== undefined && typeof name !== "string") wrong("name", name, "a name");
}

/** @throws ADJ1008 unless taps are whole numbers up to the last */
export function checkTaps(
  taps: readonly number[],
  what: string,
  last = Number.POSITIVE_INFINITY,
): void {
  if (!Array.isArray(taps) || !taps.every((tap) => Number.isInteger(tap) && tap <= last))
    fail("ADJ1008", `scan: taps of ${what}, got ${said(taps)}`, { hint: "taps: [-2, -1]" });
}

/** The parts of what a step returns. @throws ADJ1008 for others */
export function readStep(result: StepResult): {
  outputs: readonly Operand[];
  updates: ScanUpdates;
  until: Operand | undefined;
} {
  if (isNode(result) || typeof result !== "object")
    return { outputs: [result as Operand], updates: [], until: undefined };
  if (Array.isArray(result) || ArrayBuffer.isView(result))
    return { outputs: result as readonly Operand[], updates: [], until: undefined };
  if (result === null) return { outputs: [], updates: [], until: undefined };
  checkOptionNames("scan: what fn returns", result, ["outputs", "updates", "until"]);
  const { outputs, updates, until } = result as Exclude<StepResult, Operand | readonly Operand[]>;
  if (updates !== undefined && !(Array.isArray(updates) && updates.every(Array.isArray)))
    fail("ADJ1008", "scan: updates are a list of pairs [variable, new value]", {
      hint: "updates: [[W, W + 1]]",
    });
  if (until !== undefined && !isNode(until))
    fail("ADJ1008", `scan: until is ${said(until)} at each step, whatever the step computes`, {
      hint: "until: error < 1e-6",
    });
  return { outputs: many(outputs), updates: (updates as ScanUpdates | undefined) ?? [], until };
}
