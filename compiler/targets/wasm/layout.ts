/**
 * Where everything lies in the memory of a trainer: first places of 8 bytes for numbers and addresses, those of a
 * function together, then shared variables, then temporaries. What has no size of its own – data, arguments,
 * results – lies behind them, in blocks of the runtime.
 *
 * One function runs at a time, so what two functions call the same, and what is the same to hold, lies in one place:
 * kernels that they have in common find it there.
 */

import type { Node } from "../../graph/node.ts";
import { type DType, sizesOf, staticSize } from "../../graph/types.ts";
import { type Call, callsIn, type Nest } from "../../kernels/loops.ts";
import { type Slot, shapeText } from "../../kernels/plan.ts";
import { isArray } from "../../kernels/program.ts";
import type { CompiledFunction, CompiledModel } from "../../model.ts";
import { unitsIn } from "./contraction/units.ts";
import { elementBytes, inWasm } from "./names.ts";
import { type Run, runsOf } from "./runs.ts";

/** Something with a place of its own. */
export interface Place {
  /** Name of the global that is its address. */
  readonly global: string;
  readonly address: number;
  readonly about: string;
  /** The elements themselves, their address, or one number. */
  readonly holds: "elements" | "address" | "number";
}

export interface FunctionLayout {
  readonly fn: CompiledFunction;
  /** Of arrays and of numbers. */
  readonly places: ReadonlyMap<Node, Place>;
  /** Of named sizes, also those of data. */
  readonly sizes: ReadonlyMap<string, Place>;
  /** Of counters of loops over time. */
  readonly counters: ReadonlyMap<string, Place>;
  /** Of parts of sums that ride along with a product, one of each of its units. */
  readonly parts: ReadonlyMap<Node, Place>;
  readonly runs: ReadonlyMap<Nest, Run>;
}

export interface Layout {
  readonly shared: ReadonlyMap<Node, Place>;
  readonly dataSizes: ReadonlyMap<string, Place>;
  readonly functions: ReadonlyMap<CompiledFunction, FunctionLayout>;
  /** Where the address of free memory lies. */
  readonly free: Place;
  /** The first byte behind everything. */
  readonly end: number;
}

/** Where vectors and cache lines begin. */
export const alignment = 64;

const upTo = (multiple: number, address: number): number =>
  Math.ceil(address / multiple) * multiple;
const aligned = (address: number): number => upTo(alignment, address);

/**
 * Where the numbers of a function begin, and where variables and temporaries do: one more number of a function leaves
 * the addresses of the others alone.
 */
const [ofNumbers, ofElements] = [512, 4096];

/** All functions of a model, those of initial values first. */
export const functionsOf = (model: CompiledModel): CompiledFunction[] => [
  ...model.shared.flatMap((v) => (v.initial ? [v.initial] : [])),
  ...model.functions,
];

/** Named sizes of inputs, in order of first appearance. */
export const ownSizes = ({ program }: CompiledFunction): string[] => [
  ...new Set(program.inputs.flatMap((input) => sizesOf(input.shape))),
];

export const nameIn = ({ program }: CompiledFunction, node: Node): string =>
  program.names.get(node) ?? node.op.name;

/** Sizes that are computed during the call. */
export function madeSizes(calls: readonly Call[]): string[] {
  return calls.flatMap((call) => {
    if (call.kind === "size") return [call.name];
    const counts = call.kind === "repeat" && call.counts ? [call.counts] : [];
    return [...counts, ...madeSizes(callsIn(call))];
  });
}

function countersOf(calls: readonly Call[]): string[] {
  return calls.flatMap((call) => [
    ...(call.kind === "repeat" ? [call.counter] : []),
    ...countersOf(callsIn(call)),
  ]);
}

const typeText = (node: Node): string => `${node.type.dtype}${shapeText(node)}`;

/** What threads agree by: each in a cache line of its own. */
const poolPlaces = [
  ["pool.units", "job, number of units and next unit: 16, 24 and 24 bits"],
  ["pool.done", "units that are done"],
  ["pool.calls", "how often the threads were called"],
  ["pool.sleeping", "threads that wait to be called"],
  ["pool.threads", "threads, the caller's own included"],
  ["pool.sleeps", "whether the caller may sleep"],
] as const;

