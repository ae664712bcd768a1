/** Operands of a contraction: where they lie, and whether they can be read there. */

import type { Node } from "../../graph/node.ts";
import { type Shape, staticSize } from "../../graph/types.ts";
import { type Axis, constant, indexAdd, indexMul, linear, type Scalar } from "../scalar.ts";

export interface Level {
  readonly extent: number;
  /** Elements from one step to the next. */
  readonly stride: number;
}

/** An operand that is read where it lies. */
export interface Place {
  readonly node: Node;
  /** Offset of the first step's element; it depends on the rows or columns and on the loops around. */
  readonly start: Scalar;
  /** Loops over the steps, outermost first; axes that run on in memory are one. */
  readonly levels: readonly Level[];
  /** Elements from one row or column to the next; undefined where that differs from place to place. */
  readonly stride: number | undefined;
}

export interface Operand {
  /** An element, over all axes. */
  readonly value: Scalar;
  /** Where it lies, if it can be read there; else it is copied together in the order of its use. */
  readonly place: Place | undefined;
}

/** Row-major offset of an element; undefined where a dimension but the first is only known at run time. */
export function offsetIn(shape: Shape, index: readonly Scalar[]): Scalar | undefined {
  if (staticSize(shape.slice(1)) === undefined) return undefined;
  let offset: Scalar = constant(0, "int32");
  let stride = 1;
  for (let d = shape.length - 1; d >= 0; d--) {
    if (shape[d] !== 1) offset = indexAdd(offset, indexMul(index[d], constant(stride, "int32")));
    if (d > 0) stride *= shape[d] as number;
  }
  return offset;
}

/**
 * An operand over `steps` and over `along`, its rows or columns.
 *
 * @param stride the stride along `along` that it must have to be read in place, with steps that run on
 */
export function operandOf(
  value: Scalar,
  steps: readonly Axis[],
  along: readonly Axis[],
  stride?: number,
): Operand {
  const place = placeOf(value, steps, along);
  const serves = stride === undefined || (place?.stride === stride && place.levels.length <= 1);
  return { value, place: serves ? place : undefined };
}

function placeOf(value: Scalar, steps: readonly Axis[], along: readonly Axis[]): Place | undefined {
  if (value.kind !== "load" || value.dtype !== "float32") return undefined;
  const offset = offsetIn(value.node.shape, value.index);
  const overSteps = offset && linear(offset, steps);
  if (!overSteps) return undefined;
  const levels = merged(steps, overSteps.coefficients);
  const overPlaces = linear(overSteps.rest, along);
  const [only, ...more] = overPlaces ? merged(along, overPlaces.coefficients) : [];
  return {
    node: value.node,
    start: overSteps.rest,
    levels,
    stride: only && more.length === 0 ? only.stride : undefined,
  };
}

/** Axes with their strides, neighbours that run on in memory as one. */
function merged(axes: readonly Axis[], strides: readonly number[]): Level[] {
  const levels: Level[] = [];
  for (const [i, axis] of axes.entries()) {
    const extent = typeof axis.extent === "number" ? axis.extent : Number.NaN;
    const last = levels.at(-1);
    if (last && last.stride === strides[i] * extent)
      levels[levels.length - 1] = { extent: last.extent * extent, stride: strides[i] };
    else levels.push({ extent, stride: strides[i] });
  }
  return levels;
}
