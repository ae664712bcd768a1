/** Comparisons, logic, choice, and what is made of a choice: maximum, minimum, clip, relu. */

import { fail } from "../diagnostics/error.ts";
import { broadcastGet, build } from "../graph/ndarray.ts";
import { makeNode, type Node } from "../graph/node.ts";
import { promote } from "../graph/types.ts";
import { call, constant } from "../kernels/scalar.ts";
import { add, div, like, mul } from "./arithmetic.ts";
import { binary, broadcastType, castTo, together, unary } from "./elementwise.ts";
import { asNode, constantValue, type Operand } from "./leaf.ts";
import { functional, infix, precedence, wrap } from "./notation.ts";
import { op, type Sample } from "./op.ts";

// A truth value does not change when its operands change a little: no cotangent reaches them.
const flat = () => [undefined, undefined];

const compare = (
  name: string,
  sign: string,
  tex: string,
  fn: "lt" | "le" | "gt" | "ge" | "eq" | "ne",
  test: (a: number, b: number) => boolean,
  compares?: readonly number[],
) =>
  binary({
    name,
    domain: "comparison",
    notation: infix(sign, precedence.compare, { tex }),
    commutative: fn === "eq" || fn === "ne",
    evaluate: (a, b) => Number(test(a, b)),
    lower: (a, b) => call(fn, a, b),
    gradient: flat,
    ...(compares ? { compares } : {}),
  });

export const lt = compare("lt", "<", "<", "lt", (a, b) => a < b);
export const le = compare("le", "<=", "\\le", "le", (a, b) => a <= b);
export const gt = compare("gt", ">", ">", "gt", (a, b) => a > b);
export const ge = compare("ge", ">=", "\\ge", "ge", (a, b) => a >= b);
export const eq = compare("eq", "===", "=", "eq", (a, b) => a === b);
export const ne = compare("ne", "!==", "\\ne", "ne", (a, b) => a !== b);

/** Whether an element is the extreme that was taken of it and others. */
export const attains = compare("attains", "===", "=", "eq", (a, b) => a === b, [0, 1]);

export const logicalAnd = binary({
  name: "and",
  domain: "bool",
  commutative: true,
  notation: infix("&&", precedence.and, { tex: "\\wedge", associative: true }),
  evaluate: (a, b) => Number(a !== 0 && b !== 0),
  lower: (a, b) => call("and", a, b),
  gradient: flat,
});

export const logicalOr = binary({
  name: "or",
  domain: "bool",
  commutative: true,
  notation: infix("||", precedence.or, { tex: "\\vee", associative: true }),
  evaluate: (a, b) => Number(a !== 0 || b !== 0),
  lower: (a, b) => call("or", a, b),
  gradient: flat,
});

export const logicalNot = unary({
  name: "not",
  domain: "bool",
  notation: {
    text: ([x]) => ({ text: `!${wrap(x, precedence.unary)}`, precedence: precedence.unary }),
    tex: ([x]) => ({
      text: `\\neg ${wrap(x, precedence.unary, true)}`,
      precedence: precedence.unary,
    }),
  },
  evaluate: (x) => Number(x === 0),
  lower: (x) => call("not", x),
  gradient: () => [undefined],
});

const choose = (shape: readonly number[]): Sample => ({
  inputs: [{ shape, dtype: "bool", domain: [0, 2] }, { shape: [2, 3] }, { shape: [3] }],
});

export const whereOp = op({
  name: "where",
  elementwise: true,
  chooses: true,
  infer: (types, _, operands) => ({
    dtype: types[1].dtype,
    shape: broadcastType("where", types, operands),
  }),
  evaluate: ([c, a, b], _, { dtype, shape }) =>
    build(dtype, shape, (index) => broadcastGet(broadcastGet(c, index) ? a : b, index)),
  lower: ({ read }, index) => call("where", read(0, index), read(1, index), read(2, index)),
  // The branch that was not taken gets an exact 0, not 0·∂.
  gradient: ({ dy, inputs: [c] }) => [
    undefined,
    where(c, dy, like(0, dy)),
    where(c, like(0, dy), dy),
  ],
  pushforward: ({ tangents: [, a, b], y, inputs: [c] }) =>
    (a || b) && where(c, a ?? like(0, y), b ?? like(0, y)),
  notation: {
    byElement: true,
    text: ([c, a, b]) => ({
      text: `where(${c.text}, ${a.text}, ${b.text})`,
      precedence: precedence.atom,
    }),
    tex: ([c, a, b]) => ({
      text: `\\begin{cases} ${a.text} & \\text{if } ${c.text} \\\\ ${b.text} & \\text{otherwise} \\end{cases}`,
      precedence: precedence.choice,
    }),
  },
  samples: [choose([]), choose([2, 3]), choose([2, 1])],
});

