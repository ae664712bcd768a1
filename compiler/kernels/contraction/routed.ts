/**
 * Sums over a value that is mostly zeros, such as the gradient of a max-pooling, of which each window has one
 * element that is not. What is not 0 is listed first, row by row, and only its terms are added:
 *
 *   result[row, column] = Σ_step sparse[row, step]·dense[step, column]
 *                       = Σ_{t listed for row} value_t·dense[at_t, column]
 *
 * The sparse value itself need not be in memory. Columns have to lie beside each other where they are read and
 * where they are added, so operand and result are arranged anew for this: channels behind pixels, filters that run
 * backwards turned round. A term of 0 is left out even where the dense operand is infinite or NaN.
 */

import type { Node } from "../../graph/node.ts";
import type { Stage } from "../lower.ts";
import {
  type Axis,
  axisIndex,
  call,
  constant,
  indexAdd,
  indexMul,
  indexSub,
  linear,
  load,
  newAxis,
  rewrite,
  type Scalar,
  reduce as sumOf,
} from "../scalar.ts";
import { axesIn, volumeOf } from "./axes.ts";
import { offsetIn } from "./operand.ts";
import type { SparseSum } from "./sparse-sum.ts";

/** A loop over runs of columns, and how far they are apart. */
export interface Runs {
  readonly axis: Axis;
  readonly dense: number;
  readonly result: number;
}

/** An element of what a kernel computes. */
function elementOf({ axes, body }: Stage, index: readonly Scalar[]): Scalar {
  const at = new Map(axes.map((axis, d) => [axis, index[d]]));
  return rewrite(body, (s) => (s.kind === "axis" ? at.get(s.axis) : undefined));
}

/** How a sparse sum is computed. */
export interface Routed {
  readonly outer: readonly Axis[];
  readonly blocks: readonly Axis[];
  readonly rows: readonly Axis[];
  readonly steps: readonly Axis[];
  /** An element of the sparse value, over outer axes, blocks, rows and steps. */
  readonly value: Scalar;
  readonly dense: {
    readonly node: Node;
    /** Where it begins, over outer axes and blocks, and how far a step is from there. */
    readonly base: Scalar;
    readonly at: Scalar;
  };
  /** Where the first of a row's columns goes, over outer axes and rows. */
  readonly start: Scalar;
  readonly runs: readonly Runs[];
  /** Columns of a run: they lie beside each other. */
  readonly run: number;
  /** Terms of one row meet those of others: results begin at 0 and are added to. */
  readonly isSpread: boolean;
  /** The kernels as formulas: of the sum, and of the sparse value. */
  readonly formulas: readonly Stage[];
}

/** The kernels that take the place of one with a sparse sum. */
export interface Rearranged {
  /** Arranges the dense operand. */
  readonly dense: Stage;
  /** Computes the sum alone. */
  readonly sum: Stage;
  /** Computes the result from the sum. */
  readonly result: Stage;
  /** The element of the sum that the result reads. */
  readonly element: Scalar;
  readonly routed: Routed;
  /** What the sum does without. */
  readonly passed: readonly Node[];
}

