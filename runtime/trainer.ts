/** A trainer: the functions and shared variables of a model, with its border checked. */

import {
  type ElementArray,
  refuse,
  type Sizes,
  scalarArgument,
  type TensorArray,
  type TensorLike,
  tensorArgument,
  withShape,
} from "./arrays.ts";
import type { ArraySignature, DType, FunctionSignature, Signature } from "./signature.ts";

type Memory = ElementArray;

export interface GetOptions {
  /** The trainer's own memory instead of a copy: writing to it changes the trainer. */
  readonly borrow?: boolean;
}
export interface SetOptions {
  /** Adopt the given array instead of copying it; its dtype and length must fit exactly. */
  readonly borrow?: boolean;
}

/** A shared variable, or data that the caller fills. */
export interface Shared<A extends ElementArray = ElementArray> {
  readonly name: string;
  readonly dtype: DType;
  /** Its shape; of data that is not filled yet, with length 0 for what is not known. */
  readonly shape: readonly number[];
  /** A copy of its value, or with `borrow` its own memory. */
  get(options?: GetOptions): TensorArray<A>;
  /** Replaces its value. @throws InputError where dtype, shape or range do not fit; it is unchanged then */
  set(values: TensorLike, options?: SetOptions): void;
}

/** The same on a device: copies travel, so both are promises and nothing can be borrowed. */
export interface AsyncShared<A extends ElementArray = ElementArray>
  extends Omit<Shared, "get" | "set"> {
  get(): Promise<TensorArray<A>>;
  set(values: TensorLike): Promise<void>;
}

/** The generated module of a synchronous target. Its functions take the state, the inputs and named sizes. */
export interface SyncProgram<State> {
  createState(seed: number): State;
}

/** The generated module of a target that runs on a device. */
export interface AsyncProgram {
  get(name: string): Promise<Memory>;
  set(name: string, values: Memory, sizes: Sizes): Promise<void> | void;
  call(name: string, args: readonly unknown[], sizes: Sizes): Promise<unknown>;
  destroy(): void;
}

export interface CreateOptions<Target extends string = string> {
  /** Which generated code runs. */
  readonly target?: Target;
  /** Where random initial values start from; 0 when left out. */
  readonly seed?: number;
  /** For the gpu target: how gpu.js runs kernels; the best that it finds when left out. */
  readonly mode?: "gpu" | "webgl" | "webgl2" | "headlessgl" | "webasm" | "cpu" | "async";
  /** Worker threads; targets that have none ignore it. */
  readonly threads?: number;
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1);

/** What all targets have in common: the border. */
class Border {
  readonly signature: Signature;
  /** Shapes of shared variables; undefined for data that is not filled. */
  readonly shapes = new Map<string, readonly number[] | undefined>();

  constructor(signature: Signature) {
    this.signature = signature;
    for (const [name, { data, shape }] of Object.entries(signature.shared)) {
      this.shapes.set(name, data ? undefined : (shape as readonly number[]));
    }
  }

  /** Checks a value for a shared variable. */
  accept(name: string, values: unknown): { array: Memory; shape: number[] } {
    return tensorArgument(values, { ...this.signature.shared[name], name }, {}, `${name}.set`);
  }

  /** Checks arguments and everything that the call would read; returns them with the named sizes. */
  arguments(
    name: string,
    spec: FunctionSignature,
    args: readonly unknown[],
  ): { values: unknown[]; sizes: Sizes } {
    const where = `${name}(${spec.inputs.map((i) => i.name).join(", ")})`;
    if (args.length !== spec.inputs.length) {
      refuse(
        where,
        `expected ${spec.inputs.length} argument${spec.inputs.length === 1 ? "" : "s"}, got ${args.length}`,
      );
    }
    const sizes: Sizes = {};
    for (const used of spec.uses) this.#noteSizes(used, sizes, where);
    const values = spec.inputs.map((input, i) =>
      input.shape.length === 0
        ? scalarArgument(args[i], input, where)
        : tensorArgument(args[i], input, sizes, where).array,
    );
    for (const rows of spec.rows ?? []) {
      let start = rows.offset;
      for (const [input, coefficient] of rows.terms) {
        start += coefficient * (values[spec.inputs.findIndex((i) => i.name === input)] as number);
      }
      const length = typeof rows.limit === "number" ? rows.limit : sizes[rows.limit];
      if (start < 0 || start + rows.length > length) {
        const given = rows.terms.map(
          ([input]) => `${input} = ${values[spec.inputs.findIndex((i) => i.name === input)]}`,
        );
        refuse(
          where,
          `${given.join(", ")} reads ${rows.of}[${start} … ${start + rows.length}), but it has ${length} rows`,
        );
      }
    }
    return { values, sizes };
  }

