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
import { topReduces } from "../nest.ts";
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
  rangeOf,
  rewrite,
  type Scalar,
  reduce as sumOf,
  walk,
} from "../scalar.ts";
import { axesIn, volumeOf } from "./axes.ts";
import { type DefinitionOf, insideOf, type Load } from "./margins.ts";
import { offsetIn } from "./operand.ts";

type Reduce = Extract<Scalar, { kind: "reduce" }>;

/** Steps that a list has at most, and all lists of a unit together. */
const longestList = 1024;
const mostListed = 8192;

/** Values with more than this share of elements that are not 0 are not worth listing. */
const mostFilled = 0.5;

/** One sum of a sparse and a dense factor, and which axes are what. */
export interface SparseSum {
  readonly reduce: Reduce;
  readonly sparse: Load;
  readonly dense: Load;
  /** What the sparse value is inside of its margins, and the kernel of those, if it has some. */
  readonly inner: Load;
  readonly margins: Stage | undefined;
  /** The kernel of the sparse value. */
  readonly definition: Stage;
  /** Share of its elements that are not 0. */
  readonly density: number;
  /** Axes of the result that are loops around everything. */
  readonly outer: readonly Axis[];
  /** Axes of the sum around the lists. */
  readonly blocks: readonly Axis[];
  readonly rows: readonly Axis[];
  readonly steps: readonly Axis[];
  /** In the order in which they lie in memory; the last of them, {@link SparseSum.runLength} of them, are one run. */
  readonly columns: readonly Axis[];
  readonly runAxes: number;
  /** Columns that run backwards in memory. */
  readonly flipped: ReadonlySet<Axis>;
  /** Axes of the result in the order in which it is arranged for this. */
  readonly arranged: readonly Axis[];
  /**
   * Where terms are spread over places of the result, as in the gradient of a convolution by its input: the place
   * along each of these axes, in terms of rows and columns.
   */
  readonly places: ReadonlyMap<Axis, Scalar>;
  /** Dimensions of the dense operand in the order in which it is arranged. */
  readonly order: readonly number[];
}

/** The sum of a kernel, if one of its two factors is mostly zeros and the other one can be arranged for it. */
export function sparseSumOf(stage: Stage, definitionOf: DefinitionOf): SparseSum | undefined {
  const [reduce, ...others] = topReduces(stage.body);
  if (
    !reduce ||
    others.length > 0 ||
    reduce.fn !== "add" ||
    reduce.dtype !== "float32" ||
    reduce.until
  )
    return undefined;
  if (stage.prefix.length > 0 || stage.into.type.dtype !== "float32") return undefined;
  const { body } = reduce;
  if (body.kind !== "call" || body.fn !== "mul") return undefined;
  const [a, b] = body.args;
  if (a.kind !== "load" || b.kind !== "load" || a.dtype !== "float32" || b.dtype !== "float32")
    return undefined;
  const summed = reduce.axes.filter((axis) => axis.extent !== 1);
  const spatial = stage.axes.filter((axis) => axis.extent !== 1);
  for (const [sparse, dense] of [
    [a, b],
    [b, a],
  ]) {
    const inner = insideOf(sparse, definitionOf) ?? sparse;
    const definition = definitionOf(inner.node);
    const density = definition?.value.op.density?.(definition.value.attrs) ?? 1;
    if (!definition || density > mostFilled || hasReduce(definition.body)) continue;
    const margins = inner === sparse ? undefined : definitionOf(sparse.node);
    const factors = { reduce, sparse, dense, inner, margins, definition, density };
    return margins
      ? spread({ ...factors, summed, spatial })
      : gathered({ ...factors, summed, spatial });
  }
  return undefined;
}

const hasReduce = (s: Scalar): boolean => walk(s).some((part) => part.kind === "reduce");

type Factors = Pick<
  SparseSum,
  "reduce" | "sparse" | "dense" | "inner" | "margins" | "definition" | "density"
> & {
  readonly summed: readonly Axis[];
  readonly spatial: readonly Axis[];
};

/** Windows of the dense operand are read: the gradient of a convolution by its filters. */
function gathered(found: Factors): SparseSum | undefined {
  const { sparse, dense, summed, spatial } = found;
  const [ofSparse, ofDense] = [axesIn([sparse]), axesIn([dense])];
  if (!summed.every((axis) => ofSparse.has(axis) && ofDense.has(axis))) return undefined;
  const rows = spatial.filter((axis) => ofSparse.has(axis) && !ofDense.has(axis));
  const columns = spatial.filter((axis) => ofDense.has(axis) && !ofSparse.has(axis));
  const outer = spatial.filter((axis) => !rows.includes(axis) && !columns.includes(axis));
  const steps = [...summed];
  const blocks: Axis[] = [];
  while (steps.length > 1 && !(volumeOf(steps) <= longestList)) blocks.push(steps.shift() as Axis);
  if (rows.length !== 1 || columns.length === 0 || !areStatic([...rows, ...columns, ...steps]))
    return undefined;
  if (volumeOf(steps) > longestList) return undefined;
  // What is a column alone goes behind what columns shift.
  const dims = dense.index.flatMap((_, d) => (dense.node.shape[d] === 1 ? [] : [d]));
  const isAlone = (d: number): boolean => wholeAxis(dense, d, columns) !== undefined;
  const order = [...dims.filter((d) => !isAlone(d)), ...dims.filter(isAlone)];
  const offset = offsetIn(
    order.map((d) => dense.node.shape[d]),
    order.map((d) => dense.index[d]),
  );
  const lying = lyingOf(offset, columns);
  if (!lying || !linear(offset, [...steps, ...blocks])) return undefined;
  const arranged = [...outer, ...rows, ...lying.columns];
  return { ...found, outer, blocks, rows, steps, order, arranged, places: new Map(), ...lying };
}

