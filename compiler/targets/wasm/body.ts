/** The body of a function while it is written: its locals and what names in scalars stand for. */

import type { Node } from "../../graph/node.ts";
import type { DType } from "../../graph/types.ts";
import type { Axis, Scalar } from "../../kernels/scalar.ts";
import { type Code, flat, get, set } from "./code.ts";
import type { Held, Scope } from "./expression.ts";
import { inWasm, type LocalType, type NumberType, numberTypes } from "./names.ts";
import type { Lanes } from "./vector.ts";

export interface Letters {
  letter(axis: Axis): string;
  nameOf(node: Node): string;
  helper(name: string): string;
}

/** Addresses that a function keeps at hand. */
export interface Pointers {
  /** One of a value's memory, and how many bytes behind it an element lies. */
  at(node: Node, offset: Scalar): { readonly code: Code; readonly bytes: number } | undefined;
}

export class Body implements Scope {
  readonly code: Code[] = [];
  readonly #locals = new Map<string, LocalType>();
  readonly #held = new Map<string, NumberType>();
  readonly #vectors = new Map<string, Code>();
  readonly #aliases = new Map<string, Code>();
  readonly #addresses = new Map<string, string>();
  readonly #letters: Letters;
  readonly #sums = new Set<string>();
  readonly #axes = new Map<Axis, Code>();
  readonly #start = new Map<string, Code>();
  #pointers: Pointers | undefined;
  #isLikeLanes = false;

  constructor(letters: Letters) {
    this.#letters = letters;
  }

  /** A local of the function; the same for the same name. */
  declare(name: string, type: LocalType): string {
    const known = this.#locals.get(name);
    if (known !== undefined && known !== type) throw new Error(`${name} is ${known} and ${type}`);
    this.#locals.set(name, type);
    return name;
  }

  /** Says how a local of a schedule is held. */
  hold(name: string, type: NumberType): void {
    this.declare(name, type);
    this.#held.set(name, type);
  }

  /** While `write` runs, sums that begin there are of the type that those in lanes have. */
  likeLanes(write: () => void): void {
    const before = this.#isLikeLanes;
    this.#isLikeLanes = true;
    write();
    this.#isLikeLanes = before;
  }

  get isLikeLanes(): boolean {
    return this.#isLikeLanes;
  }

  /** While `body` is written, a local differs from lane to lane. */
  inLanes(name: string, code: Code, body: () => void): void {
    const before = this.#vectors.get(name);
    this.#vectors.set(name, code);
    body();
    if (before === undefined) this.#vectors.delete(name);
    else this.#vectors.set(name, before);
  }

  /** While `write` runs, a local is something else: one number, and four in lanes. */
  as(name: string, { one, four }: { one: Code; four: Code }, write: () => void): void {
    this.#aliases.set(name, one);
    this.inLanes(name, four, write);
    this.#aliases.delete(name);
  }

  /** The same for a finished sum: a product that it is added to in lanes is one more of its terms. */
  withSum(name: string, sum: { one: Code; four: Code }, write: () => void): void {
    this.#sums.add(name);
    this.as(name, sum, write);
    this.#sums.delete(name);
  }

  /** While `write` runs, a counter is something else. */
  axisAs(axis: Axis, code: Code, write: () => void): void {
    this.#axes.set(axis, code);
    write();
    this.#axes.delete(axis);
  }

  /** While `write` runs, addresses are at hand, and constants in lanes are set where the function begins. */
  withPointers(pointers: Pointers, write: () => void): void {
    this.#pointers = pointers;
    write();
    this.#pointers = undefined;
  }

  /** What `write` returns where no addresses are at hand. */
  outside<T>(write: () => T): T {
    const pointers = this.#pointers;
    this.#pointers = undefined;
    const value = write();
    this.#pointers = pointers;
    return value;
  }

  letter(axis: Axis): string {
    return this.#letters.letter(axis);
  }

  nameOf(node: Node): string {
    return this.#letters.nameOf(node);
  }

  // Names in scalars.

