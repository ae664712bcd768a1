/** From expressions of tensors to one indexed expression for each stored value. */

import { fail } from "../diagnostics/error.ts";
import type { Node } from "../graph/node.ts";
import { type Axis, axisIndex, constant, load, newAxis, type Scalar, walk } from "./scalar.ts";

/** One kernel: every element of `value`, as an expression over its spatial axes. */
export interface Stage {
  readonly value: Node;
  /** Where it is written: `value` itself, or the shared variable that it updates. */
  readonly into: Node;
  /** Leading index into it: the entry of a state that this step of a loop writes. */
  readonly prefix: readonly Scalar[];
  readonly axes: readonly Axis[];
  readonly body: Scalar;
  /** It gives a state of a loop its first value. */
  readonly isStart?: boolean;
  /** It is what a value is where a condition does not hold. */
  readonly isOtherwise?: boolean;
  /** What its schedule reads instead of a value: what lies inside of its margins. */
  readonly instead?: { readonly of: Node; readonly loads: readonly Load[] };
}

/** A loop over time: its body runs once a step, in order. */
export interface Loop {
  readonly kind: "loop";
  /** What it is the loop of. */
  readonly scan: Node;
  readonly axis: Axis;
  readonly backwards: boolean;
  readonly body: readonly Step[];
  /** Truth value of the body: the step where it holds is the last one. */
  readonly until: Node | undefined;
  /** Name of the size that is how many steps were made. */
  readonly counts: string | undefined;
}

/** A size that is computed during the call. */
export interface SizeStep {
  readonly kind: "size";
  readonly name: string;
  readonly value: Scalar;
}

/** Steps of which only one side runs. */
export interface Branch {
  readonly kind: "branch";
  /** A truth value, in memory or an input. */
  readonly condition: Node;
  readonly holds: readonly Step[];
  readonly otherwise: readonly Step[];
}

/** What a function does, one after the other. */
export type Step = (Stage & { readonly kind: "kernel" }) | Loop | SizeStep | Branch;

/** The steps inside a step. */
function innerOf(step: Step): readonly Step[] {
  if (step.kind === "loop") return step.body;
  return step.kind === "branch" ? [...step.holds, ...step.otherwise] : [];
}

/** The kernels of steps, also those in loops and branches, in order. */
export function stagesOf(steps: readonly Step[]): Stage[] {
  return steps.flatMap((step) => (step.kind === "kernel" ? [step] : stagesOf(innerOf(step))));
}

/** The loops of steps, also those in loops and branches, in order. */
export function loopsOf(steps: readonly Step[]): Loop[] {
  return steps.flatMap((step) => [
    ...(step.kind === "loop" ? [step] : []),
    ...loopsOf(innerOf(step)),
  ]);
}

/** The branches of steps, also those in loops and branches, in order. */
export function branchesIn(steps: readonly Step[]): Branch[] {
  return steps.flatMap((step) => [
    ...(step.kind === "branch" ? [step] : []),
    ...branchesIn(innerOf(step)),
  ]);
}

export type Load = Extract<Scalar, { kind: "load" }>;

const loads = new WeakMap<Scalar, readonly Load[]>();

/** Every place in memory that a kernel reads. */
export function loadsOf({ body, instead }: Stage): readonly Load[] {
  let found = loads.get(body);
  if (!found) {
    found = walk(body).filter((s): s is Load => s.kind === "load");
    loads.set(body, found);
  }
  return instead ? [...found.filter((load) => load.node !== instead.of), ...instead.loads] : found;
}

/** Lowers the values of one function. */
export class Lowerer {
  readonly #isMemory: (node: Node) => boolean;
  /** Where values of a loop's step are found: entries of sequences and states. */
  readonly places = new Map<Node, (index: readonly Scalar[]) => Scalar>();
  /** Everything that has been found so in some loop. */
  readonly placed = new Set<Node>();
  readonly #memo = new Map<string, Scalar>();
  readonly #nodes = new Map<Scalar, Node>();

  /** @param isMemory whether a value lies in memory, where it is read instead of computed */
  constructor(isMemory: (node: Node) => boolean) {
    this.#isMemory = isMemory;
  }

