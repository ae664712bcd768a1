/** The reference interpreter: what a graph means, op by op. Generated code is tested against it. */

import { fail } from "../diagnostics/error.ts";
import type { NDArray } from "./ndarray.ts";
import { type Node, topological } from "./node.ts";
import type { DType } from "./types.ts";

export interface EvaluateOptions {
  /**
   * "declared" rounds every value to its dtype; "float64" computes floats in double precision
   * whatever they are declared as, for finite differences.
   */
  readonly precision?: "declared" | "float64";
}

/** Rounds to what a dtype can hold. */
function round(array: NDArray, precision: "declared" | "float64"): NDArray {
  const { dtype, shape, data } = array;
  if (dtype === "float32" && precision === "declared") {
    return { dtype, shape, data: Float64Array.from(Float32Array.from(data)) };
  }
  if (dtype === "int32") return { dtype, shape, data: data.map((v) => v | 0) };
  return array;
}

/**
 * Values of several nodes.
 *
 * @param bindings values of the symbols and shared variables that they depend on
 * @throws ADJ3004 for a symbol without a value
 */
export function evaluateNodes(
  roots: readonly Node[],
  bindings: ReadonlyMap<Node, NDArray>,
  { precision = "declared" }: EvaluateOptions = {},
): NDArray[] {
  const values = new Map<Node, NDArray>();
  const sizes = new Map<string, number>();
  for (const [node, value] of bindings) {
    checkBinding(node, value, sizes);
    values.set(node, round(value, precision));
  }
  for (const node of topological(roots, bindings)) {
    if (values.has(node)) continue;
    if (node.op.leaf && node.op.name !== "constant") {
      fail("ADJ3004", `evaluate: ${node.label?.name ?? "an input"} has no value`, {
        site: node.site,
      });
    }
    const shape = node.shape.map((dim) =>
      typeof dim === "number"
        ? dim
        : (sizes.get(dim) ?? fail("ADJ3004", `evaluate: the size "${dim}" is not known`)),
    );
    const inputs = node.inputs.map((input) => values.get(input) as NDArray);
    const value = node.op.evaluate(inputs, node.attrs, { dtype: node.type.dtype, shape });
    values.set(node, round(value, precision));
  }
  return roots.map((root) => values.get(root) as NDArray);
}

function checkBinding(node: Node, value: NDArray, sizes: Map<string, number>): void {
  const agrees =
    node.shape.length === value.shape.length &&
    node.shape.every((dim, i) => {
      if (typeof dim === "number") return dim === value.shape[i];
      const known = sizes.get(dim);
      sizes.set(dim, known ?? value.shape[i]);
      return known === undefined || known === value.shape[i];
    });
  if (!agrees) {
    fail(
      "ADJ1003",
      `evaluate: ${node.label?.name ?? "an input"} is [${node.shape.join(", ")}], its value is [${value.shape.join(", ")}]`,
    );
  }
}

/** An array of the interpreter from numbers. */
export function arrayOf(
  dtype: DType,
  shape: readonly number[],
  numbers: Iterable<number>,
): NDArray {
  return { dtype, shape, data: Float64Array.from(numbers) };
}
