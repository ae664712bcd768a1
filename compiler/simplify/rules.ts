/** All rewrite rules, in the order in which the engine tries them on a node. */

import { arithmeticRules } from "../ops/arithmetic.rules.ts";
import { barrierRules } from "../ops/barrier.rules.ts";
import { collectRules } from "../ops/collect.rules.ts";
import { comparisonRules } from "../ops/comparison.rules.ts";
import { exponentialRules } from "../ops/exponential.rules.ts";
import { indexingRules } from "../ops/indexing.rules.ts";
import { productRules } from "../ops/product.rules.ts";
import { reductionRules } from "../ops/reduction.rules.ts";
import { shapeRules } from "../ops/shape.rules.ts";
import { softmaxRules } from "../ops/softmax.rules.ts";
import type { Rule } from "./rule.ts";

export const rules: readonly Rule[] = [
  ...barrierRules,
  ...shapeRules,
  ...indexingRules,
  ...arithmeticRules,
  ...softmaxRules,
  ...exponentialRules,
  ...comparisonRules,
  ...reductionRules,
  ...productRules,
  ...collectRules,
];
