/** A trainer: the functions and shared variables of a model, with its border checked. */

import {
  type ElementArray,
  refuse,
  type Sizes,
  type TensorArray,
  type TensorLike,
  withShape,
} from "./arrays.ts";
import { Border, checkOptions, checkSeed, resultsOf } from "./border.ts";
import type { DType, FunctionSignature, Signature } from "./signature.ts";

export interface GetOptions {
  /**
   * The trainer's own memory instead of a copy: writing to it changes the trainer, unchecked. It is its
   * own until other memory is adopted, or data of another length set.
   */
  readonly borrow?: boolean;
}
export interface SetOptions {
  /**
   * Adopt the given array instead of copying it: updates are written to it, and what is written to it
   * later is not checked. Its dtype must be the variable's own.
   */
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

/** The same on a device: copies travel, so both are promises and `borrow` is refused. */
export interface AsyncShared<A extends ElementArray = ElementArray>
  extends Omit<Shared, "get" | "set"> {
  get(options?: { readonly borrow?: false }): Promise<TensorArray<A>>;
  set(values: TensorLike, options?: { readonly borrow?: false }): Promise<void>;
}

/** Under which a trainer has all its variables. */
const variables = Symbol("variables");

/**
 * Every shared variable of a trainer that is not data, also those that the model does not export: what a
 * checkpoint has to keep. Undefined for what is no generated trainer.
 */
export function variablesOf(
  trainer: object,
): Readonly<Record<string, Shared | AsyncShared>> | undefined {
  return (trainer as { [variables]?: Record<string, Shared | AsyncShared> })[variables];
}

/** The generated module of a synchronous target. Its functions take the state, the inputs and named sizes. */
export interface SyncProgram<State> {
  /** Variables lie in memory of the program's own: no other can be adopted. */
  readonly ownsMemory?: boolean;
  createState(seed: number): State;
}

/** The generated module of a target that runs on a device. */
export interface AsyncProgram {
  get(name: string): Promise<ElementArray>;
  set(name: string, values: ElementArray, sizes: Sizes): Promise<void> | void;
  call(name: string, args: readonly unknown[], sizes: Sizes): Promise<unknown>;
  destroy(): void;
}

export interface CreateOptions<Target extends string = string> {
  /** Which generated code runs. */
  readonly target?: Target;
  /** Where random initial values start from: a whole number of 32 bits; 0 when left out. */
  readonly seed?: number;
  /** For the gpu target: how gpu.js runs kernels; the best that it finds when left out. */
  readonly mode?: "gpu" | "webgl" | "webgl2" | "headlessgl" | "webasm" | "cpu" | "async";
  /** Threads of native code and WebAssembly, 1 to 1024; the number of physical cores when left out. */
  readonly threads?: number;
  /** For the target `auto`: told which one was chosen, and why faster ones were not. */
  readonly onTarget?: (target: string, reasons: readonly string[]) => void;
}

/** Sizes of the inputs, in order of first appearance: what generated functions take behind the inputs. */
function ownSizes({ inputs }: FunctionSignature): string[] {
  return [
    ...new Set(inputs.flatMap((input) => input.shape.filter((dim) => typeof dim === "string"))),
  ];
}

/** Whether two arrays have memory in common. */
const overlap = (a: ElementArray, b: ElementArray): boolean =>
  a.buffer === b.buffer &&
  a.byteOffset < b.byteOffset + b.byteLength &&
  b.byteOffset < a.byteOffset + a.byteLength;

/**
 * A trainer on a target that runs at once.
 *
 * @param signature what the generated entry says of the model
 * @param program the generated module
 * @param targets what the model was generated for
 * @throws InputError for a target that was not generated, a seed that is no whole number, an option that is none
 */
export function createTrainer<Trainer, State extends object>(
  signature: Signature,
  program: SyncProgram<State>,
  options: CreateOptions = {},
  targets: readonly string[] = ["typescript"],
): Trainer {
  checkOptions(options);
  const { seed = 0, target = "typescript" } = options;
  if (target !== "typescript")
    refuse(
      signature.model,
      `the target ${JSON.stringify(target)} was not generated; there is ${targets.join(", ")}`,
    );
  const border = new Border(signature);
  const state = program.createState(checkSeed(seed)) as State & { sizes?: Sizes } & Record<
      string,
      ElementArray
    >;
  const trainer: Record<string, unknown> = {};
  /** The sizes that the state has, from the last call. */
  let told: Sizes | undefined;
  for (const [name, spec] of Object.entries(signature.functions)) {
    const run = (program as unknown as Record<string, (...args: unknown[]) => unknown>)[name];
    const own = ownSizes(spec);
    const check = border.checkerOf(name, spec);
    const results = resultsOf(spec);
    trainer[name] = (...args: unknown[]): unknown => {
      const { values, sizes } = check(args);
      // Updates write to shared memory while inputs are read: an input that is such memory is copied.
      for (let i = 0; i < values.length; i++) {
        const value = values[i];
        if (
          typeof value === "object" &&
          spec.uses.some((u) => overlap(value as ElementArray, state[u]))
        )
          values[i] = (value as ElementArray).slice();
      }
      if (state.sizes && sizes !== told) Object.assign(state.sizes, sizes);
      told = sizes;
      for (const size of own) values.push(sizes[size]);
      return results(run(state, ...values), sizes);
    };
  }
  const own: Record<string, Shared> = {};
  for (const [name, spec] of Object.entries(signature.shared)) {
    const variable = sharedOf(name, border, state, program.ownsMemory === true);
    if (spec.exported) trainer[name] = variable;
    if (!spec.data && !spec.constant) own[name] = variable;
  }
  return { ...trainer, [variables]: own } as Trainer;
}

function sharedOf(
  name: string,
  border: Border,
  state: Record<string, ElementArray>,
  ownsMemory: boolean,
): Shared {
  const { shared } = border.signature;
  /** Whether the memory is the caller's: other values are then not written over it. */
  let adopted = false;
  return {
    name,
    dtype: shared[name].dtype,
    get shape() {
      return border.shapeOf(name);
    },
    get({ borrow = false } = {}) {
      return withShape(borrow ? state[name] : state[name].slice(), this.shape);
    },
    set(values, { borrow = false } = {}) {
      const accepted = border.accept(name, values);
      const { array } = accepted;
      const given = array === (values as unknown);
      if (borrow) {
        if (ownsMemory)
          refuse(`${name}.set`, "WebAssembly has its own memory; leave borrow out to copy");
        const type = state[name].constructor.name;
        if (!given)
          refuse(`${name}.set`, `only a ${type} can be borrowed; leave borrow out to copy`);
        for (const [other, { data }] of Object.entries(shared)) {
          if (other !== name && !(data && shared[name].data) && overlap(array, state[other]))
            refuse(`${name}.set`, `this is memory of ${other}; leave borrow out to copy`);
        }
        state[name] = array;
        adopted = true;
      } else if (adopted || array.length !== state[name].length) {
        state[name] = given && !ownsMemory ? array.slice() : array;
        adopted = false;
      } else state[name].set(array);
      border.commit(name, accepted);
    },
  };
}

/**
 * A trainer on a device: functions and shared variables answer with promises. They run one after the
 * other in the order of the calls, awaited or not; an array that is handed in must stay as it is until
 * its promise is settled.
 */
export function createAsyncTrainer<Trainer>(signature: Signature, program: AsyncProgram): Trainer {
  const border = new Border(signature);
  let last: Promise<unknown> = Promise.resolve();
  let destroyed = false;
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    if (destroyed) return Promise.reject(new Error(`${signature.model}: its trainer is destroyed`));
    const turn = last.then(work);
    last = turn.catch(() => {});
    return turn;
  };
  const trainer: Record<string, unknown> = {
    destroy(): void {
      if (!destroyed) void last.then(() => program.destroy());
      destroyed = true;
    },
  };
  for (const [name, spec] of Object.entries(signature.functions)) {
    const check = border.checkerOf(name, spec);
    const results = resultsOf(spec);
    trainer[name] = (...args: unknown[]): Promise<unknown> =>
      inTurn(async () => {
        const { values, sizes } = check(args);
        return results(await program.call(name, values, sizes), sizes);
      });
  }
  const own: Record<string, AsyncShared> = {};
  for (const [name, spec] of Object.entries(signature.shared)) {
    const variable = asyncSharedOf(name, border, program, inTurn);
    if (spec.exported) trainer[name] = variable;
    if (!spec.data && !spec.constant) own[name] = variable;
  }
  return { ...trainer, [variables]: own } as Trainer;
}

function asyncSharedOf(
  name: string,
  border: Border,
  program: AsyncProgram,
  inTurn: <T>(work: () => Promise<T>) => Promise<T>,
): AsyncShared {
  const spec = border.signature.shared[name];
  const refuseBorrow = (options: GetOptions | undefined, method: string): void => {
    if (options?.borrow)
      refuse(
        `${name}.${method}`,
        "memory of a device cannot be borrowed; leave borrow out to copy",
      );
  };
  return {
    name,
    dtype: spec.dtype,
    get shape() {
      return border.shapeOf(name);
    },
    get(options) {
      return inTurn(async () => {
        refuseBorrow(options, "get");
        return withShape(await program.get(name), border.shapeOf(name));
      });
    },
    set(values, options) {
      return inTurn(async () => {
        refuseBorrow(options, "set");
        const accepted = border.accept(name, values);
        const sizes: Sizes = {};
        for (const [axis, dim] of spec.shape.entries())
          if (typeof dim === "string") sizes[dim] = accepted.shape[axis];
        await program.set(name, accepted.array, sizes);
        border.commit(name, accepted);
      });
    },
  };
}
