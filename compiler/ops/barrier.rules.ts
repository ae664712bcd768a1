/** Once gradients have been taken, what only steers them is the value that it passes. */

import { applied, equation, type Rule, variable } from "../simplify/rule.ts";
import { gradClipOp, gradScaleOp, stopGradientOp } from "./barrier.ts";

const x = variable("x");

export const barrierRules: readonly Rule[] = [
  equation("exact", "stopped-gradient", applied(stopGradientOp, [x]), x),
  equation("exact", "clipped-gradient", applied(gradClipOp, [x], "attrs"), x, {
    attrs: { attrs: { low: -1, high: 1 } },
  }),
  equation("exact", "scaled-gradient", applied(gradScaleOp, [x], "attrs"), x, {
    attrs: { attrs: { factor: 2 } },
  }),
];
