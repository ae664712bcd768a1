/** The operands of a contraction: read in place or copied together, and the tile that multiplies them. */

import { groupSize, runOf, volumeOf } from "../../../kernels/contraction/axes.ts";
import { type Place, strideOf } from "../../../kernels/contraction/operand.ts";
import {
  type Axis,
  axisIndex,
  constant,
  indexAdd,
  indexMul,
  local,
  rewrite,
  type Scalar,
} from "../../../kernels/scalar.ts";
import { offset as offsetText } from "../expression.ts";
import { dimInC } from "../names.ts";
import { tileName, tileOf } from "../tiles.ts";
import { rowOfTile, type Scope } from "./scope.ts";
import { factor } from "./units.ts";

const next = (counter: string, by: number): string =>
  by > 1 ? `${counter} += ${by}` : `${counter}++`;

/** Where a panel of the right operand begins, and for each loop over steps how far they are apart. */
export interface Right {
  readonly at: string;
  readonly steps: readonly string[];
}

/** Where the right operand's panel is found, and how far its rows are apart. */
export function rightOperand(scope: Scope, first: string, count: string): Right {
  const out = scope.out;
  const { b, steps, levels } = scope.c;
  const right = scope.free("right");
  const panel = scope.free("panel");
  const size = `${volumeOf(steps)} * ${scope.width}`;
  const copied = levels.map((_, i) => {
    const behind = levels.slice(i + 1).reduce((n, level) => n * level.extent, 1);
    return behind === 1 ? scope.width : `${behind} * ${scope.width}`;
  });
  if (!b.place) {
    out.line(`_Alignas(64) float ${panel}[${size}];`);
    const { groups } = scope.c;
    if (groups) copyGroups(scope, panel, groups, first);
    else copyPanel(scope, panel, first, count);
    return { at: panel, steps: copied };
  }
  const at = scope.index(b.place, scope.c.columns, first, 1);
  if (scope.isOwn(b.place.node)) out.note(["Vectors read past the last column: there is room."]);
  out.line(`const float *${right} = ${scope.names.nameOf(b.place.node)} + ${at};`);
  if (scope.isOwn(b.place.node))
    return { at: right, steps: levels.map((level) => String(level.right)) };
  const strides = levels.map(
    (_, i) => `${right}_step${i === levels.length - 1 ? "" : `_${levels.length - 1 - i}`}`,
  );
  for (const [i, name] of strides.entries()) out.line(`long ${name} = ${levels[i].right};`);
  // A panel that is not full is copied, for vectors reach beyond it.
  out.line(`_Alignas(64) float ${panel}[${size}];`);
  out.block(`if (${count} < ${scope.width}) {`, () => {
    copyPanel(scope, panel, first, count);
    out.line(`${right} = ${panel};`);
    for (const [i, name] of strides.entries()) out.line(`${name} = ${copied[i]};`);
  });
  return { at: right, steps: strides };
}

/** Copies groups of columns beside each other; groups beyond the last one are the last one again. */
function copyGroups(scope: Scope, panel: string, { node, steps }: Place, first: string): void {
  const out = scope.out;
  const { c } = scope;
  const [groups, g, step, from, v] = ["groups", "g", "step", "from", "v"].map(scope.free);
  const { start } = c.groups as Place;
  out.line(`long ${groups}[WHOLE_GROUPS(${scope.width})];`);
  out.block(`for (int ${g} = 0; ${g} < WHOLE_GROUPS(${scope.width}); ${g}++) {`, () => {
    const last = `${volumeOf(c.columns)} - ${groupSize}`;
    out.note(["Behind the last column: the last whole group again."]);
    scope.declareAxes(c.columns, `least(${first} + ${groupSize} * ${g}, ${last})`);
    out.line(`${groups}[${g}] = ${offsetText(start, scope.names, node).text};`);
  });
  out.line(`int ${step} = 0;`);
  scope.loops(c.steps, () => {
    const at = c.steps.reduce<Scalar>(
      (sum, axis, n) => indexAdd(sum, indexMul(axisIndex(axis), constant(steps[n], "int32"))),
      constant(0, "int32"),
    );
    const text = offsetText(at, scope.names, node).text;
    out.line(`const float *${from} = ${scope.names.nameOf(node)} + ${text};`);
    out.line(`for (int ${v} = 0; ${v} < ${c.tile.vectors}; ${v}++)`);
    out.line(
      `  f32v_store(${panel} + ${step} * ${factor(scope.width)} + ${v} * LANES, f32v_load_groups(${from}, ${groups}, ${v}));`,
    );
    out.line(`${step}++;`);
  });
}

/** What counts the steps of a copied panel: the index of the sum, where it is one. */
function stepOf({ c, names, free }: Scope): string {
  const [only, ...more] = c.steps;
  const isOne = only && more.length === 0 && c.part?.from !== only;
  return isOne ? names.letter(only) : free("step");
}

/** The loops over steps, which are counted. */
function stepByStep(scope: Scope, step: string, body: () => void): void {
  const isCounted = scope.c.steps.some((axis) => scope.names.letter(axis) === step);
  if (!isCounted) scope.out.line(`int ${step} = 0;`);
  scope.loops(scope.c.steps, () => {
    body();
    if (!isCounted) scope.out.line(`${step}++;`);
  });
}

