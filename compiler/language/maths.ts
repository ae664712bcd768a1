/** Elementwise maths, comparisons, reductions and products, as a model file calls them. */

import * as activations from "../ops/activations.ts";
import * as arithmetic from "../ops/arithmetic.ts";
import * as barrier from "../ops/barrier.ts";
import * as choice from "../ops/choice.ts";
import * as comparison from "../ops/comparison.ts";
import * as cumulative from "../ops/cumulative.ts";
import { castTo } from "../ops/elementwise.ts";
import * as exponential from "../ops/exponential.ts";
import * as factors from "../ops/factors.ts";
import { asNode } from "../ops/leaf.ts";
import * as product from "../ops/product.ts";
import type { AxisArgument, ReduceOptions } from "../ops/reduction.ts";
import * as reduction from "../ops/reduction.ts";
import * as rounding from "../ops/rounding.ts";
import * as special from "../ops/special.ts";
import * as trigonometric from "../ops/trigonometric.ts";
import { lift } from "./signature.ts";
import type { DType, Operand, Tensor } from "./types.ts";

type Unary = (x: Operand) => Tensor;
type Binary = (x: Operand, y: Operand) => Tensor;
type Reduction = (x: Operand, axis?: AxisArgument, options?: ReduceOptions) => Tensor;
type ArgReduction = (x: Operand, axis?: number | null, options?: ReduceOptions) => Tensor;

