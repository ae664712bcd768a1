/** Movement meets movement and arithmetic: all exact, for no number changes. */

import { makeNode, type Node } from "../graph/node.ts";
import { type DType, type Shape, sameShape } from "../graph/types.ts";
import type { Rule, RuleSample } from "../simplify/rule.ts";
import { add, mul } from "./arithmetic.ts";
import { castOp, castTo, elementwiseNames } from "./elementwise.ts";
import { exp } from "./exponential.ts";
import { constantValue, literal, symbol } from "./leaf.ts";
import {
  broadcastOp,
  broadcastTo,
  dimshuffle,
  dimshuffleOp,
  fill,
  lengthOf,
  lengthOp,
  reshape,
  reshapeOp,
} from "./shape.ts";

type Order = readonly (number | "x")[];
const orderOf = (node: Node): Order => node.attrs.order as Order;

/** `x` with leading axes of length 1, up to the given rank. */
function padded(x: Node, rank: number): Node {
  const missing = rank - x.shape.length;
  return dimshuffle(x, [...new Array<"x">(missing).fill("x"), ...x.shape.map((_, i) => i)]);
}

/** f(broadcast(a), b) = broadcast(f(a, b)): elementwise ops broadcast by themselves. */
function broadcastOutwards(node: Node): Node | undefined {
  if (!node.inputs.some((input) => input.op === broadcastOp)) return undefined;
  return makeNode(
    node.op,
    node.inputs.map((input) => (input.op === broadcastOp ? input.inputs[0] : input)),
    node.attrs,
  );
}

/** f(move(a)) = move(f(a)) where every operand that is no scalar is moved alike. */
function shuffleOutwards(node: Node): Node | undefined {
  const moved = node.inputs.filter((input) => input.shape.length > 0);
  const [first] = moved;
  if (!first || first.op !== dimshuffleOp) return undefined;
  const order = orderOf(first);
  const alike = moved.every(
    (input) =>
      input.op === dimshuffleOp &&
      sameShape(input.inputs[0].shape, first.inputs[0].shape) &&
      orderOf(input).every((o, i) => o === order[i]),
  );
  if (!alike) return undefined;
  const inner = makeNode(
    node.op,
    node.inputs.map((input) => (input.shape.length > 0 ? input.inputs[0] : input)),
    node.attrs,
  );
  return dimshuffle(inner, order);
}

function shuffle(node: Node): Node | undefined {
  const [x] = node.inputs;
  const order = orderOf(node);
  if (x.shape.length === 0) return broadcastTo(x, node.shape);
  if (x.op === dimshuffleOp) {
    const inner = orderOf(x);
    const dropped = x.shape.map((_, i) => i).filter((i) => !order.includes(i));
    // A dropped axis must be one that the inner one inserted, or have length 1 below as well.
    if (dropped.some((i) => inner[i] !== "x" && x.inputs[0].shape[inner[i] as number] !== 1))
      return undefined;
    return dimshuffle(
      x.inputs[0],
      order.map((o) => (o === "x" ? "x" : inner[o])),
    );
  }
  if (x.op === broadcastOp) {
    if (x.inputs[0].shape.length === 0) return broadcastTo(x.inputs[0], node.shape);
    const full = padded(x.inputs[0], x.shape.length);
    const kept = order.every((o, i) => o === "x" || node.shape[i] === x.shape[o]);
    if (!kept || full.op === broadcastOp) return undefined;
    return broadcastTo(dimshuffle(full, order), node.shape);
  }
  return undefined;
}

function broadcast(node: Node): Node | undefined {
  const [x] = node.inputs;
  if (x.op === broadcastOp) return broadcastTo(x.inputs[0], node.shape);
  // Leading axes of length 1 come with broadcasting itself.
  if (x.op === dimshuffleOp) {
    const order = orderOf(x);
    const lead = order.findIndex((o) => o !== "x");
    const plain = lead > 0 && order.slice(lead).every((o, i) => o === i);
    if (plain && order.length - lead === x.inputs[0].shape.length)
      return broadcastTo(x.inputs[0], node.shape);
  }
  return undefined;
}

function reshapes(node: Node): Node | undefined {
  const [x] = node.inputs;
  if (x.op === reshapeOp) return reshape(x.inputs[0], node.shape);
  if (x.op === broadcastOp && x.inputs[0].shape.length === 0)
    return broadcastTo(x.inputs[0], node.shape);
  // Axes of length 1 that came or went before make no difference.
  if (x.op === dimshuffleOp) {
    const kept = orderOf(x).filter((o) => o !== "x");
    if (kept.every((o, i) => i === 0 || o > kept[i - 1])) return reshape(x.inputs[0], node.shape);
  }
  const longer = (shape: Shape) => shape.filter((dim) => dim !== 1);
  if (sameShape(longer(x.shape), longer(node.shape))) {
    // Only axes of length 1 come or go.
    const places = x.shape.flatMap((dim, i) => (dim === 1 ? [] : [i]));
    let next = 0;
    return dimshuffle(
      x,
      node.shape.map((dim) => (dim === 1 ? "x" : places[next++])),
    );
  }
  return undefined;
}

