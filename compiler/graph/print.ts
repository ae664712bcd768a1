/** Printing graphs for people: one line as in a model file, or a tree with types. */

import { precedence } from "../ops/notation.ts";
import type { Printed } from "../ops/op.ts";
import { type Node, topological } from "./node.ts";
import { formatType } from "./types.ts";

export interface PrintOptions {
  /** Names to stop at: a named value other than the root is printed as its name. */
  readonly names?: boolean;
  /** "all" puts every infix operator in parentheses, as Theano's `pp` does. */
  readonly parentheses?: "needed" | "all";
  /** Parts whose text would be longer are printed as …; nothing is left out when it is missing. */
  readonly longest?: number;
}

/** A node's own name; symbols without one are called after what they are. */
export function nameOf(node: Node): string | undefined {
  if (node.label) return node.label.name;
  return node.op.leaf && node.op.name !== "constant" ? node.op.name : undefined;
}

/** One line of model syntax: `-mean(log(at(p, arange(600), y)))`. */
export function pp(
  root: Node,
  { names = false, parentheses = "needed", longest = Number.POSITIVE_INFINITY }: PrintOptions = {},
): string {
  const printed = new Map<Node, Printed>();
  for (const node of topological([root])) {
    const name = node.op.leaf || (names && node !== root) ? nameOf(node) : undefined;
    if (name !== undefined) {
      printed.set(node, { text: name, precedence: precedence.atom });
      continue;
    }
    const inputs = node.inputs.map((input) => printed.get(input) as Printed);
    const own = node.op.notation.text(inputs, node.attrs);
    if (own.text.length > longest) {
      printed.set(node, { text: "…", precedence: precedence.atom });
      continue;
    }
    const closed = parentheses === "all" && own.precedence < precedence.atom;
    printed.set(node, closed ? { text: `(${own.text})`, precedence: precedence.atom } : own);
  }
  return (printed.get(root) as Printed).text;
}

/** A tree, one line a node: op, type, name; what was printed before is not printed again. */
export function debugPrint(root: Node): string {
  const ids = new Map<Node, string>();
  const lines: string[] = [];
  const stack: { node: Node; depth: number }[] = [{ node: root, depth: 0 }];
  for (let entry = stack.pop(); entry; entry = stack.pop()) {
    const { node, depth } = entry;
    const seen = ids.get(node);
    const id = seen ?? letters(ids.size);
    ids.set(node, id);
    const what =
      node.op.name === "constant"
        ? `constant ${node.op.notation.text([], node.attrs).text}`
        : node.op.name;
    const name = node.label ? ` "${node.label.name}"` : "";
    const more = seen !== undefined && node.inputs.length > 0;
    lines.push(`${"  ".repeat(depth)}${what} [id ${id}]${name} ${formatType(node.type)}`);
    if (more) lines.push(`${"  ".repeat(depth + 1)}…`);
    else
      for (const input of [...node.inputs].reverse()) stack.push({ node: input, depth: depth + 1 });
  }
  return lines.join("\n");
}

/** A, B, …, Z, AA, … */
function letters(n: number): string {
  const last = String.fromCharCode(65 + (n % 26));
  return n < 26 ? last : letters(Math.floor(n / 26) - 1) + last;
}
