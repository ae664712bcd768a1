/** Choice between values of which only the chosen one is computed. */

import { fail } from "../diagnostics/error.ts";
import { makeNode, type Node } from "../graph/node.ts";
import { broadcastShapes, formatShape, isFloat, promote } from "../graph/types.ts";
import { call } from "../kernels/scalar.ts";
import { add, div, like, sub } from "./arithmetic.ts";
import { where, whereOp } from "./comparison.ts";
import { castTo, definitions, together } from "./elementwise.ts";
import { asNode, constantValue, type Operand } from "./leaf.ts";
import { precedence } from "./notation.ts";
import { type AnyOp, op, type Sample } from "./op.ts";
import { aligned, broadcastTo, repeated } from "./shape.ts";

const sample = (shape: readonly number[]): Sample => ({
  inputs: [{ shape: [], dtype: "bool", domain: [0, 2] }, { shape }, { shape }],
});

export const ifelseOp: AnyOp = op({
  name: "ifelse",
  called: "choice",
  lazy: true,
  stored: true,
  cost: 1,
  reads: () => 1,
  roles: ["condition"],
  onDevice: { instead: "both sides are computed: a kernel cannot tell which ones come after it" },
  infer: ([, a]) => a,
  evaluate: ([c, a, b]) => (c.data[0] !== 0 ? a : b),
  lower: ({ read }, index) => call("where", read(0, []), read(1, index), read(2, index)),
  unrolled: ([c, a, b]) => where(c, a, b),
  // The side that is not taken gets a 0, which rules carry back through what made it.
  gradient: ({ dy, inputs: [c] }) => {
    const zero = zeroLike(dy);
    return [undefined, makeNode(ifelseOp, [c, dy, zero]), makeNode(ifelseOp, [c, zero, dy])];
  },
  pushforward: ({ tangents: [, a, b], y, inputs: [c] }) =>
    (a || b) && makeNode(ifelseOp, [c, a ?? zeroLike(y), b ?? zeroLike(y)]),
  vectorise: ([c, a, b], _, { shape }) => {
    const [steps] = [c, a, b].flatMap(({ node, stacked }) => (stacked ? [node.shape[0]] : []));
    if (c.stacked)
      return where(aligned(c, shape.length), aligned(a, shape.length), aligned(b, shape.length));
    return makeNode(ifelseOp, [c.node, repeated(a, steps), repeated(b, steps)]);
  },
  notation: {
    text: ([c, a, b]) => ({
      text: `ifelse(${c.text}, ${a.text}, ${b.text})`,
      precedence: precedence.atom,
    }),
    tex: ([c, a, b]) => ({
      text: `\\begin{cases} ${a.text} & \\text{if } ${c.text} \\\\ ${b.text} & \\text{else} \\end{cases}`,
      precedence: precedence.choice,
    }),
  },
  samples: [sample([]), sample([2, 3])],
});

/** 0 in the shape of a value. */
export const zeroLike = (x: Node): Node => broadcastTo(like(0, x), x.shape);

/** Whether a value is a 0 that was only moved or repeated. */
export function isZero(node: Node): boolean {
  let source = node;
  while (source.op.movement || source.op.name === "fill")
    source = source.inputs[source.op.movement ? 0 : 1];
  return constantValue(source) === 0;
}

/** The operands through which an op is linear, where the others may be anything. */
export function linearIn({ op, inputs }: Node): readonly number[] {
  if (op.multilinear || op.linear)
    return inputs.flatMap((input, i) => (isFloat(input.type.dtype) ? [i] : []));
  if (op === whereOp) return [1, 2];
  return op.movement || op === div.op ? [0] : [];
}

/** A value that is 0 where a choice falls on operand `zero`: 1 if its condition holds, 2 if it does not. */
interface Conditional {
  readonly condition: Node;
  readonly zero: number;
  readonly value: Node;
}

