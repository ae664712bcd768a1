/**
 * The error function, after W. J. Cody, "Rational Chebyshev approximations for the error function",
 * Math. Comp. 23 (1969), pp. 631–637. Relative errors below 1e−14 in float64.
 */

import type { Definition, Part } from "./definition.ts";
import type { Scalar } from "./scalar.ts";
import * as f from "./shorthand.ts";

// Numerators and denominators, highest power first: of x² near 0, of |x| up to 4, of 1/x² beyond.
const near = [
  [
    0.18577770618460315, 3.1611237438705655, 113.86415415105016, 377.485237685302,
    3209.3775891384694,
  ],
  [1, 23.601290952344122, 244.02463793444417, 1282.6165260773723, 2844.236833439171],
];
const middle = [
  [
    2.1531153547440383e-8, 0.5641884969886701, 8.883149794388377, 66.11919063714163,
    298.6351381974001, 881.952221241769, 1712.0476126340707, 2051.0783778260716, 1230.3393547979972,
  ],
  [
    1, 15.744926110709835, 117.6939508913125, 537.1811018620099, 1621.3895745666903,
    3290.7992357334597, 4362.619090143247, 3439.3676741437216, 1230.3393548037495,
  ],
];
const distant = [
  [
    0.016315387137302097, 0.30532663496123236, 0.36034489994980445, 0.12578172611122926,
    0.016083785148742275, 0.0006587491615298378,
  ],
  [
    1, 2.568520192289822, 1.8729528499234604, 0.5279051029514285, 0.06051834131244132,
    0.0023352049762686918,
  ],
];

/** Up to here erf is computed itself, from here on as 1 − erfc. */
const threshold = 0.46875;

const erfNear = (x: Scalar, part: Part): Scalar =>
  f.times(x, f.quotient(part("square", f.times(x, x)), near));

/** erfc |x| beyond the threshold. */
function erfcTail(x: Scalar, part: Part): Scalar {
  // erfc 30 is 0 in every float; so is everything beyond, and ∞ needs no care.
  const a = part("a", f.least(f.size(x), 30));
  const inverse = part("inverse", f.over(1, f.times(a, a)));
  const series = f.times(inverse, f.quotient(inverse, distant));
  const scaled = part(
    "scaled",
    f.either(
      f.above(a, 4),
      f.over(f.minus(1 / Math.sqrt(Math.PI), series), a),
      f.quotient(a, middle),
    ),
  );
  // e^(−a²) in two factors: the square of a number with few digits is exact.
  const head = part("head", f.over(f.floored(f.times(a, 16)), 16));
  const rest = f.times(f.minus(a, head), f.plus(a, head));
  const bell = f.times(f.expOf(f.negated(f.times(head, head))), f.expOf(f.negated(rest)));
  return part("tail", f.times(bell, scaled));
}

const source = "after W. J. Cody, Math. Comp. 23 (1969), pp. 631–637";

export type ErrorFn = "erf" | "erfc";

export const errorFunctions: Record<ErrorFn, Definition> = {
  erf: {
    about: `Error function, ${source}.`,
    body: (x, part) => {
      const small = part("small", erfNear(x, part));
      const tail = erfcTail(x, part);
      return f.either(
        f.atMost(f.size(x), threshold),
        small,
        f.times(f.signOf(x), f.minus(1, tail)),
      );
    },
  },
  erfc: {
    about: `1 − erf x, ${source}.`,
    body: (x, part) => {
      const small = part("small", erfNear(x, part));
      const tail = erfcTail(x, part);
      return f.either(
        f.atMost(f.size(x), threshold),
        f.minus(1, small),
        f.either(f.below(x, 0), f.minus(2, tail), tail),
      );
    },
  },
};
