/** `scan`, and what can be said shorter with it: recurrences as a model file writes them. */

import { collecting, fail } from "../diagnostics/error.ts";
import { currentScope } from "../graph/context.ts";
import { isNode, isPoison, type Node, poison } from "../graph/node.ts";
import { substitute } from "../graph/substitute.ts";
import { type Dim, formatShape, formatType, isFloat, sameShape } from "../graph/types.ts";
import { add } from "../ops/arithmetic.ts";
import { arange } from "../ops/creation.ts";
import { castTo } from "../ops/elementwise.ts";
import { at, span } from "../ops/indexing.ts";
import { asNode, literal, noteList, symbol } from "../ops/leaf.ts";
import {
  afterLast,
  afterSteps,
  collectedOf,
  entries,
  makeScan,
  type ScanState,
} from "../ops/scan.ts";
import { broadcastTo, lengthOf } from "../ops/shape.ts";
import { insideLoop, LoopStep } from "../ops/streams.ts";
import { captured } from "../scan/close.ts";
import {
  checkSettings,
  checkTaps,
  many,
  type OutputInfo,
  readStep,
  type ScanOptions,
  type ScanResult,
  type Sequence,
  type StepResult,
} from "./scan.options.ts";
import { sharedInfo } from "./shared.ts";
import { signed } from "./signature.ts";
import type { Operand, Tensor } from "./types.ts";

/**
 * A recurrence (Theano's `scan`): `const [h] = scan({ fn: (x, h) => tanh(dot(x, U) + dot(h, W)), sequences: xs, outputsInfo: h0 })`.
 * It is compiled to one loop, and its gradient to one loop back.
 *
 * @throws ADJ1003 when a step makes a value of another shape than the one it was given, ADJ1008 for
 *   sequences of different lengths or when the number of steps is not known
 */
export function scan(options: ScanOptions): ScanResult {
  const refused = (node = poison()): ScanResult => [node as unknown as Tensor & Tensor[], []];
  const spoilt = operandsOf(options).find(isPoison);
  // What follows from an earlier mistake is none.
  if (spoilt) return refused(spoilt);
  const name = options?.name ?? currentScope().at(-1) ?? "h";
  return noteList(
    collecting(
      () => new Tracer(options).trace(),
      () => refused(),
    ),
    "scan returns a list, its outputs and its updates, which is no value itself",
    `const [${name}] = scan(…)`,
  );
}

/** Symbols among the settings of a scan. */
function operandsOf(options: ScanOptions | undefined): Node[] {
  const { sequences, outputsInfo, nonSequences, nSteps } = (options ?? {}) as Partial<ScanOptions>;
  return [sequences, outputsInfo, nonSequences, nSteps]
    .flatMap((given) => many<unknown>(given))
    .flatMap((given) => {
      const { input = given, initial = input } = (isNode(given) ? {} : (given ?? {})) as {
        input?: unknown;
        initial?: unknown;
      };
      return isNode(initial) ? [initial] : [];
    });
}

/** Names of a function's parameters, for what stands in for them. */
function parameterNames(f: unknown): string[] {
  const text = String(f);
  const list = /^[^(=]*\(([^)]*)\)/.exec(text)?.[1] ?? /^\s*(\w+)\s*=>/.exec(text)?.[1] ?? "";
  return list.split(",").map((name) => /^\s*([A-Za-z_$][\w$]*)\s*$/.exec(name)?.[1] ?? "");
}

interface Recurrence {
  readonly initial: Node;
  /** How far the step looks back, each a positive number. */
  readonly taps: readonly number[];
  /** One formal a value of the past: [0] is the last one. */
  readonly formals: readonly Node[];
}

class Tracer {
  readonly #options: ScanOptions;
  readonly #name: string;

  constructor(options: ScanOptions) {
    if (typeof options !== "object" || typeof options.fn !== "function")
      fail("ADJ1008", "scan takes a record with fn, the function of one step", {
        hint: "const [h] = scan({ fn: (x, h) => tanh(x + h), sequences: xs, outputsInfo: h0 })",
      });
    checkSettings(options);
    this.#options = options;
    this.#name = options.name ?? currentScope().at(-1) ?? "scan";
  }