/** Windows of the result are added to: the gradient of a convolution by its input. */
function spread(found: Factors): SparseSum | undefined {
  const { inner, dense, summed, spatial } = found;
  const ofDense = axesIn([dense]);
  const own = spatial.filter((axis) => ofDense.has(axis));
  const rows: Axis[] = [];
  const shifts: Axis[] = [];
  const places = new Map<Axis, Scalar>();
  for (const [d, index] of inner.index.entries()) {
    const place = spatial.find((axis) => axesIn([index]).has(axis));
    const shift = summed.filter((axis) => axesIn([index]).has(axis));
    if (!place || shift.length === 0) continue;
    const extent = inner.node.shape[d];
    const along = linear(index, [place, ...shift]);
    if (along?.coefficients[0] !== 1 || shift.length !== 1 || typeof extent !== "number")
      return undefined;
    const row = newAxis(extent);
    // index = place + coefficient·shift + rest is the row, so place is what is left of it.
    const at = indexSub(axisIndex(row), indexSub(index, axisIndex(place)));
    const { min, max } = rangeOf(at);
    if (min < 0 || max >= (place.extent as number) || ofDense.has(place)) return undefined;
    rows.push(row);
    shifts.push(shift[0]);
    places.set(place, at);
  }
  if (rows.length === 0 || new Set(shifts).size !== shifts.length) return undefined;
  const steps = summed.filter((axis) => !shifts.includes(axis));
  const columns = [...shifts, ...own];
  const outer = spatial.filter((axis) => !places.has(axis) && !own.includes(axis));
  if (steps.length === 0 || !areStatic([...rows, ...columns, ...steps])) return undefined;
  if (volumeOf(steps) > longestList || volumeOf([...rows, ...steps]) > mostListed) return undefined;
  const arranged = [...outer, ...places.keys(), ...own];
  const offset = offsetIn(
    arranged.map((axis) => axis.extent),
    arranged.map((axis) => places.get(axis) ?? axisIndex(axis)),
  );
  const lying = lyingOf(offset, columns);
  if (!lying) return undefined;
  // What one run after another reads lies together.
  const inRun = lying.columns.slice(lying.columns.length - lying.runAxes);
  const outOfRun = lying.columns.filter((axis) => !inRun.includes(axis));
  const dims = [...outOfRun, ...steps, ...inRun].map((axis) =>
    dense.index.findIndex((_, d) => wholeAxis(dense, d, [axis])),
  );
  const isWhole =
    dims.every((d) => d >= 0) && dims.length === dense.node.shape.filter((n) => n !== 1).length;
  if (!isWhole || !axesIn([inner]).size) return undefined;
  return { ...found, outer, blocks: [], rows, steps, order: dims, arranged, places, ...lying };
}

const areStatic = (axes: readonly Axis[]): boolean =>
  axes.every((axis) => typeof axis.extent === "number");

/** The axis of which a dimension of an operand has each place once. */
function wholeAxis({ node, index }: Load, dim: number, axes: readonly Axis[]): Axis | undefined {
  const i = index[dim];
  if (i.kind !== "axis" || !axes.includes(i.axis)) return undefined;
  return node.shape[dim] === i.axis.extent ? i.axis : undefined;
}

/** How columns lie in memory, the innermost last; undefined where none is beside another. */
function lyingOf(
  offset: Scalar,
  axes: readonly Axis[],
): Pick<SparseSum, "columns" | "runAxes" | "flipped"> | undefined {
  const found = linear(offset, axes);
  if (!found || found.coefficients.includes(0)) return undefined;
  const strides = new Map(axes.map((axis, n) => [axis, found.coefficients[n]]));
  const stride = (axis: Axis): number => Math.abs(strides.get(axis) as number);
  const columns = [...axes].sort((a, b) => stride(b) - stride(a));
  let runAxes = 0;
  let expected = 1;
  for (const axis of [...columns].reverse()) {
    if (stride(axis) !== expected) break;
    expected *= axis.extent as number;
    runAxes++;
  }
  if (runAxes === 0) return undefined;
  const flipped = new Set(axes.filter((axis) => (strides.get(axis) as number) < 0));
  return { columns, runAxes, flipped };
}

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
  return {
    dense: denseStage,
    sum: sumStage(inlined),
    result: {
      ...stage,
      body: rewrite(stage.body, (s) =>
        s === reduce
          ? load(
              sum,
              found.arranged.map((axis) =>
                isSpread ? axisIndex(axis) : backwards(axis, axisIndex(axis)),
              ),
            )
          : undefined,
      ),
    },
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