/** x + y, broadcasting. */
export const add = lift<Binary>("add(x, y)", arithmetic.add);
/** x − y, broadcasting. */
export const sub = lift<Binary>("sub(x, y)", arithmetic.sub);
/** x · y, elementwise, broadcasting. */
export const mul = lift<Binary>("mul(x, y)", arithmetic.mul);
/** x / y; integers give floats. */
export const div = lift<Binary>("div(x, y)", arithmetic.div);
/** Remainder with the sign of y, as NumPy's `%`. */
export const mod = lift<Binary>("mod(x, y)", arithmetic.mod);
/** x to the power of y. */
export const pow = lift<Binary>("pow(x, y)", arithmetic.pow);
/** −x */
export const neg = lift<Unary>("neg(x)", arithmetic.neg);
/** |x|, with gradient 0 at 0. */
export const abs = lift<Unary>("abs(x)", arithmetic.abs);
/** −1, 0 or 1; gradient 0. */
export const sign = lift<Unary>("sign(x)", arithmetic.sign);
/** The largest whole number that is not above x; gradient 0. */
export const floor = lift<Unary>("floor(x)", arithmetic.floor);
/** The smallest whole number that is not below x; gradient 0. */
export const ceil = lift<Unary>("ceil(x)", rounding.ceil);
/** The nearest whole number, halves to the even one as in NumPy; gradient 0. */
export const round = lift<Unary>("round(x)", rounding.round);
/** x without its fraction; gradient 0. */
export const trunc = lift<Unary>("trunc(x)", rounding.trunc);
/** Whether x is not a number. */
export const isnan = lift<Unary>("isnan(x)", rounding.isnan);
/** Whether x is ∞ or −∞. */
export const isinf = lift<Unary>("isinf(x)", rounding.isinf);
/** x² */
export const square = lift<Unary>("square(x)", arithmetic.square);
/** √x */
export const sqrt = lift<Unary>("sqrt(x)", arithmetic.sqrt);
/** eˣ */
export const exp = lift<Unary>("exp(x)", exponential.exp);
/** Natural logarithm. */
export const log = lift<Unary>("log(x)", exponential.log);
/** Logarithm to the base 2. */
export const log2 = lift<Unary>("log2(x)", exponential.log2);
/** Logarithm to the base 10. */
export const log10 = lift<Unary>("log10(x)", exponential.log10);
/** 2ˣ */
export const exp2 = lift<Unary>("exp2(x)", exponential.exp2);
/** log(1 + x), accurate near 0. */
export const log1p = lift<Unary>("log1p(x)", exponential.log1p);
/** eˣ − 1, accurate near 0. */
export const expm1 = lift<Unary>("expm1(x)", exponential.expm1);
/** Sine; x in radians. */
export const sin = lift<Unary>("sin(x)", exponential.sin);
/** Cosine; x in radians. */
export const cos = lift<Unary>("cos(x)", exponential.cos);
/** Tangent; x in radians. */
export const tan = lift<Unary>("tan(x)", trigonometric.tan);
/** The angle in [−π/2, π/2] whose sine is x; NaN outside [−1, 1]. */
export const asin = lift<Unary>("asin(x)", trigonometric.asin);
/** The angle in [0, π] whose cosine is x; NaN outside [−1, 1]. */
export const acos = lift<Unary>("acos(x)", trigonometric.acos);
/** The angle in [−π/2, π/2] whose tangent is x. */
export const atan = lift<Unary>("atan(x)", trigonometric.atan);
/** The angle of the point (x, y) in (−π, π]: `atan2(y, x)`. */
export const atan2 = lift<(y: Operand, x: Operand) => Tensor>("atan2(y, x)", trigonometric.atan2);
/** Hyperbolic sine. */
export const sinh = lift<Unary>("sinh(x)", trigonometric.sinh);
/** Hyperbolic cosine. */
export const cosh = lift<Unary>("cosh(x)", trigonometric.cosh);
/** Hyperbolic tangent. */
export const tanh = lift<Unary>("tanh(x)", exponential.tanh);
/** The number whose hyperbolic sine is x. */
export const asinh = lift<Unary>("asinh(x)", trigonometric.asinh);
/** The number ≥ 0 whose hyperbolic cosine is x; NaN below 1. */
export const acosh = lift<Unary>("acosh(x)", trigonometric.acosh);
/** The number whose hyperbolic tangent is x; NaN outside [−1, 1]. */
export const atanh = lift<Unary>("atanh(x)", trigonometric.atanh);
/** 1 / (1 + e⁻ˣ) */
export const sigmoid = lift<Unary>("sigmoid(x)", exponential.sigmoid);
/** log(1 + eˣ), without overflow. */
export const softplus = lift<Unary>("softplus(x)", exponential.softplus);
/** x above 0, α·(eˣ − 1) elsewhere; α is 1 when left out. */
export const elu = lift<(x: Operand, alpha?: Operand) => Tensor>("elu(x, alpha?)", activations.elu);
/** x·Φ(x) with the normal distribution Φ; `{ approximate: "tanh" }` for the formula with tanh. */
export const gelu = lift<(x: Operand, options?: activations.GeluOptions) => Tensor>(
  "gelu(x, { approximate })",
  activations.gelu,
);
/** x·σ(x), also called swish. */
export const silu = lift<Unary>("silu(x)", activations.silu);
/** 0.2·x + 0.5 kept in [0, 1]. */
export const hardSigmoid = lift<Unary>("hardSigmoid(x)", activations.hardSigmoid);
/** Error function, 2/√π · ∫₀ˣ e^(−t²) dt. */
export const erf = lift<Unary>("erf(x)", special.erf);
/** 1 − erf x, with its digits where erf is near 1. */
export const erfc = lift<Unary>("erfc(x)", special.erfc);
/** Γ(x); (x − 1)! for whole numbers. */
export const gamma = lift<Unary>("gamma(x)", special.gamma);
/** log |Γ(x)| */
export const lgamma = lift<Unary>("lgamma(x)", special.lgamma);
/** d/dx log Γ(x) */
export const digamma = lift<Unary>("digamma(x)", special.digamma);
/** d²/dx² log Γ(x); it has no gradient. */
export const trigamma = lift<Unary>("trigamma(x)", special.trigamma);
/** ψₙ(x) = dⁿ/dxⁿ ψ(x), the n-th derivative of the logarithmic derivative of Γ; n is a plain number. */
export const polygamma = lift<(n: number, x: Operand) => Tensor>(
  "polygamma(n, x)",
  special.polygamma,
);
/** x·log y, and 0 where x is 0. */
export const xlogy = lift<Binary>("xlogy(x, y)", arithmetic.xlogy);
/** x, held constant where a gradient is taken. */
export const stopGradient = lift<Unary>("stopGradient(x)", barrier.stopGradient);
/** x, whose gradient is kept in [low, high]. @throws ADJ1008 unless low ≤ high */
export const gradClip = lift<(x: Operand, low: number, high: number) => Tensor>(
  "gradClip(x, low, high)",
  barrier.gradClip,
);
/** x, whose gradient is multiplied by a number. */
export const gradScale = lift<(x: Operand, factor: number) => Tensor>(
  "gradScale(x, factor)",
  barrier.gradScale,
);
/** max(x, 0), with gradient 0 at 0. */
export const relu = lift<Unary>("relu(x)", comparison.relu);
/** The larger of two; tied values have half the gradient each. Of max(x, 0), {@link relu} has 0 there. */
export const maximum = lift<Binary>("maximum(x, y)", comparison.maximum);
/** The smaller of two; tied values have half the gradient each. */
export const minimum = lift<Binary>("minimum(x, y)", comparison.minimum);
/** x kept in [low, high]; the gradient is 1 inside and on the bounds. */
export const clip = lift<(x: Operand, low: Operand, high: Operand) => Tensor>(
  "clip(x, low, high)",
  comparison.clip,
);
/** x < y */
export const lt = lift<Binary>("lt(x, y)", comparison.lt);
/** x ≤ y */
export const le = lift<Binary>("le(x, y)", comparison.le);
/** x > y */
export const gt = lift<Binary>("gt(x, y)", comparison.gt);
/** x ≥ y */
export const ge = lift<Binary>("ge(x, y)", comparison.ge);
/** x = y, elementwise */
export const eq = lift<Binary>("eq(x, y)", comparison.eq);
/** x ≠ y, elementwise */
export const neq = lift<Binary>("ne(x, y)", comparison.ne);
/** x ≠ y, elementwise */
export const ne = neq;
/** Both. */
export const logicalAnd = lift<Binary>("logicalAnd(x, y)", comparison.logicalAnd);
/** Either. */
export const logicalOr = lift<Binary>("logicalOr(x, y)", comparison.logicalOr);
/** Not. */
export const logicalNot = lift<Unary>("logicalNot(x)", comparison.logicalNot);
/** `a` where the condition holds, else `b`; both are computed. */
export const where = lift<(condition: Operand, a: Operand, b: Operand) => Tensor>(
  "where(condition, a, b)",
  comparison.where,
);
/**
 * `a` if the condition – a single truth value – holds, else `b`: only the one is computed, and its gradient
 * goes through it alone. Lists choose several values at once. @throws ADJ1003
 */
