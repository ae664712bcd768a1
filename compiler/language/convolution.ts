/** Convolutions and pooling, as a model file calls them. */

import * as convolution from "../ops/convolution.ts";
import * as pooling from "../ops/pooling.ts";
import type { PerAxis } from "../ops/window.ts";
import type { Operand, Tensor } from "./types.ts";

export type { ConvOptions, ConvTransposeOptions } from "../ops/convolution.ts";
export type { AvgPoolOptions, MaxPoolOptions, PoolOptions } from "../ops/pooling.ts";
export type { Padding, PerAxis } from "../ops/window.ts";

const lift = <F>(builder: unknown): F => builder as F;

/**
 * Images [batch, channels, height, width] with filters [filters, channels / groups, height, width]: a
 * cross-correlation, or with `flip: true` the convolution of mathematics and of Theano.
 * @throws ADJ1003, ADJ1004, ADJ1008, ADJ1009
 */
export const conv2d = lift<
  (x: Operand, filters: Operand, options?: convolution.ConvOptions) => Tensor
>(convolution.conv2d);
/** The same along one axis: [batch, channels, length] with [filters, channels / groups, length]. */
export const conv1d = lift<
  (x: Operand, filters: Operand, options?: convolution.ConvOptions) => Tensor
>(convolution.conv1d);
/**
 * The gradient of conv2d by its input, which makes images larger: [batch, channels, height, width] with
 * filters [channels, results / groups, height, width].
 */
export const convTranspose2d = lift<
  (x: Operand, filters: Operand, options?: convolution.ConvTransposeOptions) => Tensor
>(convolution.convTranspose2d);
/** The largest element of each window of the last two axes; tied ones share the gradient. */
export const maxPool2d = lift<
  (x: Operand, size: PerAxis, options?: pooling.MaxPoolOptions) => Tensor
>(pooling.maxPool2d);
/** The mean of each window of the last two axes. */
export const avgPool2d = lift<
  (x: Operand, size: PerAxis, options?: pooling.AvgPoolOptions) => Tensor
>(pooling.avgPool2d);