  /** The value of the graph that a scalar is an element of, if it has a name there. */
  nodeOf(scalar: Scalar): Node | undefined {
    return this.#nodes.get(scalar);
  }

  /** Notes that a scalar is an element of this value, read from where those lie in another arrangement. */
  noteElement(scalar: Scalar, node: Node): void {
    this.#nodes.set(scalar, node);
  }

  /**
   * What `make` makes of a loop. Another loop may have values in common with it – the loop ahead and the way
   * back compute the same step – and puts them elsewhere.
   *
   * @param values those of the step
   */
  insideLoop<T>(values: readonly Node[], make: () => T): T {
    const outer = new Map(this.places);
    for (const value of values) this.places.delete(value);
    const made = make();
    for (const node of this.places.keys()) this.placed.add(node);
    this.places.clear();
    for (const [node, place] of outer) this.places.set(node, place);
    return made;
  }

  /** The kernel that computes `value`, into its own memory or that of a variable that it updates. */
  compute(value: Node, into: Node = value, prefix: readonly Scalar[] = []): Stage {
    this.#memo.clear();
    const { axes, index } = this.#spatial(value);
    return { value, into, prefix, axes, body: this.#compute(value, index) };
  }

  /** The kernel that copies `value`, wherever it lies. */
  copy(value: Node, into: Node, prefix: readonly Scalar[] = []): Stage {
    this.#memo.clear();
    const { axes, index } = this.#spatial(value);
    return { value, into, prefix, axes, body: this.read(value, index) };
  }

  /** The kernel that computes or copies `value`, which may lie in memory or be computed on the spot. */
  fill(value: Node, into: Node, prefix: readonly Scalar[]): Stage {
    const lies = this.places.has(value) || this.#isMemory(value);
    return lies ? this.copy(value, into, prefix) : this.compute(value, into, prefix);
  }

  /** The kernel that copies memory of the compiler's own. */
  copyMemory(memory: Node, into: Node): Stage {
    const { axes, index } = this.#spatial(memory);
    return { value: memory, into, prefix: [], axes, body: load(memory, index) };
  }

  #spatial(value: Node): { axes: Axis[]; index: Scalar[] } {
    const axes = value.shape.map((dim) => newAxis(dim));
    const index = axes.map((axis) => (axis.extent === 1 ? constant(0, "int32") : axisIndex(axis)));
    return { axes, index };
  }

  /** A scalar of the graph (an index, a size) as an expression over memory. */
  scalar(value: Node): Scalar {
    return this.read(value, []);
  }

  /** An element of a value, from memory or computed on the spot. */
  read(node: Node, at: readonly Scalar[]): Scalar {
    const index = broadcastIndex(node, at);
    const place = this.places.get(node);
    if (place) return place(index);
    return this.#isMemory(node) ? load(node, index) : this.#compute(node, index);
  }

  #compute(node: Node, index: readonly Scalar[]): Scalar {
    const key = `${node.id}[${index.map((i) => i.key).join(",")}]`;
    const known = this.#memo.get(key);
    if (known) return known;
    if (!node.op.lower)
      return fail("ADJ9001", `${node.op.name} has no lowering`, { site: node.site });
    const result = node.op.lower(
      {
        attrs: node.attrs,
        type: node.type,
        inputs: node.inputs.map((input) => input.type),
        read: (input, at) => this.read(node.inputs[input], at),
        axis: newAxis,
      },
      index,
    );
    this.#memo.set(key, result);
    const named = node.label || node.role || node.derivative || node.arrangedAs;
    if (named && !node.op.movement && !this.#nodes.has(result)) this.#nodes.set(result, node);
    return result;
  }
}

/** The index into an operand that is broadcast: missing axes are dropped, those of length 1 stay at 0. */
function broadcastIndex(node: Node, index: readonly Scalar[]): readonly Scalar[] {
  const lead = index.length - node.shape.length;
  return node.shape.map((dim, i) => (dim === 1 ? constant(0, "int32") : index[lead + i]));
}