/** Places of the threads, by what they hold. */
export const pool: readonly Place[] = poolPlaces.map(([global, about], i) => ({
  global,
  address: alignment * (1 + i),
  about,
  holds: "number",
}));

export function layoutOf(model: CompiledModel): Layout {
  // The first places are nobody's: what is read by mistake is not a variable.
  let next = alignment * (1 + poolPlaces.length);
  const taken = new Set<string>(poolPlaces.map(([global]) => global));
  const place = (wanted: string, about: string, holds: Place["holds"], bytes = 8): Place => {
    let global = inWasm(wanted);
    while (taken.has(global)) global += "_";
    taken.add(global);
    const found = { global, address: next, about, holds };
    next += bytes;
    return found;
  };
  /** Places of all functions of a kind; those of initial values have their own. */
  const known = new Map<string, Place>();
  const inCommon = ({ program }: CompiledFunction, kind: string, make: typeof place) => {
    const used = new Set<Place>();
    return (own: string, about: string, holds: Place["holds"], bytes?: number): Place => {
      const key = [kind, own, about, holds].join("|");
      const first = known.get(key);
      const found =
        first && !used.has(first) ? first : make(`${program.name}.${own}`, about, holds, bytes);
      if (!first) known.set(key, found);
      used.add(found);
      return found;
    };
  };
  // A name that none of the model's has.
  const free: Place = {
    global: "free_memory",
    address: next,
    about: "address of free memory",
    holds: "address",
  };
  next += 8;
  const dataSizes = new Map<string, Place>();
  for (const { node, isData } of model.shared)
    for (const size of isData ? sizesOf(node.shape) : [])
      if (!dataSizes.has(size)) dataSizes.set(size, place(size, "size of data", "number"));
  const shared = new Map<Node, Place>();
  for (const { node, name, isData } of model.shared)
    if (isData) shared.set(node, place(name, `address of ${typeText(node)}`, "address"));
  const layouts = functionsOf(model).map((fn) => {
    const kind = model.functions.includes(fn) ? "function" : "initial";
    next = upTo(ofNumbers, next);
    return numbersOf(fn, inCommon(fn, kind, place), dataSizes);
  });
  next = upTo(ofElements, next);
  const array = (wanted: string, node: Node, address: number, slot?: Slot): Place => {
    const global = inWasm(wanted);
    const about = `${node.type.dtype}${shapeText(node, slot)}`;
    const found: Place = { global, address, about, holds: "elements" };
    taken.add(global);
    return found;
  };
  for (const { node, name, isData } of model.shared) {
    if (isData) continue;
    shared.set(node, array(name, node, next));
    next = aligned(next + elementBytes[node.type.dtype] * (staticSize(node.shape) ?? 0));
  }
  // Temporaries of a function lie where those of the others do.
  const start = upTo(ofElements, next);
  next = start;
  const functions = new Map<CompiledFunction, FunctionLayout>();
  const earlier = new Map<string, Place>();
  for (const layout of layouts) {
    const { fn } = layout;
    const places = new Map(layout.places);
    for (const node of fn.program.memory) places.set(node, shared.get(node) as Place);
    const { addresses, end } = temporariesOf(fn, start, earlier);
    for (const [slot, address] of addresses) {
      const { node } = slot;
      const name = nameIn(fn, node);
      const first = earlier.get(earlierKey(name, slot));
      const place =
        first?.address === address
          ? first
          : array(`${fn.program.name}.${name}`, node, address, slot);
      if (!first) earlier.set(earlierKey(name, slot), place);
      places.set(node, place);
    }
    functions.set(fn, { ...layout, places });
    next = Math.max(next, end);
  }
  return { shared, dataSizes, functions, free, end: next };
}

/** What temporaries of two functions have in common that may lie in one place. */
const earlierKey = (name: string, { node, dtype, size, shape }: Slot): string =>
  `${name}|${dtype}|${node.shape.join()}|${shape.join()}|${size}`;

