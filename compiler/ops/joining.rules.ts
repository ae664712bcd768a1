/** Slices and joins that meet: what is cut off is not built, what is put together again was never apart. */

import { makeNode, type Node } from "../graph/node.ts";
import type { Rule, RuleSample } from "../simplify/rule.ts";
import { concatenate, concatenateOp } from "./joining.ts";
import { constantValue, literal, symbol } from "./leaf.ts";
import { broadcastOp, broadcastTo, dimshuffle, dimshuffleOp } from "./shape.ts";
import { type SliceAttrs, sliceOp } from "./slicing.ts";

const attrsOf = (node: Node): SliceAttrs => node.attrs as unknown as SliceAttrs;
const axisOf = (join: Node): number => join.attrs.axis as number;

/** A run of known places along an axis, in steps of 1. */
function run(node: Node): { axis: number; from: number; length: number } | undefined {
  if (node.op !== sliceOp) return undefined;
  const { axis, length, step } = attrsOf(node);
  const from = constantValue(node.inputs[1]);
  if (from === undefined || typeof length !== "number" || step !== 1) return undefined;
  return { axis, from, length };
}

const cut = (x: Node, axis: number, from: number, length: number): Node =>
  makeNode(sliceOp, [x, literal(from, "int32")], { axis, length, step: 1 });

/** x[0:n] of n rows = x */
function wholeSlice(node: Node): Node | undefined {
  const part = run(node);
  const [x] = node.inputs;
  return part && part.from === 0 && part.length === x.shape[part.axis] ? x : undefined;
}

/** A slice of joined parts takes only those that it reaches. */
function sliceOfJoin(node: Node): Node | undefined {
  const part = run(node);
  const [join] = node.inputs;
  if (!part || join.op !== concatenateOp || axisOf(join) !== part.axis || part.length === 0)
    return undefined;
  const end = part.from + part.length;
  const kept: Node[] = [];
  let start = 0;
  for (const x of join.inputs) {
    const size = x.shape[part.axis] as number;
    const [lo, hi] = [Math.max(part.from, start), Math.min(end, start + size)];
    if (lo < hi) kept.push(hi - lo === size ? x : cut(x, part.axis, lo - start, hi - lo));
    start += size;
  }
  if (kept.length === 0 || kept.length === join.inputs.length) return undefined;
  return kept.length === 1 ? kept[0] : makeNode(concatenateOp, kept, join.attrs);
}

/** Joined parts of one value that follow each other are one part; joins within joins are one join. */
function joinOfParts(node: Node): Node | undefined {
  if (node.inputs.length === 1) return node.inputs[0];
  const axis = axisOf(node);
  const flat = node.inputs.flatMap((x) =>
    x.op === concatenateOp && axisOf(x) === axis ? x.inputs : [x],
  );
  const joined: Node[] = [];
  for (const x of flat) {
    const before = joined.at(-1);
    const [a, b] = [before && run(before), run(x)];
    const follows =
      a && b && a.axis === axis && b.axis === axis && before?.inputs[0] === x.inputs[0];
    if (follows && a.from + a.length === b.from)
      joined[joined.length - 1] = cut(x.inputs[0], axis, a.from, a.length + b.length);
    else joined.push(x);
  }
  if (joined.length === node.inputs.length) return undefined;
  return joined.length === 1 ? joined[0] : makeNode(concatenateOp, joined, node.attrs);
}

/** A slice of what was broadcast or turned is taken before. */
function sliceOfMoved(node: Node): Node | undefined {
  const [moved, start] = node.inputs;
  const { axis, length, step } = attrsOf(node);
  const [x] = moved.inputs;
  if (moved.op === broadcastOp) {
    const own = axis - (moved.shape.length - x.shape.length);
    const isRepeated = own < 0 || (x.shape[own] === 1 && moved.shape[axis] !== 1);
    if (isRepeated) return broadcastTo(x, node.shape);
    return broadcastTo(makeNode(sliceOp, [x, start], { axis: own, length, step }), node.shape);
  }
  if (moved.op !== dimshuffleOp) return undefined;
  const order = moved.attrs.order as readonly (number | "x")[];
  const from = order[axis];
  if (from === "x") return undefined;
  return dimshuffle(makeNode(sliceOp, [x, start], { axis: from, length, step }), order);
}

const on = (...expressions: Node[]): readonly RuleSample[] =>
  expressions.map((expression) => ({ expression }));
const rows = (n: number): Node => symbol("float64", [n, 2]);

export const joiningRules: readonly Rule[] = [
  {
    name: "slice-of-whole",
    tier: "exact",
    roots: ["slice"],
    statement: "x[0:n] = x for n rows",
    rewrite: wholeSlice,
    samples: () => on(cut(rows(3), 0, 0, 3)),
  },
  {
    name: "slice-of-concatenate",
    tier: "exact",
    roots: ["slice"],
    statement: "concatenate(x, y, …)[a:b] = the parts that a:b reaches",
    rewrite: sliceOfJoin,
    samples: () => {
      const parts = [rows(2), rows(3), rows(4)];
      return on(
        cut(concatenate(parts), 0, 2, 3),
        cut(concatenate(parts), 0, 3, 2),
        cut(concatenate(parts), 0, 3, 4),
      );
    },
  },
  {
    name: "slice-of-moved",
    tier: "exact",
    roots: ["slice"],
    statement: "broadcast(x)[a:b] = broadcast(x[a:b]), xᵀ[a:b] = (x[:, a:b])ᵀ",
    rewrite: sliceOfMoved,
    samples: () =>
      on(
        cut(broadcastTo(symbol("float64", [3]), [4, 3]), 0, 1, 2),
        cut(broadcastTo(symbol("float64", [1, 3]), [4, 3]), 0, 1, 2),
        cut(broadcastTo(symbol("float64", [4, 1]), [4, 3]), 0, 1, 2),
        cut(dimshuffle(rows(3), [1, 0]), 1, 1, 2),
      ),
  },
  {
    name: "concatenate-of-parts",
    tier: "exact",
    roots: ["concatenate"],
    statement: "concatenate(x[a:b], x[b:c]) = x[a:c], concatenate(x) = x",
    rewrite: joinOfParts,
    samples: () => {
      const x = rows(6);
      return on(
        concatenate([x]),
        concatenate([cut(x, 0, 1, 2), cut(x, 0, 3, 2), rows(1)]),
        concatenate([concatenate([x, rows(1)]), rows(2)]),
      );
    },
  },
];