/** Whether every value of a dtype is one of the other: nothing is lost on the way through it. */
const holds = (from: DType, to: DType): boolean =>
  from === to || from === "bool" || (to === "float64" && from !== "int64");

function casts(node: Node): Node | undefined {
  const [x] = node.inputs;
  const value = constantValue(x);
  if (value !== undefined) {
    const isExact = x.type.dtype !== "float32" || Math.fround(value) === value;
    return isExact ? castTo(x, node.type.dtype) : undefined;
  }
  if (x.op === castOp && holds(x.inputs[0].type.dtype, x.type.dtype))
    return castTo(x.inputs[0], node.type.dtype);
  if (x.op !== broadcastOp) return undefined;
  return broadcastTo(makeNode(castOp, [x.inputs[0]], node.attrs), node.shape);
}

/** The length of a value is that of the operand which it has it from. */
function lengthOfSource(node: Node): Node | undefined {
  const [x] = node.inputs;
  const dim = x.shape[node.attrs.axis as number];
  if (typeof dim === "number") return literal(dim, node.type.dtype);
  for (const input of x.inputs) {
    const axis = input.shape.indexOf(dim);
    if (axis >= 0) return lengthOf(input, axis);
  }
  return undefined;
}

const matrix = () => symbol("float64", [2, 3]);
const vector = () => symbol("float64", [3]);
const on = (...expressions: Node[]): readonly RuleSample[] =>
  expressions.map((expression) => ({ expression }));

export const shapeRules: readonly Rule[] = [
  {
    name: "fill-to-broadcast",
    tier: "exact",
    roots: ["fill"],
    statement: "fill(x, v) = v, repeated",
    rewrite: (node) => broadcastTo(node.inputs[1], node.shape),
    samples: () => on(fill(matrix(), symbol("float64", []))),
  },
  {
    name: "broadcast-outwards",
    tier: "exact",
    roots: elementwiseNames(),
    statement: "f(broadcast(a), b) = broadcast(f(a, b))",
    rewrite: broadcastOutwards,
    samples: () =>
      on(exp(broadcastTo(vector(), [2, 3])), add(matrix(), broadcastTo(vector(), [2, 3]))),
  },
  {
    name: "shuffle-outwards",
    tier: "exact",
    roots: elementwiseNames(),
    statement: "f(dimshuffle(a)) = dimshuffle(f(a))",
    rewrite: shuffleOutwards,
    samples: () =>
      on(
        exp(dimshuffle(matrix(), [1, 0])),
        mul(dimshuffle(matrix(), [1, 0]), dimshuffle(matrix(), [1, 0])),
      ),
  },
  {
    name: "shuffle-of-movement",
    tier: "exact",
    roots: ["dimshuffle"],
    statement:
      "dimshuffle(dimshuffle(x)) = dimshuffle(x), dimshuffle(broadcast(x)) = broadcast(dimshuffle(x))",
    rewrite: shuffle,
    samples: () =>
      on(
        dimshuffle(dimshuffle(matrix(), [1, 0]), [1, 0]),
        dimshuffle(broadcastTo(vector(), [2, 3]), [1, 0]),
      ),
  },
  {
    name: "broadcast-of-movement",
    tier: "exact",
    roots: ["broadcastTo"],
    statement: "broadcast(broadcast(x)) = broadcast(x)",
    rewrite: broadcast,
    samples: () =>
      on(
        broadcastTo(broadcastTo(vector(), [2, 3]), [4, 2, 3]),
        broadcastTo(dimshuffle(vector(), ["x", 0]), [2, 3]),
      ),
  },
  {
    name: "reshape-of-movement",
    tier: "exact",
    roots: ["reshape"],
    statement: "reshape(reshape(x)) = reshape(x)",
    rewrite: reshapes,
    samples: () =>
      on(
        reshape(reshape(matrix(), [6]), [3, 2]),
        reshape(matrix(), [2, 1, 3]),
        reshape(dimshuffle(matrix(), [0, "x", 1]), [3, 2]),
      ),
  },
  {
    name: "length-of-source",
    tier: "exact",
    roots: ["length"],
    statement: "length(f(x)) = length(x); of a known axis, the number",
    rewrite: lengthOfSource,
    samples: () => on(makeNode(lengthOp, [exp(matrix())], { axis: 0 })),
  },
  {
    name: "cast-of-movement",
    tier: "exact",
    roots: ["cast"],
    statement:
      "cast(broadcast(x)) = broadcast(cast(x)), cast(cast(x)) = cast(x) where nothing is lost between",
    rewrite: casts,
    samples: () =>
      on(
        makeNode(castOp, [literal(2, "float32")], { to: "float64" }),
        makeNode(castOp, [castTo(symbol("bool", [2]), "int32")], { to: "float64" }),
        makeNode(castOp, [broadcastTo(vector(), [2, 3])], { to: "float32" }),
      ),
  },
];
