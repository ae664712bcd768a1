/** Results of sums in memory, in loops: of tiles at an edge, and where the result does not lie along vectors. */

import type { Contraction } from "../../../kernels/contraction/contraction.ts";
import type { Axis } from "../../../kernels/scalar.ts";
import { type Code, get, i32, minus, plus, times } from "../code.ts";
import { type Loop, runsInLanes } from "../lanes.ts";
import { dimCode } from "../names.ts";
import { writeFour, writeLoop } from "../statements.ts";
import { lanes } from "../tiles.ts";
import { least, type Scope, type Store } from "./scope.ts";

/** Computes the result of finished sums. Neighbours in memory are neighbours in the inner loop. */
export function writeResult(scope: Scope, from: Code, to: Code, firstRow: Code): void {
  const body = scope.body;
  const c = scope.c;
  const last = c.stage.axes.filter((axis) => axis.extent !== 1).at(-1);
  const first = get(scope.first);
  const [row, column] = [scope.row, scope.column];
  const [i, j] = [scope.rowLetter, body.letter(column)];
  const width = 4 * scope.width;
  const endColumn = plus(first, get("columns"));
  const store = scope.store;
  body.note("the result of finished sums");
  if (c.padded) {
    overRows(scope, from, to, () => {
      const behind = c.rows.length === 0 ? i32(0) : times(minus(get(i), firstRow), width);
      body.set("sums_of_row", "i32", minus(plus(get("sums"), behind), times(first, 4)));
      overPaddedColumns(scope, first, store);
    });
  } else if (c.columns.at(-1) === last || c.rows.length === 0) {
    overRows(scope, from, to, () => {
      const behind = c.rows.length === 0 ? i32(0) : times(minus(get(i), firstRow), width);
      body.set("sums_of_row", "i32", minus(plus(get("sums"), behind), times(first, 4)));
      const at = plus(get("sums_of_row"), times(get(j), 4));
      withSumAt(scope, ["f32.load", at], ["v128.load", at], () =>
        overColumns(scope, first, endColumn, store),
      );
    });
  } else {
    body.set(j, "i32", first);
    body.loop(j, 1, endColumn, () => {
      const start = plus(get("sums"), times(minus(get(j), first), 4));
      body.set("sums_of_column", "i32", minus(start, times(firstRow, width)));
      const at = plus(get("sums_of_column"), times(get(i), width));
      const four = [1, 2, 3].reduce<Code>(
        (code, lane) => ["v128.load32_lane", `offset=${lane * width}`, String(lane), at, code],
        ["v128.load32_zero", at],
      );
      withSumAt(scope, ["f32.load", at], four, () => overAxis(scope, row, from, to, store));
    });
  }
}

/** The columns of a panel: written out where it is full, for most are. */
function overColumns(scope: Scope, from: Code, to: Code, store: Store): void {
  const body = scope.body;
  const column = scope.column;
  const loop: Loop = { kind: "loop", axis: column, step: 1, body: [store] };
  const others = (): void => overAxis(scope, column, from, to, store);
  if (scope.endsInRegisters || scope.columns < scope.width || !runsInLanes(loop)) {
    others();
    return;
  }
  const full = body.inside(() => {
    for (let v = 0; v < scope.c.tile.vectors; v++) {
      body.set(body.letter(column), "i32", plus(from, i32(lanes * v)));
      writeFour(body, loop);
    }
  });
  if (scope.columns % scope.width === 0) {
    body.push(...full);
    return;
  }
  const isFull: Code = ["i32.eq", get("columns"), i32(scope.width)];
  body.push(["if", isFull, ["then", ...full], ["else", ...body.inside(others)]]);
}

export function overRows(scope: Scope, from: Code, to: Code, write: () => void): void {
  const body = scope.body;
  if (scope.c.rows.length === 0) {
    write();
    return;
  }
  body.set(scope.rowLetter, "i32", from);
  body.loop(scope.rowLetter, 1, to, write);
}

function withSumAt(scope: Scope, one: Code, four: Code, write: () => void): void {
  scope.body.as(scope.sum, { one, four }, write);
}

function overAxis(scope: Scope, axis: Axis, from: Code, to: Code, store: Store): void {
  const loop: Loop = { kind: "loop", axis, step: 1, body: [store] };
  const extent = axis.extent === 1 ? 4 : axis.extent;
  const inLanes = runsInLanes({ ...loop, axis: { ...axis, extent } }) || runsInLanes(loop);
  writeLoop(scope.body, loop, from, to, inLanes && axis.extent !== 1);
}

/** Loops over the columns of a panel that are kept, row by row. */
function overPaddedColumns(scope: Scope, first: Code, store: Store): void {
  const body = scope.body;
  const [axis, inner] = scope.c.columns;
  const [k, l] = [axis, inner].map((a) => body.letter(a));
  const { row } = scope.c.padded as NonNullable<Contraction["padded"]>;
  const end = plus(first, get("columns"));
  const lastRow: Code = ["i32.div_u", minus(end, i32(1)), i32(row)];
  body.set(`${k}_to`, "i32", plus(lastRow, i32(1)));
  body.set(k, "i32", ["i32.div_u", first, i32(row)]);
  body.loop(k, 1, get(`${k}_to`), () => {
    const own = times(get(k), row);
    const before = minus(first, own);
    body.set(`${l}_to`, "i32", least(body, dimCode(inner.extent), minus(end, own)));
    const from: Code = ["select", before, i32(0), ["i32.gt_s", before, i32(0)]];
    const at = plus(get("sums_of_row"), times(plus(own, get(l)), 4));
    withSumAt(scope, ["f32.load", at], ["v128.load", at], () =>
      overAxis(scope, inner, from, get(`${l}_to`), store),
    );
  });
}
