/** Expressions of the graph in TeX, cut at the values that have names. */

import { type Node, topological } from "../../graph/node.ts";
import { type Dim, dimPlus } from "../../graph/types.ts";
import { affineOf } from "../../ops/index-range.ts";
import { precedence, texDim } from "../../ops/notation.ts";
import type { Printed } from "../../ops/op.ts";
import { lengthOp } from "../../ops/shape.ts";

const greek = new Set(
  "alpha beta gamma delta epsilon zeta eta theta kappa lambda mu nu xi rho sigma tau phi chi psi omega".split(
    " ",
  ),
);

/** The name of a value; with an index, of one entry of it. Undefined where its formula stands instead. */
export type SymbolOf = (node: Node, index?: string) => string | undefined;

/**
 * `W` stays a letter, `cost` becomes upright, `W_hidden` gets a subscript, `theta` its Greek letter, `h_` a prime.
 *
 * @param index the entry that is meant: `h_{t}`
 */
export function texName(name: string, index?: string): string {
  const [head, ...rest] = name.split("_").filter(Boolean);
  const one = (part: string): string => {
    if (greek.has(part)) return `\\${part}`;
    return part.length === 1 ? part : `\\mathrm{${part}}`;
  };
  if (head === "d" && rest.length > 0) return `\\partial ${texName(rest.join("_"), index)}`;
  const subscripts = [
    ...(rest.length > 0 ? [rest.map(one).join(",")] : []),
    ...(index ? [index] : []),
  ];
  // `h_`, as a value before this one is often called.
  const base = `${one(head ?? name)}${name.length > 1 && name.endsWith("_") ? "'" : ""}`;
  return subscripts.length === 0 ? base : `${base}_{${subscripts.join(",\\,")}}`;
}

/** `\dot{h}`: how a value moves along a direction; one that is no letter has the dot behind it. */
export function texTangent(of: string, index?: string): string {
  const dotted = of.startsWith("\\frac") ? `\\left(${of}\\right)^{\\cdot}` : `\\dot{${of}}`;
  return index ? `${dotted}_{${index}}` : dotted;
}

/** `\frac{\partial cost}{\partial W}` of what is printed already, or the second derivative. */
export function texDerivative(of: string, by: string, order?: 2): string {
  const power = order === 2 ? "^{2}" : "";
  return `\\frac{\\partial${power} ${of}}{\\partial ${by}${power}}`;
}

/** Parts that are longer are left out: nobody reads them, and what is shared doubles at each use. */
const longestPart = 2000;

/** One expression; operands for which `symbol` has an answer are printed as that. */
export function tex(root: Node, symbol: SymbolOf): string {
  const printed = new Map<Node, Printed>();
  for (const node of topological([root])) {
    const name =
      entryOf(node, symbol) ?? (node === root && !node.op.leaf ? undefined : symbol(node));
    const inputs = node.inputs.map((input) => printed.get(input) as Printed);
    const types = node.inputs.map((input) => input.type);
    const text: Printed =
      name !== undefined
        ? { text: name, precedence: precedence.atom }
        : node.op.notation.tex(inputs, node.attrs, types);
    const shown: Printed =
      text.text.length > longestPart && node !== root
        ? { text: "\\cdots", precedence: precedence.atom }
        : text;
    printed.set(node, node.shape.length === 0 ? { ...shown, isScalar: true } : shown);
  }
  return (printed.get(root) as Printed).text;
}

/** Entries of a loop's values are numbered as in its recurrence: `h_{100}`, `h_{[1, 101)}`. */
function entryOf(node: Node, symbol: SymbolOf): string | undefined {
  let base = node;
  let from: Dim = 0;
  while (base.op.isRows?.(base.attrs)) {
    const place = placeOf(base.inputs[1]);
    if (place === undefined || (typeof place === "string" && typeof from === "string"))
      return undefined;
    from = typeof from === "number" ? dimPlus(place, from) : dimPlus(from, place as number);
    [base] = base.inputs;
  }
  if (base === node || !base.op.part) return undefined;
  const [length] = node.shape;
  if (length === 1) return symbol(base, texDim(from));
  const end =
    typeof length === "number"
      ? dimPlus(from, length)
      : typeof from === "number"
        ? dimPlus(length, from)
        : undefined;
  return end === undefined ? undefined : symbol(base, `[${texDim(from)},\\; ${texDim(end)})`);
}

/** A first place that is a number, or lies so far from the end of an axis. */
function placeOf(start: Node): Dim | undefined {
  const { terms, constant } = affineOf(start);
  const [[node, factor] = [undefined, 0], ...more] = terms;
  if (!node) return constant;
  if (more.length > 0 || factor !== 1 || node.op !== lengthOp) return undefined;
  return dimPlus(node.inputs[0].shape[node.attrs.axis as number], constant);
}
