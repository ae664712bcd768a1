/** Choice between values of which only the chosen one is computed. */

import { fail } from "../diagnostics/error.ts";
import { makeNode, type Node } from "../graph/node.ts";
import { broadcastShapes, formatShape, promote } from "../graph/types.ts";
import { call } from "../kernels/scalar.ts";
import { like } from "./arithmetic.ts";
import { where } from "./comparison.ts";
import { castTo, definitions, together } from "./elementwise.ts";
import { asNode, type Operand } from "./leaf.ts";
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
