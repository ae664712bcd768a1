/**
 * Recurrences: one loop that carries states from step to step, reads an entry of each sequence at each
 * step and collects outputs (Theano's `scan`).
 */

import { fail } from "../diagnostics/error.ts";
import { type NDArray, sizeOf } from "../graph/ndarray.ts";
import { Body, makeNode, type Node } from "../graph/node.ts";
import { type Dim, dimPlus, formatType, sameShape, type TensorType } from "../graph/types.ts";
import { sub } from "./arithmetic.ts";
import { castTo } from "./elementwise.ts";
import { literal } from "./leaf.ts";
import { functional } from "./notation.ts";
import { type AnyOp, op } from "./op.ts";
import { vectorisePart, vectoriseScan } from "./scan.batch.ts";
import { scanPushforward } from "./scan.forward.ts";
import { scanGradient } from "./scan.gradient.ts";
import type { ScanTools } from "./scan.tools.ts";
import { dimshuffle, lengthOf } from "./shape.ts";
import { sliceOp } from "./slicing.ts";

/** How a scan runs; fixed when the model is compiled. */
export type ScanAttrs = {
  /** One step: formals are the entries of sequences, the states before it, and what stays the same. */
  body: Body;
  /** How many steps there are: entries along the leading axis of each result. */
  steps: Dim;
  /** From the last step to the first. */
  backwards: boolean;
  sequences: number;
  states: number;
  /** The last result of the body says whether this step is the last one. */
  until: boolean;
  /** With `until`: at most so many steps. */
  limit: number | undefined;
  /** The last operand says how many steps to make; `steps` is the name of that number. */
  counted: boolean;
  /** The gradient goes back so many steps; all when undefined. */
  truncate: number | undefined;
};

/** A formal symbol of one step and the operand that it stands for. */
export interface Bound {
  readonly formal: Node;
  readonly operand: Node;
}

/** A state: its symbol before the step, its value after it, and the value that it starts with. */
export interface ScanState {
  readonly formal: Node;
  readonly initial: Node;
  readonly result: Node;
}

/** A scan in parts. */
export interface Scan {
  readonly sequences: readonly Bound[];
  readonly states: readonly ScanState[];
  /** What stays the same. */
  readonly invariants: readonly Bound[];
  /** Values of each step that are collected. */
  readonly outputs: readonly Node[];
  readonly steps: Dim;
  readonly backwards?: boolean;
  readonly until?: Node | undefined;
  readonly limit?: number | undefined;
  readonly count?: Node | undefined;
  readonly truncate?: number | undefined;
}

const attrsOf = (node: Node): ScanAttrs => node.attrs as unknown as ScanAttrs;

export const scanOp: AnyOp = op<ScanAttrs>({
  name: "scan",
  cost: 1e6,
  onDevice: {
    refused: "a gpu.js kernel cannot write one entry of an array, nor leave a loop at a step",
  },
  infer: (types, { body, sequences, states, counted }) => {
    const operands = counted ? types.slice(0, -1) : types;
    for (const [i, type] of operands.entries()) {
      const entry = i < sequences ? { ...type, shape: type.shape.slice(1) } : type;
      agree(entry, body.formals[i].type, `operand ${i}`);
      const state = i - sequences;
      if (state >= 0 && state < states)
        agree(body.results[state].type, body.formals[i].type, `state ${state}`);
    }
    // What it computes are its parts; it has no value of its own.
    return { dtype: "float32", shape: [] };
  },
  evaluate: (inputs, attrs, _, run) => {
    const { body, backwards, until, counted, limit } = attrs;
    const sequences = inputs.slice(0, attrs.sequences);
    const states = inputs.slice(attrs.sequences, attrs.sequences + attrs.states);
    const fixed = inputs.slice(attrs.sequences + attrs.states);
    const steps = counted
      ? (inputs.at(-1) as NDArray).data[0]
      : typeof attrs.steps === "number"
        ? attrs.steps
        : (limit ?? sequences[0].shape[0]);
    const history = states.map((state) => [state]);
    const collected: NDArray[][] = body.results.slice(states.length).map(() => []);
    for (let n = 0; n < steps; n++) {
      const t = backwards ? steps - 1 - n : n;
      const values = [...sequences.map((s) => entryOf(s, t)), ...states, ...fixed];
      const results = run(body.results, new Map(body.formals.map((f, i) => [f, values[i]])));
      for (const [i, result] of results.entries()) {
        if (i < states.length) {
          states[i] = result;
          history[i].push(result);
        } else collected[i - states.length].push(result);
      }
      if (until && results.at(-1)?.data[0] !== 0) break;
    }
    const parts = [...history, ...collected].map((entries, i) => {
      const type = body.results[i].type;
      return joined(backwards ? entries.reverse() : entries, type);
    });
    return { dtype: "float32", shape: [], data: new Float64Array(1), parts };
  },
  gradient: { none: "a scan is differentiated as a whole" },
  tuple: {
    makesSize: (node) => attrsOf(node).until || attrsOf(node).counted,
    // Whether a step is the last one is asked behind it: there is one at least.
    sizeRange: (node) => {
      const { limit = Number.POSITIVE_INFINITY, counted } = attrsOf(node);
      return { least: counted ? 0 : Math.min(1, limit), most: limit };
    },
    gradient: (node, cotangents, wanted) => scanGradient(tools, node, cotangents, wanted),
    pushforward: (node, tangents) => scanPushforward(tools, node, tangents),
  },
  vectorise: (operands, _, node) => vectoriseScan(tools, node, operands),
  notation: functional("scan", "\\mathop{\\mathrm{scan}}"),
  samples: [],
});

