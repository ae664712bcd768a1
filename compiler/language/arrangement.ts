/** Movement of elements, as a model file calls it. */

import type { Dim } from "../graph/types.ts";
import * as shape from "../ops/shape.ts";
import { lift } from "./signature.ts";
import type { Operand, Tensor } from "./types.ts";

/** The same elements, row by row, in another shape; one dimension may be −1. */
export const reshape = lift<(x: Operand, shape: readonly Dim[]) => Tensor>(
  "reshape(x, shape)",
  shape.reshape,
);
/** One axis of all elements; with `ndim`, the first ndim − 1 axes stay. */
export const flatten = lift<(x: Operand, ndim?: number) => Tensor>(
  "flatten(x, ndim?)",
  shape.flatten,
);
/** Axes in a new order; `"x"` inserts one of length 1. */
export const dimshuffle = lift<(x: Operand, order: readonly (number | "x")[]) => Tensor>(
  "dimshuffle(x, order)",
  shape.dimshuffle,
);
/** Axes reversed, or in the given order. */
export const transpose = lift<(x: Operand, axes?: readonly number[]) => Tensor>(
  "transpose(x, axes?)",
  shape.transpose,
);
/** Transpose. */
export const T = lift<(x: Operand) => Tensor>("T(x)", (x: Operand) => shape.transpose(x));
/** New axes of length 1 at the given places. */
export const expandDims = lift<(x: Operand, axis: number | readonly number[]) => Tensor>(
  "expandDims(x, axis)",
  shape.expandDims,
);
/** Without axes of length 1: the given ones, or all. */
export const squeeze = lift<(x: Operand, axis?: number | readonly number[]) => Tensor>(
  "squeeze(x, axis?)",
  shape.squeeze,
);
/** Repeated to the given shape, by NumPy's broadcasting. */
export const broadcastTo = lift<(x: Operand, shape: readonly Dim[]) => Tensor>(
  "broadcastTo(x, shape)",
  shape.broadcastTo,
);
