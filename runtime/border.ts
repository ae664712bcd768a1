/** The border of a trainer, the same for all targets: what comes in is checked, what goes out is shaped. */

import {
  type ElementArray,
  InputError,
  rangeIn,
  refuse,
  type Sizes,
  scalarArgument,
  sizeOf,
  tensorElements,
  tensorShape,
  withShape,
} from "./arrays.ts";
import {
  type ArraySignature,
  type Dim,
  dimParts,
  type FunctionSignature,
  lengthIn,
  type RowsSignature,
  type Signature,
} from "./signature.ts";
import type { CreateOptions } from "./trainer.ts";

/** Checked arguments, and all named sizes of the call. */
export interface Call {
  readonly values: unknown[];
  readonly sizes: Sizes;
}

/** A checked value for a shared variable; nothing is changed before it is committed. */
export interface Accepted {
  readonly array: ElementArray;
  readonly shape: readonly number[];
  /** Where its range ends at a size that only a call knows: its largest element. */
  readonly largest?: number;
}

/** Streams of random numbers start from 32 bits. @throws InputError */
export function checkSeed(seed: number): number {
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32)
    throw new InputError(`seed must be a whole number, 0 ≤ seed < 2³², got ${String(seed)}`);
  return seed;
}

const optionNames: readonly string[] = ["target", "seed", "mode", "threads", "onTarget"];

/**
 * A misspelt option would be a trainer that quietly does something else, and so would a number of threads that is none.
 *
 * @throws InputError
 */
export function checkOptions(options: CreateOptions): void {
  for (const name of Object.keys(options))
    if (!optionNames.includes(name))
      throw new InputError(`there is no option ${name}; options are ${optionNames.join(", ")}`);
  const { threads = 1 } = options;
  if (!(Number.isInteger(threads) && threads > 0 && threads <= 1024))
    throw new InputError(`threads must be a whole number, 1 to 1024, got ${String(threads)}`);
}

function largestOf(array: ElementArray): number {
  let largest = -1;
  for (const v of array) if (v > largest) largest = v;
  return largest;
}

/** Checks by a model's signature; it knows the shapes of what is held, not the memory. */
export class Border {
  readonly signature: Signature;
  /** What is held now; data that is not filled is missing. */
  readonly #held = new Map<string, Omit<Accepted, "array">>();
  /** How often that has changed: what was found out about it is true until the next time. */
  #changes = 0;

  constructor(signature: Signature) {
    this.signature = signature;
    for (const [name, { data, shape }] of Object.entries(signature.shared)) {
      if (!data) this.#held.set(name, { shape: shape as readonly number[] });
    }
  }

  /** The shape of a shared variable; lengths not known yet are 0. */
  shapeOf(name: string): readonly number[] {
    return (
      this.#held.get(name)?.shape ??
      this.signature.shared[name].shape.map((dim) => (typeof dim === "number" ? dim : 0))
    );
  }

  /** Checks a value for a shared variable. @throws InputError */
  accept(name: string, values: unknown): Accepted {
    const spec = { ...this.signature.shared[name], name };
    const where = `${name}.set`;
    const sizes: Sizes = {};
    const shape = tensorShape(values, spec, sizes, where);
    const array = tensorElements(values, spec, shape, sizes, where);
    const open = rangeIn(spec.range, sizes)?.[1] === Number.POSITIVE_INFINITY;
    return open ? { array, shape, largest: largestOf(array) } : { array, shape };
  }

  /** Notes that a value is held from now on. */
  commit(name: string, { shape, largest }: Accepted): void {
    this.#held.set(name, largest === undefined ? { shape } : { shape, largest });
    this.#changes++;
  }

  /** A check of calls of one function: of its arguments and of everything that it would read. */
  checkerOf(name: string, spec: FunctionSignature): (args: readonly unknown[]) => Call {
    const { inputs, uses } = spec;
    const where = `${name}(${inputs.map((input) => input.name).join(", ")})`;
    const reads = (spec.rows ?? []).map((row) => ({
      ...row,
      terms: row.terms.map(
        ([input, factor]) => [inputs.findIndex((i) => i.name === input), factor] as const,
      ),
    }));
    const isOpen = (used: string): boolean =>
      typeof this.signature.shared[used].range?.[1] === "string";
    const open = uses.filter(isOpen);
    const count = `${inputs.length} argument${inputs.length === 1 ? "" : "s"}`;
    const fixed = inputs.map(({ shape }) => fixedShape(shape));
    // Sizes that a call tells make an object of its own; others stay as they are held.
    const ofHeld = new Set(uses.flatMap((used) => this.signature.shared[used].shape));
    const tells = [...inputs, ...spec.outputs].some(({ shape }) =>
      shape.some((dim) => typeof dim === "string" && !ofHeld.has(dim)),
    );
    let held: Sizes | undefined;
    let changes = -1;
    return (args) => {
      if (args.length !== inputs.length) refuse(where, `expected ${count}, got ${args.length}`);
      if (!held || changes !== this.#changes) {
        held = this.#sizesOfHeld(uses, where);
        changes = this.#changes;
      }
      const sizes = tells ? { ...held } : held;
      // All shapes before any element: a range may end at a size that a later input tells.
      const shapes = inputs.map((input, i) => {
        if (input.shape.length === 0) return input.shape as readonly number[];
        return fixed[i] && fits(args[i], fixed[i])
          ? fixed[i]
          : tensorShape(args[i], input, sizes, where);
      });
      const values = inputs.map((input, i) =>
        input.shape.length === 0
          ? scalarArgument(args[i], input, sizes, where)
          : tensorElements(args[i], input, shapes[i], sizes, where),
      );
      if (open.length > 0) this.#checkLargest(open, sizes, where);
      for (const rows of reads) checkRows(rows, inputs, values, sizes, where);
      return { values, sizes };
    };
  }

