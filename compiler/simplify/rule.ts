/** Rewrite rules: named equations, written once, matched by the engine and tested on samples. */

import { fail } from "../diagnostics/error.ts";
import { type Attrs, makeNode, type Node } from "../graph/node.ts";
import type { DType } from "../graph/types.ts";
import { asNode, constantValue, literal, symbol } from "../ops/leaf.ts";
import type { AnyOp } from "../ops/op.ts";

/**
 * How much a rule may change the numbers. *exact*: nothing (but the sign of a zero); *stabilising*:
 * it computes the same function with less rounding or overflow, and fills removable singularities;
 * *reassociating*: it changes the order of roundings, or assumes finite values.
 */
export type Tier = "exact" | "stabilising" | "reassociating";

export const tiers: readonly Tier[] = ["exact", "stabilising", "reassociating"];

export interface Rule {
  readonly name: string;
  readonly tier: Tier;
  /** Names of the ops whose nodes it may rewrite. */
  readonly roots: readonly string[];
  /** It is not for expansions of ops, which are stable as they are written: quotients stay where they are. */
  readonly asWritten?: boolean;
  /** The equation, for people. */
  readonly statement: string;
  /** What the node equals, or undefined where the rule does not apply. */
  rewrite(node: Node, context?: RuleContext): Node | undefined;
  /** Expressions that it rewrites, for the tests: symbols and where to draw their values. */
  samples(): readonly RuleSample[];
}

/** What a rule may ask of the graph around a node. */
export interface RuleContext {
  /** Whether several values read it, so that computing it in another form would compute it twice. */
  isShared(node: Node): boolean;
}

export interface RuleSample {
  readonly expression: Node;
  /** Where the values of a symbol are drawn; [-2, 2] for those that are left out. */
  readonly domains?: ReadonlyMap<Node, readonly [number, number]>;
}

// ── Patterns ────────────────────────────────────────────────────────────────────────────────────

interface Variable {
  readonly kind: "variable";
  readonly name: string;
  readonly domain?: readonly [number, number];
}
interface Application {
  readonly kind: "application";
  readonly op: AnyOp;
  readonly args: readonly Pattern[];
  /** Name under which all attributes are bound, or attributes that must be equal. */
  readonly attrs: string | Attrs;
}
export type Pattern = Variable | Application | number;

/** A pattern variable; `domain` is where tests draw its values. */
export function variable(name: string, domain?: readonly [number, number]): Pattern {
  return { kind: "variable", name, ...(domain ? { domain } : {}) };
}

/** `op` applied to patterns; attributes of the same name are the same on both sides. */
export function applied(op: AnyOp, args: readonly Pattern[], attrs: string | Attrs = {}): Pattern {
  return { kind: "application", op, args, attrs };
}

/** What the variables and attribute names of a pattern stand for. */
export interface Match {
  readonly nodes: Map<string, Node>;
  readonly attrs: Map<string, Attrs>;
}

function match(pattern: Pattern, node: Node, found: Match): boolean {
  if (typeof pattern === "number") return constantValue(node) === pattern;
  if (pattern.kind === "variable") {
    const bound = found.nodes.get(pattern.name);
    if (bound) return bound === node;
    found.nodes.set(pattern.name, node);
    return true;
  }
  if (node.op !== pattern.op) return false;
  if (typeof pattern.attrs === "string") {
    const bound = found.attrs.get(pattern.attrs);
    if (bound && JSON.stringify(bound) !== JSON.stringify(node.attrs)) return false;
    found.attrs.set(pattern.attrs, node.attrs);
  } else {
    for (const [key, value] of Object.entries(pattern.attrs)) {
      if (JSON.stringify(node.attrs[key]) !== JSON.stringify(value)) return false;
    }
  }
  const orders = pattern.op.commutative ? [node.inputs, [...node.inputs].reverse()] : [node.inputs];
  return orders.some((inputs) => {
    const nodes = new Map(found.nodes);
    const attrs = new Map(found.attrs);
    if (pattern.args.every((arg, i) => match(arg, inputs[i], found))) return true;
    restore(found.nodes, nodes);
    restore(found.attrs, attrs);
    return false;
  });
}

function restore<K, V>(target: Map<K, V>, before: ReadonlyMap<K, V>): void {
  target.clear();
  for (const [key, value] of before) target.set(key, value);
}

function instantiate(pattern: Pattern, found: Match, dtype: DType): Node {
  if (typeof pattern === "number") return literal(pattern, dtype);
  if (pattern.kind === "variable") {
    return found.nodes.get(pattern.name) ?? fail("ADJ9001", `rule: ${pattern.name} is not bound`);
  }
  const { attrs } = pattern;
  const args = pattern.args.map((arg) =>
    typeof arg === "number" ? arg : instantiate(arg, found, dtype),
  );
  const partner = args.find((arg): arg is Node => typeof arg !== "number")?.type.dtype ?? dtype;
  return makeNode(
    pattern.op,
    args.map((arg) => asNode(arg, partner)),
    typeof attrs === "string" ? (found.attrs.get(attrs) ?? {}) : attrs,
  );
}

function variablesOf(pattern: Pattern): string[] {
  if (typeof pattern === "number") return [];
  if (pattern.kind === "variable") return [pattern.name];
  const own = typeof pattern.attrs === "string" ? [`{${pattern.attrs}}`] : [];
  return [...own, ...pattern.args.flatMap(variablesOf)];
}

function format(pattern: Pattern): string {
  if (typeof pattern === "number") return String(pattern);
  if (pattern.kind === "variable") return pattern.name;
  const extra = typeof pattern.attrs === "string" ? [pattern.attrs] : [];
  return `${pattern.op.name}(${[...pattern.args.map(format), ...extra].join(", ")})`;
}

export interface EquationOptions {
  /** A named condition on what the variables stand for. */
  readonly when?: (match: Match) => boolean;
  /** Attributes that the tests use for a bound name. */
  readonly attrs?: Readonly<Record<string, Attrs>>;
}

/**
 * The equation `left = right`, used from left to right.
 *
 * @throws Error when the right side has a variable that the left side does not bind
 */
export function equation(
  tier: Tier,
  name: string,
  left: Pattern,
  right: Pattern,
  { when, attrs = {} }: EquationOptions = {},
): Rule {
  if (typeof left === "number" || left.kind === "variable")
    throw new Error(`${name}: nothing to match`);
  const bound = new Set(variablesOf(left));
  const loose = variablesOf(right).filter((v) => !bound.has(v));
  if (loose.length > 0) throw new Error(`${name}: the left side does not bind ${loose.join(", ")}`);
  return {
    name,
    tier,
    roots: [left.op.name],
    statement: `${format(left)} = ${format(right)}`,
    rewrite(node) {
      const found: Match = { nodes: new Map(), attrs: new Map() };
      if (!match(left, node, found) || (when && !when(found))) return undefined;
      return instantiate(right, found, node.type.dtype);
    },
    samples() {
      const nodes = new Map<string, Node>();
      const domains = new Map<Node, readonly [number, number]>();
      const bind = (p: Pattern): void => {
        if (typeof p === "number") return;
        if (p.kind === "application") {
          p.args.forEach(bind);
          return;
        }
        if (nodes.has(p.name)) return;
        const node = symbol("float64", [2, 3]);
        nodes.set(p.name, node);
        if (p.domain) domains.set(node, p.domain);
      };
      bind(left);
      const found = { nodes, attrs: new Map(Object.entries(attrs)) };
      return [{ expression: instantiate(left, found, "float64"), domains }];
    },
  };
}