function agree(a: TensorType, b: TensorType, what: string): void {
  if (a.dtype === b.dtype && sameShape(a.shape, b.shape)) return;
  fail("ADJ9001", `scan: ${what} is ${formatType(a)}, its symbol is ${formatType(b)}`);
}

function entryOf(array: NDArray, t: number): NDArray {
  const shape = array.shape.slice(1);
  const size = sizeOf(shape);
  return { dtype: array.dtype, shape, data: array.data.slice(t * size, (t + 1) * size) };
}

function joined(entries: readonly NDArray[], { dtype, shape }: TensorType): NDArray {
  const inner = entries[0]?.shape ?? (shape as readonly number[]);
  const size = sizeOf(inner);
  const data = new Float64Array(entries.length * size);
  for (const [i, entry] of entries.entries()) data.set(entry.data, i * size);
  return { dtype, shape: [entries.length, ...inner], data };
}

type PartAttrs = { index: number };

/** A state at all times: one entry more than there are steps, for the value it started with. */
export const statesOp: AnyOp = op<PartAttrs>({
  name: "states",
  part: true,
  cost: 0,
  infer: (_types, { index }, [scan]) => {
    const { body, steps } = attrsOf(scan);
    const { dtype, shape } = body.results[index].type;
    return { dtype, shape: [dimPlus(steps, 1), ...shape] };
  },
  evaluate: ([scan], { index }) => scan.parts?.[index] as NDArray,
  gradient: { none: "a scan is differentiated as a whole" },
  vectorise: vectorisePart,
  notation: functional("states", "\\mathop{\\mathrm{states}}", ({ index }) => [String(index)]),
  samples: [],
});

/** An output at all steps. */
export const collectedOp: AnyOp = op<PartAttrs>({
  name: "collected",
  part: true,
  cost: 0,
  infer: (_types, { index }, [scan]) => {
    const { body, steps } = attrsOf(scan);
    const { dtype, shape } = body.results[index].type;
    return { dtype, shape: [steps, ...shape] };
  },
  evaluate: ([scan], { index }) => scan.parts?.[index] as NDArray,
  gradient: { none: "a scan is differentiated as a whole" },
  vectorise: vectorisePart,
  notation: functional("collected", "\\mathop{\\mathrm{collected}}", ({ index }) => [
    String(index),
  ]),
  samples: [],
});

/** A state of which only the value after the last step is wanted. */
export const carryOp: AnyOp = op<PartAttrs & { aside?: boolean }>({
  name: "carry",
  part: true,
  cost: 0,
  infer: (types, { index, aside }, [scan]) =>
    aside ? types[0] : attrsOf(scan).body.results[index].type,
  evaluate: ([scan], { index }) => {
    const all = scan.parts?.[index] as NDArray;
    return entryOf(all, all.shape[0] - 1);
  },
  gradient: { none: "a scan is differentiated as a whole" },
  notation: functional("carry", "\\mathop{\\mathrm{carry}}", ({ index }) => [String(index)]),
  samples: [],
});

