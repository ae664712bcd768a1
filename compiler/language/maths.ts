/** Elementwise maths, comparisons, reductions and products, as a model file calls them. */

import * as arithmetic from "../ops/arithmetic.ts";
import * as comparison from "../ops/comparison.ts";
import { castTo } from "../ops/elementwise.ts";
import * as exponential from "../ops/exponential.ts";
import { asNode } from "../ops/leaf.ts";
import * as product from "../ops/product.ts";
import type { AxisArgument, ReduceOptions } from "../ops/reduction.ts";
import * as reduction from "../ops/reduction.ts";
import type { DType, Operand, Tensor } from "./types.ts";

type Unary = (x: Operand) => Tensor;
type Binary = (x: Operand, y: Operand) => Tensor;
type Reduction = (x: Operand, axis?: AxisArgument, options?: ReduceOptions) => Tensor;
type ArgReduction = (x: Operand, axis?: number | null, options?: ReduceOptions) => Tensor;

// A symbol is a graph node that the type checker is told is a branded number; this is where.
const lift = <F>(builder: unknown): F => builder as F;

/** x + y, broadcasting. */
export const add = lift<Binary>(arithmetic.add);
/** x − y, broadcasting. */
export const sub = lift<Binary>(arithmetic.sub);
/** x · y, elementwise, broadcasting. */
export const mul = lift<Binary>(arithmetic.mul);
/** x / y; integers give floats. */
export const div = lift<Binary>(arithmetic.div);
/** Remainder with the sign of y, as NumPy's `%`. */
export const mod = lift<Binary>(arithmetic.mod);
/** x to the power of y. */
export const pow = lift<Binary>(arithmetic.pow);
/** −x */
export const neg = lift<Unary>(arithmetic.neg);
/** |x|, with gradient 0 at 0. */
export const abs = lift<Unary>(arithmetic.abs);
/** −1, 0 or 1; gradient 0. */
export const sign = lift<Unary>(arithmetic.sign);
/** The largest whole number that is not above x; gradient 0. */
export const floor = lift<Unary>(arithmetic.floor);
/** x² */
export const square = lift<Unary>(arithmetic.square);
/** √x */
export const sqrt = lift<Unary>(arithmetic.sqrt);
/** eˣ */
export const exp = lift<Unary>(exponential.exp);
/** Natural logarithm. */
export const log = lift<Unary>(exponential.log);
/** log(1 + x), accurate near 0. */
export const log1p = lift<Unary>(exponential.log1p);
/** eˣ − 1, accurate near 0. */
export const expm1 = lift<Unary>(exponential.expm1);
/** Sine; x in radians. */
export const sin = lift<Unary>(exponential.sin);
/** Cosine; x in radians. */
export const cos = lift<Unary>(exponential.cos);
/** Hyperbolic tangent. */
export const tanh = lift<Unary>(exponential.tanh);
/** 1 / (1 + e⁻ˣ) */
export const sigmoid = lift<Unary>(exponential.sigmoid);
/** log(1 + eˣ), without overflow. */
export const softplus = lift<Unary>(exponential.softplus);
/** max(x, 0), with gradient 0 at 0. */
export const relu = lift<Unary>(comparison.relu);
/** The larger of two; tied values share the gradient. */
export const maximum = lift<Binary>(comparison.maximum);
/** The smaller of two; tied values share the gradient. */
export const minimum = lift<Binary>(comparison.minimum);
/** x kept in [low, high]; the gradient is 1 inside and on the bounds. */
export const clip = lift<(x: Operand, low: Operand, high: Operand) => Tensor>(comparison.clip);
/** x < y */
export const lt = lift<Binary>(comparison.lt);
/** x ≤ y */
export const le = lift<Binary>(comparison.le);
/** x > y */
export const gt = lift<Binary>(comparison.gt);
/** x ≥ y */
export const ge = lift<Binary>(comparison.ge);
/** x = y, elementwise */
export const eq = lift<Binary>(comparison.eq);
/** x ≠ y, elementwise */
export const neq = lift<Binary>(comparison.ne);
/** x ≠ y, elementwise */
export const ne = neq;
/** Both. */
export const logicalAnd = lift<Binary>(comparison.logicalAnd);
/** Either. */
export const logicalOr = lift<Binary>(comparison.logicalOr);
/** Not. */
export const logicalNot = lift<Unary>(comparison.logicalNot);
/** `a` where the condition holds, else `b`; both are computed. */
export const where = lift<(condition: Operand, a: Operand, b: Operand) => Tensor>(comparison.where);
/** x in another dtype; floats are truncated towards 0. */
export const cast = lift<(x: Operand, dtype: DType) => Tensor>((x: Operand, dtype: DType) =>
  castTo(asNode(x), dtype),
);

/** Sum over the given axes (all when left out); truth values are counted. */
export const sum = lift<Reduction>(reduction.sum);
/** Mean over the given axes; integers and truth values give float32. */
export const mean = lift<Reduction>(reduction.mean);
/** Product over the given axes. */
export const prod = lift<Reduction>(reduction.prod);
/** Largest value; tied values share the gradient. */
export const max = lift<Reduction>(reduction.max);
/** Smallest value; tied values share the gradient. */
export const min = lift<Reduction>(reduction.min);
/** Whether any value is not 0. */
export const any = lift<Reduction>(reduction.any);
/** Whether no value is 0. */
export const all = lift<Reduction>(reduction.all);
/** Position (int32) of the first largest value along an axis, or in the flattened tensor. */
export const argmax = lift<ArgReduction>(reduction.argmax);
/** Position (int32) of the first smallest value along an axis, or in the flattened tensor. */
export const argmin = lift<ArgReduction>(reduction.argmin);

/** Matrix product; for other ranks as NumPy's `dot`. @throws ADJ1003 where lengths differ */
export const dot = lift<Binary>(product.dot);
/** All products of two vectors' elements. */
export const outer = lift<Binary>(product.outer);
/** Sum over pairs of axes, as NumPy's `tensordot`. */
export const tensordot = lift<
  (
    x: Operand,
    y: Operand,
    axes?: number | readonly [readonly number[], readonly number[]],
  ) => Tensor
>(product.tensordot);