export const ifelse = lift<
  <A extends Operand | readonly Tensor[]>(
    condition: Operand,
    a: A,
    b: A,
  ) => A extends readonly Tensor[] ? Tensor[] : Tensor
>("ifelse(condition, a, b)", choice.ifelse);
/** x in another dtype; floats are truncated towards 0. */
export const cast = lift<(x: Operand, dtype: DType) => Tensor>(
  "cast(x, dtype)",
  (x: Operand, dtype: DType) => castTo(asNode(x), dtype),
);

/** Sum over the given axes (all when left out); truth values are counted. */
export const sum = lift<Reduction>("sum(x, axis?, { keepdims })", reduction.sum);
/** Mean over the given axes; integers and truth values give float32. */
export const mean = lift<Reduction>("mean(x, axis?, { keepdims })", reduction.mean);
/** Product over the given axes. */
export const prod = lift<Reduction>("prod(x, axis?, { keepdims })", factors.prod);
/** Largest value; tied values share the gradient. */
export const max = lift<Reduction>("max(x, axis?, { keepdims })", reduction.max);
/** Smallest value; tied values share the gradient. */
export const min = lift<Reduction>("min(x, axis?, { keepdims })", reduction.min);
/** Whether any value is not 0. */
export const any = lift<Reduction>("any(x, axis?, { keepdims })", reduction.any);
/** Whether no value is 0. */
export const all = lift<Reduction>("all(x, axis?, { keepdims })", reduction.all);
/** Position (int32) of the first largest value along an axis, or in the flattened tensor. */
export const argmax = lift<ArgReduction>("argmax(x, axis?, { keepdims })", reduction.argmax);
/** Position (int32) of the first smallest value along an axis, or in the flattened tensor. */
export const argmin = lift<ArgReduction>("argmin(x, axis?, { keepdims })", reduction.argmin);

type Cumulative = (
  x: Operand,
  axis?: number | null,
  options?: cumulative.CumulativeOptions,
) => Tensor;
/** Sums up to each element along an axis, or of the flattened tensor; truth values are counted. */
export const cumsum = lift<Cumulative>(
  "cumsum(x, axis?, { exclusive, reverse })",
  cumulative.cumsum,
);
/** Products up to each element along an axis, or of the flattened tensor. */
export const cumprod = lift<Cumulative>(
  "cumprod(x, axis?, { exclusive, reverse })",
  cumulative.cumprod,
);

/** Matrix product; for other ranks as NumPy's `dot`. @throws ADJ1003 where lengths differ */
export const dot = lift<Binary>("dot(x, y)", product.dot);
/** All products of two vectors' elements. */
export const outer = lift<Binary>("outer(x, y)", product.outer);
/** For each place of axis 0 the product of matrices or vectors. @throws ADJ1003 where lengths differ */
export const batchedDot = lift<Binary>("batchedDot(x, y)", product.batchedDot);
/** Sum over pairs of axes, as NumPy's `tensordot`. */
export const tensordot = lift<
  (
    x: Operand,
    y: Operand,
    axes?: number | readonly [readonly number[], readonly number[]],
  ) => Tensor
>("tensordot(x, y, axes?)", product.tensordot);
