/** Results of a contraction from finished sums, and terms that are added where they belong. */

import { axesIn } from "../../../kernels/contraction/axes.ts";
import { sumName } from "../../../kernels/contraction/contraction.ts";
import { resultName } from "../../../kernels/contraction/following.ts";
import { offsetIn } from "../../../kernels/contraction/operand.ts";
import type { Statement } from "../../../kernels/loops.ts";
import {
  type Axis,
  axisIndex,
  constant,
  local,
  rewrite,
  type Scalar,
} from "../../../kernels/scalar.ts";
import { expression, offset as offsetText } from "../expression.ts";
import { dimInC } from "../names.ts";
import { assignment, writeStatements } from "../statements.ts";
import type { RidingSum, Scope } from "./scope.ts";
import { factor } from "./units.ts";

/** Computes the result of finished sums. Neighbours in memory are neighbours in the inner loop. */
export function finish(
  scope: Scope,
  from: string,
  to: string,
  sums: string,
  firstRow: string,
  count: string,
  first: string,
): void {
  const out = scope.out;
  const c = scope.c;
  const last = c.scatter
    ? c.columns.at(-1)
    : c.stage.axes.filter((axis) => axis.extent !== 1).at(-1);
  const overRows = (body: () => void): void => {
    if (c.rows.length === 0) {
      body();
      return;
    }
    const i = scope.row;
    out.block(`for (int ${i} = ${from}; ${i} < ${to}; ${i}++) {`, body);
  };
  const overColumns = (body: () => void): void => {
    if (c.padded || (c.scatter && c.columns.length === 2)) {
      columnRows(scope, first, count, body);
      return;
    }
    const j = scope.column;
    out.block(`for (int ${j} = ${first}; ${j} < ${first} + ${count}; ${j}++) {`, body);
  };
  const row = c.rows.length === 0 ? "" : `(${scope.row} - ${firstRow}) * ${factor(scope.width)} + `;
  const body = (): void => {
    out.line(`const float ${scope.sum} = ${sums}[${row}${scope.column} - ${first}];`);
    store(scope);
  };
  if (c.columns.at(-1) === last || c.rows.length === 0) overRows(() => overColumns(body));
  else overColumns(() => overRows(body));
}

/** Loops over the columns of a panel that are kept, row by row. */
function columnRows(scope: Scope, first: string, count: string, body: () => void): void {
  const out = scope.out;
  const [axis, inner] = scope.c.columns;
  const [k, l] = [axis, inner].map((a) => scope.names.letter(a));
  const row = scope.c.padded?.row ?? (inner.extent as number);
  const length = dimInC(inner.extent);
  // Vectors have at least 4 lanes: panels of rows that divide them hold whole rows.
  if (!scope.c.padded && (4 * scope.c.tile.vectors) % row === 0) {
    const head = `for (int ${k} = ${first} / ${row}; ${k} < (${first} + ${count}) / ${row}; ${k}++) {`;
    out.block(head, () =>
      out.block(`for (int ${l} = 0; ${l} < ${row}; ${l}++) {`, () => {
        out.line(`const int ${scope.column} = ${k} * ${row} + ${l};`);
        body();
      }),
    );
    return;
  }
  const end = `(${first} + ${count} - 1) / ${row}`;
  out.block(`for (int ${k} = ${first} / ${row}; ${k} <= ${end}; ${k}++) {`, () => {
    const from = `${k} * ${row} < ${first} ? ${first} - ${k} * ${row} : 0`;
    out.line(`const int ${l}_to = least(${length}, ${first} + ${count} - ${k} * ${row});`);
    out.block(`for (int ${l} = ${from}; ${l} < ${l}_to; ${l}++) {`, () => {
      out.line(`const int ${scope.column} = ${k} * ${row} + ${l};`);
      body();
    });
  });
}