  #sizesOfHeld(uses: readonly string[], where: string): Sizes {
    const sizes: Sizes = {};
    for (const used of uses) {
      const held = this.#held.get(used);
      if (!held) refuse(where, `the data ${used} is not filled; call ${used}.set(…) first`);
      const dims = this.signature.shared[used].shape;
      for (let axis = 0; axis < dims.length; axis++) {
        const dim = dims[axis];
        if (typeof dim !== "string") continue;
        const length = held.shape[axis];
        const known = sizes[dim];
        if (known === undefined) sizes[dim] = length;
        else if (known !== length) {
          const other = this.#firstWith(dim, uses);
          refuse(where, `${used} has ${length} ${dim}, but ${other} has ${known}`);
        }
      }
    }
    return sizes;
  }

  #firstWith(dim: string, uses: readonly string[]): string | undefined {
    return uses.find((name) => this.signature.shared[name].shape.includes(dim));
  }

  #checkLargest(uses: readonly string[], sizes: Sizes, where: string): void {
    for (const used of uses) {
      const { largest = -1 } = this.#held.get(used) as Omit<Accepted, "array">;
      const [low, high] = rangeIn(this.signature.shared[used].range, sizes) ?? [0, largest + 1];
      if (largest >= high)
        refuse(where, `${used} holds ${largest}, which is out of range: ${low} ≤ value < ${high}`);
    }
  }
}

/** Rows that are read; inputs by number. */
interface Rows extends Omit<RowsSignature, "terms"> {
  readonly terms: readonly (readonly [input: number, factor: number])[];
}

function checkRows(
  { of, axis = 0, limit, terms, offset, length }: Rows,
  inputs: readonly ArraySignature[],
  values: readonly unknown[],
  sizes: Sizes,
  where: string,
): void {
  let start = offset;
  for (const [input, factor] of terms) start += factor * (values[input] as number);
  const end = lengthIn(limit, sizes);
  if (end !== undefined && start >= 0 && start + length <= end) return;
  const given = terms.map(([input]) => `${inputs[input].name} = ${String(values[input])}`);
  const places = axis === 0 ? "rows" : `places along axis ${axis}`;
  const read = length === 1 && axis > 0 ? `${start}]` : `${start} … ${start + length})`;
  refuse(
    where,
    `${given.join(", ") || "it"} reads ${of}[${":, ".repeat(axis)}${read}, but it has ${end === undefined ? `a number of ${places} that only the call tells` : `${end} ${places}`}`,
  );
}

/** A shape without named sizes. */
function fixedShape(shape: readonly Dim[]): readonly number[] | undefined {
  return shape.every((dim) => typeof dim === "number") ? Object.freeze([...shape]) : undefined;
}

/** Whether a value is a flat array of so many elements, as most are; others are looked at in detail. */
function fits(value: unknown, shape: readonly number[]): boolean {
  if (!(value instanceof Float32Array || value instanceof Int32Array)) return false;
  return (value as { shape?: unknown }).shape === undefined && value.length === sizeOf(shape);
}

/** Makes of what a function gives what the model asked for: nothing, one value, a list, or a record. */
export function resultsOf({
  returns,
  outputs,
}: FunctionSignature): (raw: unknown, sizes: Sizes) => unknown {
  if (returns === "none") return () => undefined;
  const shapes = outputs.map(shaperOf);
  if (returns === "single") return shapes[0];
  return (raw, sizes) => {
    // A list of nothing comes as nothing.
    const list = ((raw ?? []) as readonly unknown[]).map((value, i) => shapes[i](value, sizes));
    return returns === "list" ? list : Object.fromEntries(returns.map((key, i) => [key, list[i]]));
  };
}

/** Gives a result its shape. */
function shaperOf({ shape, dtype }: ArraySignature): (value: unknown, sizes: Sizes) => unknown {
  if (shape.length === 0) return dtype === "bool" ? (value) => Boolean(value) : (value) => value;
  const fixed = fixedShape(shape);
  if (fixed) return (value) => withShape(value as ElementArray, fixed);
  return (value, sizes) => {
    const array = value as ElementArray;
    const lengths = shape.map((dim) => lengthIn(dim, sizes));
    if (lengths.includes(undefined)) learn(shape, lengths, array.length, sizes);
    return withShape(
      array,
      shape.map((dim, axis) => lengths[axis] ?? lengthIn(dim, sizes) ?? 0),
    );
  };
}

/** A size that only the call knew is what the other dimensions of a result leave: a power of it, if repeated. */
function learn(
  shape: readonly Dim[],
  lengths: readonly (number | undefined)[],
  elements: number,
  sizes: Sizes,
): void {
  const open = shape.filter((_, axis) => lengths[axis] === undefined) as string[];
  const [name, offset] = dimParts(open[0]);
  if (open.some((dim) => dimParts(dim)[0] !== name)) return;
  const known = lengths.reduce<number>((n, length) => n * (length ?? 1), 1);
  sizes[name] = known === 0 ? 0 : Math.round((elements / known) ** (1 / open.length)) - offset;
}
