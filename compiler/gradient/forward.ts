/** Forward-mode differentiation of graphs: one sweep, which knows no op by name. */

import { fail } from "../diagnostics/error.ts";
import { makeNode, type Node, topological } from "../graph/node.ts";
import { isFloat } from "../graph/types.ts";
import { add } from "../ops/arithmetic.ts";
import { zerosLike } from "../ops/creation.ts";
import { broadcastTo } from "../ops/shape.ts";

/** The tangent of each operand, undefined for those that do not move. */
type Tangents = readonly (Node | undefined)[];

/**
 * Tangents of everything between the keys of `seeds`, whose tangents are given, and `roots`: the
 * directional derivative of each value. What is missing from the result does not move.
 *
 * @throws ADJ2003 where an op on the way has no derivative
 */
export function pushForward(
  roots: readonly Node[],
  seeds: ReadonlyMap<Node, Node>,
): ReadonlyMap<Node, Node> {
  const tangents = new Map(seeds);
  const wholes = new Map<Node, (part: Node) => Node | undefined>();
  for (const node of topological(roots, seeds)) {
    if (seeds.has(node)) continue;
    const [whole] = node.inputs;
    const ofPart = node.op.part ? wholes.get(whole) : undefined;
    const given = node.inputs.map((input) => tangents.get(input));
    if (!ofPart && given.every((tangent) => tangent === undefined)) continue;
    if (node.op.tuple) {
      wholes.set(node, node.op.tuple.pushforward(node, given));
      continue;
    }
    if (!isFloat(node.type.dtype)) continue;
    const tangent = ofPart ? ofPart(node) : tangentOf(node, given);
    if (!tangent) continue;
    const shaped = broadcastTo(tangent, node.shape);
    if (!shaped.op.leaf) shaped.role ??= { name: "tangent", of: node };
    tangents.set(node, shaped);
  }
  return tangents;
}

/** How a value moves with its operands: by its op's own rule, or by what follows from its record. */
export function tangentOf(node: Node, tangents: Tangents): Node | undefined {
  const { op, inputs, attrs } = node;
  const { pushforward, gradient } = op;
  if (pushforward) return pushforward({ tangents, y: node, inputs, attrs });
  if (typeof gradient !== "function") {
    return fail("ADJ2003", `Rop: ${op.name} has no derivative: ${gradient.none}`, {
      site: node.site,
    });
  }
  // Each element has a derivative of its own, so that the Jacobian is its own transpose.
  if (op.elementwise) return elementwise(node, tangents);
  if (op.movement) return tangents[0] && makeNode(op, [tangents[0], ...inputs.slice(1)], attrs);
  if (op.linear) {
    const moved = inputs.map((x, i) => (isFloat(x.type.dtype) ? (tangents[i] ?? zerosLike(x)) : x));
    return makeNode(op, moved, attrs);
  }
  if (op.multilinear) return total(tangents, (t, i) => makeNode(op, inputs.with(i, t), attrs));
  return fail("ADJ9001", `Rop: nothing in the record of ${op.name} says how it moves`);
}

/** The gradient rule with the tangent of each operand in place of the cotangent. */
function elementwise(node: Node, tangents: Tangents): Node | undefined {
  const { op, inputs, attrs } = node;
  const { gradient } = op;
  if (typeof gradient !== "function") return undefined;
  return total(tangents, (t, i) => {
    const dy = broadcastTo(t, node.shape);
    return gradient({ dy, y: node, inputs, attrs })[i];
  });
}

function total(
  tangents: Tangents,
  part: (tangent: Node, operand: number) => Node | undefined,
): Node | undefined {
  const parts = tangents.flatMap((t, i) => (t && part(t, i)) ?? []);
  return parts.length > 0 ? parts.reduce((a, b) => add(a, b)) : undefined;
}
