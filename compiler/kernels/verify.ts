/** What is legal among kernels: each reads only what is there by then, at indices that it binds. */

import { fail } from "../diagnostics/error.ts";
import type { Node } from "../graph/node.ts";
import type { Stage, Step } from "./lower.ts";
import { type Axis, operandsOf, type Scalar } from "./scalar.ts";

/**
 * @param steps kernels and loops in the order in which they run
 * @param given memory that is there before the first one: inputs, shared variables, views
 * @throws ADJ9001 for a value that is read before it is written, an unbound axis, an index of the
 *   wrong rank, a store of another dtype
 */
export function verifyKernels(steps: readonly Step[], given: ReadonlySet<Node>): void {
  verifySteps(steps, new Set(given), []);
}

function verifySteps(steps: readonly Step[], there: Set<Node>, outer: readonly Axis[]): void {
  for (const step of steps) {
    if (step.kind === "size") continue;
    if (step.kind === "branch") {
      // Values of one side are read on the same side only, here or later.
      verifySteps([...step.holds, ...step.otherwise], there, outer);
      continue;
    }
    if (step.kind === "loop") {
      // Outputs of a loop are written entry by entry.
      verifySteps(step.body, there, [...outer, step.axis]);
      continue;
    }
    const name = step.value.label?.name ?? step.value.op.name;
    if (step.body.dtype !== step.into.type.dtype && !isIndex(step)) {
      fail("ADJ9001", `kernel ${name} stores ${step.body.dtype} as ${step.into.type.dtype}`);
    }
    check(step.body, new Set([...outer, ...step.axes]), (node) => there.has(node), name);
    there.add(step.into);
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
