/** What is legal between passes: checked after each, so that a faulty pass is named and not its victim. */

import { fail } from "../diagnostics/error.ts";
import { bodyOf, type Node, topological } from "./node.ts";
import { formatType, sameShape } from "./types.ts";

/**
 * Every node has the type that its op's shape rule gives for its operands; every value that a pass had
 * to keep has kept its type.
 *
 * @param pass the pass that made the graph, for the message
 * @param before the roots that the pass was given, where their types must be the same
 * @throws ADJ9001
 */
export function verifyGraph(
  pass: string,
  roots: readonly Node[],
  before: readonly Node[] = [],
): void {
  for (const [i, root] of roots.entries()) {
    const was = before[i];
    if (was && (was.type.dtype !== root.type.dtype || !sameShape(was.shape, root.shape))) {
      fail("ADJ9001", `${pass} made ${formatType(root.type)} of ${formatType(was.type)}`);
    }
  }
  for (const node of topological(roots)) {
    const body = bodyOf(node);
    if (body) verifyGraph(pass, body.results);
    const inferred = node.op.infer(
      node.inputs.map((input) => input.type),
      node.attrs,
      node.inputs,
    );
    if (inferred.dtype !== node.type.dtype || !sameShape(inferred.shape, node.shape)) {
      fail(
        "ADJ9001",
        `${pass} left ${node.op.name} as ${formatType(node.type)}, which is ${formatType(inferred)}`,
      );
    }
  }
}