interface Range {
  readonly from: number;
  readonly to: number;
}
const overlap = (a: Range, b: Range): boolean => a.from < b.to && b.from < a.to;

/**
 * Where the temporaries of a function lie: where an earlier function has the same, or else where the plan has them.
 * Those that the plan keeps apart stay apart.
 */
function temporariesOf(
  fn: CompiledFunction,
  start: number,
  earlier: ReadonlyMap<string, Place>,
): { addresses: ReadonlyMap<Slot, number>; end: number } {
  const arenas = new Map<DType, number>();
  let end = start;
  for (const [dtype, size] of fn.plan.sizes) {
    arenas.set(dtype, end);
    end = aligned(end + elementBytes[dtype] * size);
  }
  const rangeAt = ({ dtype, size }: Slot, from: number): Range => ({
    from,
    to: from + elementBytes[dtype] * size,
  });
  const planned = new Map(
    fn.plan.slots.map((slot) => {
      const from = (arenas.get(slot.dtype) as number) + slot.offset * elementBytes[slot.dtype];
      return [slot, rangeAt(slot, from)] as const;
    }),
  );
  const placed = new Map<Slot, Range>();
  const put = (slot: Slot, from: number | undefined): void => {
    if (from === undefined || placed.has(slot)) return;
    const range = rangeAt(slot, from);
    const own = planned.get(slot) as Range;
    const isFree = [...placed].every(
      ([other, there]) => !overlap(range, there) || overlap(own, planned.get(other) as Range),
    );
    if (isFree) placed.set(slot, range);
  };
  for (const slot of fn.plan.slots)
    put(slot, earlier.get(earlierKey(nameIn(fn, slot.node), slot))?.address);
  for (const [slot, { from }] of planned) put(slot, from);
  for (const { to } of placed.values()) end = Math.max(end, aligned(to));
  for (const slot of fn.plan.slots) {
    if (placed.has(slot)) continue;
    put(slot, end);
    end = aligned(end + elementBytes[slot.dtype] * slot.size);
  }
  const addresses = fn.plan.slots.map((slot) => [slot, (placed.get(slot) as Range).from] as const);
  return { addresses: new Map(addresses), end };
}

/** Places of a function's numbers and addresses. */
function numbersOf(
  fn: CompiledFunction,
  place: (own: string, about: string, holds: Place["holds"], bytes?: number) => Place,
  dataSizes: ReadonlyMap<string, Place>,
): FunctionLayout {
  const { program, plan, nests } = fn;
  const inPlan = new Set([...plan.slots.map((slot) => slot.node), ...program.memory]);
  const places = new Map<Node, Place>();
  const add = (node: Node): void => {
    if (places.has(node) || inPlan.has(node)) return;
    const isAddress = node.shape.length > 0 || isArray(program, node);
    const about = isAddress ? `address of ${typeText(node)}` : node.type.dtype;
    const holds = isAddress ? "address" : "number";
    places.set(node, place(nameIn(fn, node), about, holds));
  };
  program.inputs.forEach(add);
  program.outputs.forEach(add);
  for (const { node } of program.views) add(node);
  plan.dynamic.forEach(add);
  for (const nest of nests) [...nest.scalars, ...nest.results].forEach(add);
  const sizes = new Map(dataSizes);
  for (const size of [...ownSizes(fn), ...madeSizes(fn.calls)])
    if (!sizes.has(size)) sizes.set(size, place(size, "size", "number"));
  const counters = new Map<string, Place>();
  for (const counter of countersOf(fn.calls))
    if (!counters.has(counter)) counters.set(counter, place(counter, "step", "number"));
  const runs = runsOf(fn);
  const parts = new Map<Node, Place>();
  for (const { riders, contraction } of runs.values())
    for (const { stage } of riders) {
      const units = (contraction && unitsIn(contraction)) as number;
      const about = `float64[${units}], a part of each unit`;
      parts.set(stage.into, place(`${nameIn(fn, stage.into)}_parts`, about, "elements", 8 * units));
    }
  return { fn, places, sizes, counters, parts, runs };
}
