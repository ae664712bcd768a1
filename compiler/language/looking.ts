/** Looking at expressions: printing and evaluating them. */

import { fail } from "../diagnostics/error.ts";
import { evaluateNodes } from "../graph/evaluate.ts";
import { flattenNested, type NDArray, nestedShape, toNested } from "../graph/ndarray.ts";
import { type Node, topological } from "../graph/node.ts";
import { debugPrint as debugPrintNode, type PrintOptions, pp as ppNode } from "../graph/print.ts";
import { isInteger } from "../graph/types.ts";
import { asNode, checkIntegers } from "../ops/leaf.ts";
import { seed } from "../ops/random.ts";
import { simplifyNodes } from "../simplify/simplify.ts";
import { sharedInfo } from "./shared.ts";
import { signed } from "./signature.ts";
import type { NestedNumbers, Operand, Tensor } from "./types.ts";

/** The expression on one line, as a model file would write it. */
export const pp = signed(
  "pp(expression, { names, parentheses, longest })",
  (expression: Operand, options?: PrintOptions): string => {
    return ppNode(asNode(expression), options);
  },
);

/** The expression as a tree, one line an op with its type; shared parts appear once. */
export const debugPrint = signed("debugPrint(expression)", (expression: Operand): string => {
  return debugPrintNode(asNode(expression));
});

/** The expression as codegen would compute it, after all rewrites. */
export const simplify = signed("simplify(expression)", (expression: Operand): Tensor => {
  return simplifyNodes([asNode(expression)]).roots[0] as unknown as Tensor;
});

/** Values for symbols: pairs, as in `givens`. */
export type Bindings = readonly (readonly [Operand, Operand | ArrayLike<number>])[];

/**
 * The value of an expression by the reference interpreter: `evaluate(x ** 2, [[x, 4]])` is 16. Shared
 * variables have their initial values unless one is given.
 *
 * @param precision "float64" computes all floats in double precision; "declared" rounds to each dtype
 * @throws ADJ3004 for a symbol without a value, ADJ1003 for a value of another shape, ADJ1010 for numbers that
 *   integers do not hold
 */
export const evaluate = signed(
  "evaluate(expression, bindings?, { precision })",
  (
    expression: Operand,
    bindings: Bindings = [],
    { precision = "declared" }: { precision?: "declared" | "float64" } = {},
  ): NestedNumbers => {
    const root = asNode(expression);
    if (!Array.isArray(bindings) || !bindings.every((pair) => Array.isArray(pair)))
      fail("ADJ1008", "evaluate: values are a list of pairs [symbol, value]", {
        hint: "evaluate(x ** 2, [[x, 4]])",
      });
    const values = new Map<Node, NDArray>([[seed(), zero]]);
    for (const [key, value] of bindings) values.set(asNode(key), bind(asNode(key), value));
    for (const node of topological([root])) {
      const initial = sharedInfo(node)?.initial;
      if (initial && !values.has(node))
        values.set(node, evaluateNodes([initial], new Map([[seed(), zero]]))[0]);
    }
    const [result] = evaluateNodes([root], values, { precision });
    const nested = toNested(result) as NestedNumbers;
    return result.dtype === "bool" && result.shape.length === 0 ? nested !== 0 : nested;
  },
);

const zero: NDArray = { dtype: "int32", shape: [], data: Float64Array.of(0) };

function bind(node: Node, value: Operand | ArrayLike<number>): NDArray {
  const shape = nestedShape(value as NestedNumbers);
  if (!shape) return fail("ADJ4007", "evaluate: the rows of an array must have the same length");
  const { dtype } = node.type;
  const numbers = flattenNested(value as NestedNumbers);
  if (isInteger(dtype)) checkIntegers(numbers, shape, dtype);
  return { dtype, shape, data: Float64Array.from(numbers) };
}
