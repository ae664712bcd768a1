/**
 * Kernels compute with the elements of a gradient where they lie: W − arrange(0.1·s) in place of W − 0.1·arrange(s).
 * Formulas name the gradient: arithmetic goes above an arrangement again where that is one.
 */

import { makeNode, type Node, topological } from "../../graph/node.ts";
import { substitute } from "../../graph/substitute.ts";
import { sameShape } from "../../graph/types.ts";

/** The same values, made of named gradients where those are an arrangement of what they are made of. */
export function withArrangedGradients(
  roots: readonly Node[],
  isNamedGradient: (node: Node) => boolean,
): readonly Node[] {
  const leading = new Set<Node>();
  const replacements = new Map<Node, Node>();
  const known = new Map<Node, Node | undefined>();
  for (const node of topological(roots)) {
    const isPassed = node.op.movement || isArithmetic(node);
    if (node.arrangedAs || (isPassed && node.inputs.some((x) => leading.has(x)))) leading.add(node);
    if (!node.op.movement || isNamedGradient(node)) continue;
    const found = raised(node, (x) => x);
    if (found) replacements.set(node, found);
  }
  return replacements.size === 0 ? roots : substitute(roots, replacements).roots;

  /** What is arranged so, with the arithmetic above the arrangement; undefined where no gradient comes out. */
  function raised(node: Node, arrange: (x: Node) => Node): Node | undefined {
    if (!leading.has(node)) return undefined;
    const whole = arrange(node);
    if (isNamedGradient(whole)) return whole;
    if (!known.has(whole)) known.set(whole, raisedAnew(node, arrange));
    return known.get(whole);
  }

  function raisedAnew(node: Node, arrange: (x: Node) => Node): Node | undefined {
    const { op, inputs, attrs } = node;
    if (op.movement) {
      const [x, ...others] = inputs;
      return raised(x, (y) => arrange(makeNode(op, [y, ...others], attrs)));
    }
    if (!isArithmetic(node)) return undefined;
    const above = inputs.map((input) => raised(input, arrange));
    if (above.every((found) => !found)) return undefined;
    return makeNode(
      op,
      inputs.map((x, i) => above[i] ?? (isScalar(x) ? x : arrange(x))),
      attrs,
    );
  }
}

const isScalar = ({ shape }: Node): boolean => shape.length === 0;

/** Arithmetic on numbers and operands of the result's own shape, which may be done before or after arranging. */
const isArithmetic = ({ op, inputs, shape }: Node): boolean =>
  op.elementwise === true && inputs.every((x) => isScalar(x) || sameShape(x.shape, shape));
