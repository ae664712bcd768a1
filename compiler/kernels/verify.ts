/** What is legal among kernels: each reads only what is there by then, at indices that it binds. */

import { fail } from "../diagnostics/error.ts";
import type { Node } from "../graph/node.ts";
import type { Stage } from "./lower.ts";
import { type Axis, operandsOf, type Scalar } from "./scalar.ts";

/**
 * @param stages kernels in the order in which they run
 * @param given memory that is there before the first one: inputs, shared variables, views
 * @throws ADJ9001 for a value that is read before it is written, an unbound axis, an index of the
 *   wrong rank, a store of another dtype
 */
export function verifyKernels(stages: readonly Stage[], given: ReadonlySet<Node>): void {
  const written = new Set<Node>();
  for (const stage of stages) {
    const name = stage.value.label?.name ?? stage.value.op.name;
    if (stage.body.dtype !== stage.into.type.dtype && !isIndex(stage)) {
      fail("ADJ9001", `kernel ${name} stores ${stage.body.dtype} as ${stage.into.type.dtype}`);
    }
    check(stage.body, new Set(stage.axes), (node) => written.has(node) || given.has(node), name);
    written.add(stage.into);
  }
}

/** Positions are int32, whatever integer type holds them. */
function isIndex({ body, into }: Stage): boolean {
  return body.dtype.startsWith("int") && into.type.dtype.startsWith("int");
}

function check(
  root: Scalar,
  bound: ReadonlySet<Axis>,
  isThere: (node: Node) => boolean,
  kernel: string,
): void {
  const seen = new Set<Scalar>();
  const visit = (s: Scalar, axes: ReadonlySet<Axis>): void => {
    // A part without reductions around it means the same wherever it stands.
    if (axes === bound) {
      if (seen.has(s)) return;
      seen.add(s);
    }
    if (s.kind === "axis" && !axes.has(s.axis))
      fail("ADJ9001", `kernel ${kernel} uses an axis that it does not bind`);
    if (s.kind === "load") {
      if (!isThere(s.node)) {
        fail(
          "ADJ9001",
          `kernel ${kernel} reads ${s.node.label?.name ?? s.node.op.name} before it is written`,
        );
      }
      if (s.index.length !== s.node.shape.length) {
        fail(
          "ADJ9001",
          `kernel ${kernel} reads ${s.node.op.name} of rank ${s.node.shape.length} at ${s.index.length} indices`,
        );
      }
    }
    const inner = s.kind === "reduce" ? new Set([...axes, ...s.axes]) : axes;
    for (const operand of operandsOf(s)) visit(operand, inner);
  };
  visit(root, bound);
}
