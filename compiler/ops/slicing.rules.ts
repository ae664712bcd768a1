/** Slices of what was sliced, written or computed element by element: all exact, for no number changes. */

import { makeNode, type Node } from "../graph/node.ts";
import { sameShape } from "../graph/types.ts";
import type { Rule, RuleContext, RuleSample } from "../simplify/rule.ts";
import { add, mul } from "./arithmetic.ts";
import { castTo } from "./elementwise.ts";
import { exp } from "./exponential.ts";
import { constantValue, literal, symbol } from "./leaf.ts";
import { putSliceOp, type SliceAttrs, sliceOp } from "./slicing.ts";

/** slice(slice(x)) = slice(x) */
function sliceOfSlice(node: Node): Node | undefined {
  const [inner, start] = node.inputs;
  if (inner.op !== sliceOp || inner.attrs.axis !== node.attrs.axis) return undefined;
  const [x, first] = inner.inputs;
  const step = inner.attrs.step as number;
  const from = add(castTo(first, "int32"), mul(castTo(start, "int32"), literal(step, "int32")));
  return makeNode(sliceOp, [x, from], { ...node.attrs, step: step * (node.attrs.step as number) });
}

/** Reading the slice that was just written gives what was written. */
function sliceOfWritten(node: Node): Node | undefined {
  const [written, start] = node.inputs;
  if (written.op !== putSliceOp || written.attrs.mode !== "set" || written.inputs[2] !== start)
    return undefined;
  const same = (["axis", "length", "step"] as const).every(
    (key) => written.attrs[key] === node.attrs[key],
  );
  return same ? written.inputs[1] : undefined;
}

/** x[0:n] of n entries is x. */
function wholeSlice(node: Node): Node | undefined {
  const [x, start] = node.inputs;
  return constantValue(start) === 0 && node.attrs.step === 1 && sameShape(x.shape, node.shape)
    ? x
    : undefined;
}

/** Beside the slice that was written lies what was there before. */
function sliceBesideWritten(node: Node): Node | undefined {
  const [written, start] = node.inputs;
  if (written.op !== putSliceOp || written.attrs.axis !== node.attrs.axis) return undefined;
  const [base, , begin] = written.inputs;
  const read = placesOf(start, node.attrs as SliceAttrs);
  const put = placesOf(begin, written.attrs as SliceAttrs);
  if (!read || !put || !(read.last < put.first || put.last < read.first)) return undefined;
  return makeNode(sliceOp, [base, start], node.attrs);
}

/** The first and the last place of a slice, where they are known. */
function placesOf(
  start: Node,
  { length, step }: SliceAttrs,
): { first: number; last: number } | undefined {
  const from = constantValue(start);
  if (from === undefined || typeof length !== "number") return undefined;
  const to = from + step * (length - 1);
  return { first: Math.min(from, to), last: Math.max(from, to) };
}

/** f(x)[a:b] = f(x[a:b]): what is left out need not be computed. */
function sliceOfElementwise(node: Node, context?: RuleContext): Node | undefined {
  const [x, start] = node.inputs;
  if (!x.op.elementwise || x.label || x.inputs.length === 0 || context?.isShared(x))
    return undefined;
  const axis = node.attrs.axis as number;
  const operands = x.inputs.map((input) => {
    const own = axis - (x.shape.length - input.shape.length);
    const isLong = own >= 0 && input.shape[own] === x.shape[axis];
    return isLong ? makeNode(sliceOp, [input, start], { ...node.attrs, axis: own }) : input;
  });
  return makeNode(x.op, operands, x.attrs);
}

const on = (...expressions: Node[]): readonly RuleSample[] =>
  expressions.map((expression) => ({ expression }));
const matrix = () => symbol("float64", [4, 3]);
const sliced = (x: Node, start: number, length: number, step = 1): Node =>
  makeNode(sliceOp, [x, literal(start, "int32")], { axis: 0, length, step });

export const slicingRules: readonly Rule[] = [
  {
    name: "slice-of-slice",
    tier: "exact",
    roots: ["slice"],
    statement: "x[a:][b:] = x[a + b:]",
    rewrite: sliceOfSlice,
    samples: () =>
      on(
        sliced(sliced(symbol("float64", [9, 2]), 1, 7), 2, 3),
        sliced(sliced(symbol("float64", [9]), 8, 9, -1), 8, 9, -1),
      ),
  },
  {
    name: "slice-of-all",
    tier: "exact",
    roots: ["slice"],
    statement: "x[0:n] = x",
    rewrite: wholeSlice,
    samples: () => on(sliced(matrix(), 0, 4)),
  },
  {
    name: "slice-of-elementwise",
    tier: "exact",
    roots: ["slice"],
    statement: "f(x)[a:b] = f(x[a:b])",
    rewrite: sliceOfElementwise,
    samples: () =>
      on(
        sliced(exp(matrix()), 1, 2),
        sliced(add(matrix(), symbol("float64", [3])), 3, 2, -1),
        sliced(mul(symbol("float64", [4, 1]), symbol("float64", [])), 2, 1),
      ),
  },
  {
    name: "slice-beside-written",
    tier: "exact",
    roots: ["slice"],
    statement: "set(x[a:b], v)[c:d] = x[c:d], where they do not meet",
    rewrite: sliceBesideWritten,
    samples: () =>
      (["set", "add"] as const).map((mode) => ({
        expression: sliced(
          makeNode(putSliceOp, [matrix(), symbol("float64", [2, 3]), literal(2, "int32")], {
            axis: 0,
            length: 2,
            step: 1,
            mode,
          }),
          0,
          2,
        ),
      })),
  },
  {
    name: "slice-of-written",
    tier: "exact",
    roots: ["slice"],
    statement: "set(x[a:b], v)[a:b] = v",
    rewrite: sliceOfWritten,
    samples: () =>
      on(
        sliced(
          makeNode(putSliceOp, [matrix(), symbol("float64", [2, 3]), literal(1, "int32")], {
            axis: 0,
            length: 2,
            step: 1,
            mode: "set",
          }),
          1,
          2,
        ),
      ),
  },
];
