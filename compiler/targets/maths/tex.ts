/** Expressions of the graph in TeX, cut at the values that have names. */

import { type Node, topological } from "../../graph/node.ts";
import { type Dim, dimPlus, sameShape } from "../../graph/types.ts";
import { affineOf } from "../../ops/index-range.ts";
import { precedence, texDim } from "../../ops/notation.ts";
import type { Printed, Shown } from "../../ops/op.ts";
import { openScan } from "../../ops/scan.ts";
import { lengthOp } from "../../ops/shape.ts";
import {
  alignedIndex,
  arrayOf,
  filledTex,
  repeatedTex,
  subscripted,
} from "../../ops/subscripts.ts";

const greek = new Set(
  "alpha beta gamma delta epsilon zeta eta theta kappa lambda mu nu xi rho sigma tau phi chi psi omega".split(
    " ",
  ),
);

/** The name of a value; with an index, of one entry of it. Undefined where its formula stands instead. */
export type SymbolOf = (node: Node, index?: string) => string | undefined;

/**
 * `W` stays a letter, `cost` and `hidden_W` are upright words, `theta` its Greek letter.
 *
 * @param index the entry that is meant: `h_{t}`
 */
export function texName(name: string, index?: string): string {
  const word = `\\mathrm{${name.replace(/[_$]/g, "\\$&")}}`;
  const base = greek.has(name) ? `\\${name}` : name.length === 1 ? name : word;
  return `${base}${index ? `_{${index}}` : ""}`;
}

/** `\dot{h}`: how a value moves along a direction; one that is no letter has the dot behind it. */
export function texTangent(of: string, index?: string): string {
  const dotted = of.startsWith("\\frac") ? `\\left(${of}\\right)^{\\cdot}` : `\\dot{${of}}`;
  return index ? `${dotted}_{${index}}` : dotted;
}

/** `\bar{h}_{t}`: the derivative by a state, by way of the steps that it is handed to. */
export const texCarried = (state: string, index?: string): string =>
  `\\bar{${state}}${index ? `_{${index}}` : ""}`;

/** `\frac{\partial cost}{\partial W}` of what is printed already, or the second derivative. */
export function texDerivative(of: string, by: string, order?: 2): string {
  const power = order === 2 ? "^{2}" : "";
  return `\\frac{\\partial${power} ${of}}{\\partial ${by}${power}}`;
}

/** Parts that are longer are left out: nobody reads them, and what is shared doubles at each use. */
const longestPart = 2000;

/** One expression; operands for which `symbol` has an answer are printed as that. */
export const tex = (root: Node, symbol: SymbolOf): string => texPrinted(root, symbol).text;

/**
 * The same, with what is known of it.
 *
 * @param own what it is called
 */
