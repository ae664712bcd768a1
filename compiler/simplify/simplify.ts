/** The rewrite engine: every value is brought to a form that no rule changes, operands first. */

import { fail } from "../diagnostics/error.ts";
import { atSite } from "../graph/context.ts";
import { bodyOf, type Node, topological, withBody } from "../graph/node.ts";
import { inherit } from "../graph/substitute.ts";
import { sameShape, staticSize } from "../graph/types.ts";
import { castTo } from "../ops/elementwise.ts";
import { broadcastTo } from "../ops/shape.ts";
import type { Rule, Tier } from "./rule.ts";
import { rules as allRules } from "./rules.ts";

export interface SimplifyOptions {
  /** Tiers that may be used; all when left out. */
  readonly tiers?: readonly Tier[];
  /** Rules to use; the compiler's own when left out. */
  readonly rules?: readonly Rule[];
  /** Ops have been replaced by their expansions. */
  readonly expanded?: boolean;
  /** Values that are left as they are, with all below them: rules see them as if they were inputs. */
  readonly keep?: ReadonlySet<Node>;
}

/** One use of a rule. */
export interface Rewrite {
  readonly rule: Rule;
  readonly before: Node;
  readonly after: Node;
}

export interface Simplified {
  readonly roots: readonly Node[];
  /** What each node that was met became. */
  readonly mapped: ReadonlyMap<Node, Node>;
  /** Which rules fired, in order. */
  readonly rewrites: readonly Rewrite[];
  /** How often a rule was tried on a node: what the time is proportional to. */
  readonly attempts: number;
}

/** What holds for every simplification of a compilation, also those that the model itself asks for. */
export interface SimplifySession {
  /** Shown each rewrite as it is made; what it throws ends the simplification. */
  readonly watch?: (rewrite: Rewrite) => void;
  /** Tiers that may be used where none are given. */
  readonly tiers?: readonly Tier[];
}

let session: SimplifySession = {};

/** Starts a session; the last one ends. */
export function simplifyWith(next: SimplifySession = {}): void {
  session = next;
}

/**
 * Rewrites until no rule applies. Each distinct node is simplified once, so the time is near-linear in
 * the size of the graph; the result depends on the expressions alone, not on when they were made.
 */
