/** One function of a model as kernels: the form that every target prints. */

import { allNodes, bodyOf, type Node, topological } from "../graph/node.ts";
import { isFloat, sizesOf, staticSize } from "../graph/types.ts";
import { verifyGraph } from "../graph/verify.ts";
import type { ModelFunction } from "../language/function.ts";
import { sharedInfo } from "../language/shared.ts";
import { skipping } from "../ops/choice.ts";
import { copy } from "../ops/shape.ts";
import { lastOnly } from "../scan/last-only.ts";
import { mergeScans } from "../scan/merge.ts";
import { tidyScans } from "../scan/tidy.ts";
import { type Simplified, type SimplifyOptions, simplifyNodes } from "../simplify/simplify.ts";
import { compileBlock, partsOf } from "./block.ts";
import type { Routed } from "./contraction/routed.ts";
import { expandNodes } from "./expand.ts";
import { chooseStored } from "./fuse.ts";
import {
  type Branch,
  branchesIn,
  type Loop,
  Lowerer,
  loopsOf,
  type Stage,
  type Step,
  stagesOf,
} from "./lower.ts";
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
  /** Shared variables, data and literal arrays that it reads or writes, in the order of the model. */
  readonly memory: readonly Node[];
  readonly views: readonly View[];
  /** Kernels and loops in the order in which they run. */
  readonly steps: readonly Step[];
  /** All kernels, also those in loops. */
  readonly stages: readonly Stage[];
  /** All loops over time, also those in loops. */
  readonly loops: readonly Loop[];
  /** All branches, also those in loops and branches. */
  readonly branches: readonly Branch[];
  /** What is written in branches. */
  readonly guarded: ReadonlySet<Node>;
  /** What it returns, in order: stored values, inputs or shared variables. */
  readonly outputs: readonly Node[];
  /** Values that live during one call only. */
  readonly temporaries: readonly Node[];
  readonly names: ReadonlyMap<Node, string>;
  /** Kernels that a target computes by lists of what is not 0, by what they write. */
  readonly routed?: ReadonlyMap<Node, Routed>;
  readonly lowerer: Lowerer;
  /** The formulas before kernels were made of them: what maths.md prints. */
  readonly formulas: { readonly raw: readonly Node[]; readonly simplified: readonly Node[] };
  readonly rewrites: Simplified["rewrites"];
  /** What a value of the model became. */
  readonly final: (node: Node) => Node;
}

/** Whether a scalar lies in memory: between calls, between steps of a loop, or after a branch. */
export function isArray({ memory, guarded }: Program, node: Node): boolean {
  return memory.includes(node) || node.op.part === true || guarded.has(node);
}

export interface CompileOptions extends SimplifyOptions {
  /** Keep every value that the model names in memory, complete, for a build that looks at them. */
  readonly apart?: boolean;
  /** False for a target without loops over time: steps that ops are made of are written out. */
  readonly loops?: boolean;
}

/** Values of the model that have a name and elements of their own. */
const isNamed = (node: Node): boolean =>
  node.label !== undefined && !node.op.movement && isFloat(node.type.dtype);

/**
 * Compiles one function down to kernels.
 *
 * @param shared the names of shared variables and of literal arrays in memory, which all functions of a model agree on
 */
