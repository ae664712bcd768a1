/** Operands of a contraction: where they lie, and whether they can be read there. */

import type { Node } from "../../graph/node.ts";
import { type Shape, staticSize } from "../../graph/types.ts";
import {
  type Axis,
  constant,
  element,
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

/** Row-major offset of an element; undefined where a dimension but the first is only known at run time. */
export function offsetIn(shape: Shape, index: readonly Scalar[]): Scalar | undefined {
  if (staticSize(shape.slice(1)) === undefined) return undefined;
  const strides = shape.map((_, d) => staticSize(shape.slice(d + 1)) as number);
  let offset: Scalar = constant(0, "int32");
  for (const [d, i] of index.entries())
    if (shape[d] !== 1) offset = indexAdd(offset, indexMul(i, constant(strides[d], "int32")));
  return offset;
}

/** Loads with their places in memory worked out. */
export function elementsOf(s: Scalar): Scalar {
  return rewrite(s, (part) =>
    part.kind === "load"
      ? element(part.node, offsetIn(part.node.shape, part.index.map(elementsOf)) as Scalar)
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
  const overSteps = offset && linear(offset, steps);
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
