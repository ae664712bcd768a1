/** From a block of expressions – a function, or one step of a loop – to steps in the order in which they run. */

import { bodyOf, makeNode, type Node, sizeMakers, topological } from "../graph/node.ts";
import { kept } from "../ops/recurrence.ts";
import { carryOp, openScan, type Scan, type ScanState } from "../ops/scan.ts";
import { type Guarded, type Guards, guardsOf, innerChoices, withBranches } from "./branches.ts";
import { chooseStored } from "./fuse.ts";
import { type Loop, type Lowerer, loadsOf, type Stage, type Step } from "./lower.ts";
import { axisIndex, constant, extent, indexAdd, load, newAxis, type Scalar } from "./scalar.ts";

/** Memory that is given a new value at the end of a block. */
export interface Update {
  readonly target: Node;
  readonly value: Node;
}

/** What compiling a block needs to know of the function around it. */
export interface Context {
  readonly lowerer: Lowerer;
  /** Values that lie in memory; grows block by block. */
  readonly stored: Set<Node>;
  /** Scans and the values of them that are read, in the whole function. */
  readonly parts: ReadonlyMap<Node, readonly Node[]>;
  /** Values to store that need not be. */
  readonly asked: ((node: Node) => boolean) | undefined;
  /** Nodes of every block, for naming. */
  readonly nodes: Node[];
}

const kernel = (stage: Stage): Step => ({ kind: "kernel", ...stage });

/** Where a result of a block is written, when not to memory of its own. */
interface Home {
  readonly into: Node;
  readonly prefix: readonly Scalar[];
}

/**
 * The steps of a block. Updates run last and write their variables in place where every reader of the
 * old value has run by then and the update itself reads it only at the element that it writes; others
 * go through a copy.
 *
 * @param outputs results that are kept beside the updates
 * @param homes where some of the outputs are written
 * @param late copies that are made before the updates
 */
export function compileBlock(
  outputs: readonly Node[],
  updates: readonly Update[],
  context: Context,
  homes: ReadonlyMap<Node, Home> = new Map(),
  late: () => readonly Stage[] = () => [],
): Step[] {
  const { lowerer, stored } = context;
  const roots = [...outputs, ...updates.map((u) => u.value)];
  for (const node of chooseStored(roots, context.asked)) stored.add(node);
  const order = topological([...sizeMakers(roots), ...roots]);
  context.nodes.push(...order);
  const direct = inPlaceUpdates(updates, outputs, order, stored);
  const choices = new Choices(order, roots, context, homes);
  const stageOf = ({ target, value }: Update): Stage =>
    direct.has(value) ? lowerer.compute(value, target) : lowerer.copy(value, target);
  const skipped = skippedUpdates(updates, outputs, order, context, stageOf);
  const steps = order.flatMap((node): Guarded[] => {
    const always = (step: Step): Guarded => ({ guards: choices.guardsOf(node), step });
    const body = bodyOf(node);
    if (body) {
      const values = topological(body.results).filter((value) => !value.op.leaf);
      return lowerer.insideLoop(values, () => loopOf(node, context)).map(always);
    }
    if (skipped.has(node)) return choices.before(node.inputs[0]);
    if (!stored.has(node) || direct.has(node)) return [];
    if (node.op.lazy) return choices.steps(node);
    const home = homes.get(node);
    if (!home) return [always(kernel(lowerer.compute(node)))];
    const place = lowerer.places.get(node);
    lowerer.places.delete(node);
    const stage = lowerer.compute(node, home.into, home.prefix);
    if (place) lowerer.places.set(node, place);
    return [always(kernel(stage))];
  });
  const last = updates.filter(({ value }) => !skipped.has(value)).map(stageOf);
  const { ordered, aside } = orderUpdates(last, lowerer);
  const memoryOf = (condition: Node): Node => choices.memoryOf(condition);
  return [
    // What may be skipped reads no variable that another update writes.
    ...withBranches([...steps, ...skipped.values()], memoryOf),
    ...[...late(), ...aside, ...ordered].map(kernel),
  ];
}

