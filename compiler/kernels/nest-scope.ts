/** Names and places in one loop nest: its loops, their letters, local variables and the blocks that declare them. */

import type { Node } from "../graph/node.ts";
import { sizesOf } from "../graph/types.ts";
import type { Statement } from "./loops.ts";
import type { Program } from "./program.ts";
import { type Axis, local, type Scalar, walk } from "./scalar.ts";

export type Local = Extract<Scalar, { kind: "local" }>;

interface Block {
  readonly statements: Statement[];
  /** The loop that this is the body of; undefined outermost. */
  readonly axis: Axis | undefined;
  /** Variables declared in it. */
  readonly names: Set<string>;
}

/** The blocks of one nest, the innermost that is open last. */
export class NestScope {
  readonly program: Program;
  /** Axes of loops that share one with others. */
  protected readonly alias = new Map<Axis, Axis>();
  protected readonly letters = new Map<Axis, string>();
  /** Loops around the nest. */
  protected readonly outer: ReadonlyMap<Axis, string>;
  protected readonly sizes = new Set<string>();
  /** Memory that the nest has written, with the number of loops around that. */
  protected readonly written = new Map<Node, number>();
  readonly #names = new Set<string>();
  readonly #localDepth = new Map<Scalar, number>();
  blocks: Block[] = [{ statements: [], axis: undefined, names: new Set() }];

  constructor(program: Program, outer: readonly (readonly [Axis, string])[] = []) {
    this.program = program;
    this.outer = new Map(outer);
    for (const [node, name] of program.names) {
      this.#names.add(name);
      for (const size of sizesOf(node.shape)) this.#names.add(size);
    }
  }

  nameOf(node: Node): string {
    return this.program.names.get(node) ?? node.op.name;
  }

  get block(): Statement[] {
    return (this.blocks.at(-1) as Block).statements;
  }

  /** The letter of a loop; given in order of first use. */
  letter(axis: Axis): string {
    const own = this.alias.get(axis) ?? axis;
    const known = this.outer.get(own) ?? this.letters.get(own);
    if (known) return known;
    const taken = new Set([...this.letters.values(), ...this.outer.values(), ...this.#names]);
    const letter = [..."ijklmnqrstuvw"].find((l) => !taken.has(l)) ?? `axis${this.letters.size}`;
    this.letters.set(own, letter);
    return letter;
  }

  /** Opens a loop, runs `body` inside it, and puts it behind what `body` moved in front of it. */
  loop(axis: Axis, step: number, body: () => void): void {
    const outer = new Set(this.outer.values());
    const letters = [..."ijklmnqrstuvw"].filter((l) => !this.#names.has(l) && !outer.has(l));
    this.letters.set(axis, letters[this.blocks.length - 1]);
    for (const size of sizesOf([axis.extent])) this.sizes.add(size);
    const statements: Statement[] = [];
    this.blocks.push({ statements, axis, names: new Set() });
    body();
    this.blocks.pop();
    this.block.push({ kind: "loop", axis, step, body: statements });
  }

  /** A new local variable; its name is made unique. @param depth loops around the block that declares it */
  newLocal(
    wanted: string,
    dtype: Scalar["dtype"],
    own = false,
    depth = this.blocks.length - 1,
  ): Local {
    // The name of a value of the program is free only for the local that holds that value.
    const taken = (name: string): boolean =>
      (!own && this.#names.has(name)) || this.blocks.some((block) => block.names.has(name));
    let name = wanted;
    for (let n = 2; taken(name); n++) name = `${wanted}_${n}`;
    this.blocks[depth].names.add(name);
    const made = local(name, dtype) as Local;
    this.#localDepth.set(made, depth);
    return made;
  }

  /** The number of loops around the outermost place where a scalar can be computed. */
  protected depthOf(root: Scalar): number {
    let depth = 0;
    for (const s of walk(root)) {
      if (s.kind === "axis")
        depth = Math.max(
          depth,
          this.blocks.findIndex((b) => b.axis === s.axis),
        );
      if (s.kind === "local") depth = Math.max(depth, this.#localDepth.get(s) ?? 0);
      if (s.kind === "element") depth = Math.max(depth, this.written.get(s.node) ?? 0);
    }
    return depth;
  }
}
