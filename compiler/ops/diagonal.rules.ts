/**
 * Diagonal matrices stay diagonals: what is computed of one is computed of its diagonal, a product with
 * one scales rows. These make the Jacobians of elementwise maths out of an identity.
 */

import { makeNode, type Node } from "../graph/node.ts";
import { type Shape, sameShape, staticSize } from "../graph/types.ts";
import type { Rule, RuleSample } from "../simplify/rule.ts";
import { add, div, mul, neg, square, sub, xlogy } from "./arithmetic.ts";
import { where } from "./comparison.ts";
import { zerosLike } from "./creation.ts";
import { diagonalMatrixOp, diagonalOp } from "./diagonal.ts";
import { castOp, castTo } from "./elementwise.ts";
import { constantValue, symbol } from "./leaf.ts";
import { contractOp, dot } from "./product.ts";
import { sum, sumOp } from "./reduction.ts";
import { broadcastTo, dimshuffle, dimshuffleOp, expandDims, reshape, reshapeOp } from "./shape.ts";

/** A square matrix with `diagonal` on its diagonal, its second axis cut into the axes of `shape`. */
interface Diagonal {
  readonly diagonal: Node;
  readonly shape: Shape;
}

function diagonalOf(node: Node): Diagonal | undefined {
  if (node.op === reshapeOp) {
    const inner = diagonalOf(node.inputs[0]);
    const [side, ...shape] = node.shape;
    if (inner?.shape.length !== 1 || side !== inner.shape[0]) return undefined;
    return { diagonal: inner.diagonal, shape };
  }
  const { offset, rows, columns } = node.attrs;
  if (node.op !== diagonalMatrixOp || offset !== 0 || rows !== columns) return undefined;
  const [diagonal] = node.inputs;
  return diagonal.shape.length === 1 ? { diagonal, shape: diagonal.shape } : undefined;
}

function matrixOf({ diagonal, shape }: Diagonal): Node {
  const [side] = diagonal.shape;
  const matrix = makeNode(diagonalMatrixOp, [diagonal], { offset: 0, rows: side, columns: side });
  return reshape(matrix, [side, ...shape]);
}

function isZero(node: Node): boolean {
  let x = node;
  while (x.op.movement) [x] = x.inputs;
  return constantValue(x) === 0;
}

/** What an operand that broadcasts against the matrix has on the diagonal; undefined if that is not plain. */
function onDiagonal(node: Node, { diagonal, shape }: Diagonal): Node | undefined {
  const own = diagonalOf(node);
  if (own) return sameShape(own.shape, shape) ? own.diagonal : undefined;
  const rank = node.shape.length;
  if (rank === 0) return node;
  const isRow = rank <= shape.length || node.shape[0] === 1;
  if (isRow) {
    const row = rank <= shape.length ? node : reshape(node, node.shape.slice(1));
    return reshape(broadcastTo(row, shape), diagonal.shape);
  }
  if (node.shape.slice(1).every((dim) => dim === 1)) return reshape(node, diagonal.shape);
  return shape.length === 1 ? makeNode(diagonalOp, [node], { offset: 0 }) : undefined;
}

/** f(diag(d), b) = diag(f(d, b)) for an f that is 0 wherever the operands `vanishing` are. */
function elementwise(node: Node, vanishing: readonly number[]): Node | undefined {
  const found = vanishing.map((i) => diagonalOf(node.inputs[i]));
  const first = found.find((d) => d !== undefined);
  if (!first || !sameShape(node.shape, [first.diagonal.shape[0], ...first.shape])) return undefined;
  const isDiagonal = (d: Diagonal | undefined, i: number): boolean =>
    d ? sameShape(d.shape, first.shape) : isZero(node.inputs[vanishing[i]]);
  if (!found.every(isDiagonal)) return undefined;
  const operands = node.inputs.map((input) => onDiagonal(input, first));
  if (operands.some((operand) => operand === undefined)) return undefined;
  const diagonal = makeNode(node.op, operands as Node[], node.attrs);
  return matrixOf({ diagonal: broadcastTo(diagonal, first.diagonal.shape), shape: first.shape });
}

/** A product of which one diagonal factor is enough to vanish. */
const factor = (node: Node): Node | undefined => elementwise(node, [0]) ?? elementwise(node, [1]);

