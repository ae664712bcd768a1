/** Loops over the same values become one. */

import { type Node, topological } from "../graph/node.ts";
import { substitute } from "../graph/substitute.ts";
import { collectedOf, makeScan, openScan, type Scan, statesOf, statesOp } from "../ops/scan.ts";
import { after, everywhere, type Passed, placed, unchanged, withLabels } from "./passes.ts";

/**
 * Scans over the same operands and symbols become one that computes what all of them do: the forward
 * loop of a model and the one that its gradient has kept more of.
 */
export function mergeScans(roots: readonly Node[]): Passed {
  return everywhere(roots, (given) => {
    let current = unchanged(given);
    for (;;) {
      const merged = mergeOnce(current.roots);
      if (!merged) return current;
      current = after(current, merged);
    }
  });
}

function mergeOnce(roots: readonly Node[]): Passed | undefined {
  const order = topological(roots);
  const scans = order.filter((node) => node.op.tuple);
  for (const [i, first] of scans.entries()) {
    for (const second of scans.slice(i + 1)) {
      const joint = union(openScan(first), openScan(second));
      if (!joint || dependsOn(second, first)) continue;
      const made = withLabels(
        placed(first, () => makeScan(joint)),
        first,
      );
      const replacements = new Map<Node, Node>();
      for (const part of order) {
        if (!part.op.part || (part.inputs[0] !== first && part.inputs[0] !== second)) continue;
        const scan = openScan(part.inputs[0]);
        const index = part.attrs.index as number;
        const to =
          part.op === statesOp
            ? statesOf(made, formalsOf(joint.states).indexOf(scan.states[index].formal))
            : collectedOf(made, joint.outputs.indexOf(scan.outputs[index - scan.states.length]));
        replacements.set(part, withLabels(to, part));
      }
      return substitute(roots, replacements);
    }
  }
  return undefined;
}

const formalsOf = (bound: readonly { readonly formal: Node }[]): Node[] =>
  bound.map((b) => b.formal);

function dependsOn(node: Node, other: Node): boolean {
  return topological([node]).includes(other);
}

/** One scan for two that share states; undefined where they are not the same loop. */
function union(a: Scan, b: Scan): Scan | undefined {
  const alike =
    a.steps === b.steps &&
    a.backwards === b.backwards &&
    a.until === b.until &&
    a.count === b.count &&
    a.limit === b.limit;
  const inCommon = formalsOf(a.states).some((f) => formalsOf(b.states).includes(f));
  const sameLoop = formalsOf(a.sequences).some((f) => formalsOf(b.sequences).includes(f));
  if (!alike || !(inCommon || (sameLoop && a.states.length === 0 && b.states.length === 0)))
    return undefined;
  const sequences = joined(a.sequences, b.sequences, (x, y) => x.operand === y.operand);
  const invariants = joined(a.invariants, b.invariants, (x, y) => x.operand === y.operand);
  const states = joined(
    a.states,
    b.states,
    (x, y) => x.initial === y.initial && x.result === y.result,
  );
  if (!sequences || !invariants || !states) return undefined;
  return {
    ...a,
    sequences,
    invariants,
    states,
    outputs: [...new Set([...a.outputs, ...b.outputs])],
  };
}

/** Both lists, once what stands for the same symbol agrees. */
function joined<B extends { readonly formal: Node }>(
  a: readonly B[],
  b: readonly B[],
  agree: (x: B, y: B) => boolean,
): B[] | undefined {
  const out = [...a];
  for (const y of b) {
    const x = a.find(({ formal }) => formal === y.formal);
    if (x && !agree(x, y)) return undefined;
    if (!x) out.push(y);
  }
  return out;
}
