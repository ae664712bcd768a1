/** Operands of a contraction: where they lie, and whether they can be read there. */

import type { Node } from "../../graph/node.ts";
import type { Shape } from "../../graph/types.ts";
import {
  type Axis,
  constant,
  element,
  extent,
  indexAdd,
  indexMul,
  linear,
  rewrite,
  type Scalar,
} from "../scalar.ts";

/** An operand that is read where it lies. */
export interface Place {
  readonly node: Node;
  /** Offset of the first step's element; it depends on the rows or columns and on the loops around. */
  readonly start: Scalar;
  /** Elements from one step of each axis of the sum to the next. */
  readonly steps: readonly number[];
  /**
   * Elements from one place along each of its own axes, rows or columns, to the next; undefined where that
   * differs from place to place.
   */
  readonly along: readonly number[] | undefined;
}

export interface Operand {
  /** An element, over all axes. */
  readonly value: Scalar;
  /** Where it lies, if it can be read there; else it is copied together in the order of its use. */
  readonly place: Place | undefined;
}

/**
 * Row-major offset of an element. An index before a dimension that is only known at run time is multiplied by its
 * size: {@link linear} declines for axes in it, and leaves others, such as the step of a loop, in where all begins.
 */
export function offsetIn(shape: Shape, index: readonly Scalar[]): Scalar {
  let offset: Scalar = constant(0, "int32");
  for (const [d, i] of index.entries())
    if (shape[d] !== 1) offset = indexAdd(indexMul(offset, extent(shape[d])), i);
  return offset;
}

/** Loads with their places in memory worked out. */
export function elementsOf(s: Scalar): Scalar {
  return rewrite(s, (part) =>
    part.kind === "load"
      ? element(part.node, offsetIn(part.node.shape, part.index.map(elementsOf)))
      : undefined,
  );
}

/** An operand over `steps` and over `along`, its rows or columns. */
export function operandOf(value: Scalar, steps: readonly Axis[], along: readonly Axis[]): Operand {
  return { value, place: placeOf(value, steps, along) };
}

function placeOf(value: Scalar, steps: readonly Axis[], along: readonly Axis[]): Place | undefined {
  if (value.kind !== "load" || value.dtype !== "float32") return undefined;
  const offset = offsetIn(value.node.shape, value.index);
  const overSteps = linear(offset, steps);
  if (!overSteps) return undefined;
  return {
    node: value.node,
    start: overSteps.rest,
    steps: overSteps.coefficients,
    along: linear(overSteps.rest, along)?.coefficients,
  };
}

/** The one stride of axes that run on in memory; undefined where there is none. */
export function strideOf(
  axes: readonly Axis[],
  strides: readonly number[] | undefined,
): number | undefined {
  const stride = strides?.at(-1);
  if (stride === undefined || !strides) return undefined;
  let expected = stride;
  for (let i = axes.length - 1; i >= 0; i--) {
    if (strides[i] !== expected) return undefined;
    expected *= axes[i].extent as number;
  }
  return stride;
}