export function compileFunction(
  fn: ModelFunction,
  name: string,
  shared: ReadonlyMap<Node, string> = new Map(),
  options: CompileOptions = {},
): Program {
  const raw = mergeScans([...fn.outputs, ...fn.updates.map((u) => u.value)]).roots;
  nameParts(raw);
  const simplified = simplifyNodes(raw, options);
  verifyGraph("simplify", simplified.roots, raw);
  const hoisted = tidyScans(simplified.roots);
  verifyGraph("tidy scans", hoisted.roots, raw);
  // What has come out of a loop meets what is around it: the logarithm of a softmax of each step.
  const met = simplifyNodes(hoisted.roots, options);
  verifyGraph("simplify after tidy", met.roots, raw);
  const expanded = expandNodes(met.roots, options.loops);
  verifyGraph("expand", expanded.roots, raw);
  // Expansions are stable as they are written: recognising them again would undo them.
  const tidied = simplifyNodes(expanded.roots, {
    ...options,
    expanded: true,
    tiers: (options.tiers ?? ["exact", "reassociating"]).filter((tier) => tier !== "stabilising"),
  });
  verifyGraph("simplify after expand", tidied.roots, raw);
  const last = lastOnly(tidied.roots);
  const final = (node: Node): Node => {
    const passes = [simplified, hoisted, met, expanded, tidied, last];
    return passes.reduce((value, { mapped }) => mapped.get(value) ?? value, node);
  };
  // What is returned or assigned must not be memory that the caller or a later update can change.
  const roots = last.roots.map(returned);
  const outputs = roots.slice(0, fn.outputs.length);
  const readers = readersOf(roots);
  const updates = fn.updates.map(({ target }, i) => {
    const value = roots[fn.outputs.length + i];
    const isOwn = value.inputs.every((input) => input.op.leaf || readers.get(input) === 1);
    return { target, value: (isOwn && skipping(value, target)) || value };
  });
  roots.splice(fn.outputs.length, updates.length, ...updates.map((u) => u.value));
  const stored = new Set<Node>();
  const views = new Map<Node, View>();
  const isMemory = (node: Node): boolean =>
    stored.has(node) ||
    views.has(node) ||
    node.op.part === true ||
    (node.op.leaf === true && (node.op.name !== "constant" || shared.has(node)));
  const lowerer = new Lowerer(isMemory);
  const asked = options.apart ? isNamed : undefined;
  const kept = chooseStored(roots, asked);
  const graph = topological(roots);
  // Sizes that a loop makes are not known when views are.
  const given = new Set(graph.flatMap((node) => (node.op.leaf ? sizesOf(node.shape) : [])));
  // Rows of a variable that the call overwrites are read by its own name, so that every pass sees it.
  const overwritten = new Set(updates.map((u) => u.target));
  for (const node of graph) {
    const [base, start] = node.inputs;
    const known =
      staticSize(node.shape.slice(1)) !== undefined &&
      sizesOf(node.shape).every((s) => given.has(s));
    if (
      kept.has(node) ||
      !known ||
      staticSize(node.shape) === 1 ||
      !node.op.isRows?.(node.attrs) ||
      !base.op.leaf ||
      !isMemory(base) ||
      overwritten.has(base)
    )
      continue;
    views.set(node, { node, base, start: lowerer.scalar(start) });
  }
  const inside: Node[] = [];
  const context = { lowerer, stored, parts: partsOf(allNodes(roots)), nodes: inside, asked };
  const steps = compileBlock(outputs, updates, context);
  const order = [...new Set(inside)];
  const all = stagesOf(steps);
  const branches = branchesIn(steps);

  verifyKernels(
    steps,
    new Set([
      ...views.keys(),
      ...order.filter((node) => node.op.leaf),
      ...fn.updates.map((u) => u.target),
    ]),
  );

  const memory = order.filter((node) => sharedInfo(node) || shared.has(node));
  for (const { target } of updates) if (!memory.includes(target)) memory.push(target);
  memory.sort((a, b) => a.id - b.id);
  const temporaries = all.map((stage) => stage.into).filter((node) => !sharedInfo(node));
  // Values of a loop's step have the names of where they lie, unless another loop has memory for them.
  const written = new Set(all.map((stage) => stage.into));
  const named = order.filter(
    (node) =>
      (!lowerer.placed.has(node) || written.has(node)) &&
      (isMemory(node) ||
        (!node.op.movement && (node.label || node.role || node.derivative || node.arrangedAs))),
  );
  const needed = [...new Set([...memory, ...fn.inputs, ...temporaries, ...named])].filter(
    (n) => n.op.name !== "constant" || shared.has(n),
  );
  return {
    name,
    source: fn,
    inputs: fn.inputs,
    memory,
    views: [...views.values()],
    steps,
    stages: all,
    loops: loopsOf(steps),
    branches,
    guarded: new Set(stagesOf(branches).map((stage) => stage.into)),
    outputs,
    temporaries: [...new Set(temporaries)],
    names: nameValues([...inside, ...updates.map((u) => u.target)], needed, final, shared),
    lowerer,
    formulas: { raw, simplified: met.roots },
    rewrites: [...simplified.rewrites, ...met.rewrites, ...tidied.rewrites],
    final,
  };
}

/** How often values are read, as a root too. */
function readersOf(roots: readonly Node[]): ReadonlyMap<Node, number> {
  const counts = new Map<Node, number>();
  for (const node of [...roots, ...topological(roots).flatMap(({ inputs }) => inputs)])
    counts.set(node, (counts.get(node) ?? 0) + 1);
  return counts;
}

/** A root in memory of its own. What a loop with `until` writes has room for more steps than it made. */
function returned(root: Node): Node {
  if (root.op.leaf) return copy(root);
  if (root.op.lazy && root.shape.length === 0) return renamed(root, "choice");
  if (!root.op.part || !root.inputs[0].op.tuple?.makesSize(root.inputs[0])) return root;
  // What it ends with has no size that the loop makes.
  const given = root.inputs[0].inputs.flatMap((input) => sizesOf(input.shape));
  if (sizesOf(root.shape).every((size) => given.includes(size))) return root;
  return renamed(root, "steps");
}

/** A copy that has the name of the root; what it copies is called after it. */
function renamed(root: Node, name: string): Node {
  const made = copy(root);
  if (!root.label) return made;
  made.label ??= root.label;
  root.label = undefined;
  root.role = { name, of: made };
  return made;
}

/** What the model calls a run of a loop's values, it calls the values. */
function nameParts(roots: readonly Node[]): void {
  for (const node of allNodes(roots)) {
    let source = node;
    while (source.op.movement) [source] = source.inputs;
    if (!node.label || !source.op.part) continue;
    source.label ??= node.label;
    const result = bodyOf(source.inputs[0])?.results[source.attrs.index as number];
    if (result && !result.op.leaf) result.label ??= node.label;
  }
}
