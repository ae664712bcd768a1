/** The reference interpreter: what a graph means, op by op. Generated code is tested against it. */

import { fail } from "../diagnostics/error.ts";
import type { NDArray } from "./ndarray.ts";
import { type Node, sizeMakers, topological } from "./node.ts";
import { type Dim, type DType, dimParts } from "./types.ts";

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
    return { ...array, data: Float64Array.from(Float32Array.from(data)) };
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
  const run = (results: readonly Node[], inner: ReadonlyMap<Node, NDArray>): NDArray[] =>
    evaluateNodes(results, inner, { precision });
  for (const node of topological([...sizeMakers(roots, bindings), ...roots], bindings)) {
    if (values.has(node)) continue;
    if (node.op.leaf && node.op.name !== "constant") {
      fail("ADJ3004", `evaluate: ${node.label?.name ?? "an input"} has no value`, {
        site: node.site,
      });
    }
    const inputs = node.inputs.map((input) => values.get(input) as NDArray);
    // How long the parts of a tuple are may only be known when they have been computed.
    const shape = node.op.part ? [] : node.shape.map((dim) => lengthOf(dim, sizes));
    const value = node.op.evaluate(inputs, node.attrs, { dtype: node.type.dtype, shape }, run);
    if (node.op.part) checkBinding(node, value, sizes);
    values.set(node, round(value, precision));
  }
  return roots.map((root) => values.get(root) as NDArray);
}

function lengthOf(dim: Dim, sizes: ReadonlyMap<string, number>): number {
  if (typeof dim === "number") return dim;
  const { name, offset } = dimParts(dim);
  const size = sizes.get(name) ?? fail("ADJ3004", `evaluate: the size "${name}" is not known`);
  return size + offset;
}

function checkBinding(node: Node, value: NDArray, sizes: Map<string, number>): void {
  const agrees =
    node.shape.length === value.shape.length &&
    node.shape.every((dim, i) => {
      if (typeof dim === "number") return dim === value.shape[i];
      const { name, offset } = dimParts(dim);
      const known = sizes.get(name);
      sizes.set(name, known ?? value.shape[i] - offset);
      return known === undefined || known + offset === value.shape[i];
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