/**
 * Updates that a choice may skip, `ifelse(c, W − g, W)`: on one side of it the variable stays as it is. They are
 * written in place in the `if`, where no other update has to do with the variable.
 *
 * @param stageOf the kernel of any other update
 */
function skippedUpdates(
  updates: readonly Update[],
  outputs: readonly Node[],
  order: readonly Node[],
  { lowerer }: Context,
  stageOf: (update: Update) => Stage,
): ReadonlyMap<Node, Guarded> {
  const read = new Set([...order.flatMap((node) => node.inputs), ...outputs]);
  const sidesOf = ({ value }: Update): readonly Node[] =>
    value.op.lazy && !read.has(value) ? value.inputs.slice(1) : [];
  const canSkip = updates.filter((update) => sidesOf(update).includes(update.target));
  if (canSkip.length === 0) return new Map();
  const keeps = (update: Update): number => sidesOf(update).indexOf(update.target);
  const stages = updates.map((update) =>
    canSkip.includes(update)
      ? lowerer.fill(sidesOf(update)[1 - keeps(update)], update.target, [])
      : stageOf(update),
  );
  const reads = (stage: Stage, memory: Node): boolean =>
    loadsOf(stage).some((load) => load.node === memory);
  return new Map(
    canSkip.flatMap((update): [Node, Guarded][] => {
      const { target, value } = update;
      const own = stages[updates.indexOf(update)];
      const isApart =
        !readsElsewhere(own, target) &&
        stages.every((other) => other === own || !(reads(other, target) || reads(own, other.into)));
      const guards = [{ condition: value.inputs[0], side: keeps(update) === 1 }];
      return isApart ? [[value, { guards, step: kernel(own) }]] : [];
    }),
  );
}

/** Choices of a block: each side is written where the choice lies. */
class Choices {
  readonly #context: Context;
  readonly #homes: ReadonlyMap<Node, Home>;
  readonly #guards: ReadonlyMap<Node, Guards>;
  readonly #outer: ReadonlyMap<Node, Node>;
  readonly #conditions = new Map<Node, Node>();

  constructor(
    order: readonly Node[],
    roots: readonly Node[],
    context: Context,
    homes: ReadonlyMap<Node, Home>,
  ) {
    this.#context = context;
    this.#homes = homes;
    this.#guards = guardsOf(order, roots);
    this.#outer = innerChoices(order, roots);
  }

  guardsOf(node: Node): Guards {
    return this.#guards.get(node) ?? [];
  }

  /** Where the truth value of a condition is read. */
  memoryOf(condition: Node): Node {
    return this.#conditions.get(condition) ?? condition;
  }