  base(node: Node): Code {
    return get(this.#letters.nameOf(node));
  }
  axis(axis: Axis): Code {
    return this.#axes.get(axis) ?? get(this.letter(axis));
  }
  size(name: string): Code {
    return get(inWasm(name));
  }
  local(name: string, dtype: DType): Held {
    const alias = this.#aliases.get(name);
    if (alias !== undefined) return { code: alias, type: numberTypes[dtype] };
    return { code: get(name), type: this.#held.get(name) ?? numberTypes[dtype] };
  }
  helper(name: string): string {
    return this.#letters.helper(name);
  }
  pointer(node: Node, offset: Scalar): ReturnType<Pointers["at"]> {
    return this.#pointers?.at(node, offset);
  }
  /** A constant in all lanes: its name says what it is for, and the same one has one name. */
  constant(role: string, code: Code): Code {
    if (!this.#pointers) return code;
    const text = flat(code);
    const known = [...this.#start].find(([, value]) => flat(value) === text);
    if (known) return get(known[0]);
    const isNew = (name: string): boolean => !this.#start.has(name);
    // No name of a model begins like this.
    const names = ["", ...Array.from(this.#start.keys(), (_, i) => `_${i + 2}`)];
    const name = names.map((end) => `x4.${role}${end}`).find(isNew) as string;
    this.atStart(name, "v128", code);
    return get(name);
  }
  vector(name: string): Code | undefined {
    return this.#vectors.get(name);
  }

  /** The same where a loop's steps are in lanes. */
  along(axis: Axis): Lanes {
    return {
      along: axis,
      base: (node) => this.base(node),
      axis: (a) => this.axis(a),
      size: (name) => this.size(name),
      local: (name, dtype) => this.local(name, dtype),
      helper: (name) => this.helper(name),
      vector: (name) => this.vector(name),
      isSum: (name) => this.#sums.has(name),
      held: (node, address) => this.held(node, address),
      pointer: (node, offset) => this.pointer(node, offset),
      constant: (name, code) => this.constant(name, code),
    };
  }

  // Statements.

  push(...code: Code[]): void {
    this.code.push(...code);
  }

  /** Sets a local to an address of a value's memory. */
  held(node: Node, address: Code): Code {
    const text = flat(address);
    if (text.startsWith("(local.get")) return address;
    let name = `${this.nameOf(node)}.at`;
    while ((this.#addresses.get(name) ?? text) !== text) name += "_";
    this.#addresses.set(name, text);
    this.set(name, "i32", address);
    return get(name);
  }

  /** A line of comment. */
  note(text: string): void {
    this.push(`;; ${text}`);
  }

  set(name: string, type: LocalType, value: Code): void {
    this.push(set(this.declare(name, type), value));
  }

  /** Sets a local where the function begins. */
  atStart(name: string, type: LocalType, value: Code): void {
    this.#start.set(this.declare(name, type), value);
  }

  /** The statements that `body` writes, for a block. */
  inside(body: () => void): Code[] {
    const start = this.code.length;
    body();
    return this.code.splice(start);
  }

  /** A loop of a counter that is set before: `body`, then the step, while the counter is below the limit. */
  loop(counter: string, step: number, limit: Code, body: () => void): void {
    const label = `$each_${counter}`;
    const next: Code = ["i32.add", get(counter), ["i32.const", String(step)]];
    this.push([
      "loop",
      label,
      ...this.inside(body),
      ["br_if", label, ["i32.lt_s", ["local.tee", `$${counter}`, next], limit]],
    ]);
  }

  /** Everything that `body` writes only where a condition holds. */
  when(condition: Code, body: () => void): void {
    this.push(["if", condition, ["then", ...this.inside(body)]]);
  }

  /**
   * Declarations of the locals that are needed, those of a type on a line, and the statements without what only sets
   * others.
   */
  finished(parameters: readonly string[]): readonly [Code[], Code[]] {
    const start = [...this.#start].map(([name, value]) => set(name, value));
    const code = withoutUnread([...start, ...this.code]);
    const used = new Set(code.flatMap(localsIn));
    const types: LocalType[] = ["i32", "i64", "f32", "f64", "v128"];
    const locals = types.flatMap((type) =>
      [...this.#locals]
        .filter(([name, t]) => t === type && used.has(name) && !parameters.includes(name))
        .map(([name]): Code => ["local", `$${name}`, type]),
    );
    return [locals, code];
  }
}

/** Names of locals that are set or read. */
const localsIn = (code: Code): string[] => {
  if (typeof code === "string") return [];
  const own = String(code[0]).startsWith("local.") ? [String(code[1]).slice(1)] : [];
  return [...own, ...code.flatMap(localsIn)];
};

const readIn = (code: Code): string[] => {
  if (typeof code === "string") return [];
  const own = code[0] === "local.get" || code[0] === "local.tee" ? [String(code[1])] : [];
  return [...own, ...code.flatMap(readIn)];
};

/** Without what sets locals that nothing reads. */
function withoutUnread(code: readonly Code[]): Code[] {
  const read = new Set(code.flatMap(readIn));
  let hasChanged = false;
  const kept = (part: Code): boolean => {
    const isUnread = Array.isArray(part) && part[0] === "local.set" && !read.has(String(part[1]));
    hasChanged ||= isUnread;
    return !isUnread;
  };
  const without = (parts: readonly Code[]): Code[] =>
    parts.filter(kept).map((part) => (typeof part === "string" ? part : without(part)));
  const rest = without(code);
  return hasChanged ? withoutUnread(rest) : rest;
}