/** The scan node of the given parts. */
export function makeScan(scan: Scan): Node {
  const bound = [
    ...scan.sequences,
    ...scan.states.map(({ formal, initial }) => ({ formal, operand: initial })),
    ...scan.invariants,
  ];
  const results = [
    ...scan.states.map((state) => state.result),
    ...scan.outputs,
    ...(scan.until ? [scan.until] : []),
  ];
  const body = new Body(
    bound.map((b) => b.formal),
    results,
  );
  const operands = [...bound.map((b) => b.operand), ...(scan.count ? [scan.count] : [])];
  const attrs: ScanAttrs = {
    body,
    steps: scan.steps,
    backwards: scan.backwards ?? false,
    sequences: scan.sequences.length,
    states: scan.states.length,
    until: scan.until !== undefined,
    limit: scan.limit,
    counted: scan.count !== undefined,
    truncate: scan.truncate,
  };
  return makeNode(scanOp, operands, attrs);
}

/** The parts of a scan node. */
export function openScan(node: Node): Scan {
  const { body, steps, backwards, sequences, states, until, limit, counted, truncate } =
    attrsOf(node);
  const operands = counted ? node.inputs.slice(0, -1) : node.inputs;
  const bound = operands.map((operand, i) => ({ formal: body.formals[i], operand }));
  return {
    sequences: bound.slice(0, sequences),
    states: bound.slice(sequences, sequences + states).map(({ formal, operand }, i) => ({
      formal,
      initial: operand,
      result: body.results[i],
    })),
    invariants: bound.slice(sequences + states),
    outputs: body.results.slice(states, until ? -1 : undefined),
    steps,
    backwards,
    until: until ? body.results.at(-1) : undefined,
    limit,
    count: counted ? node.inputs.at(-1) : undefined,
    truncate,
  };
}

/** Whether a part of a scan is a state, not an output. */
export const isState = (part: Node): boolean =>
  part.op.part === true && (part.attrs.index as number) < attrsOf(part.inputs[0]).states;

/** State `index` at all times, the one it started with included. */
export function statesOf(scan: Node, index: number): Node {
  const node = makeNode(statesOp, [scan], { index });
  const result = attrsOf(scan).body.results[index];
  node.label ??= result.label;
  node.derivative ??= result.derivative;
  return node;
}

/** Output `index` at all steps. */
export function collectedOf(scan: Node, index: number): Node {
  const { states, body } = attrsOf(scan);
  const node = makeNode(collectedOp, [scan], { index: states + index });
  const result = body.results[states + index];
  node.label ??= result.label;
  node.derivative ??= result.derivative;
  return node;
}

/** A run of `length` entries of an axis 0; a named length may be known to be at most a number. */
export function entries(x: Node, start: number, length: Dim, atMost?: number): Node {
  if (start === 0 && x.shape[0] === length) return x;
  const bound = atMost === undefined ? {} : { atMost };
  return makeNode(sliceOp, [x, literal(start, "int32")], { axis: 0, length, step: 1, ...bound });
}

/** State `index` after each step. */
export function afterSteps(scan: Node, index: number): Node {
  const { steps, backwards } = attrsOf(scan);
  return entries(statesOf(scan, index), backwards ? 0 : 1, steps);
}

/** State `index` before each step. */
export function beforeSteps(scan: Node, index: number): Node {
  const { steps, backwards } = attrsOf(scan);
  return entries(statesOf(scan, index), backwards ? 1 : 0, steps);
}

/** State `index` after the last step. */
export function afterLast(scan: Node, index: number): Node {
  return entryAt(statesOf(scan, index), attrsOf(scan).backwards ? "first" : "last");
}

/** The first or last entry of axis 0. */
export function entryAt(x: Node, which: "first" | "last"): Node {
  const start = which === "first" ? literal(0, "int32") : castTo(sub(lengthOf(x, 0), 1), "int32");
  const known = typeof x.shape[0] === "number" && which === "last";
  const place = known ? literal((x.shape[0] as number) - 1, "int32") : start;
  const row = makeNode(sliceOp, [x, place], { axis: 0, length: 1, step: 1 });
  return dimshuffle(
    row,
    x.shape.slice(1).map((_, i) => i + 1),
  );
}

const tools: ScanTools = {
  make: makeScan,
  open: openScan,
  states: statesOf,
  collected: collectedOf,
  after: afterSteps,
  before: beforeSteps,
  entries,
  entryAt,
};
