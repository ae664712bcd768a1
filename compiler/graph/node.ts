/** The graph: typed, hash-consed expressions. Two nodes that compute the same are the same object. */

import { collecting, fail } from "../diagnostics/error.ts";
import type { AnyOp } from "../ops/op.ts";
import { currentScope, currentSite } from "./context.ts";
import type { Site } from "./site.ts";
import { type Dim, dimParts, formatType, type Shape, sizesOf, type TensorType } from "./types.ts";

/** A value of an op's static attribute (axis, shape, constant …): plain data, compared by content. */
export type Attr =
  | number
  | string
  | boolean
  | undefined
  | Body
  | readonly Attr[]
  | { [key: string]: Attr };
export type Attrs = { readonly [key: string]: Attr };

/** A graph inside an op: results over formal symbols. It refers to nothing else, so it can be moved. */
export class Body {
  readonly formals: readonly Node[];
  readonly results: readonly Node[];

  constructor(formals: readonly Node[], results: readonly Node[]) {
    this.formals = formals;
    this.results = results;
  }
}

/** The graph inside a node, if its op has one. */
export function bodyOf(node: Node): Body | undefined {
  const { body } = node.attrs;
  return body instanceof Body ? body : undefined;
}

/** What the model calls a value: `hidden.W` is `{ name: "W", scope: ["hidden"] }`. */
export interface Label {
  readonly name: string;
  readonly scope: readonly string[];
  /** The list that it is only a place in: `speeds` of `speeds_0`. */
  readonly list?: string;
  /** The shared variable that it is a state of, or a step: it is called after that. */
  readonly of?: Node;
}

/** Of what a value is the derivative, and by what; a Hessian is the second one. */
export interface Derivative {
  readonly of: Node;
  readonly by: Node;
  readonly order?: 2;
}

/** One value of the graph. Made only by {@link makeNode}; immutable but for its label. */
export class Node {
  /** Order of creation; only ever used to keep the model's order. */
  readonly id: number;
  readonly op: AnyOp;
  readonly inputs: readonly Node[];
  readonly attrs: Attrs;
  readonly type: TensorType;
  readonly site: Site | undefined;
  /** The scope that the node was made in. */
  readonly scope: readonly string[];
  label: Label | undefined;
  /** Set on a derivative: of what, with respect to what. */
  derivative: Derivative | undefined;
  /** A gradient that has this value's elements in another arrangement, and nothing else. */
  arrangedAs: Node | undefined;
  /** What it is to the named value that it was made for, from an op's expansion: `max`, `exp`. */
  role: { readonly name: string; readonly of?: Node } | undefined;

  /** The op of the model that it is the expansion of: what has no name is called after that. */
  meaning: AnyOp | undefined;

  /** Tells symbols from all other values, without asking a proxy anything that it could notice. */
  readonly #symbolic = true;

  static is(value: unknown): value is Node {
    return typeof value === "object" && value !== null && #symbolic in value;
  }

  constructor(id: number, op: AnyOp, inputs: readonly Node[], attrs: Attrs, type: TensorType) {
    this.id = id;
    this.op = op;
    this.inputs = inputs;
    this.attrs = attrs;
    this.type = type;
    this.site = currentSite();
    this.scope = currentScope();
  }

  get shape(): Shape {
    return this.type.shape;
  }

  /** What `console.log` shows: the name and the type, none of the compiler's own parts. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return `${this.label?.name ?? this.op.name}: ${formatType(this.type)}`;
  }

  /** A symbol has no value while the model is being read: coercing one is the user's mistake. */
  [Symbol.toPrimitive](): never {
    return fail(
      "ADJ4002",
      `${this.label ? `"${this.label.name}"` : "this expression"} is a symbol: it has no value while the model is read`,
      {
        hint: "use where(condition, a, b) to choose, pp(e) to print it, evaluate(e, …) for numbers",
      },
    );
  }

  /** `for (… of x)`, `[...x]`, `const [a, b] = x` */
  [Symbol.iterator](): Iterator<Node> {
    // A pattern takes as many parts of a refused value as it has names for.
    if (isPoison(this)) return Array.from<Node>({ length: 8 }).fill(this).values();
    const x = this.label?.name ?? "x";
    return fail(
      "ADJ4007",
      `${this.label ? `"${x}"` : "this expression"} is a symbol: it cannot be iterated over`,
      {
        hint: `map(f, ${x}) and scan walk along axis 0; at(${x}, i) is one entry`,
      },
    );
  }

  toJSON(): never {
    return this[Symbol.toPrimitive]();
  }
}

/** Whether a value of the model file is symbolic. */
export const isNode = (value: unknown): value is Node => Node.is(value);

let table = new Map<string, Node>();
let created = 0;

/** Forgets every node: the start of a compilation, so that its result depends on nothing before. */
export function resetGraph(): void {
  table = new Map();
  created = 0;
}

