/** Margins and gaps: what convolutions and pooling windows run over beyond the input itself. */

import { build, offsetOf } from "../graph/ndarray.ts";
import { makeNode, type Node } from "../graph/node.ts";
import { type Dim, type DType, dimPlus, formatShape, isFloat } from "../graph/types.ts";
import * as scalar from "../kernels/scalar.ts";
import { literal } from "./leaf.ts";
import { precedence, word } from "./notation.ts";
import { type AnyOp, op } from "./op.ts";
import { sliceOp } from "./slicing.ts";

export type SpreadAttrs = {
  /** Places in front of each axis, and behind it. */
  before: readonly number[];
  after: readonly number[];
  /** From one element to the next: 1 leaves no gaps. */
  step: readonly number[];
  /** What stands in the margins and gaps. */
  value: number;
};

const lengthOf = (dim: Dim, { before, after, step }: SpreadAttrs, i: number): Dim =>
  typeof dim === "number"
    ? before[i] + (dim > 0 ? (dim - 1) * step[i] + 1 : 0) + after[i]
    : dimPlus(dim, before[i] + after[i]);

/** `_{2}` where all axes from the first with margins on have the same, else one item an axis. */
function marginsTex({ before, after, step, value }: SpreadAttrs): string {
  const all = before.map((b, i) => [b, after[i], step[i]]);
  const first = all.findIndex(([b, a, s]) => b + a > 0 || s > 1);
  const own = first < 0 ? [] : all.slice(first);
  const texts = own.map(
    ([b, a, s]) => `${b === a ? b : `${b}\\mid ${a}`}${s > 1 ? `\\uparrow ${s}` : ""}`,
  );
  const margins = new Set(texts).size === 1 ? texts[0] : texts.join(",\\,");
  return `_{${margins}}${value === 0 ? "" : `^{${String(value).replace("Infinity", "\\infty")}}`}`;
}

/** out[before + step·i] = x[i], and `value` everywhere else. */
export const spreadOp: AnyOp = op<SpreadAttrs>({
  name: "spread",
  called: "padded",
  margins: ({ before, step, value }) => ({ before, step, value }),
  chooses: true,
  cost: 3,
  vectorise: ([{ node: x }], { before, after, step, value }) =>
    makeNode(spreadOp, [x], {
      before: [0, ...before],
      after: [0, ...after],
      step: [1, ...step],
      value,
    }),
  infer: ([x], attrs) => ({
    dtype: x.dtype,
    shape: x.shape.map((dim, i) => lengthOf(dim, attrs, i)),
  }),
  evaluate: ([x], { before, step, value }, { dtype, shape }) =>
    build(dtype, shape, (index) => {
      const from = index.map((i, n) => (i - before[n]) / step[n]);
      const inside = from.every((i, n) => Number.isInteger(i) && i >= 0 && i < x.shape[n]);
      return inside ? x.data[offsetOf(from, x.shape)] : value;
    }),
  lower: ({ attrs: { before, step, value }, type, inputs: [x], read }, index) => {
    const int = (n: number) => scalar.constant(n, "int32");
    let inside: scalar.Scalar = scalar.constant(1, "bool");
    const from = index.map((i, n) => {
      if (type.shape[n] === x.shape[n] && step[n] === 1) return i;
      const place = scalar.indexSub(i, int(before[n]));
      const end = scalar.indexMul(scalar.extent(x.shape[n]), int(step[n]));
      inside = scalar.and(inside, scalar.compare("ge", i, int(before[n])));
      inside = scalar.and(inside, scalar.compare("lt", i, scalar.indexAdd(end, int(before[n]))));
      if (step[n] === 1) return place;
      const rest = scalar.indexMod(place, int(step[n]));
      inside = scalar.and(inside, scalar.call("eq", rest, int(0)));
      return scalar.indexDiv(place, int(step[n]));
    });
    const element = read(0, from);
    return inside.kind === "const"
      ? element
      : scalar.call("where", inside, element, scalar.constant(value, type.dtype));
  },
  gradient: ({ dy, inputs: [x], attrs }) => [inside(dy, x, attrs)],
  pushforward: ({ tangents: [t], attrs }) => t && makeNode(spreadOp, [t], { ...attrs, value: 0 }),
  notation: {
    text: ([x], { before, after, step, value }) => {
      const lists = [before, after].map((list) => formatShape(list)).join(", ");
      const extra = [
        ...(step.some((s) => s > 1) ? [`step: ${formatShape(step)}`] : []),
        ...(value !== 0 ? [`value: ${value}`] : []),
      ];
      const options = extra.length > 0 ? `, { ${extra.join(", ")} }` : "";
      return { text: `spread(${x.text}, ${lists}${options})`, precedence: precedence.atom };
    },
    tex: ([x], attrs) => ({
      text: `${word("pad")}${marginsTex(attrs)}\\left(${x.text}\\right)`,
      precedence: precedence.atom,
    }),
    signs: [
      {
        mark: word("pad"),
        example: `${word("pad")}_{m}(x)`,
        meaning:
          "x with m zeros before and after it along its last axes (a|b: a before, b after; ↑s: s − 1 zeros between its elements; a number above: in place of zeros)",
      },
    ],
  },
  samples: [
    { inputs: [{ shape: [3] }], attrs: { before: [1], after: [2], step: [1], value: 0 } },
    { inputs: [{ shape: [3] }], attrs: { before: [0], after: [1], step: [3], value: 0 } },
    {
      inputs: [{ shape: [2, 3] }],
      attrs: { before: [0, 2], after: [0, 1], step: [1, 2], value: 0.5 },
    },
    {
      inputs: [{ shape: [2, 2, 3] }],
      attrs: { before: [0, 1, 0], after: [0, 1, 1], step: [1, 1, 2], value: 0 },
    },
  ],
});

