/** What is legal and seldom meant. */

import { warn } from "../diagnostics/error.ts";
import { type Node, topological } from "../graph/node.ts";
import { formatShape, type Shape } from "../graph/types.ts";

const warned = new WeakSet<Node>();

/**
 * Warns of a column [n, 1] that meets a vector [n], which makes all pairs [n, n], where these end in one number: of
 * predictions and targets each with its own is meant. Shapes that say so, [n, 1] and [1, n], are taken as they are.
 */
export function warnOfPairs(roots: readonly Node[]): void {
  for (const total of topological(roots)) {
    if (total.op.reduces !== "elements" || total.shape.length > 0) continue;
    const [column, vector] = pairsIn(total.inputs[0]) ?? [];
    if (!column || !vector) continue;
    const [a, b] = [column, vector].map(
      (node) => `${node.label?.name ?? "an expression"} ${formatShape(node.shape)}`,
    );
    const n = vector.shape[0];
    warn("ADJ1011", `${a} meets ${b}: that is each with each, [${n}, ${n}], not one by one`, {
      ...(total.site && { site: total.site }),
      hint: "flatten(x) makes a vector of a column; expandDims(y, 0) says that each with each is meant",
    });
  }
}

/** The operands of such a meeting in the elementwise maths that makes a value, if it is a new one. */
function pairsIn(node: Node): readonly [column: Node, vector: Node] | undefined {
  const open = new Set([node]);
  for (const at of open) {
    if (!at.op.elementwise || at.shape.length !== 2) continue;
    const column = at.inputs.find(({ shape }) => shape.length === 2 && isColumn(shape));
    const vector = at.inputs.find(
      ({ shape }) => shape.length === 1 && shape[0] === column?.shape[0],
    );
    if (column && vector && !warned.has(at)) {
      warned.add(at);
      return [column, vector];
    }
    for (const input of at.inputs) open.add(input);
  }
  return undefined;
}

const isColumn = ([rows, one]: Shape): boolean => one === 1 && rows !== 1;
