/** Signs of pages that belong to no op. */

import type { Sign } from "../../ops/op.ts";

export const ownSigns: readonly Sign[] = [
  {
    mark: /[_^]\{[^{}$`]*:(?!=)/,
    example: "x_{i,\\,:},\\; x_{:,\\,j}",
    meaning: "row i and column j of x, as vectors; so with more axes",
  },
  {
    mark: /_\{[^$`\n]*\[[^\]\n]*\)/,
    example: "x_{[a,\\, b)}",
    meaning: "the part of x from place a to before b",
  },
  {
    mark: /_\{[^$`\n]*\([^()\n]*\\dots,/,
    example: "x_{(4,\\, 3,\\, \\dots,\\, 0)}",
    meaning: "the elements in these places, in this order",
  },
  {
    mark: /\\right\)_\{[^:[}]*\}/,
    example: "(b_{j})_{i,\\,j}",
    meaning: "the array whose element i, j is b_j; of an array in parentheses, its element",
  },
  {
    mark: /\\dot\{|\^\{\\cdot\}/,
    example: "\\dot{x}",
    meaning: "how x moves along the direction that is asked for",
  },
  {
    mark: "\\bar{",
    example: "\\bar{h}_{t}",
    meaning: "the derivative by h_t of what is differentiated, by way of step t and those after it",
  },
  {
    mark: "\\mathbf{1}_{",
    example: "\\mathbf{1}_{n}",
    meaning: "the vector of n ones: 1 bᵀ has the row b n times",
  },
];
