/** Rounding to whole numbers, and tests of what a float holds. */

import type { Scalar } from "../kernels/scalar.ts";
import * as f from "../kernels/shorthand.ts";
import { named } from "../kernels/shorthand.ts";
import { unary } from "./elementwise.ts";

import { functional, precedence } from "./notation.ts";

/** Whole numbers stay as they are. */
const whole =
  (rounded: (x: Scalar) => Scalar) =>
  (x: Scalar): Scalar =>
    x.dtype.startsWith("float") ? rounded(x) : x;

/** Flat almost everywhere: no cotangent goes through. */
const flat = () => [undefined];

/** The smallest whole number that is not below x. */
export const ceil = unary({
  name: "ceil",
  notation: {
    ...functional("ceil"),
    tex: ([x]) => ({ text: `\\left\\lceil ${x.text} \\right\\rceil`, precedence: precedence.atom }),
  },
  sample: [0.2, 0.8],
  evaluate: Math.ceil,
  lower: whole(named("ceil")),
  gradient: flat,
});

/** x without its fraction: towards 0. */
export const trunc = unary({
  name: "trunc",
  notation: functional("trunc", "\\mathop{\\mathrm{trunc}}"),
  sample: [0.2, 0.8],
  evaluate: Math.trunc,
  lower: whole(named("trunc")),
  gradient: flat,
});

/** The nearest whole number; halves go to the even one, as in NumPy and IEEE 754. */
export const round = unary({
  name: "round",
  cost: 4,
  notation: functional("round", "\\mathop{\\mathrm{round}}"),
  sample: [0.1, 0.4],
  lower: whole(named("round")),
  gradient: flat,
});

/**
 * x, rounded to its dtype before anything else is done with it. Elsewhere a target may keep more digits, or
 * round a product and a sum at once; where bits matter, as in draws, none does.
 */
export const rounded = unary({
  name: "rounded",
  notation: { text: ([x]) => x, tex: ([x]) => x },
  evaluate: (x) => x,
  lower: (x) => (x.dtype.startsWith("float") ? f.rounded(x) : x),
  gradient: ({ dy }) => [dy],
});

/** Whether x is not a number. */
export const isnan = unary({
  name: "isnan",
  domain: "comparison",
  notation: functional("isnan", "\\mathop{\\mathrm{isnan}}"),
  evaluate: (x) => Number(Number.isNaN(x)),
  lower: (x) => f.differ(x, x),
  gradient: flat,
});

/** The largest finite number: what is above it is infinite, also where a target has no name for infinity. */
const largest = { float32: 3.4028234663852886e38, float64: Number.MAX_VALUE };

/** Whether x is ∞ or −∞. */
export const isinf = unary({
  name: "isinf",
  domain: "comparison",
  notation: functional("isinf", "\\mathop{\\mathrm{isinf}}"),
  evaluate: (x) => Number(Math.abs(x) === Number.POSITIVE_INFINITY),
  lower: (x) => f.above(f.size(x), largest[x.dtype === "float32" ? "float32" : "float64"]),
  gradient: flat,
});
