/** Index arrays that name one place in each row: x[i, yᵢ], x[i, j, yᵢⱼ] … */

import type { Node } from "../graph/node.ts";
import type { Dim, Shape } from "../graph/types.ts";
import { arange, arangeOp } from "./creation.ts";
import { dimshuffle, dimshuffleOp, reshapeOp } from "./shape.ts";

/** Whether an index array of `rank` joint axes counts 0, 1, … along one of them and is the same along the others. */
function countsAlong(index: Node, axis: number, rank: number, dim: Dim): boolean {
  const lead = rank - index.shape.length;
  const isAlong = index.shape.every((d, i) => d === (i + lead === axis ? dim : 1));
  let source = index;
  while (source.op === dimshuffleOp || source.op === reshapeOp) [source] = source.inputs;
  const { start, step, length } = source.attrs;
  return (
    isAlong && axis >= lead && source.op === arangeOp && start === 0 && step === 1 && length === dim
  );
}

/** Whether a tensor of this shape is indexed at one place of each row: along its last axis. */
export function isOnePerRow(shape: Shape, axes: readonly number[], idx: readonly Node[]): boolean {
  const rows = shape.length - 1;
  return (
    rows > 0 &&
    axes.length === shape.length &&
    axes.every((axis, i) => axis === i) &&
    idx[rows].shape.length <= rows &&
    idx.slice(0, rows).every((index, n) => countsAlong(index, n, rows, shape[n]))
  );
}

/** Index arrays that count along each of the rows' axes. */
export const rowIndices = (rows: Shape): Node[] =>
  rows.map((dim, axis) => {
    const after = Array.from({ length: rows.length - 1 - axis }, () => "x" as const);
    return after.length === 0 ? arange(dim) : dimshuffle(arange(dim), [0, ...after]);
  });
