/** The error function and its complement, where one has the digits that the other has lost. */

import { applied, equation, type Pattern, type Rule, variable } from "../simplify/rule.ts";
import { add, neg, sub } from "./arithmetic.ts";
import { erf, erfc } from "./special.ts";

const x = variable("x");
const [Add, Sub, Neg, Erf, Erfc] = [add, sub, neg, erf, erfc].map(
  (builder) =>
    (...args: Pattern[]) =>
      applied(builder.op, args),
);

export const specialRules: readonly Rule[] = [
  equation("stabilising", "complement-of-erf", Sub(1, Erf(x)), Erfc(x)),
  equation("stabilising", "complement-of-erfc", Sub(1, Erfc(x)), Erf(x)),
  equation("stabilising", "one-plus-erf", Add(1, Erf(x)), Erfc(Neg(x))),
  equation("exact", "erf-odd", Erf(Neg(x)), Neg(Erf(x))),
];
