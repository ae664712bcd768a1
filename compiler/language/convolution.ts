/** Convolutions and pooling, as a model file calls them. */

import * as convolution from "../ops/convolution.ts";
import * as pooling from "../ops/pooling.ts";
import type { PerAxis } from "../ops/window.ts";
import { lift } from "./signature.ts";
import type { Operand, Tensor } from "./types.ts";

export type { ConvOptions, ConvTransposeOptions } from "../ops/convolution.ts";
export type { AvgPoolOptions, MaxPoolOptions, PoolOptions } from "../ops/pooling.ts";
export type { Padding, PerAxis } from "../ops/window.ts";

/**
 * Images [batch, channels, height, width] with filters [filters, channels / groups, height, width]: a
 * cross-correlation, or with `flip: true` the convolution of mathematics and of Theano.
 * @throws ADJ1003, ADJ1004, ADJ1008, ADJ1009
 */
export const conv2d = lift<
  (x: Operand, filters: Operand, options?: convolution.ConvOptions) => Tensor
>("conv2d(x, filters, { stride, padding, dilation, groups, flip })", convolution.conv2d);
/** The same along one axis: [batch, channels, length] with [filters, channels / groups, length]. */
export const conv1d = lift<
  (x: Operand, filters: Operand, options?: convolution.ConvOptions) => Tensor
>("conv1d(x, filters, { stride, padding, dilation, groups, flip })", convolution.conv1d);
/**
 * The gradient of conv2d by its input, which makes images larger: [batch, channels, height, width] with
 * filters [channels, results / groups, height, width].
 */
export const convTranspose2d = lift<
  (x: Operand, filters: Operand, options?: convolution.ConvTransposeOptions) => Tensor
>(
  "convTranspose2d(x, filters, { stride, padding, dilation, groups, flip, outputPadding })",
  convolution.convTranspose2d,
);
/** The largest element of each window of the last two axes; tied ones share the gradient. */
export const maxPool2d = lift<
  (x: Operand, size: PerAxis, options?: pooling.MaxPoolOptions) => Tensor
>("maxPool2d(x, size, { stride, padding, ignoreBorder, dilation })", pooling.maxPool2d);
/** The mean of each window of the last two axes. */
export const avgPool2d = lift<
  (x: Operand, size: PerAxis, options?: pooling.AvgPoolOptions) => Tensor
>("avgPool2d(x, size, { stride, padding, ignoreBorder, includePadding })", pooling.avgPool2d);