function attrKey(value: Attr): string {
  if (value instanceof Body) {
    const [formals, results] = [value.formals, value.results].map((nodes) =>
      nodes.map((n) => n.id),
    );
    return `λ${formals.join(",")}→${results.join(",")}`;
  }
  if (Array.isArray(value)) return `[${value.map(attrKey).join(",")}]`;
  if (typeof value === "object") {
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([k, v]) => `${k}:${attrKey(v)}`).join(",")}}`;
  }
  if (typeof value === "string") return JSON.stringify(value);
  return Object.is(value, -0) ? "-0" : String(value);
}

/**
 * The node that applies `op` to `inputs`; an equal one is returned again.
 *
 * @throws AdjointError where the op's shape rule refuses the operands. While diagnostics are being
 * collected it is reported instead, and a node that silences what follows from it is returned.
 */
export function makeNode(op: AnyOp, inputs: readonly Node[], attrs: Attrs = {}): Node {
  const spoilt = inputs.find((input) => input.op.name === "error");
  if (spoilt) return spoilt;
  const key = `${op.name}${attrKey(attrs)}(${inputs.map((input) => input.id).join(",")})`;
  const known = table.get(key);
  if (known) return known;
  const infer = (): TensorType | undefined =>
    op.infer(
      inputs.map((input) => input.type),
      attrs,
      inputs,
    );
  const type = collecting(infer, () => undefined);
  if (!type) return poison();
  const node = new Node(created++, op, inputs, attrs, type);
  table.set(key, node);
  for (const [i, name] of (op.roles ?? []).entries()) inputs[i].role ??= { name, of: node };
  return node;
}

const errorOp: AnyOp = {
  name: "error",
  infer: () => ({ dtype: "float32", shape: [] }),
  evaluate: () => fail("ADJ9001", "a refused expression was evaluated"),
  gradient: () => [],
  notation: {
    text: () => ({ text: "?", precedence: 99 }),
    tex: () => ({ text: "?", precedence: 99 }),
  },
  samples: [],
};

/** A value that stands for a refused expression, so that one mistake is reported once. */
export function poison(): Node {
  return new Node(created++, errorOp, [], {}, { dtype: "float32", shape: [] });
}

export function isPoison(node: Node): boolean {
  return node.op === errorOp;
}

/** Says what an intermediate of an op's expansion is to the whole: `role(max(z), "max")` is `p_max`. */
export function role(node: Node, name: string): Node {
  node.role ??= { name };
  return node;
}

/**
 * Every node that `roots` need, operands before their users, in an order that follows the roots.
 *
 * @param known nodes whose operands are not needed
 */
export function topological(roots: readonly Node[], known?: { has(node: Node): boolean }): Node[] {
  const seen = new Set<Node>();
  const order: Node[] = [];
  const stack: { node: Node; next: number }[] = [];
  for (const root of roots) {
    if (seen.has(root)) continue;
    seen.add(root);
    stack.push({ node: root, next: 0 });
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const input = known?.has(top.node) ? undefined : top.node.inputs[top.next++];
      if (!input) {
        order.push(top.node);
        stack.pop();
      } else if (!seen.has(input)) {
        seen.add(input);
        stack.push({ node: input, next: 0 });
      }
    }
  }
  return order;
}

/** Every node that `roots` need, those of graphs inside ops included. */
export function allNodes(roots: readonly Node[]): Node[] {
  return topological(roots).flatMap((node) => {
    const body = bodyOf(node);
    return body ? [...allNodes(body.results), node] : [node];
  });
}

/** The node with other operands and another graph inside. */
export function withBody(node: Node, inputs: readonly Node[], results: readonly Node[]): Node {
  const body = bodyOf(node);
  const same =
    inputs.every((input, i) => input === node.inputs[i]) &&
    results.every((result, i) => result === body?.results[i]);
  if (same) return node;
  if (!body) return makeNode(node.op, inputs, node.attrs);
  return makeNode(node.op, inputs, { ...node.attrs, body: new Body(body.formals, results) });
}

/** Between which numbers a dimension of a value is, where a loop makes that size; undefined for others. */
export function madeRange(
  x: Node,
  dim: Dim,
): { readonly least: number; readonly most: number } | undefined {
  if (typeof dim === "number") return undefined;
  const { name, offset } = dimParts(dim);
  const maker = sizeMakers([x]).find((part) => sizesOf(part.shape).includes(name));
  const [loop] = maker?.inputs ?? [];
  // Sizes that go into the loop are not its own.
  if (!loop?.op.tuple || loop.inputs.some((input) => sizesOf(input.shape).includes(name)))
    return undefined;
  const { least, most } = loop.op.tuple.sizeRange(loop);
  return { least: least + offset, most: most + offset };
}

/** Parts of loops whose lengths are only known when they have run: what is as long comes after them. */
export function sizeMakers(roots: readonly Node[], known?: { has(node: Node): boolean }): Node[] {
  return topological(roots, known).filter(
    ({ op, inputs: [whole] }) => op.part && whole.op.tuple?.makesSize(whole),
  );
}