/** Copies columns of the right operand beside each other, zeros behind the last. */
function copyPanel(scope: Scope, panel: string, first: string, count: string): void {
  const out = scope.out;
  const { b, columns, padded } = scope.c;
  const step = stepOf(scope);
  const at = scope.free("at");
  const lane = scope.free("lane");
  const run = padded ? 1 : runOf(b.value, columns);
  const last = columns.at(-1) as Axis;
  const written = (column: string): string =>
    `${panel}[${step} * ${factor(scope.width)} + ${column}]`;
  const rest = `for (int ${at} = ${count}; ${at} < ${scope.width}; ${at}++) ${written(at)} = 0.0f;`;
  if (columns.length === 1 && run > 1) {
    // A row of columns is one in memory.
    stepByStep(scope, step, () => {
      out.block(`for (int ${at} = 0; ${at} < ${count}; ${at}++) {`, () => {
        scope.declareAxes(columns, `${first} + ${at}`);
        out.line(`${written(at)} = ${scope.value(b.value)};`);
      });
      out.line(rest);
    });
    return;
  }
  out.block(`for (int ${at} = 0; ${at} < ${count}; ${next(at, run)}) {`, () => {
    scope.declareAxes(columns, `${first} + ${at}`);
    stepByStep(scope, step, () => {
      if (run > 1) {
        const moved = rewrite(b.value, (s) =>
          s.kind === "axis" && s.axis === last ? indexAdd(s, local(lane, "int32")) : undefined,
        );
        out.line(`for (int ${lane} = 0; ${lane} < ${run}; ${lane}++)`);
        out.line(`  ${written(`${at} + ${lane}`)} = ${scope.value(moved)};`);
      } else if (padded) {
        const inside = `${scope.names.letter(last)} < ${dimInC(last.extent)}`;
        out.line(`${written(at)} = ${inside} ? ${scope.value(b.value)} : 0.0f;`);
      } else out.line(`${written(at)} = ${scope.value(b.value)};`);
    });
  });
  out.line(`for (int ${step} = 0; ${step} < ${scope.stepCount}; ${step}++)`);
  out.line(`  ${rest}`);
}

export function multiply(scope: Scope, right: Right, sums: string, more: string): void {
  const out = scope.out;
  const c = scope.c;
  const kind = tileOf(c);
  const steps = c.levels.flatMap(({ left }, i) => {
    const ofLeft = !c.a ? [] : [c.a.place ? String(left) : String(left * c.tile.rows)];
    return [scope.levelCount(i), ...ofLeft, right.steps[i]];
  });
  const tail = [right.at, ...steps, sums, ...(kind.goesOn ? [more] : [])];
  if (!c.a) {
    out.list(`${tileName(kind)}(`, tail, ");", "", "");
    return;
  }
  const { place } = c.a;
  if (!place) {
    out.list(
      `${tileName(kind)}(`,
      [copyLeft(scope), scope.free("left_rows"), ...tail],
      ");",
      "",
      "",
    );
    return;
  }
  const name = scope.names.nameOf(place.node);
  if (kind.spacing === "even") {
    const stride = strideOf(c.rows, place.along) as number;
    const at = scope.index(place, c.rows, scope.tileStart, stride);
    out.list(`${tileName(kind)}(`, [`${name} + ${at}`, String(stride), ...tail], ");", "", "");
    return;
  }
  rowOffsets(scope, place);
  out.list(`${tileName(kind)}(`, [name, scope.free("left_rows"), ...tail], ");", "", "");
}

/** Where each row of a tile begins; rows beyond the last one are the last one again. */
function rowOffsets(scope: Scope, { node, start }: Place): void {
  const out = scope.out;
  const c = scope.c;
  const rows = scope.free("left_rows");
  out.line(`long ${rows}[${c.tile.rows}];`);
  out.block(
    `for (int ${scope.free(rowOfTile)} = 0; ${scope.free(rowOfTile)} < ${c.tile.rows}; ${scope.free(rowOfTile)}++) {`,
    () => {
      scope.declareAxes(
        c.rows,
        `least(${scope.tileFirst} + ${scope.free(rowOfTile)}, ${dimInC(scope.rowCount)} - 1)`,
      );
      out.line(`${rows}[${scope.free(rowOfTile)}] = ${offsetText(start, scope.names, node).text};`);
    },
  );
}

/** Copies the rows of a tile step by step. */
function copyLeft(scope: Scope): string {
  const out = scope.out;
  const c = scope.c;
  const [left, rows, step] = ["left", "left_rows", "step"].map(scope.free);
  out.line(`float ${left}[${volumeOf(c.steps)} * ${c.tile.rows}];`);
  out.line(`long ${rows}[${c.tile.rows}];`);
  out.block(
    `for (int ${scope.free(rowOfTile)} = 0; ${scope.free(rowOfTile)} < ${c.tile.rows}; ${scope.free(rowOfTile)}++) {`,
    () => {
      out.line(`${rows}[${scope.free(rowOfTile)}] = ${scope.free(rowOfTile)};`);
      scope.declareAxes(
        c.rows,
        `least(${scope.tileFirst} + ${scope.free(rowOfTile)}, ${dimInC(scope.rowCount)} - 1)`,
      );
      out.line(`int ${step} = 0;`);
      scope.loops(c.steps, () => {
        const value = scope.value((c.a as NonNullable<typeof c.a>).value);
        out.line(`${left}[${step} * ${c.tile.rows} + ${scope.free(rowOfTile)}] = ${value};`);
        out.line(`${step}++;`);
      });
    },
  );
  return left;
}
