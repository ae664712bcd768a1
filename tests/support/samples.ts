/** The samples of ops' records, as graphs with values. */

import type { NDArray } from "../../compiler/graph/ndarray.ts";
import { makeNode, type Node } from "../../compiler/graph/node.ts";
import { allOps } from "../../compiler/ops/index.ts";
import { symbol } from "../../compiler/ops/leaf.ts";
import type { AnyOp, Sample } from "../../compiler/ops/op.ts";
import type { Random } from "./random.ts";

export interface SampleCase {
  readonly node: Node;
  readonly inputs: readonly Node[];
  readonly values: Map<Node, NDArray>;
}

/** A sample as a node over symbols, with values drawn for them. */
export function instantiate(op: AnyOp, sample: Sample, random: Random): SampleCase {
  const inputs = sample.inputs.map(({ shape, dtype = "float64" }) => symbol(dtype, shape));
  const values = new Map(
    inputs.map((input, i) => [input, random.sample(sample.inputs[i], input.type.dtype)]),
  );
  return { node: makeNode(op, inputs, sample.attrs ?? {}), inputs, values };
}

/** Every op that has samples: all but the leaves. */
export const withSamples: readonly AnyOp[] = [...allOps.values()].filter(
  (op) => op.samples.length > 0,
);