/** `a` where the condition holds, else `b`; broadcasting all three. */
export function where(condition: Operand, a: Operand, b: Operand): Node {
  const [x, y] = together(a, b);
  const dtype = promote(x.type.dtype, y.type.dtype);
  return makeNode(whereOp, [castTo(asNode(condition), "bool"), castTo(x, dtype), castTo(y, dtype)]);
}

/** The larger; NaN if either is. Equal operands share the gradient. */
export const maximum = binary({
  name: "maximum",
  commutative: true,
  chooses: true,
  notation: functional("maximum", "\\max"),
  evaluate: Math.max,
  lower: (a, b) => call("max", a, b),
  gradient: ({ dy, inputs: [a, b] }) => shareTies(dy, ge(a, b), ge(b, a)),
  advice: (inputs) =>
    inputs.some((x) => constantValue(x) === 0)
      ? "relu(x) is max(x, 0) with the gradient 0 at 0; here it is ½, which takes a division"
      : undefined,
});

/** The smaller; NaN if either is. Equal operands share the gradient. */
export const minimum = binary({
  name: "minimum",
  commutative: true,
  chooses: true,
  notation: functional("minimum", "\\min"),
  evaluate: Math.min,
  lower: (a, b) => call("min", a, b),
  gradient: ({ dy, inputs: [a, b] }) => shareTies(dy, le(a, b), le(b, a)),
});

function shareTies(dy: Node, winsA: Node, winsB: Node): Node[] {
  const isA = castTo(winsA, dy.type.dtype);
  const isB = castTo(winsB, dy.type.dtype);
  const winners = add(isA, isB);
  return [mul(dy, div(isA, winners)), mul(dy, div(isB, winners))];
}

/** max(x, 0), with gradient 0 at 0. */
export const relu = unary({
  name: "relu",
  chooses: true,
  notation: functional("relu", "\\mathop{\\mathrm{relu}}"),
  sample: [0.2, 2],
  evaluate: (x) => Math.max(x, 0),
  lower: (x) => call("max", x, constant(0, x.dtype)),
  // By the result, as that of tanh: what went in need not be kept.
  gradient: ({ dy, y }) => [where(gt(y, 0), dy, like(0, dy))],
});

const clipSample = (shape: readonly number[]): Sample => ({
  inputs: [{ shape }, { shape: [], domain: [-1.5, -1] }, { shape: [], domain: [1, 1.5] }],
});

export const clipOp = op({
  name: "clip",
  elementwise: true,
  cost: 2,
  infer: (types, _, operands) => ({
    dtype: types[0].dtype,
    shape: broadcastType("clip", types, operands),
  }),
  evaluate: ([x, lo, hi], _, { dtype, shape }) =>
    build(dtype, shape, (index) =>
      Math.min(Math.max(broadcastGet(x, index), broadcastGet(lo, index)), broadcastGet(hi, index)),
    ),
  lower: ({ read }, index) =>
    call("min", call("max", read(0, index), read(1, index)), read(2, index)),
  // 1 inside and on the bounds; what is clipped moves with its bound.
  gradient: ({ dy, inputs: [x, lo, hi] }) => {
    const zero = like(0, dy);
    return [
      where(logicalAnd(ge(x, lo), le(x, hi)), dy, zero),
      where(lt(x, lo), dy, zero),
      where(gt(x, hi), dy, zero),
    ];
  },
  notation: functional("clip", "\\mathop{\\mathrm{clip}}"),
  samples: [clipSample([]), clipSample([2, 3])],
});

/** x kept between two bounds. */
export function clip(x: Operand, low: Operand, high: Operand): Node {
  const node = asNode(x);
  const bounds = [low, high].map((b) => asNode(b, node.type.dtype));
  const [least, most] = bounds.map(constantValue);
  if (least !== undefined && most !== undefined && least > most)
    fail("ADJ1008", `clip: nothing lies from ${least} to ${most}`, {
      hint: `clip(x, ${most}, ${least})`,
    });
  const dtype = bounds.reduce((d, b) => promote(d, b.type.dtype), node.type.dtype);
  return makeNode(
    clipOp,
    [node, ...bounds].map((n) => castTo(n, dtype)),
  );
}
