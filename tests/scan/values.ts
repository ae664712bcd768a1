/** Values for recurrences of the tests, and a scalar made of what they come to. */

import type { NDArray } from "../../compiler/graph/ndarray.ts";
import type { Node } from "../../compiler/graph/node.ts";
import * as l from "../../compiler/language/index.ts";
import { Random } from "../support/random.ts";
import { asTensor, type ScanCase } from "./cases.ts";

/** Length of dimensions with a name. */
const named = 4;

export function bindingsOf(symbols: readonly Node[], { below = 3 }: ScanCase): Map<Node, NDArray> {
  const random = new Random(7);
  return new Map(
    symbols.map((s): [Node, NDArray] => {
      const shape = s.shape.map((d) => (typeof d === "number" ? d : named));
      const array = random.array(
        s.type.dtype,
        shape,
        s.type.dtype === "int32" ? [1, below] : [-1, 1],
      );
      return [s, array];
    }),
  );
}

/** Σ sin(i + 1)·result[i]: a scalar in which every element counts differently. */
export function scalarOf(results: readonly Node[]): Node {
  const parts = results.map((r) => {
    const size = (r.shape as (number | string)[]).some((d) => typeof d === "string");
    if (size) return l.sum(l.sin(asTensor(r)));
    const flat = l.flatten(asTensor(r));
    const weights = l.sin(
      l.add(l.cast(l.arange((flat as unknown as Node).shape[0]), "float64"), 1),
    );
    return l.sum(l.mul(weights, flat));
  });
  return parts.reduce((a, b) => l.add(a, b) as never) as unknown as Node;
}