export function simplifyNodes(
  roots: readonly Node[],
  { tiers = session.tiers, rules = allRules, keep, expanded = false }: SimplifyOptions = {},
): Simplified {
  const byRoot = new Map<string, Rule[]>();
  for (const rule of rules) {
    if ((tiers && !tiers.includes(rule.tier)) || (expanded && rule.asWritten)) continue;
    for (const root of rule.roots) byRoot.set(root, [...(byRoot.get(root) ?? []), rule]);
  }
  const done = new Map<Node, Node>();
  const forward = new Map<Node, Node>();
  for (const node of keep ?? []) done.set(node, node);
  const rewrites: Rewrite[] = [];
  let attempts = 0;
  const shared = new Set<Node>();
  const context = { isShared: (node: Node) => shared.has(node) };
  const readers = countReaders(roots);
  for (const root of roots) settle(root);
  carryNames(done);
  return { roots: roots.map((root) => done.get(root) as Node), mapped: done, rewrites, attempts };

  function settle(root: Node): void {
    const stack = [root];
    const open = new Set<Node>();
    for (let node = stack.at(-1); node; node = stack.at(-1)) {
      if (done.has(node)) {
        if ((readers.get(node) ?? 0) > 1) shared.add(done.get(node) as Node);
        open.delete(node);
        stack.pop();
        continue;
      }
      open.add(node);
      const target = forward.get(node);
      if (target) {
        const end = done.get(target);
        if (end) done.set(node, end);
        else if (open.has(target)) loops(node, target);
        else stack.push(target);
        continue;
      }
      const waiting = node.inputs.filter((input) => !done.has(input));
      if (waiting.length > 0) {
        stack.push(...waiting.reverse());
        continue;
      }
      const rebuilt = rebuild(node);
      if (rebuilt !== node) forward.set(node, rebuilt);
      else if (!rewriteOnce(node)) done.set(node, node);
    }
  }

  function rebuild(node: Node): Node {
    const inputs = node.inputs.map((input) => done.get(input) as Node);
    const results = bodyOf(node)?.results ?? [];
    const inner = simplifyInner(results);
    return placed(node, () => withBody(node, inputs, inner));
  }

  /** A graph inside an op is simplified on its own: it shares nothing with the one around it. */
  function simplifyInner(results: readonly Node[]): readonly Node[] {
    if (results.every((result) => done.has(result)))
      return results.map((result) => done.get(result) as Node);
    const inner = simplifyNodes(results, { ...(tiers ? { tiers } : {}), rules, expanded });
    rewrites.push(...inner.rewrites);
    for (const [from, to] of inner.mapped) done.set(from, to);
    return inner.roots;
  }

  function rewriteOnce(node: Node): boolean {
    for (const rule of byRoot.get(node.op.name) ?? []) {
      attempts++;
      const result = placed(node, () => {
        const value = rule.rewrite(node, context);
        return value && shaped(value, node, rule);
      });
      if (!result || result === node) continue;
      const rewrite = { rule, before: node, after: result };
      rewrites.push(rewrite);
      session.watch?.(rewrite);
      forward.set(node, result);
      return true;
    }
    return false;
  }

  function loops(node: Node, target: Node): never {
    const names = rewrites
      .filter((r) => r.before === node || r.before === target)
      .map((r) => r.rule.name);
    return fail("ADJ9001", `simplify: the rules ${names.join(", ")} undo each other`);
  }
}

function countReaders(roots: readonly Node[]): Map<Node, number> {
  const readers = new Map<Node, number>();
  for (const node of topological(roots)) {
    for (const input of new Set(node.inputs)) readers.set(input, (readers.get(input) ?? 0) + 1);
  }
  for (const root of roots) readers.set(root, (readers.get(root) ?? 0) + 1);
  return readers;
}

/** Runs `body` with new nodes placed where `node` is in the model. */
function placed<T>(node: Node, body: () => T): T {
  return node.site ? atSite(node.site, body) : body();
}

/** A rule may answer with a value that still has to be broadcast; never with another dtype. */
function shaped(value: Node, node: Node, rule: Rule): Node {
  if (value.type.dtype !== node.type.dtype) {
    if (value.op.name === "constant") return shaped(castTo(value, node.type.dtype), node, rule);
    fail("ADJ9001", `simplify: ${rule.name} made ${value.type.dtype} of ${node.type.dtype}`);
  }
  return sameShape(value.shape, node.shape) ? value : broadcastTo(value, node.shape);
}

/** Names follow the values that they were given to, the model's first name first. */
function carryNames(done: ReadonlyMap<Node, Node>): void {
  for (const from of [...done.keys()].sort((a, b) => a.id - b.id)) {
    const to = done.get(from) as Node;
    if (to.op.leaf) continue;
    inherit(to, from);
    if (isNamedGradient(from)) noteArrangement(to);
  }
}

/** Arithmetic moves below an arrangement, and with it a gradient that is one: it is noted where its elements are made. */
function noteArrangement(gradient: Node): void {
  let at = gradient;
  while (at.op.movement) [at] = at.inputs;
  const isWhole = staticSize(at.shape) === staticSize(gradient.shape);
  if (at !== gradient && isWhole && !at.op.leaf && !at.label && !isNamedGradient(at))
    at.arrangedAs ??= gradient;
}

/** Whether it is a gradient by a variable, or by what the model names. */
const isNamedGradient = ({ derivative }: Node): boolean =>
  derivative !== undefined && (derivative.by.op.leaf === true || derivative.by.label !== undefined);