/** The elements of `dy` at the places that `x` was spread to. */
function inside(dy: Node, x: Node, { before, step }: SpreadAttrs): Node {
  return x.shape.reduce<Node>((part, length, axis) => {
    if (part.shape[axis] === length && step[axis] === 1) return part;
    const start = literal(before[axis], "int32");
    return makeNode(sliceOp, [part, start], { axis, length, step: step[axis] });
  }, dy);
}

export interface SpreadOptions {
  /** From one element to the next, for the last axes; 1 when left out. */
  readonly step?: readonly number[];
  readonly value?: number;
}

/**
 * `x` with margins around its last axes, one pair (before, after) an axis. A margin below 0 takes places away.
 */
export function spread(
  x: Node,
  margins: readonly (readonly [number, number])[],
  { step = margins.map(() => 1), value = 0 }: SpreadOptions = {},
): Node {
  const lead = x.shape.length - margins.length;
  const all = (list: readonly number[], rest: number) => [
    ...new Array<number>(lead).fill(rest),
    ...list,
  ];
  const attrs: SpreadAttrs = {
    before: all(
      margins.map(([before]) => Math.max(0, before)),
      0,
    ),
    after: all(
      margins.map(([, after]) => Math.max(0, after)),
      0,
    ),
    step: all(step, 1),
    value,
  };
  const isWhole =
    [...attrs.before, ...attrs.after].every((n) => n === 0) && step.every((s) => s === 1);
  const wide = isWhole ? x : makeNode(spreadOp, [x], attrs);
  if (!isWhole) wide.role ??= { name: "padded", of: x };
  return margins.reduce<Node>((part, [before, after], n) => {
    const axis = lead + n;
    if (before >= 0 && after >= 0) return part;
    const length = (part.shape[axis] as number) + Math.min(0, before) + Math.min(0, after);
    const start = literal(Math.max(0, -before), "int32");
    return makeNode(sliceOp, [part, start], { axis, length, step: 1 });
  }, wide);
}

/** A value below all others of a dtype: what a maximum is taken with beyond the border. */
export const lowest = (dtype: DType): number =>
  isFloat(dtype) ? Number.NEGATIVE_INFINITY : dtype === "bool" ? 0 : -(2 ** 31);