const restOf = (rank: number, axis: number): number[] =>
  Array.from({ length: rank }, (_, i) => i).filter((i) => i !== axis);

/**
 * Σ over an axis of the matrix, times `factor` if there is one, whose axis 0 runs with it. The axis of the
 * rows comes first, then the other axes of the matrix, then those of the factor.
 */
function summed({ diagonal, shape }: Diagonal, axis: number, factor?: Node): Node | undefined {
  const own = factor?.shape.slice(1) ?? [];
  const wide = own.map(() => "x" as const);
  if (shape.length === 1) {
    return factor ? mul(dimshuffle(diagonal, [0, ...wide]), factor) : diagonal;
  }
  // Rows are places in `shape`: along the axis they pick an entry, along the others they must agree.
  const [count, ...sizes] = [
    staticSize(shape),
    staticSize(own),
    ...shape.map((d) => staticSize([d])),
  ];
  if (axis === 0 || count === undefined || sizes.some((size) => size === undefined))
    return undefined;
  const place = axis - 1;
  const others = restOf(shape.length, place);
  const side = count / (shape[place] as number);
  const table = reshape(dimshuffle(reshape(diagonal, shape), [place, ...others]), [
    shape[place],
    side,
  ]);
  const entries = factor
    ? mul(
        dimshuffle(table, [0, ...wide, 1]),
        dimshuffle(factor, [...factor.shape.map((_, i) => i), "x"]),
      )
    : table;
  // [axis, ...own, others] becomes [axis, ...own, others, others], then the rows' axes come first.
  const square = makeNode(diagonalMatrixOp, [entries], { offset: 0, rows: side, columns: side });
  const ofOwn = own.map((_, i) => i + 1);
  const [row, column] = [own.length + 1, own.length + 2];
  const ordered = dimshuffle(square, [row, 0, column, ...ofOwn]);
  const apart = others.map((i) => shape[i]);
  const open = reshape(ordered, [...apart, shape[place], side, ...own]);
  const inOrder = shape.map((_, i) => (i === place ? others.length : others.indexOf(i)));
  const last = open.shape.map((_, i) => i).slice(shape.length);
  return reshape(dimshuffle(open, [...inOrder, ...last]), [count, ...apart, ...own]);
}

/** diag(d) · B scales the entries of B along the axis that is summed over, and puts that axis first. */
function product(node: Node): Node | undefined {
  const { left, right } = node.attrs as { left: readonly number[]; right: readonly number[] };
  if (left.length !== 1) return undefined;
  const [a, b] = node.inputs;
  const first = (x: Node, axis: number): Node =>
    dimshuffle(x, [axis, ...restOf(x.shape.length, axis)]);
  const ofA = diagonalOf(a);
  if (ofA) return summed(ofA, left[0], first(b, right[0]));
  const ofB = diagonalOf(b);
  const made = ofB && summed(ofB, right[0], first(a, left[0]));
  if (!made) return undefined;
  const own = made.shape.map((_, i) => i).slice(b.shape.length - 1);
  return dimshuffle(made, [...own, ...made.shape.map((_, i) => i).slice(0, b.shape.length - 1)]);
}

/** Each row and each column of a diagonal matrix has one element. */
function total(node: Node): Node | undefined {
  const found = diagonalOf(node.inputs[0]);
  const { axes, keepdims } = node.attrs as { axes: readonly number[]; keepdims: boolean };
  const made = found && axes.length === 1 ? summed(found, axes[0]) : undefined;
  return keepdims && made ? expandDims(made, axes[0]) : made;
}

function transposed(node: Node): Node | undefined {
  const order = node.attrs.order as readonly (number | "x")[];
  const found = diagonalOf(node.inputs[0]);
  const isTranspose = order.length === 2 && order[0] === 1 && order[1] === 0;
  return found?.shape.length === 1 && isTranspose ? node.inputs[0] : undefined;
}

function diagonalAgain(node: Node): Node | undefined {
  const found = diagonalOf(node.inputs[0]);
  return found?.shape.length === 1 && node.attrs.offset === 0 ? found.diagonal : undefined;
}

