/** Rounding, logarithms, angles and hyperbolic functions in terms of fewer instructions. */

import type { Definition } from "./definition.ts";
import * as f from "./shorthand.ts";

/** From here on x² + 1 is x² in every float, and x² might overflow. */
const far = 1e9;

export type ElementaryFn =
  | "log2"
  | "log10"
  | "tan"
  | "asin"
  | "acos"
  | "atan"
  | "sinh"
  | "cosh"
  | "asinh"
  | "acosh"
  | "atanh"
  | "ceil"
  | "trunc"
  | "round";

export const elementaryFunctions: Record<ElementaryFn, Definition> = {
  log2: {
    about: "Logarithm to the base 2.",
    body: (x) => f.over(f.logOf(x), Math.LN2),
  },
  log10: {
    about: "Logarithm to the base 10.",
    body: (x) => f.over(f.logOf(x), Math.LN10),
  },
  tan: {
    about: "sin x / cos x.",
    body: (x) => f.over(f.sinOf(x), f.cosOf(x)),
  },
  asin: {
    about: "The angle of the point (√(1 − x²), x).",
    body: (x) => f.atan2(x, f.root(f.times(f.minus(1, x), f.plus(1, x)))),
  },
  acos: {
    about: "The angle of the point (x, √(1 − x²)).",
    body: (x) => f.atan2(f.root(f.times(f.minus(1, x), f.plus(1, x))), x),
  },
  atan: {
    about: "The angle of the point (1, x).",
    body: (x) => f.atan2(x, 1),
  },
  sinh: {
    about: "(eˣ − e⁻ˣ) / 2: with eˣ − 1 near 0, else from e^(|x| / 2), which overflows later.",
    body: (x, part) => {
      const e = part("e", f.expm1Of(x));
      const half = part("half", f.expOf(f.times(f.size(x), 0.5)));
      const near = f.times(f.plus(e, f.over(e, f.plus(e, 1))), 0.5);
      const wide = f.minus(f.times(f.times(half, 0.5), half), f.over(f.over(0.5, half), half));
      return f.either(f.below(f.size(x), 1), near, f.times(f.signOf(x), wide));
    },
  },
  cosh: {
    about: "(eˣ + e⁻ˣ) / 2, from e^(|x| / 2), which overflows later.",
    body: (x, part) => {
      const half = part("half", f.expOf(f.times(f.size(x), 0.5)));
      return f.plus(f.times(f.times(half, 0.5), half), f.over(f.over(0.5, half), half));
    },
  },
  asinh: {
    about: "log(x + √(x² + 1)), accurate near 0.",
    body: (x, part) => {
      const a = part("a", f.size(x));
      const square = part("square", f.times(a, a));
      const near = f.log1pOf(f.plus(a, f.over(square, f.plus(f.root(f.plus(square, 1)), 1))));
      const value = f.either(f.above(a, far), f.plus(f.logOf(a), Math.LN2), near);
      return f.times(f.signOf(x), value);
    },
  },
  acosh: {
    about: "log(x + √(x² − 1)), accurate near 1.",
    body: (x, part) => {
      const t = part("t", f.minus(x, 1));
      const near = f.log1pOf(f.plus(t, f.times(f.root(t), f.root(f.plus(t, 2)))));
      return f.either(f.above(x, far), f.plus(f.logOf(x), Math.LN2), near);
    },
  },
  atanh: {
    about: "log((1 + x) / (1 − x)) / 2, accurate near 0.",
    body: (x, part) => {
      const a = part("a", f.size(x));
      const value = f.log1pOf(f.over(f.times(a, 2), f.minus(1, a)));
      return f.times(f.times(f.signOf(x), 0.5), value);
    },
  },
  ceil: {
    about: "The smallest whole number that is not below x.",
    body: (x) => f.negated(f.floored(f.negated(x))),
  },
  trunc: {
    about: "x without its fraction.",
    body: (x) => f.times(f.signOf(x), f.floored(f.size(x))),
  },
  round: {
    about: "The nearest whole number; halves go to the even one.",
    body: (x, part) => {
      const low = part("low", f.floored(x));
      const rest = part("rest", f.minus(x, low));
      const even = f.times(f.floored(f.times(f.plus(low, 1), 0.5)), 2);
      return f.either(f.above(rest, 0.5), f.plus(low, 1), f.either(f.equal(rest, 0.5), even, low));
    },
  },
};
