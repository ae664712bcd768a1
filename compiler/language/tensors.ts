/** Indexing, joining, creation, softmax and cross-entropies, as a model file calls them. */

import type { Dim } from "../graph/types.ts";
import * as arranging from "../ops/arranging.ts";
import type { CreationOptions } from "../ops/creation.ts";
import * as creation from "../ops/creation.ts";
import * as diagonal from "../ops/diagonal.ts";
import * as indexing from "../ops/indexing.ts";
import * as joining from "../ops/joining.ts";
import * as norms from "../ops/norm.ts";
import * as normalisation from "../ops/normalisation.ts";
import * as random from "../ops/random.ts";
import type { AxisArgument, ReduceOptions } from "../ops/reduction.ts";
import * as softmaxes from "../ops/softmax.ts";
import * as sorting from "../ops/sorting.ts";
import { lift } from "./signature.ts";
import type { Operand, Tensor } from "./types.ts";

export {
  ellipsis,
  type IndexItem,
  type IndexMark,
  newaxis,
  type Span,
  span,
} from "../ops/indexing.ts";

/** NumPy's indexing: `at(x, i, span(a, b), newaxis, indices)`. @throws ADJ1005, ADJ1006 */
export const at = lift<(x: Operand, ...items: readonly (Operand | indexing.IndexItem)[]) => Tensor>(
  "at(x, ...items)",
  indexing.at,
);
/** Rows a to b: `at(x, span(a, b))`. */
export const slice = lift<(x: Operand, start?: Operand, stop?: Operand) => Tensor>(
  "slice(x, start?, stop?)",
  indexing.slice,
);
/** Elements of an axis by position. */
export const take = lift<(x: Operand, indices: Operand, axis?: number) => Tensor>(
  "take(x, indices, axis?)",
  indexing.take,
);
/** The tensor with part of it replaced: `setSubtensor(at(x, i), v)`. */
export const setSubtensor = lift<(part: Operand, value: Operand) => Tensor>(
  "setSubtensor(part, value)",
  indexing.setSubtensor,
);
/** The tensor with something added to part of it; repeated indices add up. */
export const incSubtensor = lift<(part: Operand, value: Operand) => Tensor>(
  "incSubtensor(part, value)",
  indexing.incSubtensor,
);

/** Tensors one after the other along an axis. */
export const concatenate = lift<(list: readonly Operand[], axis?: number) => Tensor>(
  "concatenate(list, axis?)",
  joining.concatenate,
);
/** Tensors of one shape along a new axis. */
export const stack = lift<(list: readonly Operand[], axis?: number) => Tensor>(
  "stack(list, axis?)",
  joining.stack,
);
/** Parts of an axis: equal ones by their number, or of the given lengths. */
export const split = lift<
  (x: Operand, parts: number | readonly number[], axis?: number) => Tensor[]
>("split(x, parts, axis?)", joining.split);
/** Axes (all when left out) in reverse order. */
export const flip = lift<(x: Operand, axis?: number | readonly number[]) => Tensor>(
  "flip(x, axis?)",
  arranging.flip,
);
/** Elements moved along axes, entering again at the other end. */
export const roll = lift<
  (x: Operand, shift: number | readonly number[], axis?: number | readonly number[]) => Tensor
>("roll(x, shift, axis?)", arranging.roll);
/** The whole repeated along each axis. */
export const tile = lift<(x: Operand, counts: number | readonly number[]) => Tensor>(
  "tile(x, counts)",
  arranging.tile,
);
/** Each element repeated along an axis, or in the flattened tensor. */
export const repeat = lift<
  (x: Operand, counts: number | readonly number[], axis?: number) => Tensor
>("repeat(x, counts, axis?)", arranging.repeat);
/** With margins: a constant, the nearest element, or the mirrored inside. */
export const pad = lift<
  (x: Operand, widths: arranging.PadWidths, options?: arranging.PadOptions) => Tensor
>("pad(x, widths, { mode, value })", arranging.pad);
/** A diagonal of a matrix, or the square matrix with a vector on its diagonal. */
export const diag = lift<(x: Operand, offset?: number) => Tensor>(
  "diag(x, offset?)",
  diagonal.diag,
);
/** Of the last two axes, what lies on a diagonal and below it; 0 above. */
export const tril = lift<(x: Operand, offset?: number) => Tensor>(
  "tril(x, offset?)",
  diagonal.tril,
);
/** Of the last two axes, what lies on a diagonal and above it; 0 below. */
export const triu = lift<(x: Operand, offset?: number) => Tensor>(
  "triu(x, offset?)",
  diagonal.triu,
);

type Sorting = (x: Operand, axis?: number | null, options?: sorting.SortOptions) => Tensor;
/** Sorted along an axis (the last when left out, flattened when null); stable, NaN last. */
export const sort = lift<Sorting>("sort(x, axis?, { descending })", sorting.sort);
/** The indices (int32) that sort along an axis. */
export const argsort = lift<Sorting>("argsort(x, axis?, { descending })", sorting.argsort);
/** The k largest (or smallest) elements along an axis, in order, and their indices. */
export const topk = lift<
  (x: Operand, k: number, axis?: number, options?: sorting.TopkOptions) => [Tensor, Tensor]
