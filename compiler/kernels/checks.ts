/** What a call must be checked for at the border: indices that come from inputs and data. */

import { fail } from "../diagnostics/error.ts";
import { type Node, topological } from "../graph/node.ts";
import type { Dim } from "../graph/types.ts";
import { sharedInfo } from "../language/shared.ts";
import { affineOf } from "../ops/index-range.ts";
import { type Obligation, obligationsOf } from "../ops/indexing.ts";

/** Where the elements of an input or of data must lie: lo ≤ value < hi. */
export type Ranges = ReadonlyMap<Node, readonly [number, Dim]>;

/** Rows of data that a call reads, from a first one that depends on scalar inputs. */
export interface RowCheck {
  readonly of: Node;
  /** Whose places they are, if not rows. */
  readonly axis: number;
  /** How many rows there are. */
  readonly limit: Dim;
  readonly terms: readonly (readonly [Node, number])[];
  readonly offset: number;
  readonly length: number;
}

export interface Checks {
  readonly ranges: Ranges;
  readonly rows: readonly RowCheck[];
}

/**
 * Turns every index that is not known to be in range into a check of an input or of data.
 *
 * @throws ADJ1007 for an index that can be neither proved nor checked
 */
export function checksOf(roots: readonly Node[]): Checks {
  const ranges = new Map<Node, readonly [number, Dim]>();
  const rows: RowCheck[] = [];
  for (const node of topological(roots)) {
    for (const obligation of obligationsOf(node)) {
      const { index, optional } = obligation;
      if (index.shape.length === 0 && !optional && addRows(obligation, rows)) continue;
      const source = sourceOf(index);
      if (!source && optional) continue;
      if (!source || obligation.span !== 1) refuse(obligation);
      const before = ranges.get(source);
      ranges.set(source, before ? [0, smaller(before[1], obligation.dim)] : [0, obligation.dim]);
    }
  }
  return { ranges, rows };
}

/** The symbol or shared variable whose elements an index array is made of, unchanged. */
function sourceOf(index: Node): Node | undefined {
  let node = index;
  while (node.op.movement || node.op.name === "gather" || node.op.name === "cast")
    [node] = node.inputs;
  return node.op.name === "symbol" || sharedInfo(node) ? node : undefined;
}

/** A first row that is Σ coefficient·input + offset, of memory or of a constant length. */
function addRows(obligation: Obligation, rows: RowCheck[]): boolean {
  const { user, index, dim, span, step, fromEnd } = obligation;
  const { terms, constant } = affineOf(index);
  const { of, axis } = wholeOf(user.inputs[0], axisOf(user));
  if (fromEnd !== undefined) {
    // The way back asks for the same rows again.
    const isKnown = rows.some((row) => row.limit === dim && row.length === fromEnd);
    if (!isKnown) rows.push({ of, axis, limit: dim, terms: [], offset: 0, length: fromEnd });
    return true;
  }
  const inputs = [...terms.keys()].every((node) => node.op.name === "symbol");
  if (!inputs || typeof span !== "number" || step !== 1) return false;
  rows.push({ of, axis, limit: dim, terms: [...terms], offset: constant, length: span });
  return true;
}

/** The axis that an indexing walks along with its only index. */
const axisOf = ({ attrs }: Node): number =>
  Number(attrs.axis ?? (attrs.axes as readonly number[] | undefined)?.[0] ?? 0);

/** The variable or symbol that a value is a part of, with the place of an axis in it; the value itself where there is none. */
function wholeOf(part: Node, along: number): { of: Node; axis: number } {
  let [node, axis] = [part, along];
  while (!node.op.leaf && node.op.movement) {
    const [x] = node.inputs;
    if (node.op.name === "slice" && node.attrs.axis !== axis) node = x;
    else if (node.op.name === "reshape") {
      // Axes of one element come and go.
      const [before, after] = [x, node].map(({ shape }) =>
        shape.flatMap((dim, i) => (dim === 1 ? [] : [i])),
      );
      const place = after.indexOf(axis);
      const isSame =
        before.length === after.length &&
        before.every((i, k) => x.shape[i] === node.shape[after[k]]);
      if (!isSame || place === -1) break;
      [node, axis] = [x, before[place]];
    } else break;
  }
  return node.op.leaf && node.op.name !== "constant"
    ? { of: node, axis }
    : { of: part, axis: along };
}

const smaller = (a: Dim, b: Dim): Dim =>
  typeof a === "number" && typeof b === "number" ? Math.min(a, b) : a;

function refuse({ user, index, dim }: Obligation): never {
  const name = index.label ? `"${index.label.name}"` : "this index";
  return fail("ADJ1007", `it cannot be shown that ${name} stays in 0 ≤ i < ${dim}`, {
    ...(user.site ? { site: user.site } : {}),
    hint: `keep it in range: clip(i, 0, ${typeof dim === "number" ? dim - 1 : `${dim} − 1`})`,
  });
}