  #noteSizes(used: string, sizes: Sizes, where: string): void {
    const shape = this.shapes.get(used);
    if (!shape) refuse(where, `the data ${used} is not filled; call ${used}.set(…) first`);
    for (const [axis, dim] of this.signature.shared[used].shape.entries()) {
      if (typeof dim !== "string") continue;
      if (sizes[dim] !== undefined && sizes[dim] !== shape[axis]) {
        refuse(where, `${used} has ${shape[axis]} ${dim}, other data has ${sizes[dim]}`);
      }
      sizes[dim] = shape[axis];
    }
  }

  /** Results as the model asked for them. */
  results(spec: FunctionSignature, raw: unknown, sizes: Sizes): unknown {
    if (spec.returns === "none") return undefined;
    if (spec.returns === "single") return shaped(raw, spec.outputs[0], sizes);
    const list = (raw as readonly unknown[]).map((value, i) =>
      shaped(value, spec.outputs[i], sizes),
    );
    if (spec.returns === "list") return list;
    return Object.fromEntries(spec.returns.map((key, i) => [key, list[i]]));
  }
}

function shaped(value: unknown, { shape, dtype }: ArraySignature, sizes: Sizes): unknown {
  if (shape.length === 0) return dtype === "bool" ? Boolean(value) : value;
  return withShape(
    value as Memory,
    shape.map((dim) => (typeof dim === "number" ? dim : sizes[dim])),
  );
}

/** Sizes of the inputs, in order of first appearance: what generated functions take behind the inputs. */
function ownSizes({ inputs }: FunctionSignature): string[] {
  return [
    ...new Set(inputs.flatMap((input) => input.shape.filter((dim) => typeof dim === "string"))),
  ];
}

/**
 * A trainer on a target that runs at once.
 *
 * @param signature what the generated entry says of the model
 * @param program the generated module
 */
export function createTrainer<Trainer, State extends object>(
  signature: Signature,
  program: SyncProgram<State>,
  { seed = 0 }: CreateOptions = {},
): Trainer {
  const border = new Border(signature);
  const state = program.createState(seed) as State & { sizes?: Sizes } & Record<string, Memory>;
  const trainer: Record<string, unknown> = {};
  for (const [name, spec] of Object.entries(signature.functions)) {
    const run = (program as unknown as Record<string, (...args: unknown[]) => unknown>)[name];
    const own = ownSizes(spec);
    trainer[name] = (...args: unknown[]): unknown => {
      const { values, sizes } = border.arguments(name, spec, args);
      if (state.sizes) Object.assign(state.sizes, sizes);
      return border.results(spec, run(state, ...values, ...own.map((size) => sizes[size])), sizes);
    };
  }
  for (const [name, spec] of Object.entries(signature.shared)) {
    if (spec.exported) trainer[name] = sharedOf(name, border, state);
  }
  return trainer as Trainer;
}

function sharedOf(name: string, border: Border, state: Record<string, Memory>): Shared {
  const spec = border.signature.shared[name];
  return {
    name,
    dtype: spec.dtype,
    get shape() {
      return (
        border.shapes.get(name) ?? spec.shape.map((dim) => (typeof dim === "number" ? dim : 0))
      );
    },
    get({ borrow = false } = {}) {
      return withShape(borrow ? state[name] : state[name].slice(), this.shape);
    },
    set(values, { borrow = false } = {}) {
      const { array, shape } = border.accept(name, values);
      if (borrow) {
        if (array !== (values as unknown)) {
          refuse(
            `${name}.set`,
            `only a ${state[name].constructor.name} can be borrowed; leave borrow out to copy`,
          );
        }
        state[name] = array;
      } else if (spec.data && array.length !== state[name].length)
        state[name] = array === (values as unknown) ? array.slice() : array;
      else if (array.length === sizeOf(shape)) state[name].set(array);
      border.shapes.set(name, shape);
    },
  };
}

/** A trainer on a device: functions and shared variables answer with promises. */
export function createAsyncTrainer<Trainer>(signature: Signature, program: AsyncProgram): Trainer {
  const border = new Border(signature);
  const trainer: Record<string, unknown> = { destroy: () => program.destroy() };
  for (const [name, spec] of Object.entries(signature.functions)) {
    trainer[name] = async (...args: unknown[]): Promise<unknown> => {
      const { values, sizes } = border.arguments(name, spec, args);
      return border.results(spec, await program.call(name, values, sizes), sizes);
    };
  }
  for (const [name, spec] of Object.entries(signature.shared)) {
    if (!spec.exported) continue;
    const shared: AsyncShared = {
      name,
      dtype: spec.dtype,
      get shape() {
        return (
          border.shapes.get(name) ?? spec.shape.map((dim) => (typeof dim === "number" ? dim : 0))
        );
      },
      async get() {
        return withShape(await program.get(name), this.shape);
      },
      async set(values) {
        const { array, shape } = border.accept(name, values);
        const sizes: Sizes = {};
        for (const [axis, dim] of spec.shape.entries())
          if (typeof dim === "string") sizes[dim] = shape[axis];
        await program.set(name, array, sizes);
        border.shapes.set(name, shape);
      },
    };
    trainer[name] = shared;
  }
  return trainer as Trainer;
}
