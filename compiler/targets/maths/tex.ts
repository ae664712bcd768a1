/** Expressions of the graph in TeX, cut at the values that have names. */

import { type Node, topological } from "../../graph/node.ts";
import { precedence } from "../../ops/notation.ts";
import type { Printed } from "../../ops/op.ts";

const greek = new Set(
  "alpha beta gamma delta epsilon zeta eta theta kappa lambda mu nu xi rho sigma tau phi chi psi omega".split(
    " ",
  ),
);

/** `W` stays a letter, `cost` becomes upright, `W_hidden` gets a subscript, `theta` its Greek letter. */
export function texName(name: string): string {
  const [head, ...rest] = name.split("_").filter(Boolean);
  const one = (part: string): string => {
    if (greek.has(part)) return `\\${part}`;
    return part.length === 1 ? part : `\\mathrm{${part}}`;
  };
  if (head === "d" && rest.length > 0) return `\\partial ${texName(rest.join("_"))}`;
  return rest.length === 0 ? one(head ?? name) : `${one(head)}_{${rest.map(one).join(",")}}`;
}

/** `\frac{\partial cost}{\partial W}` */
export function texDerivative(of: string, by: string): string {
  return `\\frac{\\partial ${texName(of)}}{\\partial ${texName(by)}}`;
}

/** One expression; operands for which `symbol` has an answer are printed as that. */
export function tex(root: Node, symbol: (node: Node) => string | undefined): string {
  const printed = new Map<Node, Printed>();
  for (const node of topological([root])) {
    const name = node === root && !node.op.leaf ? undefined : symbol(node);
    const inputs = node.inputs.map((input) => printed.get(input) as Printed);
    const types = node.inputs.map((input) => input.type);
    const text: Printed =
      name !== undefined
        ? { text: name, precedence: precedence.atom }
        : node.op.notation.tex(inputs, node.attrs, types);
    printed.set(node, node.shape.length === 0 ? { ...text, isScalar: true } : text);
  }
  return (printed.get(root) as Printed).text;
}
