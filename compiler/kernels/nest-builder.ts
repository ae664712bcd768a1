/** One loop nest: accumulators, locals, and statements where everything that they need is known. */

import { fail } from "../diagnostics/error.ts";
import type { Node } from "../graph/node.ts";
import { sizesOf } from "../graph/types.ts";
import { definedNames } from "./functions.ts";
import type { Nest } from "./loops.ts";
import { loadsOf } from "./lower.ts";
import { droppedDims, isProduct, type PathStage, runsAt } from "./nest.ts";
import { type Local, NestScope } from "./nest-scope.ts";
import { isArray, type Program } from "./program.ts";
import {
  type Axis,
  axisIndex,
  constant,
  element,
  extent,
  indexAdd,
  indexMul,
  local,
  operandsOf,
  type ReduceFn,
  rewrite,
  type Scalar,
  type ScalarFn,
  walk,
  withOperands,
} from "./scalar.ts";
import { tileProduct } from "./tile.ts";

type Reduce = Extract<Scalar, { kind: "reduce" }>;

/** Computed once outside of a loop that does not change them. */
const costly: ReadonlySet<ScalarFn> = new Set([
  "exp",
  "log",
  "log1p",
  "expm1",
  "pow",
  "sin",
  "cos",
  "tanh",
  "sqrt",
  ...definedNames,
]);

const reduceNames: Record<ReduceFn, string> = {
  add: "sum",
  mul: "product",
  max: "max",
  min: "min",
  argmax: "argmax",
  argmin: "argmin",
};

/** Builds one nest: statements are put where everything that they need is known. */
export class NestBuilder extends NestScope {
  readonly stages: readonly PathStage[];
  readonly #leaves: (node: Node) => boolean;
  readonly #dropped: Map<Node, number>;
  readonly #locals = new Map<Node, Local>();
  readonly #memory = new Set<Node>();
  readonly #scalars = new Set<Node>();
  readonly #results: Node[] = [];
  readonly #counters = new Set<Axis>();

  constructor(
    program: Program,
    stages: readonly PathStage[],
    leaves: (node: Node) => boolean,
    outer: readonly (readonly [Axis, string])[] = [],
  ) {
    super(program, outer);
    this.stages = stages;
    this.#leaves = leaves;
    this.#dropped = droppedDims(stages, leaves);
  }