export function texPrinted(root: Node, symbolOf: SymbolOf, own = symbolOf(root)): Printed {
  // What has the name of the whole, as stable spellings have, is written out.
  const symbol: SymbolOf = (node, index) => {
    const name = symbolOf(node, index);
    return name === own && !node.op.leaf && !node.op.part ? undefined : name;
  };
  const arrays = new Map<Node, Shown>();
  const elements = new Map<Node, Map<string, Printed>>();
  const written = new Set<Node>();
  const named = (node: Node): Printed | undefined => {
    const entry = entryOf(node, symbol);
    if (entry) return entry;
    const name = node === root && !node.op.leaf ? undefined : symbol(node);
    return name === undefined ? undefined : atom(name);
  };
  const operandsOf = ({ inputs }: Node): readonly Shown[] =>
    inputs.map((input) => arrays.get(input) as Shown);
  for (const node of topological([root])) {
    const printed = named(node) ?? array(node);
    const isLong = printed.text.length > longestPart && node !== root;
    arrays.set(node, {
      ...(isLong ? atom("\\cdots") : plain(printed)),
      ...(node.shape.length === 0 ? { isScalar: true } : {}),
      ...(written.has(node) ? { isByElement: true } : {}),
      type: node.type,
      at: (index) => element(node, index),
    });
  }
  return arrays.get(root) as Shown;

  function array(node: Node): Printed {
    const { op, attrs, shape } = node;
    const { notation } = op;
    const isPassed = op.elementwise || (op.movement && notation.element !== undefined);
    // Repeated along more axes than rows and columns: no product with ones says it.
    const isSpread = (x: Node): boolean =>
      shape.length > 2 && x.shape.length > 0 && !sameShape(x.shape, shape);
    const isWritten =
      (op.elementwise && (notation.byElement || node.inputs.some(isSpread))) ||
      (isPassed && node.inputs.some((x) => written.has(x)));
    if (isWritten || notation.byElement) written.add(node);
    if (!isWritten || shape.length === 0) {
      const isSame = op.movement || op.reduces === "elements";
      const operands = operandsOf(node).map((x) => {
        if (op.elementwise)
          return sameShape(x.type.shape, shape) ? x : { ...x, ...repeatedTex(x, shape) };
        return isSame || !x.isScalar ? x : { ...x, ...filledTex(x), isScalar: false };
      });
      const text = notation.tex?.(operands, attrs);
      const isScalar = op.elementwise && operands.length > 0 && operands.every((x) => x.isScalar);
      if (text) return isScalar ? { ...text, isScalar } : text;
    }
    written.add(node);
    return arrayOf(shape, (index) => element(node, index));
  }

  function element(node: Node, index: readonly string[]): Printed {
    const name = named(node);
    const whole = arrays.get(node);
    if (name?.squeezed) {
      const { axes, printed } = name.squeezed;
      const rest = index.filter((_, axis) => !axes.includes(axis));
      return rest.length > 0 ? subscripted(printed, rest) : printed;
    }
    if (name && index.length > 0) return subscripted(name, index);
    if (whole && (whole.isScalar || whole.text === "\\cdots")) return whole;
    const known = elements.get(node) ?? new Map<string, Printed>();
    elements.set(node, known);
    const key = index.join();
    const found =
      known.get(key) ?? shortened({ ...elementAnew(node, index, whole), isScalar: true });
    known.set(key, found);
    return found;
  }

  function elementAnew(node: Node, index: readonly string[], whole: Shown | undefined): Printed {
    const { op, attrs } = node;
    const operands = operandsOf(node);
    if (op.notation.element) return op.notation.element(operands, attrs, index);
    if (op.elementwise && op.notation.tex) {
      const numbers = operands.map((x): Shown => {
        const number = { ...x.at(alignedIndex(x.type.shape, index)), isScalar: true };
        return { ...number, type: { ...x.type, shape: [] }, at: () => number };
      });
      const text = op.notation.tex(numbers, attrs);
      if (text) return text;
    }
    const { permuted } = whole ?? {};
    if (
      permuted &&
      permuted.order.length === index.length &&
      permuted.of.type.shape.length === index.length
    )
      return permuted.of.at(index.map((_, axis) => index[permuted.order.indexOf(axis)]));
    if (!whole) throw new Error(`nothing says how ${op.name} is written`);
    return subscripted(whole, index);
  }
}

const atom = (text: string): Printed => ({ text, precedence: precedence.atom });

const shortened = (printed: Printed): Printed =>
  printed.text.length > longestPart ? atom("\\cdots") : printed;

/** What is printed, without what belongs to the operand that it may have been. */
const plain = ({
  text,
  precedence,
  isScalar,
  product,
  part,
  permuted,
  squeezed,
  law,
}: Printed): Printed => ({
  text,
  precedence,
  ...(isScalar ? { isScalar } : {}),
  ...(product ? { product } : {}),
  ...(part ? { part } : {}),
  ...(permuted ? { permuted } : {}),
  ...(squeezed ? { squeezed } : {}),
  ...(law ? { law } : {}),
});

/** Entries of a loop's values are numbered as in its recurrence: `h_{100}`, `h_{[1, 101)}`. */
function entryOf(node: Node, symbol: SymbolOf): Printed | undefined {
  let base = node;
  let from: Dim = 0;
  while (base.op.isRows?.(base.attrs)) {
    const place = placeOf(base.inputs[1]);
    if (place === undefined || (typeof place === "string" && typeof from === "string"))
      return undefined;
    from = typeof from === "number" ? dimPlus(place, from) : dimPlus(from, place as number);
    [base] = base.inputs;
  }
  if (!base.op.part) return undefined;
  const last = onlyLast(base);
  if (base === node && last === undefined) return undefined;
  if (last !== undefined) from = last;
  const [length] = node.shape;
  const end =
    typeof length === "number"
      ? dimPlus(from, length)
      : typeof from === "number"
        ? dimPlus(length, from)
        : undefined;
  const range =
    end === undefined ? undefined : symbol(base, `[${texDim(from)},\\, ${texDim(end)})`);
  if (range === undefined) return undefined;
  const single = length === 1 ? symbol(base, texDim(from)) : undefined;
  return {
    ...atom(range),
    ...(single === undefined ? {} : { squeezed: { axes: [0], printed: atom(single) } }),
  };
}

/** The number of the one step that a part of a loop has, where it has not all. */
function onlyLast(part: Node): Dim | undefined {
  const { steps, backwards } = openScan(part.inputs[0]);
  if (part.shape[0] !== 1 || steps === 1) return undefined;
  return backwards ? 0 : steps;
}

/** A first place that is a number, or lies so far from the end of an axis. */
function placeOf(start: Node): Dim | undefined {
  const { terms, constant } = affineOf(start);
  const [[node, factor] = [undefined, 0], ...more] = terms;
  if (!node) return constant;
  if (more.length > 0 || factor !== 1 || node.op !== lengthOp) return undefined;
  return dimPlus(node.inputs[0].shape[node.attrs.axis as number], constant);
}
