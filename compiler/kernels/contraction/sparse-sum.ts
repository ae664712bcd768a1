/** Finds sums with a factor that is mostly zeros, and which of their axes are what: see routed.ts. */

import type { Stage } from "../lower.ts";
import { topReduces } from "../nest.ts";
import {
  type Axis,
  axisIndex,
  indexSub,
  linear,
  newAxis,
  rangeOf,
  type Scalar,
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
  const fits = (): boolean => volumeOf(steps) <= longestList && areStatic(steps);
  while (steps.length > 1 && !fits()) blocks.push(steps.shift() as Axis);
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
