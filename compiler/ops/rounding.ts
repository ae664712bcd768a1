/** Rounding to whole numbers, and tests of what a float holds. */

import type { Scalar } from "../kernels/scalar.ts";
import { floor } from "./arithmetic.ts";
import { unary } from "./elementwise.ts";
import * as f from "./formula.ts";
import { functional, precedence } from "./notation.ts";

export { floor };

const isWhole = (x: Scalar): boolean => !x.dtype.startsWith("float");

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
  lower: (x) => (isWhole(x) ? x : f.negated(f.floored(f.negated(x)))),
  gradient: flat,
});

/** x without its fraction: towards 0. */
export const trunc = unary({
  name: "trunc",
  notation: functional("trunc", "\\operatorname{trunc}"),
  sample: [0.2, 0.8],
  evaluate: Math.trunc,
  lower: (x) => (isWhole(x) ? x : f.times(f.signOf(x), f.floored(f.size(x)))),
  gradient: flat,
});

/** The nearest whole number; halves go to the even one, as in NumPy and IEEE 754. */
export const round = unary({
  name: "round",
  cost: 4,
  notation: functional("round", "\\operatorname{round}"),
  sample: [0.1, 0.4],
  lower: (x) => {
    if (isWhole(x)) return x;
    const low = f.floored(x);
    const rest = f.minus(x, low);
    const even = f.times(f.floored(f.times(f.plus(low, 1), 0.5)), 2);
    return f.either(f.above(rest, 0.5), f.plus(low, 1), f.either(f.equal(rest, 0.5), even, low));
  },
  gradient: flat,
});

/** Whether x is not a number. */
export const isnan = unary({
  name: "isnan",
  domain: "comparison",
  notation: functional("isnan", "\\operatorname{isnan}"),
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
  notation: functional("isinf", "\\operatorname{isinf}"),
  evaluate: (x) => Number(Math.abs(x) === Number.POSITIVE_INFINITY),
  lower: (x) => f.above(f.size(x), largest[x.dtype === "float32" ? "float32" : "float64"]),
  gradient: flat,
});
