/**
 * Sums over a value with margins, as the gradient of a convolution by its input is one: instead of
 * gathering for each place of the result what meets it, zeros of the margins included,
 *
 *   out[c, i] = Σ_{f,k} A[f, c, k] · padded[f, i + k]
 *
 * each product of an element with its filters is added where it belongs, which needs no margins:
 *
 *   out[c, y − k + before] += Σ_f A[f, c, k] · x[f, y]
 *
 * Gaps of zeros, which a stride leaves, are none of its terms either: those go to out[c, stride·y − k + before].
 */

import type { Stage } from "../lower.ts";
import {
  type Axis,
  axisIndex,
  constant,
  indexMul,
  indexSub,
  linear,
  load,
  newAxis,
  rangeOf,
  rewrite,
  type Scalar,
} from "../scalar.ts";
import { axesIn, extentOf, volumeOf } from "./axes.ts";
import { type Contraction, cheapest, contractionsOf, levelsOf } from "./contraction.ts";
import { type DefinitionOf, type Load, spreadOf } from "./margins.ts";
import { offsetIn, operandOf, strideOf } from "./operand.ts";
import { chooseTile } from "./tile.ts";

export interface Scatter {
  /** The value with margins, which need not be in memory for this. */
  readonly padded: Load["node"];
  /** What is read of it, inside of its margins. */
  readonly inner: Load;
  /** Axes of the result that the terms are spread over, in terms of which the columns are not. */
  readonly places: readonly Axis[];
  /** Where a term goes along each of them, from its row and column. */
  readonly index: ReadonlyMap<Axis, Scalar>;
  /** Those of the places where terms may go beyond the border: they are none of the result. */
  readonly guarded: readonly Axis[];
  /** Whether places that follow one another are neighbours in memory. */
  readonly isRow: boolean;
}

/** Another way to compute a contraction, if its right operand has margins of zeros around what lies in memory. */
export function scattered(
  c: Contraction,
  definitionOf: DefinitionOf,
  lanes: number,
): Contraction | undefined {
  const { value } = c.b;
  if (!c.a || value.kind !== "load" || c.outer.length === 0 || volumeOf(c.outer) < 8)
    return undefined;
  if (!c.blocks.every(({ extent }) => typeof extent === "number")) return undefined;
  // What is added to must not be read by the result itself.
  if (readsInto(c)) return undefined;
  const spread = spreadOf(value, definitionOf);
  if (!spread) return undefined;
  const { inner, places, steps: strides } = spread;
  const summed = [...c.blocks, ...c.steps];
  const shifts: Axis[] = [];
  const columns: Axis[] = [];
  const index = new Map<Axis, Scalar>();
  const guarded: Axis[] = [];
  const at = places.map((i, dim): Scalar | undefined => {
    const own = c.columns.find((axis) => axesIn([i]).has(axis));
    const stride = strides[dim];
    if (!own) return stride === 1 ? inner.index[dim] : undefined;
    const along = linear(i, [own, ...summed]);
    const shift = along ? summed.filter((_, n) => along.coefficients[n + 1] !== 0) : [];
    const extent = inner.node.shape[dim];
    if (along?.coefficients[0] !== 1 || shift.length !== 1 || typeof extent !== "number")
      return undefined;
    const column = newAxis(extent);
    shifts.push(shift[0]);
    columns.push(column);
    // i = own + coefficient·shift + rest is the column times the stride, so own is what is left of it.
    const rest = indexSub(i, axisIndex(own));
    const place = indexSub(indexMul(axisIndex(column), constant(stride, "int32")), rest);
    const { min, max } = rangeOf(place);
    if (min < 0 || max >= (own.extent as number)) {
      // Asking costs: it is worth it where most of what is gathered would be gaps.
      if (!strides.some((s) => s > 1)) return undefined;
      guarded.push(own);
    }
    index.set(own, place);
    return axisIndex(column);
  });
  if (columns.length !== c.columns.length || at.some((i) => i === undefined)) return undefined;
  if (new Set(shifts).size !== shifts.length) return undefined;
  // Filters that run backwards are read forwards, so that rows are neighbours in memory.
  const left = forwards(c.a.value, shifts);
  const rows = [...c.rows, ...left.shifts];
  const steps = summed.filter((axis) => !shifts.includes(axis));
  const a = operandOf(left.value, steps, rows);
  const b = operandOf(load(inner.node, at as Scalar[]), steps, columns);
  if (!a.place || !b.place || strideOf(columns, b.place.along) !== 1 || steps.length === 0)
    return undefined;
  const levels = levelsOf(steps, a, b);
  if (levels.length > 2) return undefined;
  return {
    ...c,
    rows,
    columns,
    blocks: [],
    steps,
    terms: volumeOf(steps),
    a,
    b,
    levels,
    padded: undefined,
    groups: undefined,
    tile: chooseTile(extentOf(rows), volumeOf(columns), lanes, volumeOf(steps)),
    scatter: {
      padded: value.node,
      inner,
      places: c.columns,
      index: new Map([...index].map(([axis, place]) => [axis, left.replace(place)])),
      guarded,
      isRow: guarded.length === 0 && strides.at(-1) === 1,
    },
  };
}

function readsInto({ stage, result }: Contraction): boolean {
  let found = false;
  rewrite(result, (s) => {
    if (s.kind === "load" && s.node === stage.into) found = true;
    return undefined;
  });
  return found;
}

/** A value in which shifts that run backwards in memory are replaced by ones that run forwards. */
function forwards(
  value: Scalar,
  shifts: readonly Axis[],
): { value: Scalar; shifts: Axis[]; replace: (s: Scalar) => Scalar } {
  const offset = value.kind === "load" ? offsetIn(value.node.shape, value.index) : undefined;
  const strides = offset && linear(offset, shifts)?.coefficients;
  const replaced = new Map<Axis, Scalar>();
  const own = shifts.map((axis, n) => {
    if (!strides || strides[n] >= 0) return axis;
    const other = newAxis(axis.extent);
    const last = constant((axis.extent as number) - 1, "int32");
    replaced.set(axis, indexSub(last, axisIndex(other)));
    return other;
  });
  const replace = (s: Scalar): Scalar =>
    rewrite(s, (part) => (part.kind === "axis" ? replaced.get(part.axis) : undefined));
  return { value: replace(value), shifts: own, replace };
}

/**
 * The schedule of a kernel, by {@link contractionOf} or scattered, whichever costs less.
 *
 * @param definitionOf the kernel that computes a value
 * @param can whether the target scatters one
 */
export function scheduleOf(
  stage: Stage,
  definitionOf: DefinitionOf,
  lanes: number,
  can: (c: Contraction) => boolean = () => true,
): Contraction | undefined {
  const all = contractionsOf(stage, lanes);
  const plain = cheapest(all, lanes);
  if (!plain) return undefined;
  const others = all.flatMap((c) => {
    const other = scattered(c, definitionOf, lanes);
    // Gaps may make up for a schedule that costs more without them.
    const fits = other && can(other) && (c === plain || other.scatter?.isRow === false);
    return fits ? [other] : [];
  });
  return cheapest([plain, ...others], lanes);
}