function store(scope: Scope): void {
  const out = scope.out;
  const { stage, rows, columns, result, scatter, padded } = scope.c;
  const groups = padded || scatter ? [rows] : [rows, columns];
  const offset = offsetOfResult(scope, scatter?.index);
  if (scatter) {
    const into = scope.names.nameOf(stage.into);
    if (rows.length > 1) scope.declareAxes(rows, scope.row);
    const inside = scatter.guarded.map((axis) => {
      const index = scatter.index.get(axis) as Scalar;
      const place = offsetText(index, scope.names, stage.into).text;
      return `${place} >= 0 && ${place} < ${dimInC(axis.extent)}`;
    });
    if (inside.length > 0) out.line(`if (${inside.join(" && ")})`);
    const indent = inside.length > 0 ? "  " : "";
    const at = offsetText(offset, scope.names, stage.into).text;
    out.line(`${indent}${into}[${at}] += ${scope.sum};`);
    return;
  }
  const value = scope.merge(scope.elements(renamed(scope, result)), ...groups);
  const merged = scope.merge(offset, ...groups);
  const following = followingOf(scope, groups);
  const left = axesIn([
    value,
    merged,
    ...following.flatMap((s) =>
      s.kind === "store" ? [s.offset, s.value] : "value" in s ? [s.value] : [],
    ),
    ...scope.riding.map(({ term }) => scope.merge(scope.elements(term), ...groups)),
  ]);
  for (const group of groups)
    if (group.length > 1 && group.some((axis) => left.has(axis)))
      scope.declareAxes(group, group === rows ? scope.row : scope.column);
  const [before, behind] = [true, false].map((isBefore) =>
    scope.riding.filter((sum) => sum.isBefore === isBefore),
  );
  addRiding(scope, before, groups);
  if (scope.following) {
    const here = resultName(scope.names.nameOf(stage.into));
    out.line(`const float ${here} = ${expression(value, scope.names).text};`);
    const kept = { into: stage.into, offset: merged, value: local(here, "float32") };
    if (scope.following.isKept) out.line(assignment(kept, scope.names));
  } else out.line(assignment({ into: stage.into, offset: merged, value }, scope.names));
  addRiding(scope, behind, groups);
  writeStatements(out, following, scope.names);
}

/** What follows an element, in terms of the counters at hand. */
function followingOf(scope: Scope, groups: readonly (readonly Axis[])[]): Statement[] {
  const merged = (s: Scalar): Scalar => scope.merge(s, ...groups);
  return (scope.following?.statements ?? []).map((s): Statement => {
    if (s.kind === "let") return { ...s, value: merged(s.value) };
    return s.kind === "store" ? { ...s, offset: merged(s.offset), value: merged(s.value) } : s;
  });
}

/** Adds the element at hand to sums that ride along. */
function addRiding(
  scope: Scope,
  sums: readonly RidingSum[],
  groups: readonly (readonly Axis[])[],
): void {
  for (const { sum, term } of sums) {
    const value = scope.merge(scope.elements(term), ...groups);
    scope.out.line(
      `${sum}_lanes[${scope.column} - ${scope.first}] += ${expression(value, scope.names).text};`,
    );
  }
}

/** Where an element of the result lies, over the axes of the result. */
function offsetOfResult(scope: Scope, replaced: ReadonlyMap<Axis, Scalar> = new Map()): Scalar {
  const { stage } = scope.c;
  const index = [
    ...stage.prefix,
    ...stage.axes.map((axis) =>
      axis.extent === 1 ? constant(0, "int32") : (replaced.get(axis) ?? axisIndex(axis)),
    ),
  ];
  return offsetIn(stage.into.shape, index);
}

function renamed(scope: Scope, result: Scalar): Scalar {
  return rewrite(result, (s) =>
    s.kind === "local" && s.name === sumName ? local(scope.sum, "float32") : undefined,
  );
}

/** What is done before and after terms are added to a result: it is set to 0, and then finished. */
export function scatterParts(scope: Scope): readonly ("start" | "end")[] {
  const { scatter, result } = scope.c;
  if (!scatter) return [];
  return result.kind === "local" ? ["start"] : ["start", "end"];
}

/** Sets the result of one place of the outer axes to 0, or finishes it. */
export function writeScatterPart(scope: Scope, part: "start" | "end"): void {
  const out = scope.out;
  const { stage, outer, result } = scope.c;
  const inner = stage.axes.filter((axis) => axis.extent !== 1 && !outer.includes(axis));
  scope.loops(inner, () => {
    const place = `${scope.names.nameOf(stage.into)}[${offsetText(offsetOfResult(scope), scope.names, stage.into).text}]`;
    if (part === "start") {
      out.line(`${place} = 0.0f;`);
      return;
    }
    out.line(`const float ${scope.sum} = ${place};`);
    out.line(`${place} = ${scope.value(renamed(scope, result))};`);
  });
}