const vector = () => symbol("float64", [3]);
const matrix = () => symbol("float64", [3, 3]);
const diag = (shape: Shape = [3]): Node =>
  matrixOf({ diagonal: symbol("float64", [staticSize(shape) ?? 0]), shape });
const on = (...expressions: Node[]): readonly RuleSample[] =>
  expressions.map((expression) => ({ expression }));

export const diagonalRules: readonly Rule[] = [
  {
    name: "product-on-diagonal",
    tier: "stabilising",
    roots: [mul.op.name],
    statement: "diag(d) * b = diag(d * b)",
    rewrite: factor,
    samples: () =>
      on(
        mul(diag(), vector()),
        mul(matrix(), diag()),
        mul(expandDims(vector(), 1), diag()),
        mul(diag([2, 3]), symbol("float64", [2, 1])),
      ),
  },
  {
    name: "quotient-on-diagonal",
    tier: "stabilising",
    roots: [div.op.name, xlogy.op.name],
    statement: "diag(d) / b = diag(d / b)",
    rewrite: (node) => elementwise(node, [0]),
    samples: () => [
      ...[div, xlogy].map((f) => {
        const b = vector();
        return { expression: f(diag(), b), domains: new Map([[b, [0.5, 2] as const]]) };
      }),
    ],
  },
  {
    name: "sum-of-diagonals",
    tier: "exact",
    roots: [add.op.name, sub.op.name],
    statement: "diag(a) + diag(b) = diag(a + b)",
    rewrite: (node) => elementwise(node, [0, 1]),
    samples: () => on(add(diag(), diag()), sub(diag([3, 2]), diag([3, 2]))),
  },
  {
    name: "function-of-diagonal",
    tier: "exact",
    roots: [neg.op.name, square.op.name, castOp.name],
    statement: "f(diag(d)) = diag(f(d)) where f(0) = 0",
    rewrite: (node) => elementwise(node, [0]),
    samples: () => on(neg(diag()), square(diag([2, 2])), castTo(diag(), "float32")),
  },
  {
    name: "choice-on-diagonal",
    tier: "exact",
    roots: ["where"],
    statement: "where(c, diag(a), 0) = diag(where(c, a, 0))",
    rewrite: (node) => elementwise(node, [1, 2]),
    samples: () =>
      on(
        where(symbol("bool", [3]), diag(), zerosLike(vector())),
        where(symbol("bool", []), diag(), diag()),
      ),
  },
  {
    name: "product-with-diagonal",
    tier: "stabilising",
    roots: [contractOp.name],
    statement: "diag(d) · B = d * B, row by row",
    rewrite: product,
    samples: () =>
      on(
        dot(diag(), symbol("float64", [3, 2])),
        dot(symbol("float64", [2, 3]), diag()),
        dot(diag(), vector()),
        makeNode(contractOp, [diag(), symbol("float64", [2, 3, 4])], { left: [0], right: [1] }),
        ...[1, 2].flatMap((axis) => [
          makeNode(contractOp, [diag([3, 3]), matrix()], { left: [axis], right: [1] }),
          makeNode(contractOp, [matrix(), diag([3, 3])], { left: [0], right: [axis] }),
        ]),
        makeNode(contractOp, [diag([2, 3, 2]), symbol("float64", [3, 4])], {
          left: [2],
          right: [0],
        }),
      ),
  },
  {
    name: "sum-of-diagonal",
    tier: "exact",
    roots: [sumOp.name],
    statement: "sum(diag(d), axis) = d",
    rewrite: total,
    samples: () =>
      on(
        sum(diag(), 0),
        sum(diag(), 1, { keepdims: true }),
        sum(diag([2, 3]), 2),
        sum(diag([2, 3]), 1),
      ),
  },
  {
    name: "transpose-of-diagonal",
    tier: "exact",
    roots: [dimshuffleOp.name],
    statement: "transpose(diag(d)) = diag(d)",
    rewrite: transposed,
    samples: () => on(dimshuffle(diag(), [1, 0])),
  },
  {
    name: "diagonal-of-diagonal",
    tier: "exact",
    roots: [diagonalOp.name],
    statement: "diag(diag(d)) = d",
    rewrite: diagonalAgain,
    samples: () => on(makeNode(diagonalOp, [diag()], { offset: 0 })),
  },
];
