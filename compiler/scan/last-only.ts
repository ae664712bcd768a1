/** Histories of which only the last entry is read. */

import { makeNode, type Node, topological } from "../graph/node.ts";
import { substitute } from "../graph/substitute.ts";
import { affineOf } from "../ops/index-range.ts";
import { carryOp, openScan, type Scan, statesOp } from "../ops/scan.ts";
import { dimshuffle, expandDims, lengthOf } from "../ops/shape.ts";
import { sliceOp } from "../ops/slicing.ts";
import { after, everywhere, type Passed, unchanged, withLabels } from "./passes.ts";

/**
 * A history of which only the last entry is read becomes that entry: then no history is kept.
 */
export function lastOnly(roots: readonly Node[]): Passed {
  return everywhere(roots, (given) => {
    let current = unchanged(given);
    for (const node of topological(given)) {
      if (node.op !== statesOp || given.includes(node)) continue;
      const carried = carriedOnly(node, current.roots);
      if (carried) current = after(current, carried);
    }
    return current;
  });
}

/** The roots with the last entries of a history read as such; undefined if something reads others too. */
function carriedOnly(states: Node, roots: readonly Node[]): Passed | undefined {
  const [scan] = states.inputs;
  const carry = withLabels(
    makeNode(carryOp, [scan], { index: states.attrs.index as number }),
    states,
  );
  const parts = openScan(scan);
  const lasts = topological(roots).filter(
    (reader) => reader.inputs.includes(states) && isLast(reader, states, parts),
  );
  if (lasts.length === 0) return undefined;
  const replacements = new Map(lasts.map((reader) => [reader, expandDims(carry, 0)]));
  // The entry without its axis is the state itself, which lies in memory of its own.
  if (carry.shape.length > 0)
    for (const row of lasts) replacements.set(entryOf(row), withLabels(carry, entryOf(row)));
  const made = substitute(roots, replacements);
  return topological(made.roots).includes(states) ? undefined : made;
}

const entryOf = (row: Node): Node =>
  dimshuffle(
    row,
    row.shape.slice(1).map((_, i) => i + 1),
  );

/** Whether a reader of all states reads the last one, or only asks how many there are. */
function isLast(reader: Node, states: Node, scan: Scan): boolean {
  if (reader.op !== sliceOp || reader.attrs.axis !== 0 || reader.attrs.length !== 1) return false;
  const { terms, constant } = affineOf(reader.inputs[1]);
  if (scan.backwards || typeof scan.steps === "number")
    return terms.size === 0 && constant === (scan.backwards ? 0 : scan.steps);
  const [[length, factor] = [undefined, 0], ...more] = terms;
  return (
    more.length === 0 &&
    factor === 1 &&
    length?.op === lengthOf(states, 0).op &&
    ((length.inputs[0].shape[0] === scan.steps && constant === 0) ||
      (length.inputs[0].shape[0] === states.shape[0] && constant === -1))
  );
}
