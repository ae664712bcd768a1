/** Values of a step at all steps at once: outside of the loop where one product does it, else as the loop hands them out. */

import { makeNode, type Node } from "../graph/node.ts";
import { substitute } from "../graph/substitute.ts";
import { type Dim, isFloat } from "../graph/types.ts";
import { mul } from "./arithmetic.ts";
import { literal, symbol } from "./leaf.ts";
import type { Stacked } from "./op.ts";
import { sum } from "./reduction.ts";
import type { Scan } from "./scan.ts";
import { broadcastTo, lengthOf } from "./shape.ts";
import { vectoriseNode } from "./vectorise.ts";

/** Values of the way back through a loop, each along a leading axis of its steps. */
export class AllSteps {
  readonly #forward: Scan;
  readonly #length: Dim;
  /** Values that may differ from step to step. */
  varying: ReadonlySet<Node> = new Set();
  /** Values of which all steps are known. */
  readonly stacked = new Map<Node, Node>();
  /** Values that the loop hands out, as symbols until its scan is made. */
  readonly emitted = new Map<Node, Node>();
  /** Sums that the loop makes, as symbols. */
  readonly sums: { readonly value: Node; readonly total: Node; readonly by: Node }[] = [];

  constructor(forward: Scan, length: Dim) {
    this.#forward = forward;
    this.#length = length;
  }

  /** A value of the step that is the same at all steps, outside of the loop. */
  #fixed(n: Node): Node {
    const bound = new Map(this.#forward.invariants.map((c) => [c.formal, c.operand]));
    return substitute([n], bound).roots[0];
  }

  #operand(n: Node): Stacked {
    return this.varying.has(n)
      ? { node: this.atAllSteps(n), stacked: true }
      : { node: this.#fixed(n), stacked: false };
  }

  /** The value at each step, along a leading axis. */
  atAllSteps(n: Node): Node {
    if (!this.varying.has(n)) {
      const fixed = this.#fixed(n);
      return broadcastTo(fixed, [this.#length, ...fixed.shape]);
    }
    const known = this.stacked.get(n);
    if (known) return known;
    // A product of the step's values with what stays the same is one product outside of the loop.
    const one = n.inputs.filter((input) => this.varying.has(input)).length === 1;
    const made =
      n.op.movement || (one && n.op.reduces === "product")
        ? vectoriseNode(
            n,
            n.inputs.map((input) => this.#operand(input)),
          )
        : undefined;
    const value = made ?? this.#emit(n);
    value.derivative ??= n.derivative;
    this.stacked.set(n, value);
    return value;
  }

  /** A symbol for a value of the way back at all steps. */
  #emit(n: Node): Node {
    const all = symbol(n.type.dtype, [this.#length, ...n.shape]);
    this.emitted.set(n, all);
    return all;
  }

  /** The sum of a value over all steps, outside of the loop where that can be. */
  total(n: Node, by: Node): Node {
    if (!this.varying.has(n)) {
      const fixed = this.#fixed(n);
      const [some] = this.stacked.values();
      const count = some ? lengthOf(some, 0) : literal(this.#length as number, "int32");
      return mul(fixed, count);
    }
    const known = this.stacked.get(n);
    if (known) return sum(known, 0);
    const varying = n.inputs.filter((input) => this.varying.has(input));
    if (n.op.vectoriseSum && (varying.length > 1 || !n.op.multilinear)) {
      const operands = n.inputs.map((input) => this.#operand(input));
      const made = n.op.vectoriseSum(operands, n.attrs, n);
      if (made) return made;
    }
    const isLinear =
      n.op.linear ||
      (n.op.multilinear && varying.length === 1) ||
      (n.op.movement && varying.length === 1 && varying[0] === n.inputs[0]);
    const isTotalled = (input: Node): boolean =>
      isFloat(input.type.dtype) && (n.op.linear === true || this.varying.has(input));
    if (isLinear && varying.every(isTotalled)) {
      const parts = n.inputs.map((input) =>
        isTotalled(input) ? this.total(input, by) : this.#fixed(input),
      );
      return makeNode(n.op, parts, n.attrs);
    }
    const total = symbol(n.type.dtype, n.shape);
    this.sums.push({ value: n, total, by });
    return total;
  }
}
