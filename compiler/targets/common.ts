/**
 * Kernels that functions of a model have in common: they are written once, under the name of the first function.
 *
 * Two kernels are the same where a target writes the same text for both, up to the names that the text itself
 * declares. So whatever a target makes of what is around a kernel – schedules, sums that ride along, lists, which memory
 * is its own – is told apart without being named here, and memory that is read under two names is two names.
 */

import type { CompiledFunction } from "../model.ts";

/** A kernel as a target would write it for one function. */
export interface OwnKernel {
  readonly fn: CompiledFunction;
  /** The nest, or whatever a target makes a kernel of. */
  readonly of: object;
  /** Name of the value that it computes. */
  readonly value: string;
  /** What it is called in the text of the target. */
  readonly name: string;
  /** All that is written for it, without comments above: declarations of its operands first, in their order. */
  readonly text: string;
}

/** Names in generated text; members of what a text does not declare, as in `Math.exp`, are none. */
const identifiers = /(?<![\p{L}\p{N}_$.])[\p{L}_$][\p{L}\p{N}_$]*/gu;

/**
 * The text with a number in place of each name that it declares itself, by first appearance, and without comments and line breaks:
 * where lines end, and whether a comma is behind the last of a list, depends on how long names are.
 */
export function withoutNames(text: string, own: ReadonlySet<string>): string {
  const numbers = new Map<string, number>();
  const joined = text
    .replace(/^\s*(?:\/\/|;;).*\n/gm, "")
    .replace(/\s*\\?\n\s*/g, " ")
    .replace(/([([{]) /g, "$1")
    .replace(/,? ([)\]}])/g, "$1");
  if (own.size === 0) return joined;
  return joined.replace(identifiers, (name) => {
    if (!own.has(name)) return name;
    const number = numbers.get(name) ?? numbers.size;
    numbers.set(name, number);
    return `#${number}`;
  });
}

/** Which kernel is called for each that a function would have: the same kernel of an earlier function where there is one. */
export class CommonKernels<K extends OwnKernel = OwnKernel> {
  readonly #called = new Map<object, K>();
  readonly #own: ReadonlyMap<object, K>;
  readonly #kernels: readonly K[];

  /**
   * Only kernels of values of the same name are shared: a reader finds the same `h` in both functions.
   *
   * @param kernels in the order in which they are written
   * @param declaredIn the names that a text declares
   */
  constructor(kernels: readonly K[], declaredIn: (text: string) => Iterable<string>) {
    this.#kernels = kernels;
    this.#own = new Map(kernels.map((kernel) => [kernel.of, kernel]));
    const byValue = new Map<string, K[]>();
    for (const kernel of kernels) {
      const others = byValue.get(kernel.value);
      if (others) others.push(kernel);
      else byValue.set(kernel.value, [kernel]);
    }
    for (const group of byValue.values()) {
      const first = new Map<string, K>();
      for (const kernel of group) {
        // Most kernels are the only one of their value: nothing is as they are.
        const key =
          group.length === 1 ? "" : withoutNames(kernel.text, new Set(declaredIn(kernel.text)));
        const known = first.get(key);
        if (!known) first.set(key, kernel);
        const isHidden = known && namesOf(kernel.fn).has(known.name);
        this.#called.set(kernel.of, known && !isHidden ? known : kernel);
      }
    }
  }

  /** The kernel that is called for a nest; undefined where it has none. */
  calledFor(of: object): K | undefined {
    return this.#called.get(of);
  }

  /** The kernel that a nest would have of its own. */
  ownOf(of: object): K | undefined {
    return this.#own.get(of);
  }

  /** All kernels that a function would have of its own. */
  of(fn: CompiledFunction): K[] {
    return this.#kernels.filter((k) => k.fn === fn);
  }

  /** The kernels that are written with a function. */
  writtenWith(fn: CompiledFunction): K[] {
    return this.of(fn).filter((k) => this.#called.get(k.of) === k);
  }

  /** What the comment above a kernel says of other functions that call it. */
  alsoFor(kernel: K): string[] {
    const callers = this.#kernels.filter((k) => this.#called.get(k.of) === kernel);
    const others = callers.filter((k) => k !== kernel).map((k) => k.fn.publicName);
    return others.length > 0 ? [`The same for ${others.join(", ")}.`] : [];
  }
}

/** Names of the values of a function, which hide functions that are called so. */
const namesOf = ({ program }: CompiledFunction): Set<string> => new Set(program.names.values());
