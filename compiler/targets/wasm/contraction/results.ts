/** Results of finished sums, in loops over rows and vectors of columns. */

import type { Contraction } from "../../../kernels/contraction/contraction.ts";
import { resultName } from "../../../kernels/contraction/following.ts";
import type { Statement } from "../../../kernels/loops.ts";
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
import { laneName, writeFour, writeLoop } from "../statements.ts";
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
  const loopOf = (sumName: (name: string) => string): Loop => ({
    kind: "loop",
    axis: column,
    step: 1,
    body: elementOf(scope, sumName),
  });
  const loop = loopOf((name) => name);
  const withSums = (write: () => void): void => {
    const at = pointers.in("sums.row", 4);
    body.withSum(scope.sum, { one: ["f32.load", ...at], four: ["v128.load", ...at] }, write);
  };
  const inLanes = runsInLanes(loop);
  const full = (): void => {
    for (let v = 0; v < c.tile.vectors; v++) {
      const own = loopOf((name) => inRowsOf(name, v));
      pointers.atColumn(lanes * v, () => withSums(() => writeFour(body, own)));
    }
  };
  const areFours = scope.columns % lanes === 0;
  // No function is called in a loop that also has whole rows: engines would keep nothing in registers.
  const held = hasWholeRows(scope) ? loopOf((name) => inRowsOf(name, 0)) : undefined;
  const count = scope.columnCount;
  const others = (): void =>
    withSums(() => writeLoop(body, loop, i32(0), count, inLanes, areFours, held));
  const write = (): void => {
    if (!inLanes || scope.columns < scope.width) others();
    else if (scope.columns % scope.width === 0) full();
    else {
      const isFull: Code = ["i32.eq", get("columns"), noted(i32(scope.width), "all of a panel")];
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
  const vectors = Array.from({ length: c.tile.vectors }, (_, v) => v);
  const ofTile = hasWholeRows(scope) ? scope.onTheWay.sums.map(({ name }) => name) : [];
  const inTile = (name: string): string[] => vectors.map((v) => laneName(inRowsOf(name, v)));
  for (const own of ofTile.flatMap(inTile)) body.set(own, "v128", zeros);
  body.push(...code);
  for (const name of ofTile) {
    const parts = inTile(name).map(get);
    const sum = parts.reduce((all, part): Code => ["f32x4.add", all, part]);
    const whole = wholeOf(name);
    body.set(whole, "v128", ["f32x4.add", get(whole), sum]);
  }
}

export const zeros: Code = ["v128.const", "f32x4", ..."0000"];

/** The sum of whole rows, in lanes. */
export const wholeOf = (name: string): string => `${name}.whole`;

/** The same of one vector in a tile: they do not wait for each other, and stay in registers. */
const inRowsOf = (name: string, vector: number): string => `${name}.${vector}`;

/** Whether there are whole rows, whose vectors are written out. */
export const hasWholeRows = (scope: Scope): boolean =>
  scope.columns >= scope.width &&
  runsInLanes({
    kind: "loop",
    axis: scope.ownColumn,
    step: 1,
    body: elementOf(scope, (name) => name),
  });

/** Whether all of a row is in vectors: no sum is taken one by one. */
export const hasOnlyVectors = (scope: Scope): boolean =>
  hasWholeRows(scope) && scope.columns % lanes === 0;

/** A local for a number. */
const numberOf = (name: string): Extract<Scalar, { kind: "local" }> =>
  local(name, "float32") as Extract<Scalar, { kind: "local" }>;

/** What is done with an element of a row, in terms of its column in the panel. */
function elementOf(scope: Scope, sumName: (name: string) => string): Statement[] {
  const { onTheWay, c } = scope;
  const place = indexAdd(local(scope.first, "int32"), axisIndex(scope.ownColumn));
  const inPanel = (s: Scalar): Scalar =>
    rewrite(s, (part) => (part.kind === "axis" && part.axis === scope.column ? place : undefined));
  const here = (s: Scalar): Scalar => inPanel(scope.merged(s));
  const sums = (isBefore: boolean): Statement[] =>
    onTheWay.sums
      .filter((sum) => sum.isBefore === isBefore)
      .map(({ name, term }) => ({
        kind: "accumulate",
        local: numberOf(sumName(name)),
        fn: "add",
        value: here(scope.elements(term)),
      }));
  const { into, offset, value } = scope.store;
  const store: Store = { kind: "store", into, offset: inPanel(offset), value: inPanel(value) };
  const { follower } = onTheWay;
  if (!follower) return [...sums(true), store, ...sums(false)];
  const name = resultName(scope.body.nameOf(c.stage.into));
  const kept = { ...store, value: numberOf(name) };
  return [
    ...sums(true),
    { kind: "let", local: numberOf(name), value: store.value },
    ...(follower.isKept ? [kept] : []),
    ...sums(false),
    ...follower.statements.map((s): Statement => {
      if (s.kind === "let") return { ...s, value: here(s.value) };
      return s.kind === "store" ? { ...s, offset: here(s.offset), value: here(s.value) } : s;
    }),
  ];
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
