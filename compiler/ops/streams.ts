/**
 * Streams of random numbers, one a draw. A stream is numbered by the name of what it is drawn for, so
 * that draws which are added elsewhere, or removed, leave its numbers as they are.
 */

import { currentScope } from "../graph/context.ts";
import type { Node } from "../graph/node.ts";
import { add, mul } from "./arithmetic.ts";
import { literal, symbol } from "./leaf.ts";

const counts = new Map<string, number>();
const names = new Map<number, string>();

/** Numbers streams anew: with the graph, at the start of a compilation. */
export function resetStreams(): void {
  counts.clear();
  names.clear();
}

/** A name of its own: `mask`, and `mask#2` for what has the same name in the same place. */
export function uniqueName(name: string): string {
  const n = (counts.get(name) ?? 0) + 1;
  counts.set(name, n);
  return n === 1 ? name : `${name}#${n}`;
}

/** The value that is being made, by the names of all that it is a part of: `hidden.mask`. */
export const currentName = (): string => currentScope().join(".");

/**
 * A stream of its own for the value of this name: {@link uniqueName}, and its number.
 *
 * @param shown what the stream is called where no other one is; its numbers are those of `value`
 */
export function newStream(
  value: string,
  shown = value,
): { readonly name: string; readonly number: number } {
  const full = uniqueName(value);
  const short = `${shown}${full.slice(value.length)}`;
  const name = [...names.values()].includes(short) ? full : short;
  let text = `${value}#${(counts.get(value) as number) - 1}`;
  let number = hashOf(text);
  // Of two names with one number the later is hashed again.
  while (names.has(number)) {
    text = `${text}'`;
    number = hashOf(text);
  }
  names.set(number, name);
  return { name, number };
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash | 0;
}

/** What the stream of this number is called, for formulas. */
export const streamName = (stream: number): string | undefined => names.get(stream);

/** A loop whose step is being written down. */
export class LoopStep {
  readonly #length: () => Node;
  #formal: Node | undefined;

  /** @param length how many steps there are at most, as an int32 scalar */
  constructor(length: () => Node) {
    this.#length = length;
  }

  /** The number of the step: a symbol, made when a draw asks for it. */
  get index(): Node {
    if (!this.#formal) {
      this.#formal = symbol("int32", []);
      this.#formal.label = { name: "step", scope: currentScope() };
    }
    return this.#formal;
  }

  get length(): Node {
    return this.#length();
  }

  /** The symbol, if anything was drawn in this step. */
  get used(): Node | undefined {
    return this.#formal;
  }
}

const loops: LoopStep[] = [];

/** Writes down a step: what it draws, it draws anew at each step. */
export function insideLoop<T>(step: LoopStep, body: () => T): T {
  loops.push(step);
  try {
    return body();
  } finally {
    loops.pop();
  }
}

export const isInsideLoop = (): boolean => loops.length > 0;

/** The step of all loops around what is being written, as one number: 0 outside of loops. */
export function currentStep(): Node {
  const [outer, ...inner] = loops;
  if (!outer) return literal(0, "int32");
  return inner.reduce((step, loop) => add(mul(step, loop.length), loop.index), outer.index);
}
