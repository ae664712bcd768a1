/** Textbook spellings of exponentials, and what computes them without overflow. */

import { applied, equation, type Pattern, type Rule, variable } from "../simplify/rule.ts";
import { add, div, mul, neg, square, sub } from "./arithmetic.ts";
import { cos, exp, expm1, log, log1p, sigmoid, sin, softplus, tanh } from "./exponential.ts";

const x = variable("x");
const y = variable("y");
const z = variable("z");
const above = variable("x", [-0.5, 2]);
const of =
  (builder: { op: Parameters<typeof applied>[0] }) =>
  (...args: Pattern[]) =>
    applied(builder.op, args);
const [Add, Sub, Mul, Div, Neg, Square] = [add, sub, mul, div, neg, square].map(of);
const [Exp, Log, Log1p, Expm1] = [exp, log, log1p, expm1].map(of);
const [Sigmoid, Softplus, Tanh, Sin, Cos] = [sigmoid, softplus, tanh, sin, cos].map(of);
const half = (a: Pattern): Pattern => Mul(0.5, a);

/**
 * Spellings that overflow although what they mean is finite. Their derivatives would overflow as well,
 * so they are recognised before a gradient is taken.
 */
export const exponentialSpellings: readonly Rule[] = [
  equation("stabilising", "log-of-exp", Log(Exp(x)), x),
  equation("stabilising", "log1p", Log(Add(1, above)), Log1p(x)),
  equation("stabilising", "expm1", Sub(Exp(x), 1), Expm1(x)),
  equation("stabilising", "negative-expm1", Sub(1, Exp(x)), Neg(Expm1(x))),
  equation("stabilising", "softplus", Log1p(Exp(x)), Softplus(x)),
  equation("stabilising", "reciprocal-of-exp", Div(1, Exp(x)), Exp(Neg(x))),
  equation("stabilising", "quotient-of-exps", Div(Exp(x), Exp(y)), Exp(Sub(x, y))),
  equation("stabilising", "product-of-exps", Mul(Exp(x), Exp(y)), Exp(Add(x, y))),
  equation("stabilising", "tanh", Div(Expm1(x), Add(1, Exp(x))), Tanh(half(x))),
  equation("stabilising", "tanh-negative", Div(Neg(Expm1(x)), Add(1, Exp(x))), Neg(Tanh(half(x)))),
  equation(
    "stabilising",
    "tanh-from-exps",
    Div(Sub(Exp(x), Exp(y)), Add(Exp(x), Exp(y))),
    Tanh(half(Sub(x, y))),
  ),
  equation("stabilising", "tanh-from-sigmoid", Sub(Mul(2, Sigmoid(x)), 1), Tanh(half(x))),
  equation(
    "stabilising",
    "minus-tanh-from-sigmoid",
    Sub(1, Mul(2, Sigmoid(x))),
    Neg(Tanh(half(x))),
  ),
  equation("stabilising", "sigmoid", Div(1, Add(1, Exp(Neg(x)))), Sigmoid(x)),
  equation("stabilising", "sigmoid-of-negative", Div(1, Add(1, Exp(x))), Sigmoid(Neg(x))),
  equation("stabilising", "sigmoid-from-exp", Div(Exp(x), Add(1, Exp(x))), Sigmoid(x)),
  equation(
    "stabilising",
    "sigmoid-from-exps",
    Div(Exp(x), Add(Exp(x), Exp(y))),
    Sigmoid(Sub(x, y)),
  ),
  equation("stabilising", "sigmoid-from-tanh", Mul(0.5, Add(1, Tanh(x))), Sigmoid(Mul(2, x))),
  equation("stabilising", "sigmoid-from-half-tanh", Div(Add(1, Tanh(x)), 2), Sigmoid(Mul(2, x))),
  equation(
    "stabilising",
    "sigmoid-in-product",
    Div(Mul(y, Exp(x)), Add(1, Exp(x))),
    Mul(y, Sigmoid(x)),
  ),
  equation(
    "stabilising",
    "sigmoid-of-exps-in-product",
    Div(Mul(z, Exp(x)), Add(Exp(x), Exp(y))),
    Mul(z, Sigmoid(Sub(x, y))),
  ),
  equation("stabilising", "sigmoid-in-quotient", Div(y, Add(1, Exp(x))), Mul(y, Sigmoid(Neg(x)))),
  equation("stabilising", "log-sigmoid", Log(Sigmoid(x)), Neg(Softplus(Neg(x)))),
  equation("stabilising", "log-one-minus-sigmoid", Log(Sub(1, Sigmoid(x))), Neg(Softplus(x))),
  equation("stabilising", "log1p-minus-sigmoid", Log1p(Neg(Sigmoid(x))), Neg(Softplus(x))),
];

export const exponentialRules: readonly Rule[] = [
  ...exponentialSpellings,
  equation("stabilising", "softplus-less-operand", Sub(Softplus(x), x), Softplus(Neg(x))),
  equation("stabilising", "operand-less-softplus", Sub(x, Softplus(x)), Neg(Softplus(Neg(x)))),
  equation("stabilising", "logit-of-sigmoid", Sub(Softplus(x), Softplus(Neg(x))), x),
  equation("stabilising", "minus-logit", Sub(Softplus(Neg(x)), Softplus(x)), Neg(x)),
  equation("exact", "tanh-odd", Tanh(Neg(x)), Neg(Tanh(x))),
  equation("exact", "sin-odd", Sin(Neg(x)), Neg(Sin(x))),
  equation("exact", "cos-even", Cos(Neg(x)), Cos(x)),
  equation("reassociating", "circle", Add(Square(Sin(x)), Square(Cos(x))), 1),
];