  build(): Nest {
    const [only] = this.stages;
    if (this.stages.length === 1 && isProduct(only)) tileProduct(this, only);
    else this.#group(this.stages, 0);
    const inside = new Set(
      this.stages.flatMap((s) => s.instead?.loads ?? []).map((load) => load.node),
    );
    const touched = this.stages.flatMap((s) => [...loadsOf(s).map((l) => l.node), s.into]);
    return {
      name: this.stages
        .filter((s) => this.#leaves(s.into))
        .map(
          (s) =>
            `${this.nameOf(s.into)}${s.isStart ? "_start" : s.isOtherwise ? "_otherwise" : ""}`,
        )
        .join("_and_"),
      stages: this.stages,
      body: this.blocks[0].statements,
      memory: [...new Set(touched)].filter((node) => this.#memory.has(node) || inside.has(node)),
      scalars: [...this.#scalars],
      sizes: [...this.sizes],
      results: this.#results,
      counters: [...this.#counters],
      axisNames: new Map(
        [...this.alias.keys(), ...this.letters.keys(), ...this.#counters].map((a) => [
          a,
          this.letter(a),
        ]),
      ),
      dropped: this.#dropped,
    };
  }

  #group(stages: readonly PathStage[], depth: number): void {
    for (const run of runsAt(stages, depth)) {
      const [first] = run;
      if (first.path.length <= depth) {
        this.#leaf(first);
        continue;
      }
      const { axis } = first.path[depth];
      for (const stage of run.slice(1)) this.alias.set(stage.path[depth].axis, axis);
      const starting = run.filter(
        (s) =>
          s.path[depth].dim === undefined && s.path.findIndex((p) => p.dim === undefined) === depth,
      );
      const accumulators = new Map<PathStage, Accumulator>();
      for (const stage of run)
        if (stage.running && stage.path.length === depth + 1)
          this.#open.set(stage, this.#accumulator(stage.running, stage));
      for (const stage of starting)
        accumulators.set(stage, this.#accumulator(stage.reduce as Reduce, stage));
      for (const [stage, acc] of accumulators) this.#open.set(stage, acc);
      this.loop(axis, 1, () => this.#group(run, depth + 1));
      for (const [stage, acc] of accumulators) {
        const result = rewrite(stage.body, (s) => (s === stage.reduce ? acc.local : undefined));
        this.put(stage, this.value(result, stage));
      }
    }
  }

  readonly #open = new Map<PathStage, Accumulator>();

  #leaf(stage: PathStage): void {
    if (stage.running) {
      this.#advance(stage, stage.running);
      return;
    }
    const acc = stage.reduce && this.#open.get(stage);
    if (acc && stage.reduce) this.#accumulate(stage.reduce, acc, stage);
    else this.put(stage, this.value(stage.body, stage));
  }

  /** One step of a running reduction: the element takes part before or after the result so far is read. */
  #advance(stage: PathStage, running: Reduce): void {
    const acc = this.#open.get(stage) as Accumulator;
    const { axis } = stage.path[stage.path.length - 1];
    this.letter(running.axes[0]);
    const body = rewrite(running.body, (s) =>
      s.kind === "axis" && s.axis === running.axes[0] ? axisIndex(axis) : undefined,
    );
    const accumulate = (): void => this.#accumulate({ ...running, body }, acc, stage);
    if (!isExclusive(running)) accumulate();
    const result = rewrite(stage.body, (s) => (s === running ? acc.local : undefined));
    this.put(stage, this.value(result, stage));
    if (isExclusive(running)) accumulate();
  }

  /** Declares the accumulator of a reduction. */
  #accumulator(reduce: Reduce, stage: PathStage): Accumulator {
    const node = this.program.lowerer.nodeOf(reduce);
    const whole = stage.body === reduce;
    const isResult = whole && !isExclusive(reduce);
    const isLocal = isResult && stage.into.shape.length === this.#droppedOf(stage.into);
    const named =
      isResult && (isLocal || this.#isResult(stage)) ? this.nameOf(stage.into) : undefined;
    const name =
      named ??
      (node && node !== stage.value ? this.program.names.get(node) : undefined) ??
      this.#accumulatorName(reduce.fn, stage);
    const isOwn = named !== undefined || this.program.names.get(node ?? stage.value) === name;
    const acc = this.newLocal(name, reduce.dtype, isOwn);
    const positional = reduce.fn === "argmax" || reduce.fn === "argmin";
    const best = positional
      ? this.newLocal(
          `${bodyName(reduce, this) ?? name}_${reduce.fn === "argmax" ? "max" : "min"}`,
          reduce.body.dtype,
        )
      : undefined;
    this.block.push({ kind: "declare", local: acc, fn: reduce.fn, ...(best ? { best } : {}) });
    return { local: acc, best };
  }

  /** `errors_sum`; of a value that is itself called `sum`, the element: `sum_i`. */
  #accumulatorName(fn: ReduceFn, stage: PathStage): string {
    const whole = this.nameOf(stage.into);
    const part = reduceNames[fn];
    if (whole !== part && !whole.endsWith(`_${part}`)) return `${whole}_${part}`;
    const letters = this.#looped(stage.axes);
    return letters.length > 0 ? [whole, ...letters].join("_") : `${whole}_${part}`;
  }

  /** Letters of the loops over these axes. */
  #looped(axes: readonly Axis[]): string[] {
    return axes.filter((axis) => axis.extent !== 1).map((axis) => this.letter(axis));
  }

  #accumulate(reduce: Reduce, { local: acc, best }: Accumulator, stage: PathStage): void {
    let value = this.value(reduce.body, stage);
    if (best && value.kind !== "local") {
      const source = bodyName(reduce, this);
      const name = source ? [source, ...this.#looped(reduce.axes)].join("_") : `${acc.name}_value`;
      const held = this.newLocal(name, value.dtype);
      this.block.push({ kind: "let", local: held, value });
      value = held;
    }
    const position = best ? this.value(axisIndex(reduce.axes[0]), stage) : undefined;
    this.block.push({
      kind: "accumulate",
      local: acc,
      fn: reduce.fn,
      value,
      ...(best && position ? { best, position } : {}),
    });
  }

