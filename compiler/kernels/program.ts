/** One function of a model as kernels: the form that every target prints. */

import { type Node, topological } from "../graph/node.ts";
import { isFloat, staticSize } from "../graph/types.ts";
import { verifyGraph } from "../graph/verify.ts";
import type { ModelFunction } from "../language/function.ts";
import { sharedInfo } from "../language/shared.ts";
import { copy } from "../ops/shape.ts";
import { type Simplified, type SimplifyOptions, simplifyNodes } from "../simplify/simplify.ts";
import { expandNodes } from "./expand.ts";
import { chooseStored } from "./fuse.ts";
import { Lowerer, loadsOf, type Stage } from "./lower.ts";
import { nameValues } from "./names.ts";
import type { Scalar } from "./scalar.ts";
import { verifyKernels } from "./verify.ts";

/** Consecutive rows of memory under a name of their own: a batch of a data set. */
export interface View {
  readonly node: Node;
  readonly base: Node;
  /** First row. */
  readonly start: Scalar;
}

export interface Program {
  readonly name: string;
  readonly source: ModelFunction;
  readonly inputs: readonly Node[];
  /** Shared variables and data that it reads or writes, in the order of the model. */
  readonly memory: readonly Node[];
  readonly views: readonly View[];
  /** Kernels in the order in which they run. */
  readonly stages: readonly Stage[];
  /** What it returns, in order: stored values, inputs or shared variables. */
  readonly outputs: readonly Node[];
  /** Values that live during one call only. */
  readonly temporaries: readonly Node[];
  readonly names: ReadonlyMap<Node, string>;
  readonly lowerer: Lowerer;
  /** The formulas before kernels were made of them: what maths.md prints. */
  readonly formulas: { readonly raw: readonly Node[]; readonly simplified: readonly Node[] };
  readonly rewrites: Simplified["rewrites"];
  /** What a value of the model became. */
  readonly final: (node: Node) => Node;
}

export interface CompileOptions extends SimplifyOptions {
  /** Keep every value that the model names in memory, complete, for a build that looks at them. */
  readonly apart?: boolean;
}

/** Values of the model that have a name and elements of their own. */
const isNamed = (node: Node): boolean =>
  node.label !== undefined && !node.op.movement && isFloat(node.type.dtype);

/**
 * Compiles one function down to kernels.
 *
 * Updates run last and write their variables in place where every reader of the old value has run by
 * then and the update itself reads it only at the element that it writes; others go through a copy.
 *
 * @param shared the names of shared variables, which all functions of a model agree on
 */
export function compileFunction(
  fn: ModelFunction,
  name: string,
  shared: ReadonlyMap<Node, string> = new Map(),
  options: CompileOptions = {},
): Program {
  const raw = [...fn.outputs, ...fn.updates.map((u) => u.value)];
  const simplified = simplifyNodes(raw, options);
  verifyGraph("simplify", simplified.roots, raw);
  const expanded = expandNodes(simplified.roots);
  verifyGraph("expand", expanded.roots, raw);
  // Expansions are stable as they are written: recognising them again would undo them.
  const tidied = simplifyNodes(expanded.roots, {
    ...options,
    tiers: (options.tiers ?? ["exact", "reassociating"]).filter((tier) => tier !== "stabilising"),
  });
  verifyGraph("simplify after expand", tidied.roots, raw);
  const final = (node: Node): Node => {
    const first = simplified.mapped.get(node) ?? node;
    const second = expanded.mapped.get(first) ?? first;
    return tidied.mapped.get(second) ?? second;
  };
  // What is returned or assigned must not be memory that the caller or a later update can change.
  const roots = tidied.roots.map((root) => (root.op.leaf ? copy(root) : root));
  const outputs = roots.slice(0, fn.outputs.length);
  const updates = fn.updates.map(({ target }, i) => ({
    target,
    value: roots[fn.outputs.length + i],
  }));
  const stored = chooseStored(roots, options.apart ? isNamed : undefined);
  const order = topological(roots);

  const views = new Map<Node, View>();
  const isMemory = (node: Node): boolean =>
    stored.has(node) || views.has(node) || (node.op.leaf === true && node.op.name !== "constant");
  const lowerer = new Lowerer(isMemory);
  for (const node of order) {
    const [base, start] = node.inputs;
    const known = staticSize(node.shape.slice(1)) !== undefined;
    if (
      stored.has(node) ||
      !known ||
      !node.op.isRows?.(node.attrs) ||
      !base.op.leaf ||
      base.op.name === "constant"
    )
      continue;
    views.set(node, { node, base, start: lowerer.scalar(start) });
  }

  const direct = inPlaceUpdates(updates, outputs, order, stored);
  const stages = order
    .filter((node) => stored.has(node) && !direct.has(node))
    .map((node) => lowerer.compute(node));
  const last = updates.map(({ target, value }) =>
    direct.has(value) ? lowerer.compute(value, target) : lowerer.copy(value, target),
  );
  const { ordered, aside } = orderUpdates(last, lowerer);
  const all = [...stages, ...aside, ...ordered];

  verifyKernels(
    all,
    new Set([
      ...views.keys(),
      ...order.filter((node) => node.op.leaf),
      ...fn.updates.map((u) => u.target),
    ]),
  );

  const memory = order.filter((node) => sharedInfo(node));
  for (const { target } of updates) if (!memory.includes(target)) memory.push(target);
  memory.sort((a, b) => a.id - b.id);
  const temporaries = all.map((stage) => stage.into).filter((node) => !sharedInfo(node));
  const named = order.filter(
    (node) => node.label || node.role || node.derivative || isMemory(node),
  );
  const needed = [...new Set([...memory, ...fn.inputs, ...temporaries, ...named])].filter(
    (n) => n.op.name !== "constant",
  );
  return {
    name,
    source: fn,
    inputs: fn.inputs,
    memory,
    views: [...views.values()],
    stages: all,
    outputs,
    temporaries: [...new Set(temporaries)],
    names: nameValues([...roots, ...updates.map((u) => u.target)], needed, final, shared),
    lowerer,
    formulas: { raw, simplified: simplified.roots },
    rewrites: [...simplified.rewrites, ...tidied.rewrites],
    final,
  };
}

interface Update {
  readonly target: Node;
  readonly value: Node;
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
      aside.push({ ...stage, into: stage.value });
      waiting.push(lowerer.copy(stage.value, stage.into));
    } else ordered.push(stage);
  }
  return { ordered, aside };
}
