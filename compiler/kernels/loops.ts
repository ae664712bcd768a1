/** Loops and statements: what schedules make of kernels, for targets that have loops. */

import type { Node } from "../graph/node.ts";
import type { Axis, ReduceFn, Scalar } from "./scalar.ts";

type Local = Extract<Scalar, { kind: "local" }>;

export type Statement =
  | {
      readonly kind: "loop";
      readonly axis: Axis;
      readonly step: number;
      readonly body: Statement[];
    }
  /** A variable that is set once. */
  | { readonly kind: "let"; readonly local: Local; readonly value: Scalar }
  /** An accumulator and its start; `position` goes with argmax and argmin. */
  | {
      readonly kind: "declare";
      readonly local: Local;
      readonly fn: ReduceFn;
      readonly best?: Local;
    }
  | {
      readonly kind: "accumulate";
      readonly local: Local;
      readonly fn: ReduceFn;
      readonly value: Scalar;
      /** For argmax and argmin: the best value so far, and the position of this one. */
      readonly best?: Local;
      readonly position?: Scalar;
    }
  | {
      readonly kind: "store";
      readonly into: Node;
      readonly offset: Scalar;
      readonly value: Scalar;
      readonly fn?: "add";
    };

/** A loop nest that is one unit of generated code. */
export interface Nest {
  readonly name: string;
  /** Values that it computes, with the kernel of each, in order. */
  readonly stages: readonly import("./lower.ts").Stage[];
  readonly body: readonly Statement[];
  /** Memory that it reads or writes, in the order of first use. */
  readonly memory: readonly Node[];
  /** Scalars that it needs from before. */
  readonly scalars: readonly Node[];
  /** Named sizes that it needs. */
  readonly sizes: readonly string[];
  /** Scalars that it computes for others: what it returns. */
  readonly results: readonly Node[];
  /** Letters of the axes, for the formula above it. */
  readonly axisNames: ReadonlyMap<Axis, string>;
  /** Counters of the loops around it that it needs. */
  readonly counters: readonly Axis[];
  /** Leading dimensions that values have lost because shared loops fix them. */
  readonly dropped: ReadonlyMap<Node, number>;
}

/** A loop around nests: the steps of a recurrence. */
export interface Repeat {
  readonly kind: "repeat";
  readonly axis: Axis;
  /** Name of its counter. */
  readonly counter: string;
  readonly backwards: boolean;
  readonly body: readonly Call[];
  /** Truth value of the body: the step where it holds is the last one. */
  readonly until: Node | undefined;
  /** Name of the size that is how many steps were made. */
  readonly counts: string | undefined;
}

/** Calls of which only one side is made. */
export interface Choice {
  readonly kind: "choice";
  readonly condition: Node;
  readonly holds: readonly Call[];
  readonly otherwise: readonly Call[];
}

/** What a function does, one after the other. */
export type Call =
  | { readonly kind: "nest"; readonly nest: Nest }
  | Repeat
  | Choice
  | { readonly kind: "size"; readonly name: string; readonly value: Scalar };

/** The calls inside a call. */
export function callsIn(call: Call): readonly Call[] {
  if (call.kind === "repeat") return call.body;
  return call.kind === "choice" ? [...call.holds, ...call.otherwise] : [];
}

/** All nests of calls, in order. */
export function nestsOf(calls: readonly Call[]): Nest[] {
  return calls.flatMap((call) => (call.kind === "nest" ? [call.nest] : nestsOf(callsIn(call))));
}