  #droppedOf(node: Node): number {
    const full = node.shape.filter((dim) => dim !== 1).length;
    const dropped = this.#dropped.get(node);
    return dropped === full ? node.shape.length : -1;
  }

  /** Scalars lie in memory if they are there between calls or between steps of a loop. */
  #isArray(node: Node): boolean {
    return isArray(this.program, node);
  }

  #isResult(stage: PathStage): boolean {
    return stage.into.shape.length === 0 && !this.#isArray(stage.into);
  }

  /** Writes an element of a kernel's value: to a local, a result, or memory. */
  put(stage: PathStage, value: Scalar, index?: readonly Scalar[]): void {
    const { into } = stage;
    const isLocal = this.#dropped.has(into) && this.#droppedOf(into) === into.shape.length;
    if (isLocal || this.#isResult(stage)) {
      const name = this.nameOf(into);
      const same = value.kind === "local" && value.name === name;
      const held = same ? value : this.newLocal(name, value.dtype, true);
      if (!same) this.block.push({ kind: "let", local: held, value });
      this.#locals.set(into, held);
      if (!isLocal && this.#leaves(into)) this.#results.push(into);
      return;
    }
    const at =
      index ??
      stage.axes.map((axis) => (axis.extent === 1 ? constant(0, "int32") : axisIndex(axis)));
    const offset = this.#offset(
      into,
      [...stage.prefix, ...at].map((i) => this.value(i, stage)),
    );
    this.#memory.add(into);
    this.written.set(into, this.blocks.length - 1);
    this.block.push({ kind: "store", into, offset, value });
  }

  /** Row-major offset into memory, without the dimensions that shared loops fix. */
  #offset(node: Node, index: readonly Scalar[]): Scalar {
    let drop = this.#dropped.get(node) ?? 0;
    let flat: Scalar = constant(0, "int32");
    for (const [axis, i] of index.entries()) {
      if (node.shape[axis] === 1) continue;
      if (drop > 0) {
        drop--;
        continue;
      }
      if (axis > 0) for (const size of sizesOf([node.shape[axis]])) this.sizes.add(size);
      flat = indexAdd(indexMul(flat, extent(node.shape[axis])), i);
    }
    return flat;
  }

  /** A scalar in terms of what this nest has: canonical axes, locals, elements; shared parts are named. */
  value(root: Scalar, stage: PathStage): Scalar {
    const uses = new Map<Scalar, number>();
    for (const s of walk(root)) for (const o of operandsOf(s)) uses.set(o, (uses.get(o) ?? 0) + 1);
    const memo = new Map<Scalar, Scalar>();
    const visit = (s: Scalar): Scalar => {
      const known = memo.get(s);
      if (known) return known;
      const result = this.#convert(s, visit, stage, (uses.get(s) ?? 0) > 1, s === root);
      memo.set(s, result);
      return result;
    };
    return visit(root);
  }

  #convert(
    s: Scalar,
    visit: (s: Scalar) => Scalar,
    stage: PathStage,
    repeated: boolean,
    isRoot: boolean,
  ): Scalar {
    switch (s.kind) {
      case "axis": {
        if (this.outer.has(s.axis)) this.#counters.add(s.axis);
        else if (s.axis.extent === 1) return constant(0, "int32");
        return axisIndex(this.alias.get(s.axis) ?? s.axis);
      }
      case "size":
        this.sizes.add(s.name);
        return s;
      case "load":
        return this.#load(s.node, s.index.map(visit));
      case "reduce":
        return this.#innerReduce(s, stage);
      case "call": {
        const made = decided(withOperands(s, s.args.map(visit)));
        if (made.kind !== "call" || isRoot) return made;
        const node = this.program.lowerer.nodeOf(s);
        const name = node && this.program.names.get(node);
        const isIndex = made.dtype === "int32" && made.fn !== "where";
        const depth = this.depthOf(made);
        const hoist = costly.has(made.fn) && depth < this.blocks.length - 1;
        if (!hoist && (isIndex || !(repeated || (name && node !== stage.value)))) return made;
        const isOwn = name !== undefined && !this.program.temporaries.includes(node as Node);
        const wanted = name ?? `${this.nameOf(stage.into)}_${s.fn}`;
        const place = hoist ? depth : this.blocks.length - 1;
        const held = this.newLocal(wanted, made.dtype, isOwn, place);
        this.blocks[place].statements.push({ kind: "let", local: held, value: made });
        return held;
      }
      default:
        return s;
    }
  }

  #load(node: Node, index: readonly Scalar[]): Scalar {
    const held = this.#locals.get(node);
    if (held) return held;
    const isScalar = node.shape.length === 0 && !this.#isArray(node);
    if (isScalar) {
      this.#scalars.add(node);
      return local(this.nameOf(node), node.type.dtype);
    }
    this.#memory.add(node);
    return element(node, this.#offset(node, index));
  }

  #innerReduce(reduce: Reduce, stage: PathStage): Scalar {
    if (reduce.until)
      fail("ADJ9001", `a running reduction of ${this.nameOf(stage.into)} is part of another value`);
    const acc = this.#accumulator(reduce, stage);
    const nested = (axes: readonly Axis[]): void => {
      const [axis, ...rest] = axes;
      if (!axis) this.#accumulate(reduce, acc, stage);
      else if (axis.extent === 1) nested(rest);
      else this.loop(axis, 1, () => nested(rest));
    };
    nested(reduce.axes);
    return acc.local;
  }
}

/** What loops that are shared make certain: two axes that have become one are equal. */
function decided(s: Scalar): Scalar {
  if (s.kind !== "call") return s;
  const [a, b, c] = s.args;
  if (s.fn === "eq" && a.kind === "axis" && a === b) return constant(1, "bool");
  if (s.fn === "where" && a.kind === "const") return a.value !== 0 ? b : c;
  return s;
}

/** Whether a running reduction ends before the element that it is for. */
const isExclusive = ({ until }: Reduce): boolean => until !== undefined && until.kind !== "axis";

/** The name of the value that a reduction runs over, if it is one that lies in memory. */
function bodyName({ body }: Reduce, nest: NestBuilder): string | undefined {
  return body.kind === "load" ? nest.nameOf(body.node) : undefined;
}

interface Accumulator {
  readonly local: Local;
  readonly best: Local | undefined;
}