/** Looks through what is linear for choices with a 0, which gradients are made of. */
function conditional(node: Node, depth = 8): Conditional | undefined {
  const [condition, ...sides] = node.inputs;
  if (node.op === ifelseOp) {
    const zero = sides.findIndex(isZero) + 1;
    return zero > 0 ? { condition, zero, value: sides[2 - zero] } : undefined;
  }
  const places = linearIn(node).filter((i) => !isZero(node.inputs[i]));
  if (depth === 0 || places.length === 0) return undefined;
  const found = places.map((i) => conditional(node.inputs[i], depth - 1));
  // A product is 0 with one of its factors, a sum with all that is added.
  const used = node.op.multilinear ? [found.findIndex((c) => c !== undefined)] : places.keys();
  const taken = [...used].map((n) => found[n]);
  const [first] = taken;
  if (!first || !taken.every((c) => c?.condition === first.condition && c.zero === first.zero))
    return undefined;
  const inputs = node.inputs.map((input, i) => {
    const own = found[places.indexOf(i)];
    return own && taken.includes(own) ? own.value : input;
  });
  return { ...first, value: makeNode(node.op, inputs, node.attrs) };
}

/**
 * Values that are all 0 unless one choice falls on one side: what they are there, and how a result that is
 * linear in them becomes 0 on the other side. Undefined where they are not.
 */
export function onOneSide(
  values: readonly Node[],
):
  | { readonly values: readonly Node[]; readonly otherwiseZero: (result: Node) => Node }
  | undefined {
  const found = values.map((value) => conditional(value));
  const [first] = found;
  if (!first || !found.every((c) => c?.condition === first.condition && c.zero === first.zero))
    return undefined;
  return {
    values: found.map((c, i) => c?.value ?? values[i]),
    otherwiseZero: (result) => {
      const sides = [result, zeroLike(result)];
      return makeNode(ifelseOp, [first.condition, ...(first.zero === 1 ? sides.reverse() : sides)]);
    },
  };
}

/**
 * What a variable becomes by adding a choice with a 0, `W − ifelse(c, g, 0)`, as a choice with the variable itself on
 * that side: `ifelse(c, W − g, W)`, which writes nothing there. Undefined for what is no such sum.
 */
export function skipping(value: Node, variable: Node): Node | undefined {
  const { op, inputs } = value;
  const place = inputs.findIndex((input) => input.op === ifelseOp);
  const isSum = op === add.op || (op === sub.op && place === 1);
  if (!isSum || place < 0 || inputs[1 - place] !== variable) return undefined;
  const [condition, ...sides] = inputs[place].inputs;
  const zero = sides.findIndex(isZero);
  if (zero < 0) return undefined;
  const summed = makeNode(
    op,
    inputs.map((input, i) => (i === place ? sides[1 - zero] : input)),
    value.attrs,
  );
  return makeNode(ifelseOp, [condition, ...(zero === 1 ? [summed, variable] : [variable, summed])]);
}

/**
 * The value `a` if the condition – a single truth value – holds, else `b`: only the one is computed.
 * Lists choose several values at once.
 *
 * @throws ADJ1003 when the condition is not a scalar or the two do not broadcast, ADJ1008 for lists of
 *   different lengths
 */
export function ifelse(
  condition: Operand,
  a: Operand | readonly Operand[],
  b: Operand | readonly Operand[],
): Node | Node[] {
  const [many, others] = [a, b].map(listOf);
  if (many || others) {
    if (many?.length !== others?.length)
      fail("ADJ1008", `ifelse: ${many?.length ?? 1} values and ${others?.length ?? 1}`);
    return (many as readonly Operand[]).map((x, i) => one(condition, x, (others as Operand[])[i]));
  }
  return one(condition, a as Operand, b as Operand);
}

/** A list that holds symbols; plain numbers are one value. */
function listOf(value: Operand | readonly Operand[]): readonly Operand[] | undefined {
  return Array.isArray(value) && value.some((x) => x !== null && typeof x === "object" && "op" in x)
    ? (value as readonly Operand[])
    : undefined;
}

function one(condition: Operand, x: Operand, y: Operand): Node {
  const c = castTo(asNode(condition), "bool");
  const [a, b] = together(x, y);
  const shape = broadcastShapes([a.shape, b.shape]);
  if (c.shape.length > 0) {
    fail("ADJ1003", `ifelse: the condition is ${formatShape(c.shape)}, not a single truth value`, {
      hint: "where(condition, a, b) chooses element by element",
      related: definitions(c),
    });
  }
  if (!shape) {
    fail(
      "ADJ1003",
      `ifelse: ${formatShape(a.shape)} and ${formatShape(b.shape)} do not broadcast`,
      {
        related: definitions(a, b),
      },
    );
  }
  const dtype = promote(a.type.dtype, b.type.dtype);
  const [left, right] = [a, b].map((value) => broadcastTo(castTo(value, dtype), shape));
  return makeNode(ifelseOp, [c, left, right]);
}
