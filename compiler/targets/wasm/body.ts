/** The body of a function while it is written: its locals and what names in scalars stand for. */

import type { Node } from "../../graph/node.ts";
import type { DType } from "../../graph/types.ts";
import type { Axis } from "../../kernels/scalar.ts";
import { type Code, flat, get, set } from "./code.ts";
import type { Held, Scope } from "./expression.ts";
import { inWasm, type LocalType, type NumberType, numberTypes } from "./names.ts";
import type { Lanes } from "./vector.ts";

export interface Letters {
  letter(axis: Axis): string;
  nameOf(node: Node): string;
  helper(name: string): string;
}

export class Body implements Scope {
  readonly code: Code[] = [];
  readonly #locals = new Map<string, LocalType>();
  readonly #held = new Map<string, NumberType>();
  readonly #vectors = new Map<string, Code>();
  readonly #aliases = new Map<string, Code>();
  readonly #addresses = new Map<string, string>();
  readonly #letters: Letters;
  readonly #holdsAddresses: boolean;
  readonly #read = new Set<string>();
  readonly #sums = new Set<string>();

  /** @param holdsAddresses whether each address is worked out once, for what it depends on never changes */
  constructor(letters: Letters, holdsAddresses = false) {
    this.#letters = letters;
    this.#holdsAddresses = holdsAddresses;
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

  /** The same for a finished sum in lanes: a product that it is added to is one more of its terms. */
  withSum(name: string, four: Code, write: () => void): void {
    this.#sums.add(name);
    this.inLanes(name, four, write);
    this.#sums.delete(name);
  }

  /** The body of another function with the same letters. */
  other(): Body {
    return new Body(this.#letters, this.#holdsAddresses);
  }

  letter(axis: Axis): string {
    return this.#letters.letter(axis);
  }

  nameOf(node: Node): string {
    return this.#letters.nameOf(node);
  }

  // Names in scalars.

  base(node: Node): Code {
    return this.#get(this.#letters.nameOf(node));
  }
  axis(axis: Axis): Code {
    return this.#get(this.letter(axis));
  }
  size(name: string): Code {
    return this.#get(inWasm(name));
  }
  local(name: string, dtype: DType): Held {
    const alias = this.#aliases.get(name);
    if (alias !== undefined) return { code: alias, type: numberTypes[dtype] };
    return { code: this.#get(name), type: this.#held.get(name) ?? numberTypes[dtype] };
  }
  #get(name: string): Code {
    this.#read.add(name);
    return get(name);
  }
  /** Whether a scalar has needed a local. */
  reads(name: string): boolean {
    return this.#read.has(name);
  }
  helper(name: string): string {
    return this.#letters.helper(name);
  }
  address(node: Node, address: Code): Code {
    return this.#holdsAddresses ? this.held(node, address) : address;
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
      address: (node, address) => this.address(node, address),
    };
  }

  // Statements.

  push(...code: Code[]): void {
    this.code.push(...code);
  }

  /** Sets a local to an address of a value's memory: one for each that there is. */
  held(node: Node, address: Code): Code {
    const text = flat(address);
    if (text.startsWith("(local.get")) return address;
    let name = `${this.nameOf(node)}.at`;
    while ((this.#addresses.get(name) ?? text) !== text) name += "_";
    const isKnown = this.#addresses.has(name);
    this.#addresses.set(name, text);
    if (!isKnown || !this.#holdsAddresses) this.set(name, "i32", address);
    return get(name);
  }

  /** A line of comment. */
  note(text: string): void {
    this.push(`;; ${text}`);
  }

  set(name: string, type: LocalType, value: Code): void {
    this.push(set(this.declare(name, type), value));
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

  /** Declarations of all locals but the parameters, those of a type on a line. */
  declarations(parameters: readonly string[]): Code[] {
    const types: LocalType[] = ["i32", "i64", "f32", "f64", "v128"];
    return types.flatMap((type) =>
      [...this.#locals]
        .filter(([name, t]) => t === type && !parameters.includes(name))
        .map(([name]): Code => ["local", `$${name}`, type]),
    );
  }
}
