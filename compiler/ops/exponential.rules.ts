/** Textbook spellings of exponentials and logarithms, and what computes them without overflow. */

import { applied, equation, type Pattern, type Rule, variable } from "../simplify/rule.ts";
import { add, div, mul, neg, sub } from "./arithmetic.ts";
import { exp, expm1, log, log1p, sigmoid, softplus } from "./exponential.ts";

const x = variable("x");
const y = variable("y");
const above = variable("x", [-0.5, 2]);
const [Add, Sub, Mul, Div, Neg, Exp, Log, Log1p, Expm1, Sigmoid, Softplus] = [
  add,
  sub,
  mul,
  div,
  neg,
  exp,
  log,
  log1p,
  expm1,
  sigmoid,
  softplus,
].map(
  (builder) =>
    (...args: Pattern[]) =>
      applied(builder.op, args),
);

export const exponentialRules: readonly Rule[] = [
  equation("stabilising", "log-of-exp", Log(Exp(x)), x),
  equation("stabilising", "log1p", Log(Add(1, above)), Log1p(x)),
  equation("stabilising", "expm1", Sub(Exp(x), 1), Expm1(x)),
  equation("stabilising", "softplus", Log1p(Exp(x)), Softplus(x)),
  equation("stabilising", "sigmoid", Div(1, Add(1, Exp(Neg(x)))), Sigmoid(x)),
  equation("stabilising", "sigmoid-of-negative", Div(1, Add(1, Exp(x))), Sigmoid(Neg(x))),
  equation("stabilising", "sigmoid-from-exp", Div(Exp(x), Add(1, Exp(x))), Sigmoid(x)),
  equation(
    "stabilising",
    "sigmoid-in-product",
    Div(Mul(y, Exp(x)), Add(1, Exp(x))),
    Mul(y, Sigmoid(x)),
  ),
  equation("stabilising", "log-sigmoid", Log(Sigmoid(x)), Neg(Softplus(Neg(x)))),
  equation("stabilising", "log-one-minus-sigmoid", Log(Sub(1, Sigmoid(x))), Neg(Softplus(x))),
  equation("stabilising", "log1p-minus-sigmoid", Log1p(Neg(Sigmoid(x))), Neg(Softplus(x))),
  equation(
    "reassociating",
    "product-of-exps",
    Mul(Exp(x), Exp(variable("y"))),
    Exp(Add(x, variable("y"))),
  ),
];