  trace(): ScanResult {
    const { fn, nonSequences, truncateGradient } = this.#options;
    const { sequences, steps, count } = this.#sequences();
    const recurrences = this.#recurrences();
    const fixed = many(nonSequences).map((x) => asNode(x));
    const values = [
      ...sequences.map((s) => s.formal),
      ...recurrences.flatMap((r) => (r ? r.taps.map((tap) => r.formals[tap - 1]) : [])),
      ...fixed,
    ];
    const names = parameterNames(fn);
    for (const [i, value] of values.slice(0, values.length - fixed.length).entries())
      if (names[i]) value.label = { name: names[i], scope: [this.#name] };
    const loop = new LoopStep(() => this.#length(steps, count));
    const result = insideLoop(loop, () => fn(...values));
    for (const given of [result, this.#options]) forgetWords(given);
    const step = readStep(result);
    const outputs = step.outputs.map((x, i) => this.#agree(asNode(x), recurrences[i], i));
    const spoilt = [...outputs, ...values].find((n) => n.op.name === "error");
    if (spoilt) return [spoilt as unknown as Tensor & Tensor[], []];
    if (recurrences.length > outputs.length) {
      fail(
        "ADJ1008",
        `scan: outputsInfo has ${recurrences.length} entries, but fn returns ${outputs.length}`,
      );
    }
    const updated = step.updates.map(([target, value]) => {
      const variable = asNode(target);
      if (!sharedInfo(variable)) fail("ADJ3007", "scan: an update is of a shared variable");
      const formal = symbol(variable.type.dtype, variable.shape);
      formal.label = variable.label;
      return { variable, formal, value: castTo(asNode(value), variable.type.dtype) };
    });
    const states: ScanState[] = [];
    const places: { kind: "state" | "output"; index: number }[] = [];
    const collected: Node[] = [];
    for (const [i, result] of outputs.entries()) {
      const recurrence = recurrences[i];
      if (!recurrence) {
        places.push({ kind: "output", index: collected.length });
        collected.push(result);
        continue;
      }
      places.push({ kind: "state", index: states.length });
      for (const [back, formal] of recurrence.formals.entries()) {
        states.push({
          formal,
          initial: pastValue(recurrence, back),
          result: back === 0 ? result : recurrence.formals[back - 1],
        });
      }
    }
    for (const { variable, formal, value } of updated)
      states.push({ formal, initial: variable, result: value });
    const updatedFrom = states.length - updated.length;
    const until = step.until === undefined ? undefined : castTo(asNode(step.until), "bool");
    if (loop.used && count)
      states.push({
        formal: loop.used,
        initial: literal(0, "int32"),
        result: add(loop.used, literal(1, "int32")),
      });
    else if (loop.used)
      sequences.push({ formal: loop.used, operand: arange(until ? this.#limit(steps) : steps) });
    const shared = new Map(updated.map((u) => [u.variable, u.formal]));
    const results = substitute(
      [...states.map((s) => s.result), ...collected, ...(until ? [until] : [])],
      shared,
    ).roots;
    const formals = [...sequences, ...states].map((b) => b.formal);
    const closed = captured(results, formals);
    const node = makeScan({
      sequences,
      states: states.map((s, i) => ({ ...s, result: closed.results[i] })),
      invariants: closed.invariants,
      outputs: closed.results.slice(states.length, states.length + collected.length),
      until: until && closed.results.at(-1),
      steps: until ? `${this.#name}_steps` : steps,
      limit: until ? this.#limit(steps) : undefined,
      count,
      truncate:
        truncateGradient !== undefined && truncateGradient >= 0 ? truncateGradient : undefined,
    });
    const all = places.map(({ kind, index }) =>
      kind === "state" ? afterSteps(node, index) : collectedOf(node, index),
    );
    return [
      (all.length === 1 ? all[0] : all) as unknown as Tensor & Tensor[],
      updated.map(({ variable }, i) => [variable, afterLast(node, updatedFrom + i)]) as unknown as [
        Tensor,
        Tensor,
      ][],
    ];
  }

  /** How many steps there are, or can be. */
  #length(steps: Dim, count: Node | undefined): Node {
    if (count) return castTo(count, "int32");
    return lengthOf(broadcastTo(literal(0, "int32"), [steps]), 0);
  }

  #limit(steps: Dim): number {
    if (typeof steps === "number") return steps;
    return fail("ADJ1008", "scan: with until, nSteps is the largest number of steps", {
      hint: "nSteps: 1000",
    });
  }

  /** Formals for entries of the sequences; how many steps they make. */
  #sequences(): {
    sequences: { formal: Node; operand: Node }[];
    steps: Dim;
    count: Node | undefined;
  } {
    const { sequences, nSteps, goBackwards } = this.#options;
    const read = many(sequences as readonly Sequence[]).map((s) => {
      const given = isNode(s) || typeof s !== "object" || !("input" in s) ? { input: s } : s;
      const input = asNode(given.input as Operand);
      const taps = ("taps" in given && given.taps) || [0];
      checkTaps(taps, "a sequence are whole numbers: −1 is the entry before");
      if (input.shape.length === 0) fail("ADJ1004", "scan: a sequence has an axis to walk along");
      return { input, taps };
    });
    const lengths = read.map(({ input, taps }) => {
      const lost = Math.max(0, ...taps) - Math.min(0, ...taps);
      const [dim] = input.shape;
      return typeof dim === "number" ? dim - lost : lost === 0 ? dim : `${dim}-${lost}`;
    });
    const count = isNode(nSteps) ? nSteps : undefined;
    let steps: Dim | undefined = count ? `${this.#name}_steps` : (nSteps as Dim | undefined);
    if (count && (isFloat(count.type.dtype) || count.shape.length > 0))
      fail("ADJ1008", `scan: nSteps is ${formatType(count.type)}, not an integer`);
    if (count && read.length > 0) {
      fail("ADJ1008", "scan: with sequences, nSteps is a number or a name", {
        hint: "slice the sequences instead",
      });
    }
    for (const length of lengths) {
      const known = typeof length === "number" && typeof steps === "number";
      if (steps === undefined) steps = length;
      else if (known && nSteps === undefined) steps = Math.min(steps as number, length as number);
      else if (known ? (length as number) < (steps as number) : length !== steps) {
        fail("ADJ1008", `scan: a sequence of ${length} entries does not last for ${steps} steps`);
      }
    }
    if (steps === undefined) {
      fail("ADJ1008", "scan: neither sequences nor nSteps say how many steps to make");
    }
    const bound = read.flatMap(({ input, taps }) => {
      const oldest = Math.min(0, ...taps);
      const walked = goBackwards ? at(input, span(undefined, undefined, -1)) : input;
      return taps.map((tap) => {
        const shift = goBackwards ? Math.max(0, ...taps) - tap : tap - oldest;
        const operand = entries(walked, shift, steps as Dim);
        return { formal: symbol(input.type.dtype, input.shape.slice(1)), operand };
      });
    });
    if (bound.length === 0 && !count && typeof steps === "string") {
      const operand = arange(steps);
      bound.push({ formal: symbol("int32", []), operand });
    }
    return { sequences: bound, steps, count };
  }

  #recurrences(): (Recurrence | undefined)[] {
    const { outputsInfo } = this.#options;
    const list =
      Array.isArray(outputsInfo) && !isNumbers(outputsInfo)
        ? outputsInfo
        : outputsInfo === undefined
          ? []
          : [outputsInfo];
    return (list as readonly OutputInfo[]).map((info) => {
      if (info === null || info === undefined) return undefined;
      const isRecord = !isNode(info) && typeof info === "object" && "initial" in info;
      const initial = asNode(isRecord ? info.initial : (info as Operand));
      const given = (isRecord && info.taps) || [-1];
      checkTaps(given, "an output are −1, −2, …", -1);
      const taps = given.map((tap) => -tap);
      const depth = Math.max(...taps);
      const [length] = initial.shape;
      if (depth > 1 && !(typeof length === "number" && length >= depth)) {
        fail(
          "ADJ1003",
          `scan: taps to −${depth} need as many initial values, got ${formatShape(initial.shape)}`,
        );
      }
      const shape = depth > 1 ? initial.shape.slice(1) : initial.shape;
      const formals = Array.from({ length: depth }, () => symbol(initial.type.dtype, shape));
      return { initial, taps, formals };
    });
  }

  /** A result in the type of the state that it becomes. */
  #agree(result: Node, recurrence: Recurrence | undefined, i: number): Node {
    const state = recurrence?.formals[0];
    if (!state || result.op.name === "error") return result;
    const name = result.label?.name ?? state.label?.name ?? `output ${i + 1}`;
    if (!sameShape(result.shape, state.shape)) {
      fail(
        "ADJ1003",
        `scan: ${name} starts as ${formatShape(state.shape)}, but a step makes ${formatShape(result.shape)} of it`,
        { hint: "give it an initial value of the shape that a step makes" },
      );
    }
    if (result.type.dtype !== state.type.dtype) {
      if (isFloat(result.type.dtype) && !isFloat(state.type.dtype)) {
        fail(
          "ADJ1001",
          `scan: ${name} starts as ${state.type.dtype}, but a step makes ${result.type.dtype} of it`,
          { hint: `start with cast(…, "${result.type.dtype}")` },
        );
      }
      return castTo(result, state.type.dtype);
    }
    return result;
  }
}

/** Literal numbers: one initial value, not a list of several. */
const isNumbers = (list: readonly unknown[]): boolean =>
  list.length > 0 && list.every((x) => typeof x === "number");

const words = /^(outputs|outputsInfo|initial|sequences|input|nonSequences|nSteps)(_\d+)*$/;

/** Words of the options are no names: a value that has no other is called after what holds it. */
function forgetWords(given: unknown): void {
  if (isNode(given)) {
    if (given.label && words.test(given.label.name)) given.label = undefined;
  } else if (Array.isArray(given)) given.forEach(forgetWords);
  else if (typeof given === "object" && given !== null) Object.values(given).forEach(forgetWords);
}

/** The value `back` steps before the first one's predecessor. */
function pastValue({ initial, formals }: Recurrence, back: number): Node {
  if (formals.length === 1) return initial;
  return at(initial, formals.length - 1 - back);
}

// biome-ignore lint/suspicious/noExplicitAny: a step names its own parameters
type Step = (...values: any[]) => StepResult;

/** `f` of each entry of the sequences, along a new axis 0. */
export const map = signed(
  "map(f, sequences)",
  (f: Step, sequences: Sequence | readonly Sequence[]): Tensor & Tensor[] => {
    return scan({ fn: f, sequences })[0];
  },
);

/** The last value of a recurrence: `reduce((x, total) => total + x, xs, 0)`. */
export const reduce = signed(
  "reduce(f, sequences, outputsInfo, { goBackwards })",
  (
    f: Step,
    sequences: Sequence | readonly Sequence[],
    outputsInfo: OutputInfo | readonly OutputInfo[],
    { goBackwards = false }: { goBackwards?: boolean } = {},
  ): Tensor & Tensor[] => {
    const [outputs] = scan({ fn: f, sequences, outputsInfo, goBackwards });
    const last = (x: Tensor): Tensor => at(x as unknown as Node, -1) as unknown as Tensor;
    const list = outputs as unknown;
    if (isNode(list) && isPoison(list)) return outputs;
    return (Array.isArray(list) ? (list as Tensor[]).map(last) : last(outputs)) as Tensor &
      Tensor[];
  },
);

/** {@link reduce} from the first entry to the last. */
export const foldl = signed(
  "foldl(f, sequences, outputsInfo)",
  (
    f: Step,
    sequences: Sequence | readonly Sequence[],
    outputsInfo: OutputInfo | readonly OutputInfo[],
  ): Tensor & Tensor[] => reduce(f, sequences, outputsInfo),
);

/** {@link reduce} from the last entry to the first. */
export const foldr = signed(
  "foldr(f, sequences, outputsInfo)",
  (
    f: Step,
    sequences: Sequence | readonly Sequence[],
    outputsInfo: OutputInfo | readonly OutputInfo[],
  ): Tensor & Tensor[] => reduce(f, sequences, outputsInfo, { goBackwards: true }),
);
