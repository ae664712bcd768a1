/** All rewrite rules, in the order in which the engine tries them on a node. */

import { arithmeticRules } from "../ops/arithmetic.rules.ts";
import { barrierRules } from "../ops/barrier.rules.ts";
import { choiceRules } from "../ops/choice.rules.ts";
import { collectRules } from "../ops/collect.rules.ts";
import { comparisonRules } from "../ops/comparison.rules.ts";
import { convolutionRules } from "../ops/convolution.rules.ts";
import { diagonalRules } from "../ops/diagonal.rules.ts";
import { exponentialRules, exponentialSpellings } from "../ops/exponential.rules.ts";
import { gatheringRules } from "../ops/gathering.rules.ts";
import { indexingRules } from "../ops/indexing.rules.ts";
import { integerRules } from "../ops/integer.rules.ts";
import { joiningRules } from "../ops/joining.rules.ts";
import { logarithmRules, logarithmSpellings } from "../ops/logarithm.rules.ts";
import { productRules } from "../ops/product.rules.ts";
import { reductionRules } from "../ops/reduction.rules.ts";
import { shapeRules } from "../ops/shape.rules.ts";
import { slicingRules } from "../ops/slicing.rules.ts";
import { softmaxRules, softmaxSpellings } from "../ops/softmax.rules.ts";
import { specialRules } from "../ops/special.rules.ts";
import { varianceRules, varianceSpellings } from "../ops/variance.rules.ts";
import type { Rule } from "./rule.ts";

export const rules: readonly Rule[] = [
  ...barrierRules,
  ...shapeRules,
  ...diagonalRules,
  ...indexingRules,
  ...slicingRules,
  ...joiningRules,
  ...gatheringRules,
  ...arithmeticRules,
  ...softmaxRules,
  ...varianceRules,
  ...logarithmRules,
  ...exponentialRules,
  ...specialRules,
  ...comparisonRules,
  ...choiceRules,
  ...reductionRules,
  ...productRules,
  ...convolutionRules,
  ...collectRules,
  ...integerRules,
];

/** Rules after which a value still has the derivative that the model asks for: all but those of barriers. */
export const beforeDerivatives: readonly Rule[] = rules.filter(
  (rule) => !barrierRules.includes(rule),
);

/**
 * Spellings that overflow where what they mean is finite. So do their derivatives as they are written
 * down, which no later rule would know again: these are recognised before a gradient is taken.
 */
export const spellings: readonly Rule[] = [
  ...softmaxSpellings,
  ...varianceSpellings,
  ...logarithmSpellings,
  ...exponentialSpellings,
];
