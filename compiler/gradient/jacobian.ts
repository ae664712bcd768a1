/**
 * Whole Jacobians: a sweep along one symbolic direction, then all directions at once on a leading axis –
 * those of the identity. What is elementwise collapses to a diagonal by the rules for diagonal matrices.
 */

import { type Derivative, makeNode, type Node } from "../graph/node.ts";
import { type Dim, type Shape, staticSize } from "../graph/types.ts";
import { onesLike } from "../ops/creation.ts";
import { diagonalMatrixOp } from "../ops/diagonal.ts";
import { literal, symbol } from "../ops/leaf.ts";
import { collectedOf, makeScan } from "../ops/scan.ts";
import { broadcastTo, dimshuffle, flatten, repeated, reshape } from "../ops/shape.ts";
import { vectorise } from "../ops/vectorise.ts";
import { captured } from "../scan/close.ts";
import { pushForward } from "./forward.ts";
import {
  called,
  checkFloats,
  type Disconnected,
  disconnected,
  type GradOptions,
  gradients,
  recognised,
  simplest,
} from "./grad.ts";
import { sweep } from "./sweep.ts";

/**
 * ∂y/∂x for each x of `wrt`: J[…i, …j] = ∂y[…i]/∂x[…j], of shape [...y, ...x]. Rows are pulled back or
 * columns pushed forward, whichever are fewer.
 *
 * @throws ADJ2002 when y does not depend on an x, ADJ2003 when an op on the way has no derivative
 */
export function jacobians(
  y: Node,
  wrt: readonly Node[],
  {
    considerConstant = [],
    disconnectedInputs = "raise",
  }: Pick<GradOptions, "considerConstant" | "disconnectedInputs"> = {},
): Node[] {
  checkFloats("jacobian", [y, ...wrt]);
  const [stable] = recognised([y], [...wrt, ...considerConstant]);
  return wrt.map((x) => {
    const isForward = considerConstant.length === 0 && hasFewer(x, y);
    const found = isForward ? columns(stable, x) : rows(stable, x, considerConstant);
    const what = called(y, "the value");
    const whole =
      found ?? disconnected("jacobian", disconnectedInputs, { what, by: [x], zero: zeros(y, x) });
    return named(whole, { of: y, by: x });
  });
}

/**
 * ∂²cost/∂x² for each x of `wrt`, of shape [...x, ...x]: the Jacobian of the gradient, whose columns are
 * pushed forward through it.
 *
 * @throws as `gradients`
 */
export function hessians(
  cost: Node,
  wrt: readonly Node[],
  disconnectedInputs: Disconnected = "raise",
): Node[] {
  const first = simplest(gradients(cost, wrt, { disconnectedInputs }), wrt);
  return wrt.map((x, i) =>
    named(columns(first[i], x) ?? zeros(x, x), { of: cost, by: x, order: 2 }),
  );
}

/** Whether `x` has fewer elements than `y`; a named size counts as many. */
function hasFewer(x: Node, y: Node): boolean {
  const [ofX, ofY] = [x, y].map((n) => staticSize(n.shape) ?? Number.POSITIVE_INFINITY);
  return ofX < ofY;
}

/** The Jacobian from cotangents: row i is the i-th unit vector pulled back. */
function rows(y: Node, x: Node, constants: readonly Node[]): Node | undefined {
  const dy = y.shape.length === 0 ? literal(1, y.type.dtype) : symbol(y.type.dtype, y.shape);
  const dx = sweep(new Map([[y, dy]]), [x], { constants }).get(x);
  if (!dx || y.shape.length === 0) return dx;
  return reshape(alongUnits(dx, dy), [...y.shape, ...x.shape]);
}

/** The Jacobian from tangents: column j is the j-th unit vector pushed forward. */
function columns(y: Node, x: Node): Node | undefined {
  const dx = x.shape.length === 0 ? literal(1, x.type.dtype) : symbol(x.type.dtype, x.shape);
  const dy = pushForward([y], new Map([[x, dx]])).get(y);
  if (!dy || x.shape.length === 0) return dy;
  const all = alongUnits(dy, dx);
  const last = dimshuffle(all, [...y.shape.map((_, i) => i + 1), 0]);
  return reshape(last, [...y.shape, ...x.shape]);
}

/** `value` for each unit vector in place of `direction`, along a leading axis. */
function alongUnits(value: Node, direction: Node): Node {
  const units = identity(direction);
  const [count] = units.shape;
  const bindings = new Map([[direction, { node: units, stacked: true }]]);
  const [made] = vectorise([value], bindings, { loops: true });
  return made ? repeated(made, count) : oneByOne(value, direction, units, count);
}

/** Where an op on the way takes no leading axis, a loop over the unit vectors. */
function oneByOne(value: Node, direction: Node, units: Node, count: Dim): Node {
  const { results, invariants } = captured([value], [direction]);
  const loop = makeScan({
    sequences: [{ formal: direction, operand: units }],
    states: [],
    invariants,
    outputs: results,
    steps: count,
  });
  return collectedOf(loop, 0);
}

/** The unit vectors of a value's elements, along a leading axis. */
function identity(like: Node): Node {
  const flat = onesLike(flatten(like));
  const [side] = flat.shape;
  const matrix = makeNode(diagonalMatrixOp, [flat], { offset: 0, rows: side, columns: side });
  return reshape(matrix, [side, ...like.shape]);
}

const zeros = (y: Node, x: Node): Node => {
  const shape: Shape = [...y.shape, ...x.shape];
  return broadcastTo(literal(0, y.type.dtype), shape);
};

function named(whole: Node, derivative: Derivative): Node {
  if (!whole.op.leaf) whole.derivative ??= derivative;
  return whole;
}