  steps(node: Node): Guarded[] {
    const { lowerer } = this.#context;
    const [condition, ...sides] = node.inputs;
    const place = this.#outer.get(node) ?? node;
    const { into, prefix } = this.#homes.get(place) ?? { into: place, prefix: [] };
    const written = sides.flatMap((side, i): Guarded[] => {
      if (this.#outer.has(side)) return [];
      const stage = lowerer.fill(side, into, prefix);
      const step = kernel(i === 0 ? stage : { ...stage, isOtherwise: true });
      return [{ guards: [...this.guardsOf(node), { condition, side: i === 0 }], step }];
    });
    return [...this.before(condition), ...written];
  }

  /** A condition that is memory of something else is read once, before what it decides. */
  before(condition: Node): Guarded[] {
    const { lowerer } = this.#context;
    const isInput = condition.op.name === "symbol" && !lowerer.places.has(condition);
    const isOwn = isInput || !(condition.op.leaf || condition.op.part);
    if (isOwn || this.#conditions.has(condition)) return [];
    const memory = kept(condition);
    memory.role ??= { name: "holds", of: condition };
    this.#conditions.set(condition, memory);
    this.#context.nodes.push(memory);
    const step = kernel(lowerer.fill(condition, memory, []));
    return [{ guards: this.guardsOf(condition), step }];
  }
}

/** Update values that need no memory of their own: nothing else reads or returns them. */
function inPlaceUpdates(
  updates: readonly Update[],
  outputs: readonly Node[],
  order: readonly Node[],
  stored: ReadonlySet<Node>,
): ReadonlySet<Node> {
  const read = new Set(order.flatMap((node) => node.inputs));
  const counts = new Map<Node, number>();
  for (const { value } of updates) counts.set(value, (counts.get(value) ?? 0) + 1);
  return new Set(
    updates
      .map((u) => u.value)
      .filter(
        (value) =>
          stored.has(value) &&
          !value.op.lazy &&
          !read.has(value) &&
          !outputs.includes(value) &&
          counts.get(value) === 1,
      ),
  );
}

/** Whether the kernel reads `memory` anywhere but at the element that it writes. */
function readsElsewhere(stage: Stage, memory: Node): boolean {
  return loadsOf(stage).some(
    (load) =>
      load.node === memory &&
      load.index.some(
        (i, n) => !(i.kind === "axis" && i.axis === stage.axes[n]) && stage.axes[n].extent !== 1,
      ),
  );
}

/**
 * Puts updates in an order in which each old value is read before it is overwritten. Where there is
 * none – two variables that swap – the new value is computed aside first.
 */
function orderUpdates(
  updates: readonly Stage[],
  lowerer: Lowerer,
): { ordered: Stage[]; aside: Stage[] } {
  const waiting = [...updates];
  const ordered: Stage[] = [];
  const aside: Stage[] = [];
  while (waiting.length > 0) {
    const ready = waiting.findIndex(
      (stage) =>
        !readsElsewhere(stage, stage.into) &&
        waiting.every(
          (other) => other === stage || loadsOf(other).every((load) => load.node !== stage.into),
        ),
    );
    const [stage] = waiting.splice(Math.max(0, ready), 1);
    if (ready < 0) {
      const value =
        stage.value.op.leaf || lowerer.places.has(stage.value) ? asideOf(stage) : stage.value;
      aside.push({ ...stage, into: value });
      waiting.push(copyOf(value, stage.into));
    } else ordered.push(stage);
  }
  return { ordered, aside };

  function copyOf(value: Node, into: Node): Stage {
    return value.op === carryOp ? lowerer.copyMemory(value, into) : lowerer.copy(value, into);
  }
}

/** Memory for a new value that has none of its own. */
function asideOf(stage: Stage): Node {
  const node = makeNode(carryOp, [stage.into], { index: 0, aside: true });
  node.role ??= { name: "next", of: stage.into };
  return node;
}

// ── Loops ───────────────────────────────────────────────────────────────────────────────────────

/** A loop, with what has to be done before it: how long it is, and the states' first values. */
function loopOf(node: Node, context: Context): Step[] {
  const { lowerer } = context;
  const scan = openScan(node);
  const parts = context.parts.get(node) ?? [];
  const counted = typeof scan.steps === "string" && scan.count !== undefined;
  const axis = newAxis(scan.until ? (scan.limit as number) : scan.steps);
  const t = axisIndex(axis);
  const [before, after] = scan.backwards
    ? [indexAdd(t, constant(1, "int32")), t]
    : [t, indexAdd(t, constant(1, "int32"))];
  const first = scan.backwards ? extent(axis.extent) : constant(0, "int32");

  const memory = scan.states.map((_, i) => memoryOf(node, i, parts));
  for (const { formal, operand } of scan.sequences)
    lowerer.places.set(formal, (index) => lowerer.read(operand, [t, ...index]));
  for (const { formal, operand } of scan.invariants)
    lowerer.places.set(formal, (index) => lowerer.read(operand, index));
  for (const [i, { formal }] of scan.states.entries()) {
    const { into, isHistory } = memory[i];
    lowerer.places.set(formal, (index) => load(into, isHistory ? [before, ...index] : index));
  }
  const starts = scan.states.map(({ initial }, i) => {
    const { into, isHistory } = memory[i];
    const stage = lowerer.fill(initial, into, isHistory ? [first] : []);
    return kernel({ ...stage, isStart: true });
  });

  const { outputs, copies, homes, updates } = results(scan, parts, memory, { after, t }, lowerer);
  const until = scan.until ? [scan.until] : [];
  const body = compileBlock([...outputs, ...until], updates, context, homes, copies);
  const loop: Loop = {
    kind: "loop",
    scan: node,
    axis,
    backwards: scan.backwards ?? false,
    body,
    until: scan.until,
    counts: scan.until && typeof scan.steps === "string" ? scan.steps : undefined,
  };
  const size: Step[] = counted
    ? [{ kind: "size", name: scan.steps as string, value: lowerer.scalar(scan.count as Node) }]
    : [];
  return [...size, ...starts, loop];
}

interface StateMemory {
  readonly into: Node;
  /** Every step's value is kept: an entry a step. */
  readonly isHistory: boolean;
}

/** Where a state lies: all its values if someone reads them, else only the last one. */
function memoryOf(scan: Node, index: number, parts: readonly Node[]): StateMemory {
  const history = parts.find((p) => p.op.name === "states" && p.attrs.index === index);
  if (history) return { into: history, isHistory: true };
  const into = makeNode(carryOp, [scan], { index });
  const result = bodyOf(scan)?.results[index];
  into.label ??= result?.label;
  into.derivative ??= result?.derivative;
  into.role ??= result?.role;
  return { into, isHistory: false };
}

/** What each step writes: rows of histories and outputs, and states of which only the last is kept. */
function results(
  scan: Scan,
  parts: readonly Node[],
  memory: readonly StateMemory[],
  { after, t }: { after: Scalar; t: Scalar },
  lowerer: Lowerer,
) {
  const homes = new Map<Node, Home>();
  const outputs: Node[] = [];
  const updates: Update[] = [];
  const late: { value: Node; home: Home }[] = [];
  const write = (value: Node, home: Home): void => {
    const isOwn =
      !value.op.leaf && !value.op.part && !homes.has(value) && !lowerer.places.has(value);
    if (!isOwn) {
      late.push({ value, home });
      if (!value.op.leaf) outputs.push(value);
      return;
    }
    homes.set(value, home);
    outputs.push(value);
    lowerer.places.set(value, (index) => load(home.into, [...home.prefix, ...index]));
  };
  for (const [i, { result }] of scan.states.entries() as IterableIterator<[number, ScanState]>) {
    const { into, isHistory } = memory[i];
    if (isHistory) write(result, { into, prefix: [after] });
    else updates.push({ target: into, value: result });
  }
  for (const [i, value] of scan.outputs.entries()) {
    const index = scan.states.length + i;
    const into = parts.find((p) => p.op.name === "collected" && p.attrs.index === index);
    if (into) write(value, { into, prefix: [t] });
  }
  const copies = (): Stage[] =>
    late.map(({ value, home }) => lowerer.fill(value, home.into, home.prefix));
  return { outputs, copies, homes, updates };
}

/**
 * Parts of scans that are read, by scan. A history of which only the last entry is read is replaced by
 * that entry, which needs no history.
 */
export function partsOf(nodes: readonly Node[]): Map<Node, Node[]> {
  const parts = new Map<Node, Node[]>();
  for (const node of nodes) {
    if (!node.op.part) continue;
    const [scan] = node.inputs;
    parts.set(scan, [...(parts.get(scan) ?? []), node]);
  }
  return parts;
}
