/** Parts of convolutions and of padded values: what would be cut away is not computed. */

import { makeNode, type Node } from "../graph/node.ts";
import type { Rule, RuleContext, RuleSample } from "../simplify/rule.ts";
import { type CorrelateAttrs, correlateOp } from "./correlation.ts";
import { constantValue, literal, symbol } from "./leaf.ts";
import { type SpreadAttrs, spread, spreadOp } from "./padding.ts";
import { sliceOp } from "./slicing.ts";
import { reach } from "./window.ts";

/** A slice of known place: from `start` on, `length` elements. */
interface Part {
  readonly axis: number;
  readonly start: number;
  readonly length: number;
  readonly step: number;
}

const partOf = (node: Node): Part | undefined => {
  const start = constantValue(node.inputs[1]);
  const { axis, length, step } = node.attrs as { axis: number; length: unknown; step: number };
  return start === undefined || typeof length !== "number" || step < 1 || length === 0
    ? undefined
    : { axis, start, length, step };
};

const cut = (x: Node, { axis, start, length }: Omit<Part, "step">): Node =>
  start === 0 && x.shape[axis] === length
    ? x
    : makeNode(sliceOp, [x, literal(start, "int32")], { axis, length, step: 1 });

/** Windows that are not asked for are not computed: those that are lie further apart, or begin later. */
function sliceOfCorrelate(node: Node, context?: RuleContext): Node | undefined {
  const [y] = node.inputs;
  const part = y.op === correlateOp ? partOf(node) : undefined;
  if (!part || context?.isShared(y)) return undefined;
  const [x, w] = y.inputs;
  const attrs = y.attrs as CorrelateAttrs;
  const lead = 2 + Number(attrs.grouped);
  const n = part.axis - lead;
  if (n < 0) return undefined;
  const stride = attrs.stride.map((s, i) => (i === n ? s * part.step : s));
  const reached = reach(w.shape[part.axis] as number, attrs.dilation[n]);
  const windows = cut(x, {
    axis: part.axis,
    start: part.start * attrs.stride[n],
    length: reach(part.length, stride[n]) + reached - 1,
  });
  const size = attrs.size.map((s, i) => (i === n ? part.length : s));
  return makeNode(correlateOp, [windows, w], { ...attrs, stride, size });
}

/** Margins that are cut away again are not made. */
function sliceOfSpread(node: Node, context?: RuleContext): Node | undefined {
  const [y] = node.inputs;
  const part = y.op === spreadOp ? partOf(node) : undefined;
  if (part?.step !== 1 || context?.isShared(y)) return undefined;
  const { axis, start, length } = part;
  const { before, after, step, value } = y.attrs as SpreadAttrs;
  const left = before[axis] - start;
  const right = after[axis] - ((y.shape[axis] as number) - start - length);
  if (left < 0 || right < 0) return undefined;
  const margins = before.map((b, i): readonly [number, number] =>
    i === axis ? [left, right] : [b, after[i]],
  );
  return spread(y.inputs[0], margins, { step, value });
}

const slice = (x: Node, axis: number, start: number, length: number, step = 1): Node =>
  makeNode(sliceOp, [x, literal(start, "int32")], { axis, length, step });
const on = (...expressions: Node[]): readonly RuleSample[] =>
  expressions.map((expression) => ({ expression }));

export const convolutionRules: readonly Rule[] = [
  {
    name: "slice-of-correlate",
    tier: "exact",
    roots: ["slice"],
    statement:
      "slice(correlate(x, w), a, n) = correlate(slice(x, stride·a, …), w) along the windows",
    rewrite: sliceOfCorrelate,
    samples: () => {
      const attrs = { flip: false, grouped: false };
      const y = makeNode(
        correlateOp,
        [symbol("float64", [2, 2, 6, 9]), symbol("float64", [3, 2, 2, 3])],
        { ...attrs, stride: [1, 2], dilation: [2, 1], size: [4, 4] },
      );
      const groups = makeNode(
        correlateOp,
        [symbol("float64", [2, 2, 1, 7]), symbol("float64", [2, 2, 1, 2])],
        { ...attrs, grouped: true, stride: [1], dilation: [1], size: [6] },
      );
      return on(slice(y, 2, 1, 3), slice(y, 3, 1, 2, 2), slice(groups, 3, 0, 4));
    },
  },
  {
    name: "slice-of-spread",
    tier: "exact",
    roots: ["slice"],
    statement:
      "slice(spread(x, before, after), a, n) = spread(x, before − a, …) within the margins",
    rewrite: sliceOfSpread,
    samples: () => {
      const x = symbol("float64", [3, 4]);
      const margins = [
        [2, 1],
        [3, 0],
      ] as const;
      return on(
        slice(spread(x, margins), 0, 1, 4),
        slice(spread(x, margins, { step: [2, 1] }), 1, 3, 4),
      );
    },
  },
];