>("topk(x, k, axis?, { smallest })", sorting.topk);

/** Initial values drawn evenly from [low, high): `shared(uniform([784, 500], { low: -r, high: r }))`. */
export const uniform = lift<(shape: readonly number[], options?: random.UniformOptions) => Tensor>(
  "uniform(shape, { low, high, dtype })",
  random.uniform,
);
/** Initial values from a normal distribution. */
export const normal = lift<(shape: readonly number[], options?: random.NormalOptions) => Tensor>(
  "normal(shape, { mean, std, dtype })",
  random.normal,
);

type FromShape = (...shape: readonly (Dim | readonly Dim[] | CreationOptions)[]) => Tensor;
/** All elements 0: `zeros(784, 10)`. */
export const zeros = lift<FromShape>("zeros(...shape, { dtype })", creation.zeros);
/** All elements 1. */
export const ones = lift<FromShape>("ones(...shape, { dtype })", creation.ones);
/** All elements `value`. */
export const full = lift<
  (shape: readonly Dim[], value: Operand, options?: CreationOptions) => Tensor
>("full(shape, value, { dtype })", creation.full);
/** Shaped like `x`, all 0. */
export const zerosLike = lift<(x: Operand) => Tensor>("zerosLike(x)", creation.zerosLike);
/** Shaped like `x`, all 1. */
export const onesLike = lift<(x: Operand) => Tensor>("onesLike(x)", creation.onesLike);
/** 0, 1, …, n − 1 (int32), or from `start` to before `stop` by `step`. */
export const arange = lift<(start: Dim, stop?: number, step?: number) => Tensor>(
  "arange(start, stop?, step?)",
  creation.arange,
);
/** Ones on a diagonal, zeros elsewhere. */
export const eye = lift<
  (rows: number, columns?: number, diagonal?: number, options?: CreationOptions) => Tensor
>("eye(rows, columns?, diagonal?, { dtype })", creation.eye);
/** A row per label: 1 at the label, 0 elsewhere. */
export const oneHot = lift<(labels: Operand, classes: number, options?: CreationOptions) => Tensor>(
  "oneHot(labels, classes, { dtype })",
  creation.oneHot,
);

/** eˣ / Σ eˣ along an axis (the last when left out). */
export const softmax = lift<(x: Operand, axis?: number) => Tensor>(
  "softmax(x, axis?)",
  softmaxes.softmax,
);
/** log softmax(x), without overflow or log 0. */
export const logSoftmax = lift<(x: Operand, axis?: number) => Tensor>(
  "logSoftmax(x, axis?)",
  softmaxes.logSoftmax,
);
type Reduction = (x: Operand, axis?: AxisArgument, options?: ReduceOptions) => Tensor;
/** log Σ eˣ over axes, without overflow. */
export const logsumexp = lift<Reduction>("logsumexp(x, axis?, { keepdims })", softmaxes.logsumexp);
/** Population variance over axes. */
export const variance = lift<Reduction>("variance(x, axis?, { keepdims })", softmaxes.variance);
/** Population standard deviation over axes. */
export const std = lift<Reduction>("std(x, axis?, { keepdims })", softmaxes.std);
/** Vector norm over axes: (Σ|x|ᵖ)^(1/p), p = 2 when left out. The gradient of the Euclidean one at 0 is 0. */
export const norm = lift<
  (x: Operand, axis?: AxisArgument, options?: number | norms.NormOptions) => Tensor
>("norm(x, axis?, p | { p, keepdims })", norms.norm);
/** γ·(x − mean) / √(variance + ε) + β with the statistics of the batch, or given ones. @throws ADJ1003 */
export const batchNorm = lift<
  (x: Operand, gamma: Operand, beta: Operand, options?: normalisation.BatchNormOptions) => Tensor
>("batchNorm(x, gamma, beta, { axes, mean, variance, epsilon })", normalisation.batchNorm);
/** γ·(x − mean) / √(variance + ε) + β over the last axes of each sample. @throws ADJ1003 */
export const layerNorm = lift<
  (x: Operand, gamma?: Operand, beta?: Operand, options?: normalisation.LayerNormOptions) => Tensor
>("layerNorm(x, gamma?, beta?, { axis, epsilon })", normalisation.layerNorm);
/** −Σ t·log p for each row; the truth as rows of weights, or as class labels. */
export const categoricalCrossentropy = lift<(p: Operand, truth: Operand) => Tensor>(
  "categoricalCrossentropy(p, truth)",
  softmaxes.categoricalCrossentropy,
);
/** −t·log p − (1 − t)·log(1 − p), elementwise. */
export const binaryCrossentropy = lift<(p: Operand, truth: Operand) => Tensor>(
  "binaryCrossentropy(p, truth)",
  softmaxes.binaryCrossentropy,
);
