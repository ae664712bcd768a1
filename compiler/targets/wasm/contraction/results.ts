/** Results of finished sums, in loops over rows and vectors of columns. */

import type { Contraction } from "../../../kernels/contraction/contraction.ts";
import {
  type Axis,
  axisIndex,
  indexAdd,
  local,
  rewrite,
  type Scalar,
} from "../../../kernels/scalar.ts";
import { type Code, get, i32, minus, noted, plus, times } from "../code.ts";
import { type Loop, runsInLanes } from "../lanes.ts";
import { dimCode } from "../names.ts";
import { writeFour, writeLoop } from "../statements.ts";
import { lanes } from "../tiles.ts";
import { RowPointers } from "./rows.ts";
import { least, type Scope, type Store } from "./scope.ts";

/** Computes the result of finished sums. Neighbours in memory are neighbours in the inner loop. */
export function writeResult(scope: Scope, from: Code, to: Code, firstRow: Code): void {
  const c = scope.c;
  const last = c.stage.axes.filter((axis) => axis.extent !== 1).at(-1);
  scope.body.note("the result of finished sums");
  if (c.padded) writePadded(scope, from, to, firstRow);
  else if (c.columns.at(-1) === last || c.rows.length === 0) writeRows(scope, from, to, firstRow);
  else writeColumns(scope, from, to, firstRow);
}

/** Where the sums of a row begin. */
function sumsOf(scope: Scope, row: Code, firstRow: Code): Code {
  if (scope.c.rows.length === 0) return get("sums");
  return plus(get("sums"), times(minus(row, firstRow), 4 * scope.width, aboutSums));
}

const aboutSums = "a row of sums, in bytes";

/** Row by row, from left to right: addresses move on with the rows. */
function writeRows(scope: Scope, from: Code, to: Code, firstRow: Code): void {
  const { body, c } = scope;
  const column = scope.ownColumn;
  const pointers = new RowPointers(body, scope.row, from, column);
  pointers.add("sums.row", sumsOf(scope, from, firstRow), noted(i32(4 * scope.width), aboutSums));
  const stored = scope.store;
  const place = indexAdd(local(scope.first, "int32"), axisIndex(column));
  const inPanel = (s: Scalar): Scalar =>
    rewrite(s, (part) => (part.kind === "axis" && part.axis === scope.column ? place : undefined));
  const store: Store = { ...stored, offset: inPanel(stored.offset), value: inPanel(stored.value) };
  const loop: Loop = { kind: "loop", axis: column, step: 1, body: [store] };
  const withSums = (write: () => void): void => {
    const at = pointers.in("sums.row", 4);
    body.withSum(scope.sum, { one: ["f32.load", ...at], four: ["v128.load", ...at] }, write);
  };
  const inLanes = runsInLanes(loop);
  const full = (): void => {
    for (let v = 0; v < c.tile.vectors; v++)
      pointers.atColumn(lanes * v, () => withSums(() => writeFour(body, loop)));
  };
  const areFours = scope.columns % lanes === 0;
  const others = (): void =>
    withSums(() => writeLoop(body, loop, i32(0), scope.columnCount, inLanes, areFours));
  const write = (): void => {
    if (!inLanes || scope.columns < scope.width) others();
    else if (scope.columns % scope.width === 0) full();
    else {
      const isFull: Code = ["i32.eq", get("columns"), i32(scope.width)];
      const [whole, rest] = [full, others].map((side) => body.inside(side));
      body.push(["if", isFull, ["then", ...whole], ["else", ...rest]]);
    }
  };
  const code = body.inside(() =>
    body.withPointers(pointers, () =>
      overRows(scope, from, to, () => {
        write();
        if (c.rows.length > 0) pointers.next();
      }),
    ),
  );
  pointers.start();
  body.push(...code);
}

/** Column by column, from top to bottom. */
function writeColumns(scope: Scope, from: Code, to: Code, firstRow: Code): void {
  const body = scope.body;
  const [i, j] = [scope.rowLetter, body.letter(scope.column)];
  const width = 4 * scope.width;
  const first = get(scope.first);
  body.set(j, "i32", first);
  body.loop(j, 1, plus(first, scope.columnCount), () => {
    const start = plus(get("sums"), times(minus(get(j), first), 4));
    body.set("sums.column", "i32", minus(start, times(firstRow, width, aboutSums)));
    const at = plus(get("sums.column"), times(get(i), width, aboutSums));
    const four = [1, 2, 3].reduce<Code>(
      (code, lane) => ["v128.load32_lane", `offset=${lane * width}`, String(lane), at, code],
      ["v128.load32_zero", at],
    );
    body.withSum(scope.sum, { one: ["f32.load", at], four }, () =>
      overAxis(scope, scope.row, from, to),
    );
  });
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

function overAxis(scope: Scope, axis: Axis, from: Code, to: Code): void {
  const loop: Loop = { kind: "loop", axis, step: 1, body: [scope.store] };
  const extent = axis.extent === 1 ? 4 : axis.extent;
  const inLanes = runsInLanes({ ...loop, axis: { ...axis, extent } }) || runsInLanes(loop);
  writeLoop(scope.body, loop, from, to, inLanes && axis.extent !== 1);
}

/** Row by row the columns that are kept, which are rows themselves. */
function writePadded(scope: Scope, from: Code, to: Code, firstRow: Code): void {
  const body = scope.body;
  const [axis, inner] = scope.c.columns;
  const [k, l] = [axis, inner].map((a) => body.letter(a));
  const first = get(scope.first);
  const { row } = scope.c.padded as NonNullable<Contraction["padded"]>;
  const about = `columns of a ${k}, with those that are thrown away`;
  const end = plus(first, scope.columnCount);
  const over = (code: Code): Code => ["i32.div_u", code, noted(i32(row), about)];
  overRows(scope, from, to, () => {
    body.set(
      "sums.row",
      "i32",
      minus(sumsOf(scope, get(scope.rowLetter), firstRow), times(first, 4)),
    );
    body.set(`${k}_to`, "i32", plus(over(minus(end, i32(1))), i32(1)));
    body.set(k, "i32", over(first));
    body.loop(k, 1, get(`${k}_to`), () => {
      const own = times(get(k), row, about);
      const before = minus(first, own);
      body.set(`${l}_to`, "i32", least(body, dimCode(inner.extent), minus(end, own)));
      const start: Code = ["select", before, i32(0), ["i32.gt_s", before, i32(0)]];
      const at = plus(get("sums.row"), times(plus(own, get(l)), 4));
      const sum = { one: ["f32.load", at], four: ["v128.load", at] };
      body.withSum(scope.sum, sum, () => overAxis(scope, inner, start, get(`${l}_to`)));
    });
  });
}