/** Arranges a sparse sum: `memory` makes a value of the given shape. */
export function rearranged(
  stage: Stage,
  found: SparseSum,
  memory: (of: "dense" | "sum", shape: Node["shape"]) => Node,
): Rearranged {
  const { reduce, sparse, inner, definition, margins, places, flipped, order } = found;
  const isSpread = places.size > 0;
  // Each kernel has axes of its own.
  const fresh = new Map<Axis, Axis>();
  const freshOf = (axis: Axis): Axis => {
    const known = fresh.get(axis) ?? newAxis(axis.extent);
    fresh.set(axis, known);
    return known;
  };
  const backwards = (axis: Axis, index: Scalar): Scalar =>
    flipped.has(axis) ? indexSub(constant((axis.extent as number) - 1, "int32"), index) : index;
  const moved = (s: Scalar): Scalar =>
    rewrite(s, (part) =>
      part.kind === "axis" && part.axis.extent !== 1
        ? backwards(part.axis, axisIndex(freshOf(part.axis)))
        : undefined,
    );

  const dense = memory(
    "dense",
    order.map((d) => found.dense.node.shape[d]),
  );
  const denseAxes = order.map((d) => newAxis(found.dense.node.shape[d]));
  // Of a result that is spread the operand is turned round, of one that is gathered the result is.
  const turned = (d: number): Axis | undefined => {
    const index = found.dense.index[d];
    return isSpread && index.kind === "axis" && flipped.has(index.axis) ? index.axis : undefined;
  };
  const denseStage: Stage = {
    value: dense,
    into: dense,
    prefix: [],
    axes: denseAxes,
    body: load(
      found.dense.node,
      found.dense.index.map((_, d) => {
        const at = order.indexOf(d);
        if (at < 0) return constant(0, "int32");
        const axis = turned(d);
        return axis ? backwards(axis, axisIndex(denseAxes[at])) : axisIndex(denseAxes[at]);
      }),
    ),
  };
  const denseIndex = order.map((d) => {
    const axis = turned(d);
    return axis ? axisIndex(freshOf(axis)) : moved(found.dense.index[d]);
  });
  const denseLoad = load(dense, denseIndex);

  const sum = memory(
    "sum",
    found.arranged.map((axis) => axis.extent),
  );
  const summed = reduce.axes.filter((axis) => axis.extent !== 1).map(freshOf);
  const sumStage = (factor: Scalar): Stage => ({
    value: sum,
    into: sum,
    prefix: [],
    axes: found.arranged.map(freshOf),
    body: sumOf("add", summed, call("mul", factor, denseLoad)),
  });
  const valueAt = (index: readonly Scalar[]): Scalar => elementOf(definition, index);
  const within = (index: readonly Scalar[]): Scalar =>
    margins ? elementOf(margins, index) : load(sparse.node, index);
  const inlined = rewrite(within(sparse.index.map(moved)), (s) =>
    s.kind === "load" && s.node === inner.node ? valueAt(s.index) : undefined,
  );
  const rowOf = (index: Scalar): Scalar | undefined => {
    const n = [...places.keys()].findIndex((axis) => axesIn([index]).has(axis));
    return n < 0 ? undefined : axisIndex(freshOf(found.rows[n]));
  };
  const listIndex = inner.index.map((index) => rowOf(index) ?? moved(index));
  const rows = found.rows.map(freshOf);
  const steps = found.steps.map(freshOf);
  const columns = found.columns.map(freshOf);
  const runAxes = columns.slice(columns.length - found.runAxes);
  const denseOffset = linear(offsetIn(dense.shape, denseIndex), [...columns, ...steps]);
  const sumOffset = linear(
    offsetIn(
      sum.shape,
      found.arranged.map((axis) => {
        const place = places.get(axis);
        return place ? moved(place) : axisIndex(freshOf(axis));
      }),
    ),
    columns,
  );
  if (!denseOffset || !sumOffset) throw new Error("operands that are arranged lie evenly");
  const formulaAxes = listIndex.map((index, d) =>
    index.kind === "axis" ? index.axis : newAxis(inner.node.shape[d]),
  );
  const element = load(
    sum,
    found.arranged.map((axis) => (isSpread ? axisIndex(axis) : backwards(axis, axisIndex(axis)))),
  );
  return {
    dense: denseStage,
    sum: sumStage(inlined),
    result: { ...stage, body: rewrite(stage.body, (s) => (s === reduce ? element : undefined)) },
    element,
    routed: {
      outer: found.outer.map(freshOf),
      blocks: found.blocks.map(freshOf),
      rows,
      steps,
      value: valueAt(listIndex),
      dense: {
        node: dense,
        base: denseOffset.rest,
        at: steps.reduce<Scalar>(
          (at, axis, n) =>
            indexAdd(
              at,
              indexMul(
                axisIndex(axis),
                constant(denseOffset.coefficients[columns.length + n], "int32"),
              ),
            ),
          constant(0, "int32"),
        ),
      },
      start: sumOffset.rest,
      runs: columns.slice(0, columns.length - found.runAxes).map((axis, n) => ({
        axis,
        dense: denseOffset.coefficients[n],
        result: sumOffset.coefficients[n],
      })),
      run: volumeOf(runAxes),
      isSpread,
      formulas: [
        // Beyond its border the sparse value is 0: nobody has to name the value with margins.
        sumStage(load(inner.node, inner.index.map(moved))),
        { ...definition, axes: formulaAxes, body: valueAt(formulaAxes.map(axisIndex)) },
      ],
    },
    passed: [sparse.node, inner.node],
  };
}
